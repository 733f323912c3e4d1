import Foundation
import Playbooks
import Statistics
import Storage
import Testing

/// Random values with holes, as a plain dictionary to compare with.
private struct Reference {
    var values: [Int: [Int: Double]] = [:]

    init(accounts: Range<Int>, days: Range<Int>, seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for account in accounts {
            for day in days where Int.random(in: 0..<10, using: &random) < 7 {
                // Tenths, negative ones and zeros, so that order and equality of sums matter.
                values[account, default: [:]][day] = Double(Int.random(in: -5...20, using: &random)) / 10
            }
        }
    }

    func window(_ account: Int, _ days: ClosedRange<Int>) -> [(day: Int, value: Double)] {
        (values[account] ?? [:]).filter { days.contains($0.key) }.map { (day: $0.key, value: $0.value) }
            .sorted { $0.day < $1.day }
    }

    func write(to store: Store, metric: Int64 = 1) throws {
        var writer = SeriesWriter()
        for (account, days) in values {
            for (day, value) in days { writer.add(metric: metric, account: Int64(account), day: day, value: value) }
        }
        try writer.flush(to: store)
    }
}

@Test func aKeyHoldsItsParts() {
    let parts: [(Int64, Int64, Int64)] = [
        (1, 0, 20_000), (7, 1_234, -400), (200_000, 60_000_000, 262_143), (1, 1, -262_144),
    ]
    for (metric, block, day) in parts {
        let key = SeriesKey(metric: metric, block: block, day: day)
        #expect(key.metric == metric && key.block == block && key.day == day)
    }
    #expect(SeriesKey(metric: 1, block: 5, day: 300) < SeriesKey(metric: 1, block: 6, day: -300))
    #expect(SeriesKey(metric: 1, block: 999, day: 0) < SeriesKey(metric: 2, block: 0, day: 0))
    #expect(SeriesKey(metric: 3, account: 123_456, day: 1) == SeriesKey(metric: 3, block: 123, day: 1))
    #expect(SeriesKey(metric: 1, block: 5, day: 9_999_999).block == 5)
}

@Test func everyFigureMatchesANaiveReference() throws {
    let store = try Scratch().store(accounts: 2_400)
    let reference = Reference(accounts: 995..<1_030, days: 100..<140, seed: 7)
    try reference.write(to: store)
    for window in [100...139, 103...109, 90...104, 130...200, 120...120, 0...50] {
        let rows = try store.read { connection in
            try connection.query(
                """
                SELECT id, metric_sum(1, id, :first, :last), metric_min(1, id, :first, :last),
                    metric_max(1, id, :first, :last), metric_count(1, id, :first, :last),
                    metric_active(1, id, :first, :last), metric_last_active(1, id, :first, :last)
                FROM account NOT INDEXED WHERE id BETWEEN 990 AND 1035
                """, ["first": .integer(Int64(window.lowerBound)), "last": .integer(Int64(window.upperBound))])
        }
        #expect(rows.count == 46)
        for row in rows {
            let days = reference.window(Int(row[0].integer ?? 0), window)
            let active = days.filter { $0.value != 0 }
            // The days are added in order, so the sums agree to the last bit.
            #expect(row[1] == .optional(days.isEmpty ? nil : days.dropFirst().reduce(days[0].value) { $0 + $1.value }))
            #expect(row[2] == .optional(days.map(\.value).min()))
            #expect(row[3] == .optional(days.map(\.value).max()))
            #expect(row[4] == .integer(Int64(days.count)))
            #expect(row[5] == .integer(Int64(active.count)))
            #expect(row[6] == .optional(active.last.map { Int64($0.day) }))
        }
    }
}

@Test func windowsThatDifferFromRowToRowAreAnsweredFromMemory() throws {
    let store = try Scratch().store(accounts: 2_400)
    let reference = Reference(accounts: 1..<2_400, days: 100..<160, seed: 9)
    try reference.write(to: store)
    try store.read { connection in
        let before = connection.seriesLoads
        let rows = try connection.query(
            "SELECT id, metric_sum(1, id, 100 + id * 7 % 40, 150 + id % 9) FROM account NOT INDEXED WHERE id < 2400")
        for row in rows {
            let account = Int(row[0].integer ?? 0)
            let days = reference.window(account, (100 + account * 7 % 40)...(150 + account % 9))
            #expect(row[1] == .optional(days.isEmpty ? nil : days.dropFirst().reduce(days[0].value) { $0 + $1.value }))
        }
        // 3 blocks: the first finds out how far back the windows reach.
        #expect(connection.seriesLoads - before <= 10)
    }
}

@Test func eachBlockOfAWindowIsLoadedOnce() throws {
    let store = try Scratch().store(accounts: 5_500)
    try Reference(accounts: 1..<5_500, days: 100..<110, seed: 3).write(to: store)
    try store.read { connection in
        let before = connection.seriesLoads
        let count = try connection.integer(
            """
            SELECT count(*) FROM account NOT INDEXED
            WHERE metric_sum(1, id, 100, 104) > metric_sum(1, id, 105, 109) AND metric_active(1, id, 100, 109) > 3
            """)
        #expect(count > 0)
        // 6 blocks × 3 windows.
        #expect(connection.seriesLoads - before <= 18)
    }
}

@Test func rowsOutOfOrderCostLoadsThatTheCounterShows() throws {
    let store = try Scratch().store(accounts: 3_000)
    try Reference(accounts: 1..<3_000, days: 100..<102, seed: 3).write(to: store)
    try store.read { connection in
        let before = connection.seriesLoads
        _ = try connection.query(
            "SELECT metric_sum(1, id, 100, 101) FROM (SELECT id FROM account ORDER BY id % 1000, id LIMIT 300)")
        #expect(connection.seriesLoads - before > 100)
    }
}

@Test func missingArgumentsAndUnknownMetricsHaveNoFigures() throws {
    let store = try Scratch().store(accounts: 10)
    try Reference(accounts: 1..<5, days: 100..<102, seed: 3).write(to: store)
    let row = try store.read { connection in
        try connection.first(
            """
            SELECT metric_sum(NULL, 1, 100, 101), metric_sum(1, NULL, 100, 101), metric_sum(99, 1, 100, 101),
                metric_count(99, 1, 100, 101), metric_sum(1, 1, 101, 100), metric_count(1, -5, 100, 101),
                metric_sum(1, 9223372036854775807, 100, 101), metric_sum(1, 1, -9223372036854775807, 9223372036854775807) IS NULL,
                metric_usage_drop(1, 1, 9223372036854775807, 0, 1.0, 1.0), metric_week_variance(1, 1, 9223372036854775807, -5)
            """)
    }
    #expect(row?.values.prefix(3).allSatisfy { $0 == .null } == true)
    #expect(row?[3] == .integer(0) && row?[4] == .null && row?[5] == .integer(0) && row?[6] == .null)
    #expect(row?[7] == .integer(0))
    #expect(row?[8] == .null && row?[9] == .null)
}

@Test func sevenDaysOfSevenTenthsAverageAtLeastSevenTenths() throws {
    let store = try Scratch().store(accounts: 1)
    var writer = SeriesWriter()
    for day in 1...7 { writer.add(metric: 1, account: 1, day: day, value: 0.7) }
    try writer.flush(to: store)
    #expect(try store.read { try $0.integer("SELECT metric_sum(1, 1, 1, 7) / 7 >= 0.7") } == 1)
}

@Test func writingIsIdempotentAndCountsNewAccountsOnce() throws {
    let store = try Scratch().store(accounts: 2_500)
    var writer = SeriesWriter()
    for round in 1...3 {
        for account in stride(from: 1, through: 2_500, by: 2) {
            writer.add(metric: 1, account: Int64(account), day: 100, value: Double(account + round))
        }
        try writer.flush(to: store)
        #expect(writer.isEmpty)
    }
    writer.add(metric: 1, account: 2, day: 100, value: 5)
    writer.add(metric: 1, account: 2, day: 101, value: 5)
    writer.add(metric: 1, account: 2, day: 101, value: 6)
    try writer.flush(to: store)
    try store.read { connection in
        let days = try connection.query("SELECT day, accounts, closed FROM metric_day ORDER BY day").map(\.values)
        #expect(days == [[.integer(100), .integer(1_251), .integer(0)], [.integer(101), .integer(1), .integer(0)]])
        #expect(try connection.first("SELECT metric_sum(1, 3, 100, 100)")?[0] == .real(6))
        #expect(try connection.first("SELECT metric_sum(1, 2, 101, 101)")?[0] == .real(6))
    }
}

@Test func theWriterRefusesWhatIsNoNumber() {
    var writer = SeriesWriter()
    let refused = [
        writer.add(metric: 1, account: 1, day: 1, value: .nan),
        writer.add(metric: 1, account: 1, day: 1, value: .infinity),
        writer.add(metric: 1, account: 1, day: 1_000_000, value: 1),
        writer.add(metric: 1, account: -1, day: 1, value: 1),
    ]
    #expect(refused == [false, false, false, false])
    #expect(writer.isEmpty)
    let isTaken = writer.add(metric: 1, account: 1, day: -40, value: -0.5)
    #expect(isTaken)
    #expect(!writer.isEmpty)
}

@Test func aClosedDayStaysClosed() throws {
    let store = try Scratch().store(accounts: 3)
    try store.write { try SeriesWriter.close(metric: 1, day: 100, on: $0) }
    var writer = SeriesWriter()
    writer.add(metric: 1, account: 1, day: 100, value: 1)
    try writer.flush(to: store)
    try store.write { try SeriesWriter.close(metric: 1, day: 100, on: $0) }
    let row = try store.read { try $0.first("SELECT accounts, closed FROM metric_day") }
    #expect(row?.values == [.integer(1), .integer(1)])
}

@Test func anArrayFillsOnePage() throws {
    let scratch = try Scratch()
    let store = try scratch.store(accounts: 1_000)
    try Reference(accounts: 1..<1_000, days: 0..<50, seed: 5).write(to: store)
    let pages = try store.read { try $0.integer("SELECT count(*) FROM dbstat WHERE name = 'series'") }
    // 100 arrays (two blocks), the root, and no overflow pages.
    #expect(pages <= 55, "\(pages) pages")
}

@Test func theViewShowsTheSeriesInTheStockShell() throws {
    let scratch = try Scratch()
    let odd: [Double] = [
        0, 1, -1, 0.1, -0.7, 123_456_789.125, 1e300, -2.5e-300, .leastNonzeroMagnitude, .greatestFiniteMagnitude,
        1.0 / 3,
    ]
    do {
        let store = try scratch.store(accounts: 1_002, metrics: ["logins", "reports"])
        var writer = SeriesWriter()
        for (index, value) in odd.enumerated() {
            writer.add(metric: 2, account: 1_001, day: 20_000 + index, value: value)
            writer.add(metric: 1, account: 1, day: 20_000 + index, value: value)
        }
        try writer.flush(to: store)
    }
    let text = try scratch.shell(
        "SELECT date, printf('%!.17g', value) FROM series_rows WHERE account = 'a1001' AND metric = 'reports'")
    let rows = text.split(separator: "\n").map { $0.split(separator: "|") }
    // The shell prints 16 digits; read by the program the values are the same to the last bit.
    #expect(rows.count == odd.count)
    for (row, value) in zip(rows, odd) {
        let shown = try #require(Double(row.last ?? ""))
        #expect(abs(shown - value) <= abs(value) * 1e-15, "\(shown) for \(value)")
    }
    let read = try scratch.store(.readOnly).read {
        try $0.query("SELECT value FROM series_rows WHERE account_id = 1 ORDER BY day").map { $0[0] }
    }
    #expect(read == odd.map { .real($0) })
    #expect(rows.first?.first == "2024-10-04")
    #expect(try scratch.shell("SELECT count(*) FROM series_rows") == "22\n")
}
