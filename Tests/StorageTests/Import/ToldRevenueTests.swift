import Playbooks
import Storage
import Testing

/// What billing tells of the MRR, and what nightly files say again.
struct ToldRevenueTests {
    private let world: ImportWorld
    private let rules: IntakeRules

    init() throws {
        world = try ImportWorld()
        try AttributeColumns(world.dataMap).apply(to: world.store)
        rules = IntakeRules(dataMap: world.dataMap, configuration: world.configuration)
    }

    private func post(_ mrr: String, isBilled: Bool) throws {
        let billed = isBilled ? [IncomingRow.Field("mrr, billed", "1", at: "/")] : []
        let fields = [IncomingRow.Field("key", "a", at: "/key"), IncomingRow.Field("mrr", mrr, at: "/mrr")] + billed
        // As in a process of its own.
        let intake = Intake(store: world.store)
        let report = try world.store.write {
            try intake.take([IncomingRow(.accounts, fields, at: "")], rules: rules, now: world.now, $0)
        }
        #expect(report.rejected == [])
    }

    private func mrr() throws -> String? { try world.rows("SELECT mrr FROM account WHERE key = 'a'").first }

    @Test func aFileThatStaysAsItWasUndoesNothingThatBillingTold() throws {
        try world.load(.accounts, "key,name,mrr\na,Acme,49\nb,Bolt,20\n")
        try post("99", isBilled: true)
        let report = try world.load(.accounts, "key,name,mrr\na,Acme GmbH,49\nb,Bolt,20\n")
        #expect(try mrr() == "9900")
        #expect(report.updated == 1 && report.unchanged == 1)
        #expect(
            report.warnings.contains {
                $0.hasPrefix(
                    "1 account (a) is here with the MRR that was told before, which billing or another source has changed since"
                )
            }, "\(report.warnings)")
        // Only a change of the file counts.
        try world.load(.accounts, "key,mrr\na,59\n")
        #expect(try mrr() == "5900")
        // And what billing says is taken, also when it is what the file said before.
        try post("49", isBilled: true)
        #expect(try mrr() == "4900")
        try world.load(.accounts, "key,mrr\na,59\n")
        #expect(try mrr() == "4900")
    }

    @Test func anEmptyCellThatWasEmptyTakesNothingAway() throws {
        try world.load(.accounts, "key,mrr\na,\n")
        try post("99", isBilled: true)
        try world.load(.accounts, "key,mrr\na,\n")
        #expect(try mrr() == "9900")
        try world.load(.accounts, "key,mrr\na,49\n")
        try world.load(.accounts, "key,mrr\na,\n")
        #expect(try mrr() == "")
    }

    @Test func aNightlyRequestIsAsGoodAsAFile() throws {
        try post("49", isBilled: false)
        try post("99", isBilled: true)
        try post("49", isBilled: false)
        #expect(try mrr() == "9900")
        try post("59", isBilled: false)
        #expect(try mrr() == "5900")
    }

    @Test func whatSomebodyEntersByHandCounts() throws {
        try world.load(.accounts, "key,mrr\na,49\n")
        try post("99", isBilled: true)
        _ = try world.importer.run(
            .accounts, from: .rows(columns: ["key", "mrr"], rows: [["a", "49"]]), now: world.now)
        #expect(try mrr() == "4900")
    }

    @Test func theHistoryHasOnlyWhatChanged() throws {
        try world.load(.accounts, "key,mrr\na,49\n")
        world.advance(days: 1)
        try post("99", isBilled: true)
        world.advance(days: 1)
        try world.load(.accounts, "key,mrr\na,49\n")
        #expect(try world.rows("SELECT previous, value FROM history WHERE attribute = 'mrr'") == ["4900|9900"])
    }
}
