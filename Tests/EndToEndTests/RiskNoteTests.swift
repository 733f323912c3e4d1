import Foundation
import Testing

/// What a team reads of an account at risk.
@Suite struct RiskNoteTests {
    private func workspace(reason: String = "price: { theme: value, avoidable: yes }") throws -> (Scratch, Endpoint) {
        let endpoint = try Endpoint()
        let scratch = try Scratch(small: "in_app", port: endpoint.port)
        try scratch.write(
            "playbooks/hello/playbook.yaml",
            """
            playbook: hello
            state: live
            category: education
            risk: price
            when: seats > 1 and seats < 100
            holdout: 0%
            to: [owner]
            steps:
              - in_app: hello.md
              - wait: 7d
              - in_app: hello.md

            """)
        let data = try scratch.text("data.yaml")
        try scratch.write("data.yaml", data + "reasons:\n  \(reason)\n")
        #expect(try scratch.keeptouch("init", ".", "--simulation").code == 0)
        try scratch.write(
            "accounts.csv",
            "key,name,created_at,mrr,plan,seats,contact_email\na1,One,2025-03-02,100,pro,3,o@a1.example\na2,Two,2026-02-20,,,500,o@a2.example\n"
        )
        #expect(try scratch.keeptouch("import", "accounts", "accounts.csv", "--now", "2026-03-01T09:00Z").code == 0)
        #expect(try scratch.keeptouch("run", "--now", "2026-03-02T09:00Z").code == 0)
        return (scratch, endpoint)
    }

    @Test func theNoteSaysWhatWasDoneAndWhatComes() throws {
        let (scratch, endpoint) = try workspace()
        let note = try scratch.keeptouch("risk", "One")
        #expect(
            note.output == """
                One (a1)
                background
                  at risk: price (value) since 2026-03-02, by hello: seats = 3
                  plan pro, MRR 100.00 USD, with us for 12 months, MRR over that time 1200.41 USD
                what was done so far
                  2026-03-02 in_app_1 of hello
                what happens next
                  in_app_2 of hello, not before 2026-03-09
                what is needed
                  price: show what it gets for its money, or offer a plan that fits, from customer success; nobody is told (notify: of data.yaml)

                """, "\(note)")
        let other = try scratch.keeptouch("risk", "a2").output
        #expect(other.contains("at no risk that a live playbook knows of"), "\(other)")
        #expect(other.contains("what happens next\n  nothing\n"), "\(other)")
        // The last message has gone, and the account is still at risk.
        for day in ["2026-03-10", "2026-03-11"] {
            #expect(try scratch.keeptouch("run", "--now", "\(day)T09:00Z").code == 0)
        }
        let stuck = try scratch.keeptouch("risk", "a1").output
        #expect(stuck.contains("what happens next\n  nothing comes by itself: a person is needed\n"), "\(stuck)")
        let json = try scratch.keeptouch("risk", "a1", "--format", "json").object()
        #expect(json["next"] as? [String] == ["nothing comes by itself: a person is needed"])
        #expect(try scratch.keeptouch("risk", "nobody").complaints.contains("there is no account \"nobody\""))
        withExtendedLifetime(endpoint) {}
    }

    @Test func whatComesOnlyWithAPersonIsSaidSo() throws {
        let (scratch, endpoint) = try workspace()
        // Everybody has left: no message comes, whatever the playbook says.
        try scratch.write("contacts.csv", "account,email,role,status\na1,o@a1.example,owner,left\n")
        let left = try scratch.keeptouch("import", "contacts", "contacts.csv", "--now", "2026-03-03T09:00Z")
        #expect(left.code == 0, "\(left)")
        let gone = try scratch.keeptouch("risk", "a1").output
        #expect(
            gone.contains(
                "what happens next\n  nothing by hello: all its contacts have left\n  nothing comes by itself: a person is needed"
            ), "\(gone)")
        // So it is with a touch that is held.
        try scratch.execute(
            """
            UPDATE contact SET status = 'active';
            INSERT INTO touch (enrollment_id, account_id, playbook_id, version_id, step, recipient, kind, channel, category,
                message, ghost, state, priority, due_at, not_before, expires_at, variables, reason)
            SELECT enrollment_id, account_id, playbook_id, version_id, 'in_app_2', recipient, kind, channel, category,
                message, 0, 'held', 50, due_at, not_before, expires_at, '{}', 'missing: account.plan' FROM touch LIMIT 1
            """)
        let held = try scratch.keeptouch("risk", "a1").output
        #expect(
            held.contains(
                "in_app_2 of hello is held: missing: account.plan\n  nothing comes by itself: a person is needed"),
            "\(held)")
        withExtendedLifetime(endpoint) {}
    }

    @Test func aWaitUntilADateHasItsDate() throws {
        let (scratch, endpoint) = try workspace()
        try scratch.replace("wait: 7d", with: "wait_till: 10:00 local", in: "playbooks/hello/playbook.yaml")
        try scratch.replace("seats < 100", with: "seats < 1000", in: "playbooks/hello/playbook.yaml")
        for hour in [10, 11] { #expect(try scratch.keeptouch("run", "--now", "2026-03-03T\(hour):30Z").code == 0) }
        let note = try scratch.keeptouch("risk", "a2").output
        #expect(note.contains("in_app_2 of hello, not before 2026-03-04"), "\(note)")
        withExtendedLifetime(endpoint) {}
    }

    @Test func aTeamHasItsOwnForm() throws {
        let (scratch, endpoint) = try workspace(reason: "price: { theme: value, needs: \"an offer\" }")
        let check = try scratch.keeptouch("check")
        #expect(check.output.contains("warning: reason price has nobody to notify"), "\(check)")
        try scratch.write("notes/risk.md", "*{{account}}* pays {{mrr}}{{#stage}} in {{stage}}{{/stage}}: {{needed}}\n")
        try scratch.write("notes/prise.md", "{{acount}}\n")
        let wrong = try scratch.keeptouch("check")
        #expect(wrong.output.contains("notes/prise.md:1:1: error: "), "\(wrong)")
        #expect(
            wrong.output.contains("no reason of data.yaml is called \"prise\"; did you mean \"price\"?"), "\(wrong)")
        try scratch.remove("notes/prise.md")
        let note = try scratch.keeptouch("risk", "a1")
        #expect(
            note.output.hasPrefix("*One* pays 100.00 USD: price: an offer, from customer success; nobody is told"),
            "\(note)")
        let safe = try scratch.keeptouch("risk", "a2").output
        #expect(safe.contains("at no risk that a live playbook knows of"), "\(safe)")
        try scratch.write("notes/price.md", "{{reason}} {{clause}} {{done}}\n")
        #expect(try scratch.keeptouch("risk", "a1").output.hasPrefix("price seats = 3 2026-03-02 in_app_1 of hello"))
        withExtendedLifetime(endpoint) {}
    }

    @Test func aDigestCarriesTheNotes() throws {
        let (scratch, endpoint) = try workspace(reason: "price: { theme: value, avoidable: yes, notify: team }")
        try scratch.write(
            "channels/team.yaml",
            """
            channel: team
            kind: webhook
            allow_private: true
            request: { url: "http://127.0.0.1:\(endpoint.port)/team" }
            body: { kind: json, template: { text: "{{ text }}" } }
            response: { id: none, rules: [ { status: 200-299, then: accepted } ] }

            """)
        try scratch.write("notes/risk.md", "NOTE {{key}} {{next}}\n")
        let ran = try scratch.keeptouch("run", "--now", "2026-03-03T09:00Z")
        #expect(ran.code == 0, "\(ran)")
        let texts = try scratch.query("SELECT text FROM digest")
        #expect(texts.first?.first?.contains("NOTE a1 in_app_2 of hello, not before 2026-03-09") == true, "\(texts)")
    }
}
