import Foundation
import Playbooks
import Statistics
import Storage
import Testing

private struct Vectors: Decodable {
    struct Case: Decodable {
        struct Inputs: Decodable { var daily_values_oldest_first: [[Double]] }
        struct Account: Decodable { var usage_drop: Bool? }
        struct Outputs: Decodable {
            var phi_segment: Double
            var shock: Double
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

@Test func bothPassesInSQLMatchTheVectors() throws {
    let utc = try #require(Zone("UTC"))
    for item in try Vectors.read() {
        let scratch = try Scratch()
        let store = try store(scratch, item.inputs.daily_values_oldest_first)
        try store.read { connection in
            let population = try Benchmarks.usage(
                audience: "all", metric: "logins", day: last, of: .active, in: utc, connection)
            #expect(population.phi == item.outputs.phi_segment, "\(item.case)")
            #expect(population.shock == item.outputs.shock, "\(item.case)")
            let answers = try connection.query(
                "SELECT metric_usage_drop(1, id, :last, 0, :phi, :shock) FROM account NOT INDEXED",
                ["last": .integer(Int64(last.number)), "phi": .real(population.phi), "shock": .real(population.shock)])
            for (answer, account) in zip(answers, item.outputs.accounts) {
                if let drop = account.usage_drop { #expect(answer[0] == .integer(drop ? 1 : 0), "\(item.case)") }
            }
        }
    }
}

@Test func aYoungAccountHasNoUsageDrop() throws {
    let scratch = try Scratch()
    let store = try store(scratch, [[Double](repeating: 5, count: 56) + [Double](repeating: 0, count: 14)])
    func drop(_ created: Int, _ windows: String = "") throws -> SQLValue? {
        try store.read {
            try $0.first("SELECT metric_usage_drop(1, 1, \(last.number), \(created), 1.0, 1.0\(windows))")?[0]
        }
    }
    #expect(try drop(last.number - 69) == .integer(1))
    #expect(try drop(last.number - 68) == .null)
    #expect(try drop(last.number - 68, ", 7, 28") == .integer(1))
    #expect(try drop(last.number - 69, ", 14, 56") == .integer(1))
    #expect(try drop(last.number - 69, ", 14, 0") == .null)
}

@Test func aUsageDropLoadsEachBlockOnce() throws {
    let scratch = try Scratch()
    let store = try scratch.store(accounts: 3_500)
    try store.read { connection in
        let before = connection.seriesLoads
        _ = try connection.integer(
            "SELECT count(*) FROM account NOT INDEXED WHERE metric_usage_drop(1, id, 20000, 0, 1.0, 1.0) = 1")
        #expect(connection.seriesLoads - before == 4)
    }
}

@Test func aBenchmarkIsKeptForThePlanAndStoredByTheApply() throws {
    let utc = try #require(Zone("UTC"))
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
    func usage(_ store: Store) throws -> (UsageDrop.Population, Int) {
        try store.session { connection in
            let before = connection.seriesLoads
            let result = try Benchmarks.usage(
                audience: "tech_touch", metric: "logins", day: last,
                of: Benchmarks.Population(
                    sql: "SELECT a.id FROM account AS a NOT INDEXED WHERE a.id <= :most",
                    arguments: ["most": .integer(60)]),
                in: utc, connection)
            return (result, connection.seriesLoads - before)
        }
    }
    let (planned, loads) = try usage(planning)
    #expect(planned.shock < 0.7 && planned.shock > 0.3)
    #expect(loads > 0)
    #expect(try usage(planning).1 == 0)
    #expect(try writing.read { try $0.integer("SELECT count(*) FROM benchmark") } == 0)
    #expect(try usage(writing).0 == planned)
    try writing.write { try Benchmarks.save($0) }
    try writing.write { try Benchmarks.save($0) }
    #expect(try writing.read { try $0.integer("SELECT count(*) FROM benchmark") } == 2)
    let (stored, again) = try usage(try scratch.store(.readOnly))
    #expect(stored == planned && again == 0)
}

@Test func youngAccountsDoNotCountInThePopulation() throws {
    let utc = try #require(Zone("UTC"))
    let scratch = try Scratch()
    let steady = (0..<70).map { Double($0 % 7) }
    // All of its use in one week of the baseline.
    let bursty = (0..<70).map { (14..<21).contains($0) ? 20.0 : 0 }
    let store = try store(scratch, [steady, bursty])
    func phi(_ created: Day) throws -> Double {
        try store.write { connection in
            try connection.execute(
                "UPDATE account SET created_at = :at WHERE id = 2", ["at": .instant(utc.start(of: created))])
        }
        return try scratch.store(.readOnly).session {
            try Benchmarks.usage(audience: "", metric: "logins", day: last, of: .active, in: utc, $0).phi
        }
    }
    #expect(try phi(last - 69) > 10)
    #expect(try phi(last - 68) == 1)
}
