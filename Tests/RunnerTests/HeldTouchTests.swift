import Foundation
import Playbooks
import Runner
import Storage
import Testing

@Suite struct HeldTouchTests {
    private func workspace(_ endpoint: Endpoint, message: String = "Seats: {{account.seats}}") throws -> TestWorkspace {
        try TestWorkspace(
            playbooks: [
                "main": TestWorkspace.playbook("main", more: ["to: everyone"], steps: ["email: hello.md", "wait: 1d"])
            ],
            message: "---\nsubject: Hello\n---\n\(message)\n",
            files: ["channels/mail.yaml": TestWorkspace.channel("mail", "email", url: endpoint.url)])
    }

    @Test func aTouchWhoseVariableArrivesLaterGoesOut() async throws {
        let endpoint = try Endpoint()
        let test = try workspace(endpoint)
        try test.addAccounts(2)
        try test.script("UPDATE account SET a_seats = 3 WHERE id = 2")
        try test.run(noon(20_000))
        #expect(
            try test.rows("SELECT account_id, state, reason FROM touch ORDER BY id") == [
                "1|held|missing: account.seats", "2|pending|-",
            ])
        let first = try await test.drain(noon(20_000))
        #expect(first.sent == 1)
        try test.run(noon(20_001))
        #expect(try test.rows("SELECT state FROM touch WHERE id = 1") == ["held"])
        try test.script("UPDATE account SET a_seats = 7 WHERE id = 1")
        try test.run(noon(20_002))
        #expect(
            try test.rows("SELECT state, reason, variables FROM touch WHERE id = 1") == [
                #"pending|-|{"account.seats":["number",7.0]}"#
            ])
        let second = try await test.drain(noon(20_002))
        #expect(second.sent == 1 && endpoint.received.last?.body.contains("Seats: 7") == true)
        try test.run(noon(20_002, hours: 1))
        #expect(try test.rows("SELECT step FROM enrollment WHERE account_id = 1") == ["1"])
    }

    @Test func aTouchOfEachContactIsFrozenForItself() throws {
        let test = try workspace(try Endpoint(), message: "Hello {{contact.first_name}}")
        try test.addAccounts(1)
        try test.script(
            """
            UPDATE contact SET name = NULL;
            INSERT INTO contact (account_id, key, email, address, name) VALUES (1, 'b', 'b@example.com', 'b@example.com', ' '),
                (1, 'c', 'c@example.com', 'c@example.com', 'Cy Young')
            """)
        try test.run(noon(20_000))
        #expect(try test.rows("SELECT state FROM touch ORDER BY recipient") == ["held", "held", "pending"])
        try test.script("UPDATE contact SET name = 'Bo' WHERE key = 'b'")
        try test.run(noon(20_001))
        #expect(
            try test.rows("SELECT state, variables FROM touch ORDER BY recipient")
                == [
                    #"held|{"contact.first_name":["text",null]}"#, #"pending|{"contact.first_name":["text","Bo"]}"#,
                    #"pending|{"contact.first_name":["text","Cy"]}"#,
                ])
    }

    /// As systems write names; what is no first name is missing.
    @Test func aPersonIsGreetedByTheFirstName() throws {
        let names: [(String, String?)] = [
            ("Ada Lovelace", "Ada"), ("Lovelace, Ada", "Ada"), ("LOVELACE, Ada King", "Ada"), ("Dr. Bo Berg", "Bo"),
            ("Mrs Cy Young", "Cy"), ("Frau Prof. Dr. Eva Maier", "Eva"), ("Sra. Inés Gil", "Inés"),
            ("Ada Lovelace, PhD", "Ada"),
            ("Lovelace, Dr. Ada", "Ada"), ("Acme, Inc.", "Acme"), ("Ada", "Ada"), ("Don Draper", "Don"),
            ("Lovelace,", "Lovelace"),
            ("M. Jean Petit", "Jean"), ("Sig. Ugo Rossi", "Ugo"), ("Hon Nguyen", "Hon"), ("Mr Smith", nil),
            ("Dr.", nil), ("Mr. and Mrs. Smith", nil),
            ("info@z.example", nil),
            ("Ada <ada@z.example>", "Ada"), ("-", nil), (", ,", nil),
            ("Dr. med. Eva Klein", "Eva"), ("Dr. rer. nat. Eva Klein", "Eva"), ("Dr. Dr. h.c. Eva Klein", "Eva"),
            ("Prof. Dr. h. c. mult. Eva Klein", "Eva"), ("Mag. rer. soc. oec. Eva Klein", "Eva"),
            ("Dr. Nat King", "Nat"), ("Dr. med. Klein", nil), ("J. R. Smith", nil), ("J.R. Smith", nil),
            ("J R Smith", nil), ("J.-P. Martin", nil), ("Smith, J.", nil), ("JR Smith", "JR"), ("李 明", "李"),
        ]
        let test = try workspace(try Endpoint(), message: "Hello {{contact.first_name | there}}")
        try test.addAccounts(1)
        try test.script("DELETE FROM contact")
        for (index, (name, _)) in names.enumerated() {
            try test.script(
                """
                INSERT INTO contact (account_id, key, email, address, name)
                VALUES (1, 'c\(100 + index)', 'c\(index)@example.com', 'c\(index)@example.com', '\(name)')
                """)
        }
        try test.run(noon(20_000))
        let found = try test.rows(
            "SELECT t.variables FROM touch AS t JOIN contact AS c ON c.id = t.contact_id ORDER BY c.key")
        #expect(
            found
                == names.map { _, first in
                    "{\"contact.first_name\":[\"text\",\(first.map { "\"\($0)\"" } ?? "null")]}"
                })
    }

    @Test func whatIsHeldForTooLongExpiresAndTheRoadGoesOn() throws {
        let test = try workspace(try Endpoint())
        try test.addAccounts(1)
        try test.run(noon(20_000))
        try test.run(noon(20_006))
        #expect(try test.rows("SELECT state FROM touch") == ["held"])
        // The variable that arrives now is too late.
        try test.script("UPDATE account SET a_seats = 7")
        try test.run(noon(20_007))
        #expect(
            try test.rows("SELECT state, reason, settled_at FROM touch")
                == ["expired|waited too long: missing: account.seats|\(noon(20_007).milliseconds)"])
        try test.run(noon(20_007, hours: 1))
        #expect(try test.rows("SELECT step, due_at FROM enrollment") == ["1|\(noon(20_008).milliseconds)"])
    }

    @Test func aTouchThatCannotBeRenderedIsTriedAgainWhenItCan() async throws {
        let endpoint = try Endpoint()
        let test = try workspace(endpoint, message: "Name: {{account.name}}")
        try test.addAccounts(1)
        // An empty text is there for the database, and missing for the message.
        try test.script("UPDATE account SET name = ''")
        try test.run(noon(20_000))
        let first = try await test.drain(noon(20_000))
        #expect(first.held == 1 && first.hasFindings)
        try test.script("UPDATE account SET name = 'Acme'")
        try test.run(noon(20_001))
        let second = try await test.drain(noon(20_001))
        #expect(second.sent == 1)
        #expect(try test.rows("SELECT state, attempts FROM touch") == ["sent|1"])
    }
}
