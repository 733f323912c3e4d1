import Playbooks

/// The built-in events that changes of columns make.
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
            made += try make(
                "churned", at: at, properties: Self.reasonProperty(columns.updated("churn_reason")),
                where: "\(at) IS NOT NULL AND \(at) IS DISTINCT FROM a.churned_at")
            made += try make("reactivated", where: "a.status = 'churned' AND \(status) = 'active'")
        }
        if columns["cancel_requested_at"] != nil {
            let at = columns.updated("cancel_requested_at")
            made += try make(
                "cancel_requested", at: at, where: "\(at) IS NOT NULL AND \(at) IS DISTINCT FROM a.cancel_requested_at")
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
                FROM temp.import_account s JOIN account a ON a.id = s.account_id
                WHERE s.is_new = \(isNew ? 1 : 0) AND \(condition)
            ) m
            WHERE NOT EXISTS (
                SELECT 1 FROM event e WHERE e.kind_id = :kind AND e.account_id = m.account_id AND e.at = m.at
            )
            ON CONFLICT (kind_id, dedup) DO NOTHING
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
            FROM temp.\(table) s JOIN contact a ON \(join) WHERE \(condition)
            ON CONFLICT (kind_id, dedup) DO NOTHING
            """, ["kind": .integer(id), "now": .instant(context.now)])
    }
}
