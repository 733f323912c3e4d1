import Playbooks
import Storage
import Testing

/// Exports whose rows name several things at once, or need a second file or a second look to be understood.
struct StrangeExportsTests {
    private let accounts = [
        "Customer ID,Company,MRR,Status,Created,Email\n",
        (0..<12).map {
            "C-\(100 + $0),Firm \($0),\(49 + $0),\($0 % 4 == 3 ? "churned" : "active"),2025-03-04,e\($0)@f.example\n"
        }
        .joined(),
    ].joined()

    private func file(_ header: String, _ count: Int = 12, _ row: (Int) -> String) -> String {
        header + "\n" + (0..<count).map { row($0) + "\n" }.joined()
    }

    // MARK: People

    @Test func ofSeveralCompaniesInOneCellTheFirstCounts() throws {
        let companies = file("Record ID,Company name,Create Date") { "\(9_000 + $0 * 13),Firm \($0),2025-03-04" }
        let contacts = file("Record ID,First Name,Last Name,Email,Associated Company IDs") {
            "\(500 + $0),Ada,Lee,a\($0)@firm.example,\(9_000 + $0 * 13);\(9_000 + ($0 + 1) % 12 * 13)"
        }
        let files = try GuessedFiles([("companies.csv", companies), ("contacts.csv", contacts)])
        #expect(files.says("12 cells of \"Associated Company IDs\" name several accounts, of which the first counts"))
        #expect(files.warnings.contains { $0.hasPrefix("12 rows name several accounts") }, "\(files.warnings)")
        #expect(
            try files.rows(
                "SELECT a.key FROM contact c JOIN account a ON a.id = c.account_id WHERE c.address = 'a3@firm.example'")
                == ["9039"])
    }

    @Test func anAddressAtWorkCountsBeforeOneAtHome() throws {
        let companies = file("Organization - ID,Organization - Name,Organization - MRR") { "\($0 + 1),Firm \($0),49" }
        let people = file("Person - ID,Person - Name,Person - Organization,Person - Email - Home,Person - Email - Work")
        {
            "\(1_000 + $0),Ada \($0),Firm \($0),\($0 % 3 == 0 ? "" : "h\($0)@home.example"),\($0 % 4 == 1 ? "" : "w\($0)@firm.example")"
        }
        let files = try GuessedFiles([("organizations.csv", companies), ("people.csv", people)])
        #expect(
            files.says(
                "the address is that in \"Person - Email - Work\", and where it is empty that in \"Person - Email - Home\""
            ),
            "\(files.guess.notes)")
        #expect(
            try files.rows("SELECT address, name FROM contact WHERE key IN ('1000', '1001', '1002') ORDER BY key") == [
                "w0@firm.example|Ada 0", "h1@home.example|Ada 1", "w2@firm.example|Ada 2",
            ])
    }

    @Test func usersWithTheIdOfTheirCompanyMakeOneAccountEach() throws {
        let files = try GuessedFiles([
            ("users.csv", file("id,email,org_id,created_at") { "\($0),u\($0)@firm.example,org_\($0 % 3),2025-03-04" })
        ])
        #expect(try files.rows("SELECT count(*) FROM account") == ["3"])
        #expect(try files.rows("SELECT count(*) FROM contact") == ["12"])
    }

    @Test func peopleAndTheirMembershipsAreJoinedByACommand() throws {
        let orgs = file("id,name,mrr,created_at") { "\($0 + 1),Firm \($0),49,2025-03-04" }
        let users = file("id,email,first_name,last_name", 20) { "\($0 + 1),u\($0)@firm.example,Ada,Lee" }
        let pairs = file("id,organization_id,user_id,role", 20) { "\($0 + 1),\($0 * 7 % 12 + 1),\($0 + 1),owner" }
        let files = try GuessedFiles([("orgs.csv", orgs), ("users.csv", users), ("memberships.csv", pairs)])
        #expect(
            files.says(
                "'SELECT m.\"organization_id\", m.\"role\", p.* FROM p JOIN m ON m.\"user_id\" = p.\"id\"' > contacts.csv"
            ),
            "\(files.guess.notes)")
        // Numbers that are those of organizations by chance put nobody into one.
        #expect(try files.rows("SELECT count(*) FROM contact") == ["0"])
        #expect(
            try files.rows(
                "SELECT count(*) FROM event WHERE kind_id NOT IN (SELECT id FROM event_kind WHERE name LIKE 'contact%')"
            ) == ["0"])
    }

    // MARK: Keys and names

    @Test func anAmountIsNoKey() throws {
        let rows = file("Name,Status,MRR,Contact Email,Start Date") {
            "Firm \($0 == 5 ? 4 : $0),\($0 % 4 == 3 ? "Churned" : "Active"),$\(49 + $0).00,a\($0)@firm.example,3/14/2025"
        }
        let files = try GuessedFiles(rows)
        #expect(files.says("accounts are told apart by the addresses in \"Contact Email\""), "\(files.guess.notes)")
        #expect(try files.rows("SELECT count(*), sum(mrr), count(name) FROM account") == ["12|65400|12"])
        let named = try GuessedFiles(file("Name,Status,MRR", 30) { "Firm \($0 == 5 ? 4 : $0),Active,$\(49 + $0).00" })
        #expect(
            named.guess.yaml.contains("key: { column: \"Name\" }  # 1 repeat; the last row counts"),
            "\(named.guess.yaml)")
    }

    @Test func theValueOfACurrencyIsNoCurrency() throws {
        let rows = file("Record ID,Record,Customer status,MRR > Currency value,Created at") {
            "id-\($0),Firm \($0),Active,$\(49 + $0).00,2025-03-04T10:00:00.000000000Z"
        }
        let files = try GuessedFiles(rows)
        #expect(try files.rows("SELECT sum(mrr), min(name) FROM account") == ["65400|Firm 0"])
    }

    // MARK: Money

    @Test func anAmountIsMultipliedByItsQuantityAndDividedByItsPeriod() throws {
        let rows = file(
            "uuid,account_code,state,quantity,unit_amount,currency,plan_interval_length,plan_interval_unit,activated_at"
        ) {
            "s\($0),acc-\($0),active,\(1 + $0 % 2),\($0 % 3 == 0 ? "20.00" : "240.00"),USD,\($0 % 3 == 0 ? 1 : 12),months,2025-03-04"
        }
        let files = try GuessedFiles([("subscriptions.csv", rows)])
        #expect(try files.rows("SELECT mrr, count(*) FROM account GROUP BY mrr ORDER BY mrr") == ["2000|6", "4000|6"])
    }

    @Test(arguments: [
        ("1.2k", 120_000), ("$1.2k", 120_000), ("1.2K", 120_000), ("15k", 1_500_000), ("1.2k USD", 120_000),
        ("$1.5k/mo", 150_000), ("49,00", 4_900), ("1.234,50", 123_450), ("1,234.50", 123_450),
    ]) func anAmountWithOneReadingIsRead(text: String, stored: Int) throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key,mrr\na,\"\(text)\"\n")
        #expect(try world.rows("SELECT mrr FROM account") == ["\(stored)"])
    }

    @Test(arguments: ["1.234k", "1.2m", "k", "1.2kr", "12kg"])
    func noOtherIsGuessedAt(text: String) throws {
        let world = try ImportWorld()
        let report = try world.load(.accounts, "key,mrr\na,\"\(text)\"\n")
        #expect(report.cellsLeftOut == 1)
        #expect(try world.rows("SELECT mrr FROM account") == [""])
    }

    @Test func thousandsAndMixedMarksAreSaid() throws {
        let thousands = try GuessedFiles(file("id,company,MRR") { "k\($0),Firm \($0),\($0 % 3 == 0 ? "1.2k" : "200")" })
        #expect(
            thousands.says("\"MRR\": 4 of 12 amounts end in k and are read as thousands"), "\(thousands.guess.notes)")
        #expect(try thousands.rows("SELECT sum(mrr) FROM account") == ["\(4 * 120_000 + 8 * 20_000)"])
        let mixed = try GuessedFiles(
            file("id;company;MRR") { "k\($0);Firm \($0);\($0 % 2 == 0 ? "1.234,50" : "99.00")" })
        #expect(mixed.says("6 amounts have a decimal comma and 6 a decimal point"), "\(mixed.guess.notes)")
        #expect(try mixed.rows("SELECT sum(mrr) FROM account") == ["\(6 * 123_450 + 6 * 9_900)"])
    }

    @Test func ofAMonthsAndAYearsRevenueOneIsTakenAndSaid() throws {
        let both = try GuessedFiles(file("id,company,MRR,Annual MRR") { "k\($0),Firm \($0),49,588" })
        #expect(both.says("\"MRR\" (filled in 12 of 12 rows) is taken for the revenue, and not \"Annual MRR\""))
        #expect(try both.rows("SELECT DISTINCT mrr FROM account") == ["4900"])
        let annual = try GuessedFiles(file("id,company,Annual MRR") { "k\($0),Firm \($0),588" })
        #expect(
            annual.says(
                "is not taken for mrr; if it is a year's, say: attributes: { mrr: { per: year, column: \"Annual MRR\" } }"
            ),
            "\(annual.guess.notes)")
        #expect(try annual.rows("SELECT DISTINCT mrr FROM account") == [""])
    }

    // MARK: Who has left

    @Test(arguments: [
        ("Plan", ["Starter", "Pro", "Plan: Cancelled", "Team"]), ("Plan", ["Starter", "Pro", "Canceled", "Team"]),
        ("Tags", ["vip, eu", "eu", "\"Churned, eu\"", ""]), ("Labels", ["vip|eu", "us", "eu|churned|vip", "us|eu"]),
    ]) func aPlanOrATagSaysWhoHasLeft(name: String, words: [String]) throws {
        let files = try GuessedFiles(
            file("Customer ID;Company;MRR;Created;\(name)") {
                "c\($0);Firm \($0);49;2025-03-04;\(words[$0 % 4].replacing("\"", with: ""))"
            })
        #expect(files.says("there has left (status), and the others are customers"), "\(files.guess.notes)")
        #expect(
            try files.rows("SELECT status, count(*) FROM account GROUP BY status ORDER BY status") == [
                "active|9", "churned|3",
            ], "\(files.guess.yaml)")
        #expect(files.reports.allSatisfy { $0.cellsLeftOut == 0 })
    }

    // MARK: Usage

    @Test(arguments: [
        "2026-W05,2026-W06,2026-W07", "KW 5 2026,KW 6 2026,KW 7 2026", "KW5/2026,KW6/2026,KW7/2026",
        "W5 2026,W6 2026,W7 2026", "Logins 2026W05,Logins 2026W06,Logins 2026W07",
    ]) func weeksOfISO8601AreColumnsOfUsage(header: String) throws {
        let usage = file("Customer ID,\(header)") { "C-\(100 + $0),7,14,21" }
        let files = try GuessedFiles([("accounts.csv", accounts), ("usage.csv", usage)])
        #expect(files.guess.yaml.contains("days: week"), "\(files.guess.yaml)")
        #expect(
            try files.rows("SELECT count(*), min(value), max(value), min(day) FROM series_rows")
                == ["\(12 * 21)|1.0|3.0|\(try ImportWorld.milliseconds("2026-01-26T00:00:00Z") / 86_400_000)"])
    }

    @Test(arguments: ["Jan,Feb,Mar", "KW 41,KW 42,KW 43", "Logins Januar,Logins Februar,Logins März"])
    func weeksAndMonthsOfNoYearAreRefusedWithWhatToWrite(header: String) throws {
        let usage = file("Customer ID,\(header)") { "C-\(100 + $0),7,14,21" }
        let files = try GuessedFiles([("accounts.csv", accounts), ("usage.csv", usage)])
        #expect(files.says("weeks or months of no year"), "\(files.guess.notes)")
        #expect(files.says(" 2026\")"))
    }

    // MARK: Files that hold nothing, or two things

    @Test func aFileOfNoRowsIsNamedAndCostsTheOthersNothing() throws {
        let files = try GuessedFiles([
            ("accounts.csv", accounts), ("usage.csv", "Customer ID,Date,Logins\n"), ("nothing.csv", ""),
        ])
        #expect(files.says("usage.csv holds no row but the names of its columns, and was left out"))
        #expect(files.says("nothing.csv: is empty, and was left out"))
        #expect(try files.rows("SELECT count(*) FROM account") == ["12"])
        #expect(throws: ImportError.self) { try GuessedFiles("Customer ID,Company,MRR\n") }
    }

    @Test func datesOfBothOrdersAreSaidOfEveryFile() throws {
        let usage = file("Customer ID,Date,Logins", 24) {
            "C-\(100 + $0 % 12),\($0 < 12 ? "13/01/2026" : "01/14/2026"),3"
        }
        let answers = file("Customer ID,Score,Responded At,Sent At") {
            "C-\(100 + $0),9,\(13 + $0)/01/2026,01/\(13 + $0)/2026"
        }
        let files = try GuessedFiles([("accounts.csv", accounts), ("usage.csv", usage), ("nps.csv", answers)])
        #expect(
            files.says(
                "usage.csv: \"Date\" holds 12 dates that can only have the day first, and 12 that can only have the month first"
            ),
            "\(files.guess.notes)")
        #expect(
            files.says(
                "nps.csv: \"Responded At\" has the day before the month, and \"Sent At\" the month before the day"))
    }

    @Test(arguments: ["\n", ",,,,,\n", "\nUsage,,,,,\n"])
    func aSecondTableIsRefusedWithHowToPartTheFile(gap: String) throws {
        let text = accounts + gap + "Customer ID,Month,Logins,,,\nC-100,2026-01,3,,,\n"
        let line = 14 + gap.count { $0 == "\n" }
        let said =
            "\(line): another table begins here (\"Customer ID\", \"Month\", \"Logins\"); give each a file of its own: head -n \(line - 1)"
        let world = try ImportWorld()
        var map = ImportMap("accounts", .accounts)
        map.columns["key"] = ColumnForm(column: "Customer ID")
        let error = #expect(throws: ImportError.self) { try world.load(.accounts, text, ImportOptions(map: map)) }
        #expect(error?.description.contains(said) == true, "\(String(describing: error))")
        #expect(throws: ImportError.self) { try GuessedFiles(text) }
    }

    @Test func aGapOrASecondLineOfTheNamesIsNoTable() throws {
        let lines = accounts.split(separator: "\n").map(String.init)
        let text =
            (["Active customers"] + lines[..<7] + ["", "Churned customers", lines[0]] + lines[7...] + [
                "", "C-9,Zeta Ltd,,active,,",
            ])
            .joined(separator: "\n") + "\n"
        let files = try GuessedFiles(text)
        #expect(try files.rows("SELECT count(*), sum(mrr) FROM account") == ["13|65400"])
        #expect(try files.rows("SELECT count(*) FROM account WHERE status = 'churned'") == ["3"])
        #expect(files.says("1 line that names the columns once more was left out"))
        // Where no column says it of each row, a line that says it of those below refuses the file.
        let plain = try GuessedFiles("Customer ID,Company,MRR\nc1,Firm,49\n\nChurned customers\nc2,Old Firm,49\n")
        #expect(plain.reports.first?.stopped?.contains("stands alone in its row") == true, "\(plain.reports)")
    }
}
