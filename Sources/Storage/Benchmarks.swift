package import Playbooks
package import Statistics

/// Figures of a whole population, computed once for an audience, metric and day.
///
/// What is not stored yet is kept in a temporary table until `save`, so that a plan changes nothing.
package enum Benchmarks {
    /// The accounts of an audience: a SELECT of ids from `account AS a`, to whose WHERE more can be added, with its
    /// parameters.
    package struct Population: Sendable {
        package var sql: String
        package var arguments: [String: SQLValue]

        package init(sql: String, arguments: [String: SQLValue] = [:]) {
            self.sql = sql
            self.arguments = arguments
        }

        /// For a playbook without an audience.
        package static let active = Population(
            sql: "SELECT a.id FROM account AS a NOT INDEXED WHERE a.status = 'active'")
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
        // One pass over what each account did; its cache wants them in the order of their ids.
        let cache = UsageCache(connection.seriesReader, seesActivity: false)
        let metric = try connection.integer("SELECT id FROM metric WHERE name = :name", ["name": .text(metric)])
        var (variances, means, current, baseline) = (0.0, 0.0, 0.0, 0.0)
        var established = 0
        try connection.forEach(
            "\(population.sql) AND a.created_at < :created_before ORDER BY a.id",
            population.arguments.merging(["created_before": .instant(zone.start(of: day - windows.days + 2))]) { $1 }
        ) { row in
            let usage = try cache.usage(
                metric: metric, account: row.integer(0), lastDay: Int64(day.number), windows: windows)
            variances += usage.weekVariance
            means += usage.weekMean
            current += usage.current
            baseline += usage.baseline
            if usage.baseline >= 8 { established += 1 }
        }
        return UsageDrop.Population(
            variances: variances, means: means, current: current, baseline: baseline, established: established,
            windows: windows)
    }
}
