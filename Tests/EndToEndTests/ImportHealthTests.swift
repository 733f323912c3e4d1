import Foundation
import Testing

/// What an import could not take is said again where people look: `doctor` and `status`.
@Suite struct ImportHealthTests {
    @Test func doctorNamesColumnsThatDoNotComeAndAmountsInAnotherCurrency() throws {
        let scratch = try Scratch(small: "in_app")
        #expect(try scratch.keeptouch("init", ".", "--simulation").code == 0)
        try scratch.replace(
            "attributes:\n",
            with: "imports:\n  crm: { kind: accounts, file: crm.csv, columns: { plan: Tier } }\nattributes:\n",
            in: "data.yaml")
        func take(_ text: String, _ day: String) throws -> Program.Outcome {
            try scratch.write("crm.csv", text)
            return try scratch.keeptouch("import", "crm", "--now", "\(day)T08:00Z")
        }
        #expect(try take("key,Tier,mrr\na,pro,49\nb,free,€10\n", "2026-03-02").code == 0)
        let first = try scratch.keeptouch("doctor", "--now", "2026-03-02T09:00Z").output
        #expect(
            first.contains(
                "1 cell of mrr could not be taken from the last file (1 amount in another currency than USD)"),
            "\(first)")
        let renamed = try take("key,Plan Tier,mrr\na,free,49\nb,free,10\n", "2026-03-04")
        let sentence = "the column \"Tier\" (plan) is not in it since 2026-03-04 08:00, and came last 2026-03-02 08:00"
        #expect(renamed.complaints.contains("crm.csv: warning: \(sentence)"), "\(renamed)")
        let second = try scratch.keeptouch("doctor", "--now", "2026-03-04T09:00Z").output
        #expect(second.contains("import crm (crm.csv)") && second.contains(sentence), "\(second)")
        #expect(!second.contains("another currency"), "\(second)")
        #expect(try scratch.keeptouch("status", "--now", "2026-03-04T09:00Z").output.contains(sentence))
    }

    @Test func statusCountsWhatCameForPeopleWhomNobodyKnows() throws {
        let scratch = try Scratch(small: "in_app")
        #expect(try scratch.keeptouch("init", ".", "--simulation").code == 0)
        try scratch.write("accounts.csv", "key\na\n")
        try scratch.write(
            "events.csv",
            "account,event,at,contact\na,report_made,2026-03-01,ada@x.example\na,report_made,2026-03-02,bo@x.example\n")
        #expect(try scratch.keeptouch("import", "accounts", "accounts.csv", "--now", "2026-03-02T08:00Z").code == 0)
        #expect(try scratch.keeptouch("import", "events", "events.csv", "--now", "2026-03-02T08:00Z").code == 0)
        try scratch.execute(
            "INSERT INTO waiting_row (waits_for, row, received_at) VALUES ('user:u9', '{}', 1772438400000)")
        let status = try scratch.keeptouch("status", "--now", "2026-03-02T09:00Z").output
        #expect(
            status.contains("2 events name a contact that its account does not have, and count for the account alone"),
            "\(status)")
        #expect(
            status.contains(
                "1 row over HTTP waits for accounts and users that nobody knows; the last came 2026-03-02 08:00, for the user \"u9\""
            ), "\(status)")
    }
}
