import Playbooks
import Storage
import Testing

/// What is taken for half an answer.
struct FullReadsTests {
    /// - Returns: whether a metrics file is short after another one, imported as complete.
    private func isShort(_ rows: [(day: Int, count: Int)], after usual: Int) throws -> Bool {
        let world = try ImportWorld()
        try world.load(.accounts, "key\n" + (1...100).map { "a\($0)\n" }.joined())
        var text = "account,day,logins\n"
        for (day, count) in rows {
            for account in 1...count { text += "a\(account),2026-03-0\(day),1\n" }
        }
        var options = ImportOptions(closesDays: true)
        options.usual = try world.store.write { connection in
            let reads = FullReads(connection, of: "usage", on: Day(number: 20_000))
            try reads.keep(usual, isWhole: true, at: world.now)
            return try reads.usual(forgivesRepeats: false)
        }
        return try world.load(.metrics, text, options).shortOf != nil
    }

    @Test func lessThanHalfIsShort() throws {
        #expect(try isShort([(8, 40)], after: 100))
        #expect(try !isShort([(8, 60)], after: 100))
    }

    /// Three late rows of older days beside those of yesterday.
    @Test func lateRowsDoNotHalveADay() throws {
        #expect(try !isShort([(6, 1), (7, 2), (8, 90)], after: 100))
    }

    @Test func ofAHandfulHalfMayBeMissingByChance() throws {
        #expect(try !isShort([(8, 2)], after: 5))
        #expect(try isShort([(8, 2)], after: 20))
    }
}
