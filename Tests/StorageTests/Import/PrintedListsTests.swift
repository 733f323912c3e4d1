import Playbooks
import Storage
import Testing

/// Lists of invoices and tickets that are called otherwise.
struct PrintedListsTests {
    private static let customers =
        "Customer,Company,Full Name,Email\nBlue,Blue,Ada Roth,ada@blue.example\nRed,Red,Bo Lin,bo@red.example\n"

    @Test(arguments: [
        (
            "Invoice List.csv",
            "Date,Transaction Type,Num,Name,Due Date,Amount,Status\n11/03/2025,Invoice,1001,Blue,12/03/2025,49.00,Paid\n11/14/2025,Invoice,1002,Red,12/14/2025,\"1,450.00\",Overdue\n"
        ),
        (
            "transactions.csv",
            "Date,Invoice No,Customer,Amount,Open Balance\n11/03/2025,1001,Blue,49.00,0.00\n11/14/2025,1002,Red,\"1,450.00\",9.00\n"
        ),
    ]) func aListOfInvoicesIsNoUsage(name: String, text: String) throws {
        let footer = "\"Monday, November 30, 2025 09:12 AM GMT-06:00\",,,,,,\n"
        let files = try GuessedFiles([("customers.csv", Self.customers), (name, text + footer)])
        #expect(files.guess.metrics == [], "\(files.guess.yaml)")
        #expect(
            try files.rows(
                "SELECT count(*) FROM event e JOIN event_kind k ON k.id = e.kind_id WHERE k.name <> 'contact_added'")
                == ["2"], "\(files.guess.yaml) \(files.reports)")
        #expect(files.reports.allSatisfy { $0.isClean })
    }

    @Test func ticketsOfSeveralTypesAreTickets() throws {
        let files = try GuessedFiles([
            (
                "accounts.csv",
                "account_id,name,email,mrr,created_at\na1,Blue,ada@blue.example,49.00,2024-02-03\na2,Red,bo@red.example,49.00,2024-02-03\n"
            ),
            (
                "tickets.csv",
                "Ticket ID,Subject,Status,Type,Created time,Email\n1,Cannot log in,Open,Question,2026-02-20 10:00:00,ada@blue.example\n2,Broken,Resolved,Incident,2026-02-21 10:00:00,bo@red.example\n"
            ),
        ])
        #expect(
            try files.rows(
                "SELECT k.name, count(*) FROM event e JOIN event_kind k ON k.id = e.kind_id WHERE k.name <> 'contact_added' GROUP BY 1"
            )
                == ["tickets|2"], "\(files.guess.yaml)")
    }

    @Test func usageWaitsForTheNextFile() throws {
        let files = try GuessedFiles([
            ("customers.csv", Self.customers),
            ("usage.csv", "Customer,Date,Logins\nBlue,2026-03-01,4\nRed,2026-03-02,5\n"),
            ("months.csv", "Customer,Jan 2026,Feb 2026\nBlue,31,28\nRed,62,56\n"),
        ])
        #expect(files.world.dataMap.metrics.map(\.freshWithin) == [.days(3), .days(7)], "\(files.guess.yaml)")
    }
}
