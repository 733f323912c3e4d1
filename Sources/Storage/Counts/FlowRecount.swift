/// Counts everything anew, to say or mend what `flow_count` has wrong; it reads whole tables.
package struct FlowRecount {
    private let connection: Connection

    package init(_ connection: Connection) {
        self.connection = connection
    }

    /// A count that is not what the rows say.
    package struct Difference: Sendable, Equatable, CustomStringConvertible {
        /// What is counted: `touch win-back email_1 sent`.
        package var what: String
        package var kept: Int
        package var found: Int

        package var description: String { "\(what): \(kept) kept, \(found) found" }
    }

    /// The counts that are wrong, in the order of what they count; none in a sound database.
    package func differences() throws -> [Difference] {
        try connection.query(
            """
            SELECT d.what, d.slot, d.owner, p.name AS playbook, x.name AS experiment, d.version_id, d.name, d.value,
                d.kept, d.found
            FROM (
                SELECT what, slot, owner, version_id, name, value, CAST(sum(kept) AS bigint) AS kept,
                    CAST(sum(found) AS bigint) AS found
                FROM (SELECT what, slot, owner, version_id, name, value, 0 AS kept, count AS found FROM (\(Schema.flowRows)) AS f
                    UNION ALL SELECT what, slot, owner, version_id, name, value, count, 0 FROM flow_count) AS u
                GROUP BY what, slot, owner, version_id, name, value HAVING sum(kept) <> sum(found)) AS d
            LEFT JOIN playbook AS p ON p.id = d.owner AND d.what <> 'assigned'
            LEFT JOIN experiment AS x ON x.id = d.owner AND d.what = 'assigned'
            ORDER BY d.what, d.owner, d.version_id, d.name, d.value, d.slot
            """
        ).map { row in
            let words = [
                row["what"].text, row["playbook"].text, row["experiment"].text,
                row.count("version_id") == 0 ? nil : "version \(row.count("version_id"))", row["name"].text,
                row["value"].text, row.count("slot") == 0 ? nil : "at \(row.count("slot"))",
            ]
            return Difference(
                what: words.compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: " "), kept: row.count("kept"),
                found: row.count("found"))
        }
    }

    /// Writes what the rows say in the place of what was kept; call in a write transaction.
    package func mend() throws {
        try connection.executeScript(
            """
            DELETE FROM flow_count;
            INSERT INTO flow_count (what, slot, owner, version_id, name, value, count)
                SELECT what, slot, owner, version_id, name, value, count FROM (\(Schema.flowRows)) AS f WHERE count <> 0;
            """)
    }
}
