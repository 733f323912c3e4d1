import Playbooks
import Storage
import Testing

/// Rows that are none, columns that come twice, dates that have two readings, addresses with names.
struct MessyRowsTests {
    @Test(arguments: [
        "Grand Totals (60 records)", "Total", "TOTAL:", "Totals: 60", "Gesamt", "Summe 12", "Gesamtsumme", "Totaux",
        "Total général", "Report Total", "(Total)", "Subtotal - 3", "Totale", "Copyright (c) 2000-2026 example.com",
        "Confidential Information - Do Not Distribute", "Generated on 2026-03-01 by Ann", "Exported by Ann",
        "Erstellt am 01.03.2026", "Stand: 01.03.2026", "Page 1 of 1", "© 2026 Example",
    ])
    func rowsOfTotalsAndLinesBelowAreNoAccounts(text: String) throws {
        for cells in ["\(text),,,5", "\(text),,,", text, ",\(text),,"] {
            let world = try ImportWorld()
            let path = try world.file("key,name,email,mrr\na,A,a@x.example,5\nb,B,b@x.example,6\n\(cells)\n")
            // A total may have other cells; what stands below the table has none beside it.
            let report = try world.importer.run(.accounts, from: .file(path), now: world.now)
            #expect((report.inserted, report.totals, report.rejected) == (2, 1, 0), "\(cells): \(report)")
            #expect(report.warnings.count == 1, "\(report.warnings)")
            let guess = try DataMapGuess(from: .file(path), configuration: world.configuration, now: world.now)
            #expect(guess.files.map(\.rows) == [2])
        }
    }

    @Test(arguments: [
        "Total Wine & More", "Summer Ltd", "Total (France)", "Copyright Clearance Center", "Gesamtschule Nord",
        "Page One Inc",
        "Sum Sum", "Totally Fine", "Source: Labs",
    ])
    func companiesOfSuchNamesAreAccounts(text: String) throws {
        let world = try ImportWorld()
        let report = try world.load(.accounts, "key,name,email,mrr\n\(text),\(text),a@x.example,5\n")
        #expect((report.inserted, report.totals) == (1, 0), "\(report)")
    }

    @Test(arguments: [
        "Page Two Ltd", "Seite Eins GmbH", "As of Today Inc", "SUM-001", "TOTAL-17", "Total 24 Ltd", "SOMA 7b",
    ])
    func keysAndNamesOfShortRowsAreAccounts(text: String) throws {
        let world = try ImportWorld()
        let report = try world.load(.accounts, "key,email\n\(text),a@x.example\n")
        #expect((report.inserted, report.totals) == (1, 0), "\(report)")
    }

    @Test(arguments: ["Page 1 of 3", "Seite 2", "As of 2026-03-01", "Total 24", "Summe: 12 Zeilen", "Total - 1,204.50"])
    func whatEndsATableIsNoRow(text: String) throws {
        let world = try ImportWorld()
        let report = try world.load(
            .accounts, "key,email\na,a@x.example\n\(text.contains(",") ? "\"\(text)\"" : text),\n")
        #expect((report.inserted, report.totals) == (1, 1), "\(report)")
    }

    @Test func aTotalOfAnotherFileIsNoRowOfIt() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key\na\n")
        for (kind, text) in [
            (ImportKind.contacts, "account,email\na,a@x.example\nGrand Totals (1 records),\n"),
            (.metrics, "account,day,logins\na,2026-03-01,4\nTotal,,4\nExported on 2026-03-01,,\n"),
            (.events, "account,event,at\na,complaint,2026-03-01\nSumme,,\n"),
        ] {
            let report = try world.load(kind, text)
            #expect((report.inserted, report.rejected) == (1, 0), "\(kind): \(report)")
        }
    }

    // MARK: Columns of one name

    @Test func ofColumnsOfOneNameTheFirstThatIsFilledCounts() throws {
        let world = try ImportWorld()
        let text =
            "Customer Id,Status,Email,Status,Email,Email\n1,active,,ok,a@x.example,z@x.example\n2,,b@x.example,cancelled,,\n"
        let path = try world.file(text)
        let guess = try DataMapGuess(from: .file(path), configuration: world.configuration, now: world.now)
        #expect(
            guess.notes.contains {
                $0.hasSuffix("the column \"Email\" comes 3 times: of each row the first that is not empty counts")
            },
            "\(guess.notes)")
        let (workspace, _) = WorkspaceReader.read([
            "keeptouch.yaml": "workspace: acme\ntimezone: UTC\n", "data.yaml": guess.yaml,
        ])
        world.dataMap = try #require(workspace).dataMap
        let report = try world.importer.run(.accounts, from: .file(path), now: world.now)
        #expect(report.isClean && report.cellsLeftOut == 0, "\(report.groups)")
        #expect(try world.rows("SELECT address FROM contact ORDER BY account_id") == ["a@x.example", "b@x.example"])
        #expect(try world.rows("SELECT status FROM account ORDER BY id") == ["active", "churned"])
        #expect(
            report.warnings.contains(
                "the column \"Status\" comes twice: of each row the first that is not empty counts"))
    }

    @Test func contactsStayContactsWhereTheirAddressComesTwiceAndNoKeyIsAMetric() throws {
        let world = try ImportWorld()
        let accounts = try world.file(
            "Account ID,Company,MRR\n" + (0..<30).map { "k\($0),C,1\n" }.joined(), "accounts.csv")
        let contacts = try world.file(
            "Record ID,Email,Associated Company IDs,Create Date,Email\n"
                + (0..<30).map { "\(1_000 + $0),p\($0)@x.example,k\($0),2025-02-08 00:00,\n" }.joined(), "hubspot.csv")
        let usage = try world.file(
            "Account ID,Date,Record ID,Phone Number,Logins\n"
                + (0..<30).map { "k\($0),2026-03-01,\($0),55\($0),4\n" }.joined(),
            "usage.csv")
        let guess = try DataMapGuess(
            from: [accounts, contacts, usage].map { .file($0) }, paths: ["accounts.csv", "hubspot.csv", "usage.csv"],
            configuration: world.configuration, now: world.now)
        #expect(guess.notes.contains("hubspot.csv: contacts"), "\(guess.notes)")
        #expect(guess.metrics == ["logins"], "\(guess.yaml)")
    }

    // MARK: Dates

    @Test func datesOfTwoReadingsAreSaidWithCounts() throws {
        let world = try ImportWorld()
        func notes(_ dates: [String]) throws -> [String] {
            let rows = dates.enumerated().map { "c\($0.offset),\($0.element)\n" }.joined()
            return try DataMapGuess(
                from: .file(try world.file("id,Renewal Date\n" + rows)), configuration: world.configuration,
                now: world.now
            ).notes
        }
        #expect(
            try notes(["03/04/2026", "05/06/2026"]).contains(
                "\"Renewal Date\": 2 dates can be read as m/d/y and as d/m/y, and none tells which; m/d/y is taken. "
                    + "If that is wrong: format: d/m/y"))
        #expect(
            try notes([
                "03/24/2026", "05/26/2026", "06/28/2026", "07/30/2026", "08/30/2026", "25/04/2026", "01/02/2026",
            ]).contains(
                "\"Renewal Date\": dates are written in two ways: 5 only as m/d/y, 1 only as d/m/y, and 1 date can be read as "
                    + "both; m/d/y is taken, which leaves out 1. To read all: format: [m/d/y, d/m/y]"))
        #expect(try notes(["03/24/2026", "05/06/2026"]).filter { $0.contains("Renewal") } == [])
    }

    @Test func aCreationInTheFutureIsABadCell() throws {
        let world = try ImportWorld()
        let report = try world.load(.accounts, "key,created_at\na,2026-05-02\nb,2026-03-11\nc,2026-01-01\n")
        #expect((report.inserted, report.cellsLeftOut) == (3, 1))
        #expect(report.groups.first?.first.reason == "created_at: lies in the future")
        let now = world.now.milliseconds
        #expect(try world.rows("SELECT key FROM account WHERE created_at = \(now)") == ["a"])
        // What is there stays.
        try world.load(.accounts, "key,created_at\nc,2027-01-01\n")
        #expect(
            try world.rows("SELECT created_at FROM account WHERE key = 'c'") == [
                "\(try ImportWorld.milliseconds("2026-01-01T00:00:00Z"))"
            ])
    }

    // MARK: Addresses

    @Test func addressesAreReadAsMailProgramsWriteThem() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key\na\n")
        let report = try world.load(
            .contacts,
            "account,email,key\na,Anna Müller <Anna@mueller.example>,1\na,\"\"\"Ortiz, Ben\"\" <ben@x.example>\",2\n"
                + "a,mailto:cy@x.example,3\na,p2@x.example; alt@x.example,4\na,\"d@x.example, e@x.example\",5\n"
                + "a,<f@x.example>,6\na,no address,7\n")
        #expect((report.inserted, report.cellsLeftOut) == (7, 1), "\(report.groups)")
        #expect(
            try world.rows("SELECT email, name FROM contact ORDER BY key") == [
                "Anna@mueller.example|Anna Müller", "ben@x.example|Ortiz, Ben", "cy@x.example|", "p2@x.example|",
                "d@x.example|", "f@x.example|", "|",
            ])
        #expect(
            report.warnings.contains("email: 2 cells hold several addresses; the first counts"), "\(report.warnings)")
    }
}
