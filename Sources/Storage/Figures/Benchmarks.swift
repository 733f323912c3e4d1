package import Decisions
import Playbooks
package import Statistics

/// Figures of a whole population, computed once for an audience, metric and day.
///
/// What is not stored yet is kept in a temporary table until `save`, so that a plan changes nothing.
package enum Benchmarks {
    /// What `usage_drop` needs to know of an audience: how its use scatters, and what happened to everybody.
    ///
    /// Only accounts that are as old as both windows count. What is not stored is worked out for all audiences together, in
    /// two passes over the accounts. Formulas: `UsageDrop.Population`.
    package static func usage(
        _ asked: [PopulationSums], _ context: EvaluationContext, _ connection: Connection
    ) throws -> [EvaluationContext.BenchmarkKey: UsageDrop.Population] {
        try connection.make(planned)
        var figures: [EvaluationContext.BenchmarkKey: UsageDrop.Population] = [:]
        var sums: [PopulationSums] = []
        for question in asked {
            if let population = try stored(question, connection) {
                figures[question.key] = population
            } else {
                sums.append(question)
            }
        }
        guard !sums.isEmpty else { return figures }
        let needs = sums.reduce(into: Needs()) { $0.formUnion($1.needs(in: context)) }
        let loader = try BlockLoader(connection, context)
        try PopulationSums.complete(&sums) { sums in
            for block in try loader.blocks() {
                let evaluator = Evaluator(context, try loader.load(block, needs))
                for index in sums.indices { sums[index].add(evaluator) }
            }
        }
        for sum in sums {
            let population = sum.population
            for (name, value) in zip(names, values(of: population)) {
                try plan(name + suffix(of: sum), value, place(of: sum), connection)
            }
            figures[sum.key] = population
        }
        return figures
    }

    /// What was stored, of the last day that has it; nothing of an audience whose figures were never stored.
    static func stored(
        _ asked: [PopulationSums], _ connection: Connection
    ) throws -> [EvaluationContext.BenchmarkKey: (population: UsageDrop.Population, day: Day)] {
        try connection.make(planned)
        var found: [EvaluationContext.BenchmarkKey: (population: UsageDrop.Population, day: Day)] = [:]
        for sums in asked {
            let place = place(of: sums).merging(["name": .text(names[0] + suffix(of: sums))]) { $1 }
            let day = try connection.first(
                """
                SELECT max(day) AS day FROM benchmark
                WHERE audience = :audience AND metric = :metric AND day <= :day AND name = :name
                """, place)?["day"].integer
            guard let day else { continue }
            let known = PopulationSums(sums.key, day: Day(number: Int(day)), audience: nil)
            if let population = try stored(known, connection) { found[sums.key] = (population, known.day) }
        }
        return found
    }

    /// Lets the figures be computed again that were taken of a day before most of it was corrected.
    ///
    /// A few late corrections are no reason: the figures are of all accounts, and computing them reads every one.
    static func forget(
        metric: Int64, correctedOn day: Int64, of accounts: Int64, _ connection: Connection
    ) throws {
        try connection.execute(
            """
            DELETE FROM benchmark WHERE day >= :day
                AND metric = (SELECT metric.name FROM metric JOIN metric_day ON metric_day.metric_id = metric.id
                    WHERE metric.id = :metric AND metric_day.day = :day AND 20 * :accounts >= metric_day.accounts)
            """, ["metric": .integer(metric), "day": .integer(day), "accounts": .integer(accounts)])
    }

    /// Under which names the figures of an audience are kept. (Figures of an older rule are "phi" and "shock".)
    private static let names = ["drop unit", "drop scatter", "drop shock", "drop limit", "drop strict limit"]

    private static func values(of population: UsageDrop.Population) -> [Double] {
        [population.unit, population.scatter, population.shock, population.limit, population.strictLimit]
    }

    /// What was stored of an audience; nil when something is not.
    private static func stored(
        _ sums: PopulationSums, _ connection: Connection
    ) throws -> UsageDrop.Population? {
        let values = try names.compactMap { try stored($0 + suffix(of: sums), place(of: sums), connection) }
        guard values.count == names.count else { return nil }
        return UsageDrop.Population(
            unit: values[0], scatter: values[1], shock: values[2], limit: values[3], strictLimit: values[4])
    }

    private static func suffix(of sums: PopulationSums) -> String {
        let windows = UsageDrop.Windows(current: sums.key.window, baseline: sums.key.baseline)
        return windows == UsageDrop.Windows() ? "" : " \(windows.current)/\(windows.baseline)"
    }

    private static func place(of sums: PopulationSums) -> [String: SQLValue] {
        [
            "audience": .text(sums.key.audience), "metric": .text(sums.key.metric),
            "day": .integer(Int64(sums.day.number)),
        ]
    }

    /// Keeps a figure until `save`.
    static func plan(_ name: String, _ value: Double, _ key: [String: SQLValue], _ connection: Connection) throws {
        try connection.execute(
            """
            INSERT INTO planned_benchmark (audience, metric, day, name, value)
            VALUES (:audience, :metric, :day, :name, :value)
            ON CONFLICT (audience, metric, day, name) DO UPDATE SET value = excluded.value
            """, key.merging(["name": .text(name), "value": .real(value)]) { $1 })
    }

    /// Stores what was computed; part of a write transaction.
    package static func save(_ connection: Connection) throws {
        try connection.make(planned)
        try connection.execute(
            """
            INSERT INTO benchmark (audience, metric, day, name, value)
            SELECT audience, metric, day, name, value FROM planned_benchmark WHERE true
            ON CONFLICT (audience, metric, day, name) DO NOTHING
            """)
        try connection.execute("DELETE FROM planned_benchmark")
    }

    /// Makes the temporary tables unless they are there.
    static func prepare(_ connection: Connection) throws { try connection.make(planned) }

    /// Whether there are figures to `save`.
    package static func areUnsaved(_ connection: Connection) throws -> Bool {
        try connection.make(planned)
        return try connection.first("SELECT 1 FROM planned_benchmark LIMIT 1") != nil
    }

    static let planned = TemporaryTable(
        name: "planned_benchmark",
        definition: """
            CREATE TEMP TABLE IF NOT EXISTS planned_benchmark (
                audience TEXT NOT NULL,
                metric TEXT NOT NULL,
                day INTEGER NOT NULL,
                name TEXT NOT NULL,
                value REAL NOT NULL,
                PRIMARY KEY (audience, metric, day, name)
            ) STRICT, WITHOUT ROWID
            """)

    static func stored(
        _ name: String, _ key: [String: SQLValue], _ connection: Connection
    ) throws -> Double? {
        try connection.first(
            """
            SELECT value FROM benchmark
            WHERE audience = :audience AND metric = :metric AND day = :day AND name = :name
            UNION ALL
            SELECT value FROM planned_benchmark
            WHERE audience = :audience AND metric = :metric AND day = :day AND name = :name
            """, key.merging(["name": .text(name)]) { $1 })?[0].real
    }
}
