package import Playbooks
package import Statistics

/// Figures of a whole population, computed once for an audience, metric and day.
///
/// What is not stored yet is kept in a temporary table until `save`, so that a plan changes nothing.
package enum Benchmarks {
    /// The accounts of an audience: a SELECT of one column of distinct account ids, with its parameters.
    package struct Population: Sendable {
        package var sql: String
        package var arguments: [String: SQLValue]

        package init(sql: String, arguments: [String: SQLValue] = [:]) {
            self.sql = sql
            self.arguments = arguments
        }

        /// For a playbook without an audience.
        package static let active = Population(sql: "SELECT id FROM account WHERE status = 'active'")
    }

    /// What `usage_drop` needs to know of the audience: its dispersion and the common shock.
    ///
    /// Only accounts that are as old as both windows count. Formulas: `UsageDrop.Population`.
    ///
    /// - Parameters:
    ///   - audience: the name under which it is kept; "" for all active accounts.
    ///   - day: the last complete day of the metric.
    package static func usage(
        audience: String, metric: String, day: Day, windows: UsageDrop.Windows = UsageDrop.Windows(),
        of population: Population, in zone: Zone, _ connection: Connection
    ) throws -> UsageDrop.Population {
        try connection.executeScript(planned)
        let suffix = windows == UsageDrop.Windows() ? "" : " \(windows.current)/\(windows.baseline)"
        let names = (phi: "phi" + suffix, shock: "shock" + suffix)
        let key: [String: SQLValue] = [
            "audience": .text(audience), "metric": .text(metric), "day": .integer(Int64(day.number)),
        ]
        if let phi = try stored(names.phi, key, connection), let shock = try stored(names.shock, key, connection) {
            return UsageDrop.Population(phi: phi, shock: shock)
        }
        let result = try computed(metric, day, windows, population, zone, connection)
        for (name, value) in [(names.phi, result.phi), (names.shock, result.shock)] {
            try plan(name, value, key, connection)
        }
        return result
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
        try connection.executeScript(planned)
        try connection.execute(
            """
            INSERT INTO benchmark (audience, metric, day, name, value)
            SELECT audience, metric, day, name, value FROM planned_benchmark WHERE true
            ON CONFLICT (audience, metric, day, name) DO NOTHING
            """)
        try connection.execute("DELETE FROM planned_benchmark")
    }

    /// Makes the temporary tables unless they are there.
    static func prepare(_ connection: Connection) throws { try connection.executeScript(planned) }

    /// Whether there are figures to `save`.
    package static func areUnsaved(_ connection: Connection) throws -> Bool {
        try connection.executeScript(planned)
        return try connection.first("SELECT 1 FROM planned_benchmark LIMIT 1") != nil
    }

    static let planned = """
        CREATE TEMP TABLE IF NOT EXISTS planned_benchmark (
            audience TEXT NOT NULL,
            metric TEXT NOT NULL,
            day INTEGER NOT NULL,
            name TEXT NOT NULL,
            value REAL NOT NULL,
            PRIMARY KEY (audience, metric, day, name)
        ) STRICT, WITHOUT ROWID;
        CREATE TEMP TABLE IF NOT EXISTS population (account_id INTEGER PRIMARY KEY) STRICT;
        """

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

    private static func computed(
        _ metric: String, _ day: Day, _ windows: UsageDrop.Windows, _ population: Population, _ zone: Zone,
        _ connection: Connection
    ) throws -> UsageDrop.Population {
        // A table keyed by account gives the rows in the order that series functions need.
        try connection.execute("DELETE FROM population")
        try connection.execute("INSERT INTO population (account_id) \(population.sql)", population.arguments)
        let baselineEnd = day - windows.current
        let row = try connection.first(
            """
            WITH usage AS MATERIALIZED (
                SELECT coalesce(metric_sum(:metric, population.account_id, :current, :last), 0) AS current,
                    coalesce(metric_sum(:metric, population.account_id, :baseline, :baseline_end), 0) AS baseline,
                    coalesce(metric_sum(:metric, population.account_id, :weeks, :baseline_end), 0) AS weeks,
                    metric_week_variance(:metric, population.account_id, :baseline, :baseline_end) AS variance
                FROM population CROSS JOIN account ON account.id = population.account_id
                WHERE account.created_at < :created_before
            )
            SELECT sum(variance), sum(weeks), sum(current), sum(baseline), count(*) FILTER (WHERE baseline >= 8)
            FROM usage
            """,
            [
                "metric": .integer(
                    try connection.integer("SELECT id FROM metric WHERE name = :name", ["name": .text(metric)])),
                "current": .integer(Int64((baselineEnd + 1).number)), "last": .integer(Int64(day.number)),
                "baseline": .integer(Int64((baselineEnd - windows.baseline + 1).number)),
                "weeks": .integer(Int64((baselineEnd - windows.weeks * 7 + 1).number)),
                "baseline_end": .integer(Int64(baselineEnd.number)),
                "created_before": .instant(zone.start(of: day - windows.days + 2)),
            ])
        try connection.execute("DELETE FROM population")
        return UsageDrop.Population(
            variances: row?[0].real ?? 0, means: (row?[1].real ?? 0) / Double(max(1, windows.weeks)),
            current: row?[2].real ?? 0, baseline: row?[3].real ?? 0, established: Int(row?[4].integer ?? 0),
            windows: windows)
    }
}
