import Foundation
import Testing

/// What the reports propose.
@Suite struct NextTests {
    @Test func whatNobodyEntersAndWhatCapsLoseIsProposed() throws {
        let endpoint = try Endpoint()
        let scratch = try Scratch(small: "email", port: endpoint.port)
        try scratch.replace("timezone: UTC", with: "timezone: UTC\ncaps: [ 1 per 1d ]", in: "keeptouch.yaml")
        try scratch.write(
            "playbooks/idle/playbook.yaml",
            """
            playbook: idle
            state: live
            category: education
            when: seats > 1000
            steps:
              - email: hello.md

            """)
        try scratch.write("playbooks/idle/hello.md", "---\nsubject: Hello\n---\nHello.\n")
        #expect(try scratch.keeptouch("init", ".", "--simulation").code == 0)
        let rows = (1...30).map { "a\($0),Account \($0),2025-01-01,3,o@a\($0).example" }
        let header = "key,name,created_at,seats,contact_email\n"
        try scratch.write("accounts.csv", header + rows.joined(separator: "\n") + "\n")
        #expect(try scratch.keeptouch("import", "accounts", "accounts.csv", "--now", "2026-01-01T09:00Z").code == 0)
        let first = try scratch.keeptouch("run", "--now", "2026-01-02T09:00Z")
        #expect(first.code == 0, "\(first)")
        let early = try scratch.keeptouch("next")
        #expect(early.code == 0 && early.output.contains("Nothing\nNo experiment is at its end"), "\(early)")

        #expect(try scratch.keeptouch("run", "--now", "2026-04-15T09:00Z").code == 0)
        try scratch.execute("UPDATE touch SET due_at = due_at + 8640000000, state = 'capped' WHERE id <= 25")
        let told = try scratch.keeptouch("next")
        #expect(
            told.output.contains(
                "1. Raise a cap, or the priority of hello: caps lose its touches\nOf 25 touches of the last 30 days caps used up 25, "
                    + "100.0%.\nDo: edit caps: in keeptouch.yaml"), "\(told)")
        #expect(
            told.output.contains("3. Retire idle: nobody enters it\nIt has been live since 2026-01-02; "), "\(told)")
        #expect(told.output.contains("-state: live\n+state: retired"), "\(told)")
        #expect(told.output.contains("Nothing is done by itself"), "\(told)")
        let json = try scratch.keeptouch("next", "--format", "json")
        #expect(json.output.contains("Retire idle: nobody enters it"), "\(json)")
        #expect(try scratch.keeptouch("next", "--html", "next.html").code == 0)
        #expect(try scratch.text("next.html").contains("Retire idle"))
        withExtendedLifetime(endpoint) {}
    }
}
