import Playbooks
import Storage
import Testing

/// Accounts that have said when they will leave: customers until then.
struct LeavingTests {
    private let accounts =
        "SELECT key, status, churned_at / 86400000, service_end_at / 86400000 FROM account ORDER BY key"

    private func day(_ text: String) throws -> Int64 { try ImportWorld.milliseconds("\(text)T00:00:00Z") / 86_400_000 }

    @Test func aDayOfDepartureThatLiesAheadIsTheEndOfTheService() throws {
        let world = try ImportWorld()
        let report = try world.load(
            .accounts, "key,status,churned_at\na,active,\nb,churned,2026-02-01\nc,churned,2026-05-31\nd,,2026-05-31\n")
        let (past, ahead) = (try day("2026-02-01"), try day("2026-05-31"))
        #expect(
            try world.rows(accounts) == [
                "a|active||", "b|churned|\(past)|", "c|active||\(ahead)", "d|active||\(ahead)",
            ])
        #expect(report.cellsLeftOut == 0)
        #expect(report.warnings.contains { $0.hasPrefix("2 accounts leave on a day that lies ahead (churned_at)") })
        #expect(try world.events.count == 1)
        // When the day has come, they have left.
        world.advance(days: 90)
        try world.load(.accounts, "key,status,churned_at\nc,churned,2026-05-31\n")
        #expect(try world.rows(accounts)[2] == "c|churned|\(ahead)|\(ahead)")
    }

    @Test func aPastDayBesideAStatusOfACustomerIsTold() throws {
        let world = try ImportWorld()
        let file = "key,status,churned_at\na,active,2026-02-01\nb,churned,2026-02-01\nc,active,\n"
        let report = try world.load(.accounts, file)
        #expect(try world.rows("SELECT status FROM account ORDER BY key") == ["active", "churned", "active"])
        let told = "1 account has a day of leaving that is past (churned_at), and a status that says customer"
        #expect(report.warnings.contains { $0.hasPrefix(told) }, "\(report.warnings)")
    }

    @Test func aServiceEndOfItsOwnStays() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key,churned_at,service_end_at\na,2026-05-31,2026-04-30\n")
        #expect(try world.rows(accounts) == ["a|active||\(try day("2026-04-30"))"])
        // A file that names no end leaves the one that is there alone.
        try world.load(.accounts, "key,churned_at\na,\n")
        #expect(try world.rows(accounts) == ["a|active||\(try day("2026-04-30"))"])
    }

    @Test func oneDayAheadMakesNoColumnAnAttribute() throws {
        let files = try GuessedFiles(
            "Customer ID,Company,Email,MRR,Churn date\n1,A,a@a.example,49,\n2,B,b@b.example,49,2025-05-01\n3,C,c@c.example,49,2027-01-31\n"
        )
        #expect(
            try files.rows(accounts)
                == ["1|active||", "2|churned|\(try day("2025-05-01"))|", "3|active||\(try day("2027-01-31"))"])
    }

    @Test(arguments: [true, false])
    func whoHasCanceledAtRecurlyIsACustomerUntilThePeriodEnds(hasExpiry: Bool) throws {
        let end = hasExpiry ? "Expires At" : "Current Period Ends At"
        let files = try GuessedFiles(
            """
            Account Code,Company,Email,State,MRR,Canceled At,\(end)
            r1,Acme,ada@a.example,active,49,,
            r2,Bolt,bo@b.example,canceled,49,2026-03-02T00:00:00Z,2027-01-02T00:00:00Z
            r3,Crisp,cy@c.example,expired,49,2025-08-02T00:00:00Z,2025-09-02T00:00:00Z

            """)
        let rows = try files.rows("SELECT key, status FROM account ORDER BY key")
        #expect(rows == ["r1|active", "r2|active", "r3|churned"], "\(files.guess.yaml)")
        #expect(files.says("who is \"canceled\" (1) is a customer until the period ends"))
        guard hasExpiry else { return }
        #expect(try files.rows(accounts)[1] == "r2|active||\(try day("2027-01-02"))")
        #expect(try files.rows(accounts)[2] == "r3|churned|\(try day("2025-09-02"))|")
        #expect(
            try files.rows("SELECT key FROM account WHERE cancel_requested_at IS NOT NULL ORDER BY key") == [
                "r2", "r3",
            ])
    }

    @Test func theEndOfAContractIsARenewalAndSaidToBe() throws {
        let files = try GuessedFiles(
            "Customer ID,Company,Email,MRR,Contract End\n1,A,a@a.example,49,2026-12-31\n2,B,b@b.example,49,2026-11-30\n"
        )
        #expect(
            files.guess.yaml.contains("renewal_at: { type: date, column: \"Contract End\" }"), "\(files.guess.yaml)")
        #expect(files.says("\"Contract End\" is taken for the day on which the contract is renewed"))
        #expect(try files.rows("SELECT count(*) FROM account WHERE service_end_at IS NOT NULL") == ["0"])
    }

    @Test func daysThatASpreadsheetHasNumberedAreRead() throws {
        let files = try GuessedFiles(
            "Customer ID,Company,Email,MRR,Customer Since,Churn Date\n7,A,a@a.example,49,45292,\n8,B,b@b.example,49,45300,46000.5\n"
        )
        #expect(files.guess.yaml.contains("format: excel"), "\(files.guess.yaml)")
        #expect(
            try files.rows("SELECT key, created_at / 86400000, churned_at FROM account ORDER BY key")
                == [
                    "7|\(try day("2024-01-01"))|",
                    "8|\(try day("2024-01-09"))|\(try ImportWorld.milliseconds("2025-12-09T12:00:00Z"))",
                ])
    }
}
