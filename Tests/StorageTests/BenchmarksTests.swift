import Decisions
import Foundation
import Playbooks
import Statistics
import Storage
import Testing

private struct Vectors: Decodable {
    struct Case: Decodable {
        struct Inputs: Decodable {
            var window: Int
            var baseline: Int
            var daily_values_oldest_first: [[Double]]
        }
        struct Account: Decodable {
            var drop: Bool
            var strict: Bool
        }
        struct Outputs: Decodable {
            var unit: Double
            var scatter: Double
            var shock: Double
            var limit: Double
            var strict_limit: Double
            var accounts: [Account]
        }
        var `case`: String
        var inputs: Inputs
        var outputs: Outputs
    }
    var cases: [Case]

    /// The same file that the formulas are tested with.
    static func read() throws -> [Case] {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let file = tests.appendingPathComponent("StatisticsTests/Vectors/usage_drop.json")
        return try JSONDecoder().decode(Vectors.self, from: Data(contentsOf: file)).cases
    }
}

private let last = Day(number: 20_000)

/// A store whose accounts have the values of the case, the newest on `last`; zeros are left out.
private func store(_ scratch: Scratch, _ days: [[Double]]) throws -> Store {
    let store = try scratch.store(accounts: days.count)
    var writer = SeriesWriter()
    for (index, values) in days.enumerated() {
        for (age, value) in values.reversed().enumerated() where value != 0 {
            writer.add(metric: 1, account: Int64(index + 1), day: last.number - age, value: value)
        }
    }
    try writer.flush(to: store)
    return store
}

private func context(_ connection: Connection) throws -> EvaluationContext {
    var map = DataMap()
    map.metrics = [Metric("logins")]
    return try EvaluationContext(
        connection, dataMap: map, now: Zone.utc.start(of: last + 1), zone: .utc, lastCompleteDay: ["logins": last])
}

/// The figures of all active accounts, or of those that a condition finds.
private func population(
    _ connection: Connection, audience: String? = nil, window: Int = 14, baseline: Int = 56
) throws -> (key: EvaluationContext.BenchmarkKey, figures: UsageDrop.Population) {
    let context = try context(connection)
    let term = try audience.map { text in
        let source = SourceText(name: "audience", text: text, position: Position(file: "p.yaml"))
        return try #require(ConditionParser(ConditionScope(dataMap: context.dataMap)).condition(source).0)
    }
    let key = EvaluationContext.BenchmarkKey(
        audience: audience ?? "", metric: "logins", window: window, baseline: baseline)
    let figures = try Benchmarks.usage([PopulationSums(key, day: last, audience: term)], context, connection)
    return (key, try #require(figures[key]))
}

/// Whether the use of each account dropped.
private func drops(_ text: String, _ store: Store, window: Int = 14, baseline: Int = 56) throws -> [Value] {
    try store.read { connection in
        var context = try context(connection)
        let (key, figures) = try population(connection, window: window, baseline: baseline)
        context.benchmarks = [key: figures]
        let source = SourceText(name: "when", text: text, position: Position(file: "p.yaml"))
        let term = try #require(ConditionParser(ConditionScope(dataMap: context.dataMap)).condition(source).0)
        let evaluator = try EvaluatorTests.evaluator(connection, context, [term])
        let column = evaluator.column(term, of: .accounts)
        return evaluator.block.ids.indices.map { column.value($0, as: .boolean) }
    }
}

@Test func bothPassesOverAccountsMatchTheVectors() throws {
    for item in try Vectors.read() where !item.outputs.accounts.isEmpty {
        let scratch = try Scratch()
        let store = try store(scratch, item.inputs.daily_values_oldest_first)
        let (window, baseline) = (item.inputs.window, item.inputs.baseline)
        let figures = try store.read { try population($0, window: window, baseline: baseline).figures }
        #expect(abs(figures.unit - item.outputs.unit) < 2e-6, "\(item.case)")
        #expect(abs(figures.scatter - item.outputs.scatter) < 2e-6, "\(item.case)")
        #expect(figures.shock == item.outputs.shock, "\(item.case)")
        #expect(abs(figures.limit - item.outputs.limit) < 1e-12, "\(item.case)")
        #expect(abs(figures.strictLimit - item.outputs.strict_limit) < 1e-12, "\(item.case)")
        let windows = "logins, \(window)d, \(baseline)d"
        let accounts = item.outputs.accounts
        let found = try drops("usage_drop(\(windows))", store, window: window, baseline: baseline)
        #expect(found == accounts.map { .boolean($0.drop) }, "\(item.case)")
        let sure = try drops("usage_drop(\(windows), strict)", store, window: window, baseline: baseline)
        #expect(sure == accounts.map { .boolean($0.strict) }, "\(item.case)")
    }
}

@Test func aYoungAccountHasNoUsageDrop() throws {
    let scratch = try Scratch()
    let store = try store(scratch, [[Double](repeating: 5, count: 56) + [Double](repeating: 0, count: 14)])
    func drop(_ created: Day, _ windows: String = "") throws -> Value? {
        try store.write { connection in
            try connection.execute(
                "UPDATE account SET created_at = :at", ["at": .instant(Zone.utc.start(of: created))])
        }
        return try drops("usage_drop(logins\(windows))", store).first
    }
    #expect(try drop(last - 69) == .boolean(true))
    #expect(try drop(last - 68) == .missing)
    #expect(try drop(last - 68, ", 7d, 28d") == .boolean(true))
    #expect(try drop(last - 69, ", 14d, 56d") == .boolean(true))
}

@Test func aBenchmarkIsKeptForThePlanAndStoredByTheApply() throws {
    // Everybody's last two weeks are half of what they were.
    let days = (0..<60).map { account in
        (0..<70).map { day -> Double in
            let usual = Double((account * 31 + day * 17) % 5)
            return day >= 56 ? usual / 2 : usual
        }
    }
    let scratch = try Scratch()
    let writing = try store(scratch, days)
    let planning = try scratch.store(.readOnly)
    func usage(_ store: Store) throws -> UsageDrop.Population {
        try store.session { try population($0, audience: "name is missing").figures }
    }
    let planned = try usage(planning)
    #expect(planned.shock < 0.7 && planned.shock > 0.3)
    #expect(try usage(planning) == planned)
    #expect(try writing.read { try $0.integer("SELECT count(*) FROM benchmark") } == 0)
    #expect(try usage(writing) == planned)
    try writing.write { try Benchmarks.save($0) }
    try writing.write { try Benchmarks.save($0) }
    #expect(try writing.read { try $0.integer("SELECT count(*) FROM benchmark") } == 5)
    // What is stored is not worked out again.
    try writing.write { _ = try $0.execute("DELETE FROM series") }
    #expect(try usage(try scratch.store(.readOnly)) == planned)
    try writing.write { _ = try $0.execute("DELETE FROM benchmark") }
    #expect(try usage(try scratch.store(.readOnly)) != planned)
}

@Test func youngAccountsDoNotCountInThePopulation() throws {
    let scratch = try Scratch()
    let steady = (0..<70).map { Double($0 % 7) }
    // All of its use in one fortnight of the baseline.
    let bursty = (0..<70).map { (14..<28).contains($0) ? 40.0 : 0 }
    let store = try store(scratch, [steady, bursty])
    func scatter(_ created: Day) throws -> Double {
        try store.write { connection in
            try connection.execute(
                "UPDATE account SET created_at = :at WHERE id = 2", ["at": .instant(Zone.utc.start(of: created))])
        }
        return try scratch.store(.readOnly).session {
            try population($0).figures.scatter
        }
    }
    #expect(try scatter(last - 69) > 0.1)
    #expect(try scatter(last - 68) == 0)
}

@Test func figuresOfTheRuleBeforeAreNotTaken() throws {
    let scratch = try Scratch()
    let store = try store(scratch, [[Double](repeating: 5, count: 70)])
    try store.write { connection in
        for (name, value) in [("phi", 210.0), ("shock", 0.5)] {
            try connection.execute(
                """
                INSERT INTO benchmark (audience, metric, day, name, value) VALUES ('', 'logins', :day, :name, :value)
                """,
                ["day": .integer(Int64(last.number)), "name": .text(name), "value": .real(value)])
        }
    }
    #expect(try store.read { try population($0).figures } == .neutral)
}
