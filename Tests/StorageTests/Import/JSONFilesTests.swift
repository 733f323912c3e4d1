import Playbooks
import Storage
import Testing

/// Files of JSON objects: one a line, an array, the answers of an API; with objects within.
struct JSONFilesTests {
    private func orgs(_ count: Int = 12) -> [String] {
        (0..<count).map { number in
            """
            {"org":{"id":"o-\(number)","name":"Firm \(number)","created_at":"2025-03-0\(1 + number % 9)T10:00:00Z"},\
            "billing":{"plan":"pro","mrr":49.5,"status":"\(number % 4 == 3 ? "cancelled" : "active")"},\
            "owner":{"email":"o\(number)@firm.example","name":"Ada \\"A\\" \(number)"}}
            """
        }
    }

    @Test(arguments: ["lines", "array", "envelope", "pages"])
    func objectsInObjectsAreColumns(shape: String) throws {
        let orgs = orgs()
        let text =
            switch shape {
            case "lines": orgs.joined(separator: "\n") + "\n"
            case "array": "[\n" + orgs.joined(separator: ",\n ") + "\n]\n"
            case "envelope":
                "{\n \"object\": \"list\",\n \"data\": [\n" + orgs.joined(separator: ",\n")
                    + "\n ],\n \"meta\": {\"a\": [1]} \n}\n"
            default:
                "{\"data\":[\(orgs[..<5].joined(separator: ","))],\"has_more\":true}\n"
                    + "{\"data\":[\(orgs[5...].joined(separator: ","))],\"has_more\":false}\n"
            }
        let files = try GuessedFiles([("orgs.json", text)])
        #expect(files.guess.yaml.contains("key: { column: \"org.id\" }"), "\(files.guess.yaml)")
        #expect(
            try files.rows("SELECT status, count(*), sum(mrr), min(name) FROM account GROUP BY status ORDER BY status")
                == ["active|9|44550|Firm 0", "churned|3|14850|Firm 11"])
        #expect(
            try files.rows("SELECT address FROM contact WHERE key = 'owner' ORDER BY id LIMIT 1") == ["o0@firm.example"]
        )
        // The same file again changes nothing.
        let again = try files.world.importer.run(
            .accounts, from: .file(files.world.scratch.path("orgs.json")),
            options: ImportOptions(map: files.world.dataMap.importMap("accounts")), now: files.world.now)
        #expect((again.unchanged, again.updated) == (12, 0))
    }

    @Test func theFirstContactOfALeadComesWithItAndTheOthersAreNamed() throws {
        let text = (0..<10).map { number in
            """
            {"id":"lead_\(number)","display_name":"Firm \(number)","status_label":"\(number == 4 ? "Canceled" : "Customer")",\
            "date_created":"2025-03-01T10:00:00+00:00","contacts":[{"id":"c\(number)","name":"Ada \(number)",\
            "emails":[{"type":"office","email":"a\(number)@firm.example"}]},{"id":"d\(number)","name":"Bo","emails":[]}]}

            """
        }.joined()
        let files = try GuessedFiles([("leads.ndjson", text)])
        #expect(try files.rows("SELECT count(*), min(address), min(name) FROM contact") == ["10|a0@firm.example|Ada 0"])
        #expect(try files.rows("SELECT count(*) FROM account WHERE status = 'churned' AND name = 'Firm 4'") == ["1"])
        #expect(
            files.says("jq -c '. as $row | $row.contacts[] + {account: $row.id}' leads.ndjson > contacts.ndjson"),
            "\(files.guess.notes)")
        #expect(!files.guess.yaml.contains("contacts_0"), "\(files.guess.yaml)")
    }

    @Test func subscriptionsOfStripeAreInCentsAndManyOfOne() throws {
        let text = (0..<12).map { number in
            """
            {"id":"sub_\(number)","object":"subscription","customer":"cus_\(number)","created":1740000000,\
            "status":"\(number % 4 == 3 ? "canceled" : "active")","ended_at":\(number % 4 == 3 ? "1764000000" : "null"),\
            "plan":{"amount":\(number % 2 == 0 ? 4_900 : 58_800),"currency":"usd",\
            "interval":"\(number % 2 == 0 ? "month" : "year")"},"quantity":\(1 + number % 3)}

            """
        }.joined()
        let files = try GuessedFiles([("subscriptions.ndjson", text)])
        #expect(files.says("\"plan.amount\" is in cents, as Stripe writes amounts"), "\(files.guess.notes)")
        #expect(
            try files.rows("SELECT mrr, count(*) FROM account GROUP BY mrr ORDER BY mrr") == [
                "4900|4", "9800|4", "14700|4",
            ])
        #expect(try files.rows("SELECT count(*) FROM account WHERE created_at = 1740000000000") == ["12"])
        #expect(try files.rows("SELECT count(*) FROM account WHERE status = 'churned'") == ["3"])
    }

    @Test(arguments: [
        ("[{\"key\":\"a\"},17,{\"key\":\"b\"},{\"key\":\"c\"}]", ["a", "b", "c"], 1),
        ("[{\"key\":\"a\"},{\"key\":", ["a"], 1), ("{\"data\":[{\"key\":\"a\"},]}", ["a"], 0), ("[]", [], 0),
        ("[{\"key\":\"a\"}]\nmore", ["a"], 0), ("[{\"key\":\"a, ]}\"}]", ["a, ]}"], 0),
        ("{\"id\":1,\"data\":[{\"key\":\"b\"}],\"key\":\"a\"}\n", ["a"], 0),
    ]) func whatIsBrokenCostsNoMoreThanItself(text: String, keys: [String], rejected: Int) throws {
        let world = try ImportWorld()
        let report = try world.load(.accounts, text)
        #expect(try world.rows("SELECT key FROM account ORDER BY key") == keys)
        #expect(report.rejected == rejected)
    }

    @Test func aListIsNoWish() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key\na\n")
        var map = ImportMap("contacts", .contacts)
        map.columns["email"] = ColumnForm(column: "emails.0.email")
        let text = "{\"account\":\"a\",\"key\":\"k\",\"emails\":[{\"type\":\"office\",\"email\":\"a@firm.example\"}]}\n"
        try world.load(.contacts, text, ImportOptions(map: map))
        try world.load(.contacts, text.replacing("\"k\"", with: "\"l\""))
        #expect(try world.rows("SELECT key, address FROM contact ORDER BY key") == ["k|a@firm.example", "l|"])
        #expect(try world.rows("SELECT count(*) FROM suppression") == ["0"])
    }

    @Test func ofSeveralMembersTheFirstThatIsFilledCounts() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key\na\n")
        var map = ImportMap("contacts", .contacts)
        map.columns["email"] = ColumnForm(column: "mails.work")
        map.columns["email"]?.moreColumns = ["home"]
        try world.load(
            .contacts,
            """
            {"account":"a","key":"k","home":"h@x.example","mails":{"work":"w@x.example"}}
            {"account":"a","key":"l","home":"l@x.example","mails":{"work":null}}
            {"account":"a","key":"m","home":"m@x.example"}

            """, ImportOptions(map: map))
        #expect(
            try world.rows("SELECT key, address FROM contact ORDER BY key") == [
                "k|w@x.example", "l|l@x.example", "m|m@x.example",
            ])
    }

    @Test func oneObjectOverSeveralLinesIsNamed() throws {
        let world = try ImportWorld()
        let error = #expect(throws: ImportError.self) { try world.load(.accounts, "{\n  \"key\": \"a\"\n}\n") }
        #expect(error?.description.contains("is one JSON object over several lines") == true)
    }
}
