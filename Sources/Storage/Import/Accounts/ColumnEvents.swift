import Playbooks

/// The built-in events that changes of columns make.
///
/// A change of state is an event only when the state changes: another date of a churn that stands, or of a request a few
/// days off, corrects the moment of the event that is there.
///
/// An event made so has a `dedup` that begins with `column:` and is unique by account (or contact), kind and moment.
final class ColumnEvents {
    /// The ids of all kinds of events, by name.
    let kinds: [String: Int64]
    private let connection: Connection
    private let context: ImportContext
    private let reasonMap: [String: String]
    private let arena = ByteArena(capacity: 256)

    init(_ store: Store, _ connection: Connection, _ context: ImportContext) throws {
        self.connection = connection
        self.context = context
        kinds = try NameIDs.load(context.dataMap.events.map(\.name), of: "event_kind", store, connection)
        reasonMap = context.dataMap.event("churned")?.property("reason")?.map ?? [:]
    }

    /// A churn reason of the data as the name of the reason that it stands for.
    func reason(_ word: Cell) -> Scalar {
        guard !reasonMap.isEmpty, let name = reasonMap[word.string] else { return .text(word) }
        arena.removeAll(reserving: name.utf8.count)
        return .text(arena.append(name.utf8))
    }

    /// Call before the accounts are updated: tells from the stored row what the staged one changes.
    func ofChangedAccounts(_ columns: StagedColumns) throws -> Int {
        var made = 0
        let status = columns.updated("status")
        if columns["churned_at"] != nil {
            let at = columns.updated("churned_at")
            let stands = "a.status = 'churned' AND a.churned_at IS NOT NULL AND \(status) = 'churned'"
            try correct("churned", "churned_at", to: at, where: stands)
            made += try make(
                "churned", at: at, properties: Self.reasonProperty(columns.updated("churn_reason")),
                where: "\(at) IS NOT NULL AND \(at) IS DISTINCT FROM a.churned_at AND NOT (\(stands))")
            made += try make("reactivated", where: "a.status = 'churned' AND \(status) = 'active'")
        }
        if columns["cancel_requested_at"] != nil {
            let at = columns.updated("cancel_requested_at")
            let stands = "COALESCE(abs(\(at) - a.cancel_requested_at) < \(Self.sameRequest.milliseconds), false)"
            try correct("cancel_requested", "cancel_requested_at", to: at, where: stands)
            made += try make(
                "cancel_requested", at: at,
                where: "\(at) IS NOT NULL AND \(at) IS DISTINCT FROM a.cancel_requested_at AND NOT (\(stands))")
            made += try make(
                "cancel_withdrawn",
                where: "\(at) IS NULL AND a.cancel_requested_at IS NOT NULL AND \(status) = 'active'")
        }
        return made
    }

    /// Call after the accounts are inserted and their ids are staged.
    func ofNewAccounts(_ columns: StagedColumns) throws -> Int {
        var made = 0
        if columns["churned_at"] != nil {
            made += try make(
                "churned", at: "a.churned_at", properties: Self.reasonProperty("a.churn_reason"),
                where: "a.churned_at IS NOT NULL", isNew: true)
        }
        if columns["cancel_requested_at"] != nil {
            made += try make(
                "cancel_requested", at: "a.cancel_requested_at",
                where: "a.cancel_requested_at IS NOT NULL", isNew: true)
        }
        return made
    }

    /// Two dates of a request that are so close are one request.
    static let sameRequest = TimeSpan.days(3)

    /// Moves the event of a state that stands to the moment that the row says, and the change in the history with it.
    ///
    /// - Parameters:
    ///   - column: which says the moment so far.
    ///   - at: the moment from now on.
    private func correct(_ kind: String, _ column: String, to at: String, where stands: String) throws {
        guard let id = kinds[kind] else { return }
        let moved = """
            (
                SELECT a.id AS account_id, a.\(column) AS former, \(at) AS at
                FROM import_account s JOIN account a ON a.id = s.account_id
                WHERE s.is_new = 0 AND \(stands) AND \(at) <> a.\(column)
            ) m
            """
        let values: [String: SQLValue] = ["kind": .integer(id), "now": .instant(context.now)]
        try connection.execute(
            """
            UPDATE event AS e SET at = m.at, dedup = CASE WHEN substr(e.dedup, 1, 8) = 'column:a'
                THEN 'column:a' || CAST(m.account_id AS text) || ':' || CAST(m.at AS text) ELSE e.dedup END
            FROM \(moved)
            WHERE e.kind_id = :kind AND e.account_id = m.account_id AND e.at = m.former AND NOT EXISTS (
                SELECT 1 FROM event o WHERE o.kind_id = :kind AND o.account_id = m.account_id AND o.at = m.at)
            """, values)
        guard kind == "churned" else { return }
        try connection.execute(
            """
            UPDATE history AS h SET at = m.at FROM \(moved)
            WHERE h.attribute = 'status' AND h.account_id = m.account_id AND h.at = m.former AND h.value = 'churned'
                AND NOT EXISTS (
                    SELECT 1 FROM history o
                    WHERE o.attribute = 'status' AND o.account_id = m.account_id AND o.at = m.at)
            """, values)
    }

    private static func reasonProperty(_ reason: String) -> String {
        "CASE WHEN \(reason) IS NOT NULL THEN json_object('reason', \(reason)) END"
    }

    private func make(
        _ kind: String, at: String = "CAST(:now AS bigint)", properties: String = "NULL", where condition: String,
        isNew: Bool = false
    ) throws -> Int {
        guard let id = kinds[kind] else { return 0 }
        return try connection.execute(
            """
            INSERT INTO event (account_id, kind_id, at, received_at, dedup, properties)
            SELECT m.account_id, :kind, m.at, :now,
                'column:a' || CAST(m.account_id AS text) || ':' || CAST(m.at AS text), m.properties
            FROM (
                SELECT a.id AS account_id, \(at) AS at, \(properties) AS properties
                FROM import_account s JOIN account a ON a.id = s.account_id
                WHERE s.is_new = \(isNew ? 1 : 0) AND \(condition)
            ) m
            WHERE NOT EXISTS (
                SELECT 1 FROM event e WHERE e.kind_id = :kind AND e.account_id = m.account_id AND e.at = m.at
            )
            ON CONFLICT (kind_id, dedup, account_id) DO NOTHING
            """, ["kind": .integer(id), "now": .instant(context.now)])
    }

    /// Events of contacts, all of them now; `a` is the stored contact.
    func ofContacts(
        _ kind: String, stagedAs table: String, joinedBy join: String, properties: String = "NULL",
        history: String = "0",
        where condition: String
    ) throws -> Int {
        guard let id = kinds[kind] else { return 0 }
        return try connection.execute(
            """
            INSERT INTO event (account_id, contact_id, kind_id, at, received_at, dedup, properties, history)
            SELECT a.account_id, a.id, :kind, :now, :now,
                'column:c' || CAST(a.id AS text) || ':' || CAST(CAST(:now AS bigint) AS text), \(properties), \(history)
            FROM \(table) s JOIN contact a ON \(join) WHERE \(condition)
            ON CONFLICT (kind_id, dedup, account_id) DO NOTHING
            """, ["kind": .integer(id), "now": .instant(context.now)])
    }

    /// An event of one stored contact, now.
    func ofContact(_ kind: String, _ contact: Int64) throws -> Int {
        guard let id = kinds[kind] else { return 0 }
        return try connection.execute(
            """
            INSERT INTO event (account_id, contact_id, kind_id, at, received_at, dedup)
            SELECT account_id, id, :kind, :now, :now,
                'column:c' || CAST(id AS text) || ':' || CAST(CAST(:now AS bigint) AS text)
            FROM contact WHERE id = :contact
            ON CONFLICT (kind_id, dedup, account_id) DO NOTHING
            """, ["kind": .integer(id), "now": .instant(context.now), "contact": .integer(contact)])
    }
}
