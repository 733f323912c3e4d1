/// Keeps `flow_count` up to what a connection to SQLite writes: sums what a transaction changes, and writes the sums in it.
///
/// PostgreSQL counts by triggers, `PostgreSQLCounting`.
final class FlowCounter {
    private(set) var sums = FlowSums()

    /// Counts a row that is inserted, changed or deleted.
    ///
    /// - Parameters:
    ///   - old: nil for one that is inserted.
    ///   - new: nil for one that is deleted.
    func note(_ table: FlowTable, from old: [SQLValue]?, to new: [SQLValue]?) {
        if old == new { return }
        if let old { sums.add(old, of: table, -1) }
        if let new { sums.add(new, of: table, 1) }
    }

    /// Forgets what has happened since; what it counted is undone.
    func restore(_ before: FlowSums) {
        sums = before
    }

    /// Writes what the transaction has changed; call before it is committed.
    func write(_ connection: Connection) throws {
        guard !sums.isEmpty else { return }
        var counts = sums.counts
        for (key, number) in try FlowPlaces(connection).counts(of: sums) { counts[key, default: 0] += number }
        sums = FlowSums()
        for (key, number) in counts where number != 0 { try Self.raise(key, by: number, connection) }
    }

    private static func raise(_ key: FlowKey, by number: Int64, _ connection: Connection) throws {
        let statement = try connection.cached(
            """
            INSERT INTO flow_count (what, slot, owner, version_id, name, value, count)
            VALUES (:what, :slot, :owner, :version, :name, :value, :count)
            ON CONFLICT (what, slot, owner, version_id, name, value)
                DO UPDATE SET count = flow_count.count + excluded.count
            RETURNING count
            """)
        let values: [SQLValue] = [
            .word(key.what), .integer(key.slot), .integer(key.owner), .integer(key.version), .text(key.name),
            .text(key.value),
        ]
        var left: Int64 = 0
        do {
            defer { statement.reset() }
            for (place, value) in (values + [.integer(number)]).enumerated() { try statement.bind(place, value) }
            while try statement.step() { left = statement.integer(0) }
        }
        // Nothing stays of a name that no row has any more: it may be one that somebody asked to be forgotten.
        guard left == 0 else { return }
        _ = try connection.execute(
            """
            DELETE FROM flow_count WHERE what = :what AND slot = :slot AND owner = :owner AND version_id = :version
                AND name = :name AND value = :value
            """, inOrder: values)
    }
}
