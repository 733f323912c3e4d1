import Decisions
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

/// The values of terms for some accounts, over windows that end on a day.
private func values(
    _ texts: [String], _ accounts: ClosedRange<Int64>, endingOn last: Int, _ store: Store
) throws -> [[Value]] {
    var map = DataMap()
    map.metrics = [Metric("logins", absent: .missing)]
    let scope = ConditionScope(dataMap: map)
    let terms = try texts.map { text in
        let source = SourceText(name: "when", text: text, position: Position(file: "p.yaml"))
        return try #require(ConditionParser(scope).signal(source).0)
    }
    let day = Day(number: last)
    return try store.read { connection in
        let context = try EvaluationContext(
            connection, dataMap: map, now: Zone.utc.start(of: day + 1), zone: .utc, lastCompleteDay: ["logins": day])
        let loader = try BlockLoader(connection, context)
        return try loader.blocks().filter { $0.overlaps(accounts) }.flatMap { range in
            let evaluator = Evaluator(
                context, try loader.load(range.clamped(to: accounts), Needs(of: terms, in: map)))
            let columns = terms.map { evaluator.column($0, of: .accounts) }
            return evaluator.block.ids.indices.map { index in
                zip(terms, columns).map { $1.value(index, as: $0.type) }
            }
        }
    }
}

@Test func everyFigureMatchesANaiveReference() throws {
    let store = try Scratch().store(accounts: 2_400)
    let reference = Reference(accounts: 995..<1_030, days: 100..<140, seed: 7)
    try reference.write(to: store)
    for window in [100...139, 103...109, 90...104, 130...200, 120...120, 0...50] {
        let length = "\(window.count)d"
        let rows = try values(
            [
                "sum(logins, \(length))", "min(logins, \(length))", "max(logins, \(length))",
                "active_days(logins, \(length))", "idle(logins)",
            ], 990...1_035, endingOn: window.upperBound, store)
        #expect(rows.count == 46)
        for (account, row) in zip(990..., rows) {
            let days = reference.window(account, window)
            func value(_ number: Double?) -> Value { number.map { .number($0) } ?? .missing }
            // The days are added in order, so the sums agree to the last bit.
            #expect(row[0] == value(days.isEmpty ? nil : days.dropFirst().reduce(days[0].value) { $0 + $1.value }))
            #expect(row[1] == value(days.map(\.value).min()))
            #expect(row[2] == value(days.map(\.value).max()))
            #expect(row[3] == value(days.isEmpty ? nil : Double(days.count { $0.value != 0 })))
            let active = reference.window(account, 0...window.upperBound).last { $0.value != 0 }
            #expect(row[4] == active.map { .duration(.days(Int64(window.upperBound - $0.day))) } ?? .missing)
        }
    }
}

@Test func whatWasNeverImportedHasNoFigures() throws {
    let store = try Scratch().store(accounts: 10, metrics: ["reports"])
    #expect(try values(["sum(logins, 2d)", "idle(logins)"], 1...1, endingOn: 101, store) == [[.missing, .missing]])
}

@Test func sevenDaysOfSevenTenthsAverageAtLeastSevenTenths() throws {
    let store = try Scratch().store(accounts: 1)
    var writer = SeriesWriter()
    for day in 1...7 { writer.add(metric: 1, account: 1, day: day, value: 0.7) }
    try writer.flush(to: store)
    #expect(try values(["avg(logins, 7d) >= 0.7"], 1...1, endingOn: 7, store) == [[.boolean(true)]])
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
        let stored = "SELECT value FROM series_rows WHERE account_id = :account AND day = :day"
        #expect(try connection.first(stored, ["account": .integer(3), "day": .integer(100)])?[0] == .real(6))
        #expect(try connection.first(stored, ["account": .integer(2), "day": .integer(101)])?[0] == .real(6))
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
