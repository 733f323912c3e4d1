package import Playbooks

/// The database of the facts of a playbook's test, which has one account.
package enum TrialAccount {
    /// - Throws: `StorageError` when there is no account.
    package static func id(_ connection: Connection) throws -> Int64 {
        guard let id = try connection.first("SELECT max(id) AS id FROM account")?["id"].integer else {
            throw StorageError("the test has no account")
        }
        return id
    }

    /// Empties the database, except for the names of metrics and events.
    package static func clear(_ connection: Connection) throws {
        let kept: Set = ["meta", "metric", "event_kind", "sqlite_sequence"]
        for row in try connection.query("SELECT name FROM sqlite_master WHERE type = 'table'") {
            guard let name = row["name"].text, !kept.contains(name) else { continue }
            try connection.execute("DELETE FROM \(name)")
        }
        try connection.execute("DELETE FROM meta WHERE key NOT LIKE 'column.%'")
    }

    /// Says that these days of all metrics are complete, whatever has been imported.
    package static func close(_ days: ClosedRange<Day>, _ connection: Connection) throws {
        let metrics = try connection.query("SELECT id FROM metric").compactMap { $0["id"].integer }
        for number in days.lowerBound.number...days.upperBound.number {
            for metric in metrics {
                try connection.execute(
                    """
                    INSERT INTO metric_day (metric_id, day, accounts, closed) VALUES (:metric, :day, 1, 1)
                    ON CONFLICT (metric_id, day) DO UPDATE SET closed = 1
                    """, ["metric": .integer(metric), "day": .integer(Int64(number))])
            }
        }
    }
}
