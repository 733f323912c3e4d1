import Basics

/// Events that were stored when a digest was made of declared properties alone.
///
/// They are found again when they come again, and take the identity that they would get today: by the digest of then, or
/// by account, kind, moment and contact where the properties that both have agree. With it comes what was left out then.
struct EarlierEvents {
    private let connection: Connection
    private let last: SQLValue

    /// Nil when there are none.
    init?(_ connection: Connection) throws {
        guard let last = try Meta.declaredDigests.read(connection).flatMap({ Int64($0) }) else { return nil }
        self.connection = connection
        self.last = .integer(last)
    }

    private static let isFree = """
        NOT EXISTS (SELECT 1 FROM event o WHERE o.kind_id = s.kind_id AND o.dedup = s.dedup AND o.account_id = s.account_id)
        """
    /// An erased event names nobody any more, and gets nothing back.
    private static let isOfSameContact =
        "e.contact_id IS NOT DISTINCT FROM s.contact_id AND e.contact_key IS NOT DISTINCT FROM s.contact_key"

    /// Call in the write transaction, before the staged events are inserted.
    ///
    /// Of several old events that agree with one staged event, as an earlier version stored them after edits of data.yaml,
    /// the first takes its identity.
    func adopt(_ table: String) throws {
        try connection.execute(
            """
            UPDATE event SET dedup = m.dedup FROM (
                SELECT min(e.id) AS id, s.dedup FROM \(table) s JOIN event AS e
                    ON e.kind_id = s.kind_id AND e.dedup = s.earlier AND e.account_id = s.account_id AND e.id <= :last
                WHERE \(Self.isFree) GROUP BY s.kind_id, s.account_id, s.dedup
            ) AS m WHERE m.id = event.id
            """, ["last": last])
        try connection.query(
            """
            SELECT e.id, e.properties, s.properties AS told, s.dedup FROM \(table) s JOIN event AS e
                ON e.kind_id = s.kind_id AND e.account_id = s.account_id AND e.at = s.at AND e.id <= :last
            WHERE s.earlier IS NOT NULL AND length(e.dedup) = 33 AND substr(e.dedup, 13, 1) = '-'
                AND \(Self.isOfSameContact) AND \(Self.isFree) ORDER BY e.id
            """, ["last": last]
        ).filter(Self.agrees).forEach { row in
            try connection.execute(
                """
                UPDATE event SET dedup = :dedup WHERE id = :id AND NOT EXISTS (
                    SELECT 1 FROM event o WHERE o.kind_id = event.kind_id AND o.dedup = :dedup
                        AND o.account_id = event.account_id)
                """, ["id": row["id"], "dedup": row["dedup"]])
        }
        try connection.query(
            """
            SELECT e.id, e.properties, s.properties AS told, s.left_out FROM \(table) s JOIN event AS e
                ON e.kind_id = s.kind_id AND e.dedup = s.dedup AND e.account_id = s.account_id AND e.id <= :last
            WHERE e.left_out IS NULL AND e.at = s.at
                AND (s.left_out IS NOT NULL OR e.properties IS DISTINCT FROM s.properties) AND \(Self.isOfSameContact)
            """, ["last": last]
        ).filter(Self.agrees).forEach { row in
            try connection.execute(
                "UPDATE event SET properties = :told, left_out = :left_out WHERE id = :id",
                ["id": row["id"], "told": row["told"], "left_out": row["left_out"]])
        }
    }

    /// Whether all that an old event says is also said by the one that is told.
    private static func agrees(_ row: Row) -> Bool {
        guard let known = row["properties"].text.flatMap({ JSON(parsing: $0) }), case .object(let members) = known
        else {
            return true
        }
        let told = row["told"].text.flatMap { JSON(parsing: $0) }
        return members.allSatisfy { $0.value == (told?[$0.key] ?? .null) }
    }
}
