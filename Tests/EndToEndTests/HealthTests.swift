import Foundation
import Testing

/// A health score, as operators meet it.
@Suite struct HealthTests {
    private func workspace() throws -> (Scratch, Endpoint) {
        let endpoint = try Endpoint()
        let scratch = try Scratch(small: "in_app", port: endpoint.port)
        try scratch.replace("seats > 1", with: "fall(health, 14d) > 50%", in: "playbooks/hello/playbook.yaml")
        try scratch.replace(
            "category: education", with: "category: education\nrisk: value", in: "playbooks/hello/playbook.yaml")
        let data = try scratch.text("data.yaml")
        try scratch.write(
            "data.yaml",
            data.replacing("fresh_within: 36h", with: "fresh_within: 400d")
                + """
                reasons:
                  value: { theme: value, avoidable: yes }
                health:
                  usage:
                    weight: 60
                    bands:
                      100: active_days(logins, 14d) >= 7
                      50: active_days(logins, 14d) >= 1
                      0: else
                  size:
                    weight: 40
                    bands:
                      100: seats >= 10
                      20: seats < 10

                """)
        #expect(try scratch.keeptouch("init", ".", "--simulation").code == 0)
        try scratch.write(
            "accounts.csv",
            "key,name,created_at,mrr,seats,contact_email\na1,One,2025-03-02,100,3,o@a1.example\na2,Two,2025-02-20,50,20,o@a2.example\n"
                + "a3,Three,2025-02-20,50,,o@a3.example\n")
        // The first has stopped two weeks ago; the others go on.
        let days = (1...28).map { day in
            let date = "2026-02-\(day < 10 ? "0" : "")\(day)"
            return "a1,\(date),\(day < 14 ? 3 : 0)\na2,\(date),2\na3,\(date),1"
        }
        try scratch.write("logins.csv", "account,day,logins\n" + days.joined(separator: "\n") + "\n")
        #expect(try scratch.keeptouch("import", "accounts", "accounts.csv", "--now", "2026-03-01T05:00Z").code == 0)
        #expect(
            try scratch.keeptouch("import", "metrics", "logins.csv", "--complete", "--now", "2026-03-01T05:00Z").code
                == 0)
        return (scratch, endpoint)
    }

    @Test func aFallOfHealthIsMatchedListedAndExplainedPartByPart() throws {
        let (scratch, endpoint) = try workspace()
        let now = "2026-03-01T09:00Z"
        #expect(try scratch.keeptouch("check").code == 0)
        let list = try scratch.keeptouch("accounts", "--format", "csv", "--now", now)
        #expect(list.output.hasPrefix("account,name,status,mrr,stage,health,since,reason,next\r\n"), "\(list)")
        #expect(list.output.contains("a1,One,active,100,,8,"), "\(list)")
        #expect(list.output.contains("a2,Two,active,50,,100,"), "\(list)")
        // Of the third, the size is not known; usage alone is more than half of the weight.
        #expect(list.output.contains("a3,Three,active,50,,100,"), "\(list)")
        let ran = try scratch.keeptouch("run", "--now", now)
        #expect(ran.code == 0, "\(ran)")
        #expect(
            try scratch.query("SELECT a.key FROM enrollment AS e JOIN account AS a ON a.id = e.account_id") == [["a1"]])
        let explained = try scratch.keeptouch("explain", "a1", "--now", now).output
        for line in [
            "health = 8\n", "usage, weight 60 = 0\n", "no other band holds\n", "size, weight 40 = 20\n",
            "fall(health, 14d) = 88.2%  > 50%  → met", "health 14d ago = 68",
        ] { #expect(explained.contains(line), "\(line)\n\(explained)") }
        #expect(try scratch.keeptouch("explain", "a3", "--now", now).output.contains("size, weight 40 = missing\n"))
        let note = try scratch.keeptouch("risk", "a1", "--now", now).output
        #expect(note.contains("  health 8, by usage 0 and size 20"), "\(note)")
        let low = try scratch.keeptouch("accounts", "--where", "health < 50", "--format", "csv", "--now", now)
        #expect(low.output.split(whereSeparator: \.isNewline).count == 2 && low.output.contains("health = 8"), "\(low)")
        withExtendedLifetime(endpoint) {}
    }

    @Test func aTestOfAPlaybookComputesTheScore() throws {
        let (scratch, endpoint) = try workspace()
        let playbook = try scratch.text("playbooks/hello/playbook.yaml")
        try scratch.write(
            "playbooks/hello/playbook.yaml",
            playbook
                + """
                tests:
                  - name: who stops is found
                    account:
                      created_at: -200d
                      seats: 3
                      metrics:
                        logins: [1 per 1d for 60d, 0 for 14d]
                    expect: match
                  - name: who goes on is not
                    account:
                      created_at: -200d
                      seats: 3
                      metrics:
                        logins: [1 per 1d for 60d]
                    expect: no match

                """)
        let tested = try scratch.keeptouch("test")
        #expect(tested.code == 0, "\(tested)")
        let past = try scratch.keeptouch(
            "backtest", "hello", "--from", "2026-02-20", "--to", "2026-02-28", "--now", "2026-03-01T09:00Z")
        // What is not tracked is as it is now, which a backtest must not take for what it was.
        #expect(past.complaints.contains("seats") || past.output.contains("seats"), "\(past)")
        withExtendedLifetime(endpoint) {}
    }
}
