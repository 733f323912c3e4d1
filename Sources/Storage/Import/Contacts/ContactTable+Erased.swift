import Playbooks

/// People who were erased and come again: nothing is kept of them but the address by which they stay suppressed.
extension ContactTable {
    /// Takes from the staged rows what they say of people who were erased, but for the address by which they stay so.
    func forgetErased() throws {
        guard try ErasureKey.isNeeded(connection) else { return }
        let kept = ["\"email\"", "\"address\"", "\"status\"", WishReader.column, "\"moved_at\"", "\"phone\""]
        let said = columns.all.indices.filter { !kept.contains(columns.all[$0].column) }
        for column in ["address", "phone"] where columns.all.contains(where: { $0.column == "\"\(column)\"" }) {
            try ErasedNames.find(
                "SELECT DISTINCT s.\(column) FROM \(rows.name) s WHERE s.\(column) IS NOT NULL", connection)
            try connection.forEach(
                "SELECT s.row FROM \(rows.name) s WHERE \(ErasedNames.has("s.\(column)"))"
            ) { match in
                for index in said { rows[Int(match.integer(0)), Self.first + index] = .null }
            }
        }
    }

    /// Suppresses the addresses, or numbers, of staged contacts that were erased before.
    func suppressErased(_ column: String, _ join: String) throws -> Int {
        try ErasedNames.find(
            """
            SELECT DISTINCT a.\(column) FROM \(rows.name) s JOIN contact a ON \(join) WHERE a.\(column) IS NOT NULL
            """, connection)
        return try connection.execute(
            """
            INSERT INTO suppression (address, category, reason, at)
            SELECT DISTINCT a.\(column), '', 'erased', CAST(:now AS bigint)
            FROM \(rows.name) s JOIN contact a ON \(join)
            WHERE \(ErasedNames.has("a.\(column)"))
            ON CONFLICT (address, category) DO UPDATE SET reason = excluded.reason
                WHERE suppression.reason = :unsubscribed
            """, ["now": .instant(context.now), "unsubscribed": .text(Suppressions.unsubscribed)])
    }
}
