import Playbooks

/// What imported built-in events do to the columns that they stand for.
///
/// The newest event of the database decides: of `cancel_requested` and `cancel_withdrawn`, of `churned` and
/// `reactivated`, of `contact_added` and `contact_left`, of `contact_role_changed`. It changes a column only when it is
/// newer than what the column already says; an account that is churned since nobody knows when takes the date of a
/// `churned` event, and no `reactivated` from before it was first seen.
final class EventEffects {
    private let connection: Connection
    private let context: ImportContext
    private let ids: [String: SQLValue]
    private let accountKinds: Set<Int64>
    private let contactKinds: Set<Int64>
    /// Whether an event is staged that changes an account.
    private(set) var touchesAccounts = false
    private var touchesContacts = false

    private static let ofAccounts = ["cancel_requested", "cancel_withdrawn", "churned", "reactivated"]
    private static let ofContacts = ["contact_added", "contact_left", "contact_role_changed"]

    init(_ connection: Connection, _ context: ImportContext, _ kinds: [String: Int64]) {
        self.connection = connection
        self.context = context
        ids = Dictionary(uniqueKeysWithValues: (Self.ofAccounts + Self.ofContacts).map { ($0, .optional(kinds[$0])) })
        accountKinds = Set(Self.ofAccounts.compactMap { kinds[$0] })
        contactKinds = Set(Self.ofContacts.compactMap { kinds[$0] })
    }

    /// Remembers that a row of this kind is staged.
    func note(_ kind: Int64) {
        if accountKinds.contains(kind) { touchesAccounts = true }
        if contactKinds.contains(kind) { touchesContacts = true }
    }

    /// False for a staged event that says nothing new: an import of accounts has made it from a column already, or it is a
    /// churn of an account that has churned before or after, with no return between.
    var isNews: String {
        guard touchesAccounts else { return "true" }
        func nearest(_ kind: String, _ aggregate: String, _ order: String) -> String {
            """
            (SELECT \(aggregate)(e.at) FROM event e
                WHERE e.kind_id = :\(kind) AND e.account_id = s.account_id AND e.at \(order) s.at)
            """
        }
        let (churned, back) = (nearest("churned", "max", "<="), nearest("reactivated", "max", "<="))
        let (next, nextBack) = (nearest("churned", "min", ">"), nearest("reactivated", "min", ">"))
        return """
            NOT EXISTS (
                SELECT 1 FROM event e WHERE e.kind_id = s.kind_id AND e.account_id = s.account_id AND e.at = s.at
                AND substr(e.dedup, 1, 8) = 'column:a'
            ) AND (
                s.kind_id <> :churned
                OR (COALESCE(\(churned) <= \(back), \(churned) IS NULL)
                    AND COALESCE(\(nextBack) <= \(next), \(next) IS NULL))
            )
            """
    }

    /// What `isNews` asks with.
    var newsValues: [String: SQLValue] {
        ["churned": ids["churned"] ?? .null, "reactivated": ids["reactivated"] ?? .null]
    }

    /// Where a kind stands when events are sorted: churns last, when it is known who came back.
    func order(of kind: Int64) -> Int64 { ids["churned"] == .integer(kind) ? .max : kind }

    /// Call in the write transaction that has inserted the staged events.
    func apply() throws {
        if touchesAccounts {
            try applyCancels()
            try applyChurn()
            try applyStays()
        }
        if touchesContacts { try applyContacts() }
    }

    /// Forgets what was staged.
    func reset() {
        touchesAccounts = false
        touchesContacts = false
    }

    private static func newest(_ kind: String) -> String {
        "(SELECT max(e.at) FROM event e WHERE e.kind_id = :\(kind) AND e.account_id = t.account_id)"
    }

    private func applyCancels() throws {
        try connection.execute(
            """
            UPDATE account AS a SET cancel_requested_at =
                CASE WHEN n.requested > COALESCE(n.withdrawn, n.requested - 1) THEN n.requested END
            FROM (
                SELECT t.account_id, \(Self.newest("cancel_requested")) AS requested,
                    \(Self.newest("cancel_withdrawn")) AS withdrawn
                FROM (
                    SELECT DISTINCT account_id FROM import_event
                    WHERE kind_id IN (:cancel_requested, :cancel_withdrawn)
                ) t
            ) n
            WHERE a.id = n.account_id AND (
                (n.requested > COALESCE(n.withdrawn, n.requested - 1)
                    AND n.requested > COALESCE(a.cancel_requested_at, n.requested - 1))
                OR (n.withdrawn >= COALESCE(n.requested, n.withdrawn) AND n.withdrawn >= a.cancel_requested_at)
            )
            """, ids)
    }

    /// Who asks to stay, or comes back, leaves on no day that lies ahead as an event has said; what was known before says nothing
    /// of it.
    private func applyStays() throws {
        try connection.execute(
            """
            UPDATE account AS a SET leaves_event = NULL, leaves_reason = NULL
            WHERE a.leaves_event IS NOT NULL AND a.id IN (
                SELECT s.account_id FROM import_event s
                JOIN event e ON e.kind_id = s.kind_id AND e.account_id = s.account_id AND e.at = s.at
                WHERE s.kind_id IN (:cancel_withdrawn, :reactivated) AND e.received_at = :now AND NOT EXISTS (
                    SELECT 1 FROM event r
                    WHERE r.kind_id = :cancel_requested AND r.account_id = e.account_id AND r.at > e.at))
            """, ids.merging(["now": .instant(context.now)]) { $1 })
    }

    private func applyChurn() throws {
        try connection.define(
            """
            CREATE TEMP TABLE IF NOT EXISTS import_churn (account_id INTEGER PRIMARY KEY, status TEXT NOT NULL,
                at INTEGER NOT NULL, reason TEXT)
            """)
        try connection.execute("DELETE FROM import_churn")
        let changed = try connection.execute(
            """
            INSERT INTO import_churn (account_id, status, at, reason)
            SELECT a.id, CASE WHEN n.churned > COALESCE(n.back, n.churned - 1) THEN 'churned' ELSE 'active' END,
                CASE WHEN n.churned > COALESCE(n.back, n.churned - 1) THEN n.churned ELSE n.back END,
                (SELECT e.properties ->> 'reason' FROM event e
                    WHERE e.kind_id = :churned AND e.account_id = a.id AND e.at = n.churned ORDER BY e.id DESC LIMIT 1)
            FROM (
                SELECT t.account_id, \(Self.newest("churned")) AS churned, \(Self.newest("reactivated")) AS back
                FROM (
                    SELECT DISTINCT account_id FROM import_event WHERE kind_id IN (:churned, :reactivated)
                ) t
            ) n
            JOIN account a ON a.id = n.account_id
            WHERE (n.churned > COALESCE(n.back, n.churned - 1)
                    AND (a.status = 'active' OR a.churned_at IS NULL OR n.churned > a.churned_at))
                OR (n.back >= COALESCE(n.churned, n.back) AND a.status = 'churned'
                    AND COALESCE(a.churned_at, a.seen_at, n.back) <= n.back)
            """, ids)
        if changed == 0 { return }
        try connection.execute(
            """
            INSERT INTO history (account_id, attribute, at, value, previous)
            SELECT a.id, 'status', n.at, n.status, a.status
            FROM import_churn n JOIN account a ON a.id = n.account_id WHERE a.status <> n.status
            ON CONFLICT (attribute, account_id, at) DO UPDATE SET value = excluded.value
            """)
        try connection.execute(
            """
            INSERT INTO change (type, at, account_id, detail)
            SELECT CASE n.status WHEN 'churned' THEN 'churned' ELSE 'reactivated' END, n.at, a.id,
                CASE WHEN n.status = 'churned' AND n.reason IS NOT NULL THEN json_object('reason', n.reason) END
            FROM import_churn n JOIN account a ON a.id = n.account_id WHERE a.status <> n.status
            """)
        try connection.execute(
            """
            UPDATE account AS a SET status = n.status, churned_at = CASE WHEN n.status = 'churned' THEN n.at END,
                churn_reason = CASE WHEN n.status = 'churned' THEN COALESCE(n.reason, a.churn_reason) END,
                leaves_told = NULL, leaves_event = NULL, leaves_reason = NULL
            FROM import_churn n WHERE a.id = n.account_id
            """)
        try connection.execute(
            "DELETE FROM told_churned WHERE account_id IN (SELECT account_id FROM import_churn WHERE status = 'active')"
        )
    }

    private func applyContacts() throws {
        func newest(_ kind: String) -> String {
            """
            (SELECT max(e.at) FROM event e
                WHERE e.kind_id = :\(kind) AND e.account_id = t.account_id AND e.contact_id = t.contact_id)
            """
        }
        try connection.execute(
            """
            UPDATE contact AS a SET status = CASE WHEN n.gone > COALESCE(n.added, n.gone - 1) THEN 'left' ELSE 'active' END,
                role = COALESCE(n.role, a.role)
            FROM (
                SELECT t.contact_id, \(newest("contact_added")) AS added, \(newest("contact_left")) AS gone,
                    (SELECT e.properties ->> 'to' FROM event e
                        WHERE e.kind_id = :contact_role_changed AND e.account_id = t.account_id
                            AND e.contact_id = t.contact_id AND e.at >= COALESCE(\(newest("contact_added")), e.at)
                        ORDER BY e.at DESC, e.id DESC LIMIT 1) AS role
                FROM (
                    SELECT DISTINCT account_id, contact_id FROM import_event
                    WHERE contact_id IS NOT NULL AND kind_id IN (:contact_added, :contact_left, :contact_role_changed)
                ) t
            ) n
            WHERE a.id = n.contact_id AND (n.gone IS NOT NULL OR n.added IS NOT NULL OR n.role IS NOT NULL)
            """, ids)
    }
}
