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

    /// Whether what an old event `e` says is also said by the staged one `s`.
    private static let agrees = """
        NOT EXISTS (
            SELECT 1 FROM json_each(coalesce(e.properties, '{}')) x
            LEFT JOIN json_each(coalesce(s.properties, '{}')) y ON y.key = x.key
            WHERE x.value IS NOT y.value
        )
        """
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
            UPDATE OR IGNORE event AS e SET dedup = s.dedup FROM \(table) s
            WHERE e.kind_id = s.kind_id AND e.dedup = s.earlier AND e.account_id = s.account_id AND e.id <= :last
                AND \(Self.isFree)
            """, ["last": last])
        try connection.execute(
            """
            UPDATE OR IGNORE event AS e SET dedup = s.dedup FROM \(table) s
            WHERE s.earlier IS NOT NULL AND e.kind_id = s.kind_id AND e.account_id = s.account_id AND e.at = s.at
                AND e.id <= :last AND length(e.dedup) = 33 AND substr(e.dedup, 13, 1) = '-'
                AND \(Self.isOfSameContact) AND \(Self.agrees) AND \(Self.isFree)
            """, ["last": last])
        try connection.execute(
            """
            UPDATE event AS e SET properties = s.properties, left_out = s.left_out FROM \(table) s
            WHERE e.kind_id = s.kind_id AND e.dedup = s.dedup AND e.account_id = s.account_id AND e.id <= :last
                AND e.left_out IS NULL AND e.at = s.at
                AND (s.left_out IS NOT NULL OR e.properties IS DISTINCT FROM s.properties)
                AND \(Self.isOfSameContact) AND \(Self.agrees)
            """, ["last": last])
    }
}
