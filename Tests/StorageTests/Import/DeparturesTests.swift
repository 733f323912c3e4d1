import Playbooks
import Storage
import Testing

/// What sends customers away: a list of departures is known by strong evidence, and never sends away all of them at once.
struct DeparturesTests {
    struct Other: CustomTestStringConvertible {
        var name: String
        var header: String
        /// Of the row's number and its account.
        var row: @Sendable (Int, String) -> String
        var becomes: String
        var testDescription: String { name }
    }

    static let others = [
        Other(
            name: "tickets.csv", header: "Ticket ID,Account ID,Created,Closed,Subject,Close reason",
            row: { "\(1_700_000_000 + $0),\($1),2026-02-0\(1 + $0 % 9) 10:00,2026-02-10 10:00,Help,Solved" },
            becomes: "tickets events"),
        Other(
            name: "people.csv", header: "Contact ID,Company ID,Email,Full Name,Opt-out reason",
            row: { "\(1_500_000_000 + $0),\($1),u\($0)@c.example,Ada Li," }, becomes: "contacts"),
        Other(
            name: "leads.csv", header: "Contact ID,Company ID,Email,Full Name,Disqualification Reason,Status",
            row: { "\(1_500_000_000 + $0),\($1),u\($0)@c.example,Ada Li,Bad Timing,active" }, becomes: "contacts"),
        Other(
            name: "invoices.csv", header: "Invoice Number,Account ID,Invoice Date,Amount,Status,Failure reason",
            row: { "\(1_500 + $0),\($1),2026-02-0\(1 + $0 % 9),49.00,Paid,card_declined" }, becomes: "invoices events"),
        Other(
            name: "payments.csv", header: "Payment ID,Account ID,Created,Amount,Status,Decline Reason",
            row: { "ch_\($0),\($1),2026-02-0\(1 + $0 % 9) 10:00,49.00,Failed,insufficient_funds" },
            becomes: "payments events"),
        Other(
            name: "refunds.csv", header: "Refund ID,Account ID,Date,Amount,Reason",
            row: { "re_\($0),\($1),2026-02-0\(1 + $0 % 9),49.00,duplicate" }, becomes: "refunds events"),
    ]

    private static let accounts = "Account ID,Company,MRR\n" + (0..<40).map { "k\($0),Co \($0),9\n" }.joined()

    private func guess(_ world: ImportWorld, _ file: String, _ name: String) throws -> DataMapGuess {
        let paths = [try world.file(Self.accounts, "accounts.csv"), try world.file(file, name)]
        let guess = try DataMapGuess(
            from: paths.map { .file($0) }, paths: ["accounts.csv", name], configuration: world.configuration,
            now: world.now)
        let (workspace, diagnostics) = WorkspaceReader.read([
            "keeptouch.yaml": "workspace: acme\ntimezone: UTC\n", "data.yaml": guess.yaml + "reasons: { price: {} }\n",
        ])
        #expect(diagnostics.filter { $0.position.file == "data.yaml" } == [], "\(guess.yaml)")
        world.dataMap = try #require(workspace).dataMap
        return guess
    }

    @Test(arguments: others) func aReasonAloneMakesNoListOfDepartures(other: Other) throws {
        let world = try ImportWorld()
        let rows = (0..<50).map { other.row($0, "k\($0 % 40)") + "\n" }.joined()
        let guess = try guess(world, other.header + "\n" + rows, other.name)
        #expect(!guess.yaml.contains("churned"), "\(guess.yaml)")
        #expect(guess.notes.contains("\(other.name): \(other.becomes)"), "\(guess.notes)")
        _ = try world.importer.run(.accounts, from: .file(world.scratch.path("accounts.csv")), now: world.now)
        let map = try #require(world.dataMap.imports.first { $0.name != "accounts" })
        let report = try world.importer.run(
            map.kind, from: .file(world.scratch.path(other.name)), options: ImportOptions(map: map), now: world.now)
        #expect(report.isClean && report.inserted == 50, "\(report)\n\(guess.yaml)")
        #expect(try world.rows("SELECT count(*) FROM account WHERE status = 'active'") == ["40"])
    }

    @Test(arguments: [
        ("cancellations.csv", "Customer,Date,Reason"), ("left.csv", "Customer,Cancellation Date,Why"),
        ("kuendigungen.csv", "Kundennummer,Eingang,Grund"), ("export.csv", "Customer,Date,Churn reason"),
        ("résiliations.csv", "Client,Date,Motif"),
    ])
    func aListOfDeparturesIsKnownByItsNameOrItsColumns(name: String, header: String) throws {
        let world = try ImportWorld()
        let rows = (3..<8).map { "k\($0),2026-02-0\($0),Too expensive\n" }.joined()
        let guess = try guess(world, header + "\n" + rows, name)
        #expect(guess.notes.contains("\(name): churned events"), "\(guess.notes)\n\(guess.yaml)")
        #expect(guess.yaml.contains("reason: \""), "\(guess.yaml)")
    }

    @Test func aListOfMostAccountsIsLeftOutWithTheReason() throws {
        let world = try ImportWorld()
        let rows = (0..<30).map { "k\($0),2026-02-01,Other\n" }.joined()
        let guess = try guess(world, "Customer,Cancelled on,Reason\n" + rows, "cancellations.csv")
        #expect(!guess.yaml.contains("\n    event: churned"), "\(guess.yaml)")
        #expect(
            guess.notes.contains { $0.contains("names 30 of 40 accounts") && $0.contains("event: churned") },
            "\(guess.notes)")
    }

    @Test func moreThanAFifthDoNotLeaveAtOnceUnlessSomebodySaysSo() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key\n" + (0..<40).map { "k\($0)\n" }.joined())
        func file(_ count: Int) -> String {
            "account,event,at\n" + (0..<count).map { "k\($0),churned,2026-02-01\n" }.joined()
        }
        let refused = try world.load(.events, file(14))
        #expect(
            refused.stopped
                == "stopped after 14 rows, and nothing was changed: 14 of 40 active customers would leave at once, more "
                + "than one in five; if they have left, import it with --complete", "\(refused)")
        #expect(try world.rows("SELECT count(*) FROM account WHERE status = 'churned'") == ["0"])
        #expect(try world.events == [])
        // As many a fifth and fewer leave by themselves, and who has left before does not count.
        #expect(try world.load(.events, file(8)).isClean)
        #expect(try world.load(.events, file(14)).isClean)
        #expect(try world.load(.events, file(40)).stopped != nil)
        #expect(try world.load(.events, file(40), ImportOptions(takesDepartures: true)).isClean)
        #expect(try world.rows("SELECT count(*) FROM account WHERE status = 'churned'") == ["40"])
    }

    @Test func aNightOnWhichEverybodyHasChurnedChangesNothing() throws {
        let world = try ImportWorld()
        func file(_ count: Int) -> String {
            "key,seats,status\n" + (0..<40).map { "k\($0),\(count),\($0 < count ? "churned" : "active")\n" }.joined()
        }
        // Who had left before is none of those who leave.
        try world.load(.accounts, file(15))
        let refused = try world.load(.accounts, file(36))
        #expect(refused.stopped?.contains("21 of 25 active customers would leave at once") == true, "\(refused)")
        #expect(
            try world.rows("SELECT status, a_seats, count(*) FROM account GROUP BY 1, 2") == [
                "active|15.0|25", "churned|15.0|15",
            ])
        #expect(try world.load(.accounts, file(19)).isClean)
        #expect(try world.load(.accounts, file(36), ImportOptions(takesDepartures: true)).isClean)
        #expect(try world.rows("SELECT count(*) FROM account WHERE status = 'churned'") == ["36"])
    }

    @Test func whoCameBackInTheSameFileHasNotLeft() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key\n" + (0..<40).map { "k\($0)\n" }.joined())
        let rows = (0..<40).map { "k\($0),churned,2026-02-01\nk\($0),reactivated,2026-02-05\n" }.joined()
        #expect(try world.load(.events, "account,event,at\n" + rows).isClean)
        #expect(try world.rows("SELECT count(*) FROM account WHERE status = 'active'") == ["40"])
    }
}
