import Foundation
import Testing

/// Steps that write to accounts, as operators meet them.
@Suite struct SettingTests {
    private static let playbook = """
        playbook: hello
        state: live
        category: education
        on: report_made
        reentry: always
        holdout: 50%
        to: owner
        steps:
          - set:
              rounds: = 2
              last_score: event.score
              met_on: today
          - tag: helped
          - choose:
              - if: helped and rounds == 2
                then: [ { in_app: hello.md } ]
              - else:
                  - in_app: other.md
          - wait: 1d
          - untag: helped
        tests:
          - name: the later step reads what the earlier wrote
            account: { events: [ { report_made: 0d, score: 7 } ] }
            expect: [sent hello.md, has helped true, has last_score 7, has met_on 2026-01-12, has rounds 2]
            then:
              - after: 2d
                account: { last_score: 3 }
                expect: [has helped no, has last_score 3, has rounds 2]

        """

    private func workspace() throws -> (Scratch, Endpoint) {
        let endpoint = try Endpoint()
        let scratch = try Scratch(small: "in_app", port: endpoint.port)
        try scratch.replace(
            "attributes:\n",
            with:
                "attributes:\n  rounds: number\n  last_score: { type: number, track: true }\n  met_on: date\n  helped: { type: boolean, track: true }\n",
            in: "data.yaml")
        try scratch.write("playbooks/hello/playbook.yaml", Self.playbook)
        try scratch.write("playbooks/hello/hello.md", "---\nsubject: S\n---\nScore {{account.last_score}}.\n")
        try scratch.write("playbooks/hello/other.md", "---\nsubject: S\n---\nOther.\n")
        #expect(try scratch.keeptouch("init", ".", "--simulation").code == 0)
        let keys = (1...40).map { "a\($0)" }
        try scratch.write(
            "accounts.csv",
            "key,created_at,contact_email\n" + keys.map { "\($0),2025-02-20,\($0)@x.example\n" }.joined())
        try scratch.write(
            "events.csv",
            "account,event,at,score\n" + keys.map { "\($0),report_made,2026-03-02T08:00Z,7\n" }.joined())
        return (scratch, endpoint)
    }

    private func enter(_ scratch: Scratch) throws {
        let early = "2026-03-02T07:00Z"
        #expect(try scratch.keeptouch("import", "accounts", "accounts.csv", "--now", early).code == 0)
        #expect(try scratch.keeptouch("run", "--now", early).code == 0)
        #expect(try scratch.keeptouch("import", "events", "events.csv", "--now", "2026-03-02T08:30Z").code == 0)
        let plan = try scratch.keeptouch("plan", "--now", "2026-03-02T09:00Z")
        #expect(plan.code == 0, "\(plan)")
        // Half of them are in the holdout, of which nothing is written.
        let treated = plan.output.firstMatch(
            of: /hello would set helped: true for (\d+) accounts, last_score for (\d+) accounts/)
        #expect(treated.map { $0.1 == $0.2 && (Int($0.1) ?? 0) < 40 } == true, "\(plan)")
        let object = try scratch.keeptouch("plan", "--format", "json", "--now", "2026-03-02T09:00Z").output
        #expect(
            object.contains("\"attribute\" : \"helped\"") || object.contains("\"attribute\":\"helped\""), "\(object)")
        let ran = try scratch.keeptouch("run", "--now", "2026-03-02T09:00Z")
        #expect(ran.code == 0, "\(ran)")
    }

    @Test func whatAStepWritesIsReadByTheNextKeptAsHistoryAndNeverWrittenToHoldouts() throws {
        let (scratch, endpoint) = try workspace()
        #expect(try scratch.keeptouch("check").code == 0)
        try enter(scratch)
        let treated =
            try scratch.query(
                """
                SELECT count(*), sum(a.a_rounds = 2 AND a.a_last_score = 7 AND a.a_helped = 1 AND a.a_met_on = 20514)
                FROM enrollment AS e JOIN account AS a ON a.id = e.account_id WHERE e.arm = 'treated'
                """
            ).first ?? []
        #expect(treated.first == treated.last && treated.first != "0", "\(treated)")
        #expect(
            try scratch.query(
                """
                SELECT count(*) FROM enrollment AS e JOIN account AS a ON a.id = e.account_id WHERE e.arm <> 'treated'
                AND (a.a_rounds IS NOT NULL OR a.a_last_score IS NOT NULL OR a.a_helped IS NOT NULL)
                """) == [["0"]])
        #expect(
            try scratch.query("SELECT count(*) FROM history WHERE attribute IN ('helped', 'last_score')") == [
                ["\(2 * (Int(treated.first ?? "") ?? 0))"]
            ])
        #expect(
            try scratch.query("SELECT message, count(*) FROM touch WHERE state = 'sent' GROUP BY message")
                == [["hello.md", treated.first ?? ""]])
        let bodies = endpoint.bodies()
        #expect(bodies.allSatisfy { $0.contains("Score 7.") }, "\(bodies.first ?? "")")

        // A day later the tag is taken away; nothing else is touched.
        #expect(try scratch.keeptouch("run", "--now", "2026-03-04T09:00Z").code == 0)
        #expect(
            try scratch.query("SELECT count(*) FROM account WHERE a_helped = 0 AND a_rounds = 2")
                == [[treated.first ?? ""]])
        let key = try scratch.query(
            "SELECT a.key FROM enrollment AS e JOIN account AS a ON a.id = e.account_id WHERE e.arm = 'treated' LIMIT 1"
        )[0][0]
        let explained = try scratch.keeptouch("explain", key, "--now", "2026-03-04T10:00Z").output
        for line in ["set_1: set", "tag_1: set", "untag_1: set"] { #expect(explained.contains(line), "\(explained)") }
        withExtendedLifetime(endpoint) {}
    }

    @Test func testsOfAPlaybookSeeWhatItsStepsWrite() throws {
        let (scratch, endpoint) = try workspace()
        let found = try scratch.keeptouch("test")
        #expect(found.code == 0, "\(found)")
        try scratch.replace("has rounds 2]", with: "has rounds 3]", in: "playbooks/hello/playbook.yaml")
        let wrong = try scratch.keeptouch("test")
        #expect(wrong.code == 1 && wrong.output.contains("rounds is 2"), "\(wrong)")
        withExtendedLifetime(endpoint) {}
    }

    @Test func aBacktestWritesNothingAndDecidesByWhatItsStepsWrite() throws {
        let (scratch, endpoint) = try workspace()
        // Each account has its second chance once: what the step writes keeps it out of later matches.
        try scratch.write(
            "playbooks/hello/playbook.yaml",
            """
            playbook: hello
            state: live
            category: education
            on: report_made
            if: helped is missing
            reentry: always
            holdout: 0%
            to: owner
            steps:
              - in_app: hello.md
              - tag: helped

            """)
        try scratch.write("playbooks/hello/hello.md", "---\nsubject: S\n---\nHello.\n")
        try scratch.write(
            "events.csv",
            "account,event,at\n"
                + (1...40).map { "a\($0),report_made,2026-03-02T08:00Z\na\($0),report_made,2026-03-05T08:00Z\n" }
                .joined())
        let now = "2026-03-10T09:00Z"
        #expect(try scratch.keeptouch("import", "accounts", "accounts.csv", "--now", "2026-03-01T07:00Z").code == 0)
        #expect(try scratch.keeptouch("import", "events", "events.csv", "--now", now).code == 0)
        let result = try scratch.keeptouch(
            "backtest", "hello", "--from", "2026-03-01", "--to", "2026-03-08", "--format", "json", "--now", now)
        #expect(result.code == 0, "\(result)")
        let report = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
        #expect(result.output.contains("40") && !result.output.contains("80"), "\(report)")
        #expect(try scratch.query("SELECT count(*) FROM account WHERE a_helped IS NOT NULL") == [["0"]])
        withExtendedLifetime(endpoint) {}
    }
}
