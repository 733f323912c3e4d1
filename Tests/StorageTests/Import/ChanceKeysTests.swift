import Playbooks
import Storage
import Testing

/// Keys that are small numbers: a file's own ids and its counts are such numbers, too, and name no accounts.
struct ChanceKeysTests {
    private static let count = 40

    private func accounts(_ keys: (Int) -> String = { "\($0)" }) -> (name: String, text: String) {
        (
            "accounts.csv",
            "id,name,email,status,created_at,mrr\n"
                + (1...Self.count).map { "\(keys($0)),Firm \($0),u\($0)@firm\($0).example,active,2025-01-01,49\n" }
                .joined()
        )
    }

    private func file(_ name: String, _ header: String, _ rows: ClosedRange<Int> = 1...20, _ row: (Int) -> String)
        -> (name: String, text: String)
    {
        (name, header + "\n" + rows.map { row($0) + "\n" }.joined())
    }

    private let accountsOfEvents =
        "SELECT a.key FROM event e JOIN account a ON a.id = e.account_id JOIN event_kind k ON k.id = e.kind_id WHERE k.name = "

    @Test(arguments: ["id", "Id", "Response ID", "No", "#id"])
    func whoAnsweredIsFoundByTheAddressAndNotByTheNumberOfTheAnswer(header: String) throws {
        let files = try GuessedFiles([
            accounts(),
            file("responses.csv", "\(header),created_at,email,score,comment") {
                "\($0),2026-01-\($0 < 10 ? "0" : "")\($0) 10:00:00,u\(41 - $0)@firm\(41 - $0).example,\($0 % 11),hm"
            },
        ])
        #expect(
            try files.rows(accountsOfEvents + "'nps_response' ORDER BY e.at") == (1...20).map { "\(41 - $0)" },
            "\(files.guess.yaml)")
    }

    @Test func whoCanceledIsFoundByTheAddressAndNotByTheNumberOfTheRequest() throws {
        let files = try GuessedFiles([
            accounts(),
            file("cancellations.csv", "id,email,requested_at,reason", 1...5) {
                "\($0),u\(30 + $0)@firm\(30 + $0).example,2026-01-2\($0),price"
            },
        ])
        #expect(
            try files.rows(accountsOfEvents + "'cancel_requested' ORDER BY e.at") == (31...35).map(String.init),
            "\(files.guess.yaml)")
    }

    @Test func contactsAreFoundByTheirCompanyAndNotByTheirNumber() throws {
        let people = file("people.csv", "id,full_name,email,company", 1...40) {
            "\($0),Pat \($0),p\($0)@firm\(41 - $0).example,FIRM \(41 - $0)"
        }
        for people in [
            people, ("people.csv", people.text.replacing("FIRM ", with: "").replacing("company", with: "cust no")),
        ] {
            let files = try GuessedFiles([accounts(), people])
            #expect(
                try files.rows(
                    "SELECT a.key FROM contact c JOIN account a ON a.id = c.account_id WHERE c.email LIKE 'p%' ORDER BY c.id"
                )
                    == (1...40).map { "\(41 - $0)" }, "\(files.guess.yaml)")
        }
    }

    @Test(arguments: ["Logins", "Sessions", "total", "count", "Active users", "reports"])
    func aCountNamesNoAccount(header: String) throws {
        for by in ["email", "company"] {
            let files = try GuessedFiles([
                accounts(),
                file("usage.csv", "\(by == "email" ? "user_email" : "Company"),Date,\(header)", 1...40) {
                    (by == "email" ? "u\($0)@firm\($0).example" : "firm \($0)") + ",2026-01-01,\(1 + $0 * 7 % 9)"
                },
            ])
            #expect(
                try files.rows("SELECT count(DISTINCT account_id) FROM series_rows") == ["40"], "\(files.guess.yaml)")
        }
    }

    @Test func idsThatMayBeThoseOfTheRowsAreAskedFor() throws {
        let files = try GuessedFiles([
            accounts(),
            file("users.csv", "id,email,full_name,created_at", 1...30) {
                "\($0),p\($0)@firm\(31 - $0).example,Pat \($0),2025-03-01"
            },
        ])
        #expect(try files.rows("SELECT 1 FROM contact WHERE email LIKE 'p%'") == [])
        #expect(files.says("keeptouch import contacts users.csv --map account=\"id\""), "\(files.guess.notes)")
    }

    /// Nobody counts rows so.
    @Test(arguments: [{ "C\($0)" }, { "\(7_000 + $0 * $0 * 31)" }] as [@Sendable (Int) -> String])
    func idsThatFitByNoChanceAreKeys(key: @Sendable (Int) -> String) throws {
        let files = try GuessedFiles([
            accounts(key), file("people.csv", "id,email,name") { "\(key($0)),p\($0)@firm\($0).example,Pat \($0)" },
        ])
        #expect(try files.rows("SELECT count(*) FROM contact WHERE email LIKE 'p%'") == ["20"], "\(files.guess.yaml)")
    }

    @Test func idsThatComeOftenAreThoseOfAccounts() throws {
        let files = try GuessedFiles([
            accounts(),
            file("usage.csv", "id,day,logins", 1...80) { "\(1 + ($0 - 1) / 2),2026-01-0\(1 + $0 % 2),\(1 + $0 % 9)" },
            ("wide.csv", "id,2025-10,2025-11\n1,3,4\n2,5,1\n3,2,2\n"),
        ])
        #expect(
            try files.rows("SELECT count(DISTINCT account_id) FROM series_rows WHERE date >= '2026'") == ["40"],
            "\(files.guess.yaml)")
    }
}
