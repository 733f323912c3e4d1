import Reliability
import Storage
import Testing

/// Random lives, lived through on SQLite and on PostgreSQL: every table is the same at the end.
@Suite struct EqualDecisionsTests {
    private static let lives = Rounds.count(6, long: 1_000)

    @Test(arguments: 0..<2)
    func bothEnginesComeToTheSame(half: UInt64) async throws {
        for number in 0..<UInt64(Self.lives / 2) {
            let life = RandomLife(seed: 7_000 + number * 2 + half)
            var books: [[String]] = []
            // Plans change by themselves when a server has counted its rows: no decision depends on their order.
            let server = half == 0 ? TestEngine.postgresql : .postgresqlWithoutIndexes
            for engine in [.sqlite, server] {
                books.append(
                    try await TestEngine.$current.withValue(engine) {
                        try await life.books(runningAt: life.anyMoments())
                    })
            }
            #expect(books[0].count > 20, "\(life)")
            let (missing, other) = (
                books[0].filter { !books[1].contains($0) }, books[1].filter { !books[0].contains($0) }
            )
            #expect(missing.isEmpty && other.isEmpty, "\(missing.prefix(5)) and \(other.prefix(5)) differ in \(life)")
            #expect(books[0].count == books[1].count)
        }
        Rounds.tell(Self.lives, "0 rows differ between the engines")
    }
}
