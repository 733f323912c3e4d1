import Playbooks
import Storage
import Testing

/// Columns and words of exports that were missed or misread.
struct ExportNamesTests {
    @Test(arguments: [
        "Cust. Status", "Subscription State", "Kundenstatus", "Acct Status", "Current subscription status", "Abostatus",
    ])
    func aColumnOfStatusesIsFoundUnderManyNames(header: String) throws {
        let files = try GuessedFiles(
            "Customer ID,Company,Email,MRR,\(header)\n1,A,a@a.example,49,Active\n2,B,b@b.example,49,Cancelled\n")
        #expect(
            try files.rows("SELECT status FROM account ORDER BY key") == ["active", "churned"], "\(files.guess.yaml)")
    }

    @Test(arguments: ["Email Status", "Onboarding Status", "Payment State", "Company State", "Ticket Status"])
    func aStatusOfSomethingElseIsNone(header: String) throws {
        let files = try GuessedFiles(
            "Customer ID,Company,Email,MRR,\(header)\n1,A,a@a.example,49,Active\n2,B,b@b.example,49,Cancelled\n")
        #expect(try files.rows("SELECT DISTINCT status FROM account") == ["active"], "\(files.guess.yaml)")
    }

    @Test(arguments: [
        ("Pacific Time (US & Canada)", "America/Los_Angeles"),
        ("(GMT-08:00) Pacific Time (US & Canada)", "America/Los_Angeles"),
        ("W. Europe Standard Time", "Europe/Berlin"), ("(UTC+01:00) Amsterdam, Berlin, Bern", "Europe/Amsterdam"),
        ("eastern standard time", "America/New_York"), ("Europe/Paris", "Europe/Paris"), ("CET", "CET"),
    ])
    func zonesOfRailsAndWindowsAreRead(written: String, zone: String) throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key,timezone\na,\"\(written)\"\n")
        #expect(try world.rows("SELECT timezone FROM account") == [zone])
    }

    @Test func zonesOfWhichNobodyIsCertainAreNamed() throws {
        let files = try GuessedFiles(
            "Customer ID,Company,Email,MRR,Time Zone\n1,A,a@a.example,49,Pacific Time (US & Canada)\n2,B,b@b.example,49,CST\n"
        )
        #expect(
            files.says(
                "\"Time Zone\": nobody is certain which zone \"CST\" (1) is; such accounts have that of the workspace until data.yaml "
                    + "says: attributes: { timezone: { column: \"Time Zone\", map: { \"CST\": <zone> } } }"),
            "\(files.guess.notes)")
        #expect(try files.rows("SELECT timezone FROM account ORDER BY key") == ["America/Los_Angeles", ""])
        #expect(files.reports.first?.groups.first?.hint == "attributes: { timezone: { map: { CST: <zone> } } }")
        let none = try GuessedFiles(
            "Customer ID,Company,Email,MRR,Time Zone\n1,A,a@a.example,49,CST\n2,B,b@b.example,49,PST\n")
        #expect(
            none.says("\"Time Zone\": nobody is certain which zone \"CST\" (1), \"PST\" (1) are"), "\(none.guess.notes)"
        )
    }

    @Test func sinceWhenACompanyIsACustomerCountsBeforeItsRecord() throws {
        let files = try GuessedFiles(
            "Record ID,Company name,Email,MRR,Create Date,Became a Customer Date\n1,A,a@a.example,49,2023-01-01,2024-02-03\n2,B,b@b.example,49,2023-01-01,2024-02-03\n"
        )
        let day = try ImportWorld.milliseconds("2024-02-03T00:00:00Z")
        #expect(try files.rows("SELECT DISTINCT created_at FROM account") == ["\(day)"])
    }

    @Test func aLineOfDashesIsNoRow() throws {
        let world = try ImportWorld()
        let report = try world.load(.accounts, "key,name,mrr\n1,A,49\n---,,\n=====,-----,---\n2,B,49\n")
        #expect(report.inserted == 2 && report.rejected == 0)
        #expect(try world.rows("SELECT key FROM account ORDER BY key") == ["1", "2"])
        #expect(try world.load(.contacts, "account,email\n1,a@a.example\n---,---\n").rejected == 0)
    }
}
