package import Playbooks

/// How many accounts a metric fell for on one day; kept as benchmarks of all active accounts.
package struct DailyFall: Sendable, Equatable {
    /// Accounts that were active on the same weekday of the two weeks before.
    package var steady: Int
    /// Those of them that reached less than half of the lower of the two.
    package var fallen: Int
    /// The same of a week before.
    package var steadyBefore: Int
    package var fallenBefore: Int

    package init(steady: Int, fallen: Int, steadyBefore: Int, fallenBefore: Int) {
        self.steady = steady
        self.fallen = fallen
        self.steadyBefore = steadyBefore
        self.fallenBefore = fallenBefore
    }

    private static let names = ["steady", "fallen", "steady_before", "fallen_before"]

    /// - Parameter day: the last complete day of the metric.
    package static func load(_ metric: String, day: Day, _ connection: Connection) throws -> DailyFall {
        try Benchmarks.prepare(connection)
        let key: [String: SQLValue] = [
            "audience": .text(""), "metric": .text(metric), "day": .integer(Int64(day.number)),
        ]
        var figures = try names.compactMap { try Benchmarks.stored($0, key, connection).map { Int($0) } }
        if figures.count < names.count {
            figures = try compute(metric, day, connection)
            for (name, figure) in zip(names, figures) { try Benchmarks.plan(name, Double(figure), key, connection) }
        }
        return DailyFall(
            steady: figures[0], fallen: figures[1], steadyBefore: figures[2], fallenBefore: figures[3])
    }

    private static func compute(_ metric: String, _ day: Day, _ connection: Connection) throws -> [Int] {
        let values = (0...3).map { week in
            "coalesce(metric_sum(:metric, account.id, :day - \(7 * week), :day - \(7 * week)), 0) AS week_\(week)"
        }
        func counts(_ week: Int) -> String {
            let steady = "week_\(week + 1) > 0 AND week_\(week + 2) > 0"
            return """
                count(*) FILTER (WHERE \(steady)),
                count(*) FILTER (WHERE \(steady) AND 2 * week_\(week) < week_\(week + 1)
                    AND 2 * week_\(week) < week_\(week + 2))
                """
        }
        let row = try connection.first(
            """
            WITH usage AS MATERIALIZED (
                SELECT \(values.joined(separator: ", ")) FROM account NOT INDEXED WHERE account.status = 'active'
            )
            SELECT \(counts(0)), \(counts(1)) FROM usage
            """,
            [
                "metric": .integer(
                    try connection.integer("SELECT id FROM metric WHERE name = :name", ["name": .text(metric)])),
                "day": .integer(Int64(day.number)),
            ])
        return (0..<4).map { Int(row?[$0].integer ?? 0) }
    }
}
