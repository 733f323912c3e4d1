package import Playbooks

/// The taking of a person, or of an account with all its people, out of the database.
///
/// Rows that the books need stay: a touch, an event, an outcome without the person's address and words. Of an address a keyed
/// hash stays in the suppression list. Everything happens in the caller's transaction; doing it again changes nothing.
package struct Erasure {
    package enum Subject: Sendable, Equatable {
        /// A normalized address: every contact that has it.
        case address(String)
        /// A contact's key, and the account's when several accounts have such a contact.
        case contact(String, account: String?)
        case account(String)
    }

    /// How many rows of each kind went or were emptied.
    package struct Counts: Sendable, Equatable {
        package var accounts = 0
        package var contacts = 0
        package var events = 0
        package var touches = 0
        /// Of the touches, those that were still open and are cancelled.
        package var cancelled = 0
        package var attempts = 0
        package var outcomes = 0
        /// Rows of other kinds with a text that named the person.
        package var texts = 0
        /// Webhooks and rows that belonged to nothing yet.
        package var waiting = 0
        package var suppressed = 0
        /// Of the suppressed, those that had not been suppressed by an earlier erasure.
        package var newlySuppressed = 0

        package init() {}
    }

    let connection: Connection
    private let key: ErasureKey
    private let now: Instant
    private let dataMap: DataMap

    /// - Parameter dataMap: says which words are the team's own and not the customer's: reasons, and the values of
    ///   attributes that have a list of them.
    package init(_ connection: Connection, key: ErasureKey, dataMap: DataMap = DataMap(), now: Instant) {
        self.connection = connection
        self.key = key
        self.dataMap = dataMap
        self.now = now
    }

    /// - Parameter also: texts that are the person's wherever they stand: a full name, an address of before.
    package func erase(_ subject: Subject, also: [String] = []) throws -> Counts {
        try key.claim(connection)
        let tables = ErasureTables(connection)
        try tables.make()
        defer { tables.drop() }
        let mentions = try tables.fill(subject, also: also)
        var counts = Counts()
        try emptyTouches(mentions, &counts)
        counts.events = try emptyEvents(mentions)
        counts.outcomes = try emptyOutcomes()
        try emptyPages()
        (counts.suppressed, counts.newlySuppressed) = try suppress()
        counts.contacts = try connection.execute("DELETE FROM contact WHERE id IN (SELECT id FROM erased_contact)")
        counts.accounts = try emptyAccounts()
        try KeptReports(connection).forgetNames()
        try empty(mentions, &counts)
        return counts
    }

    private var values: [String: SQLValue] { ["now": .instant(now)] }

    private func emptyTouches(_ mentions: Mentions, _ counts: inout Counts) throws {
        counts.cancelled = try connection.execute(
            """
            UPDATE touch SET state = 'cancelled', settled_at = :now, fence = fence + 1, retry_at = NULL,
                reason = CASE WHEN state IN ('unknown', 'sending') OR ambiguous = 1
                    THEN 'erased; whether it arrived is not known' ELSE 'erased' END
            WHERE id IN (SELECT id FROM erased_touch) AND settled_at IS NULL
            """, values)
        try connection.execute(
            """
            UPDATE enrollment SET due_at = :now
            WHERE id IN (SELECT enrollment_id FROM erased_touch)
                AND state = 'active' AND begun = 1 AND due_at IS NULL AND waiting = 0
                AND NOT EXISTS (SELECT 1 FROM touch WHERE enrollment_id = enrollment.id AND settled_at IS NULL)
            """, values)
        counts.touches = try connection.execute(
            """
            UPDATE touch SET variables = '{}', provider_id = NULL, error = NULL, body_hash = NULL
            WHERE id IN (SELECT id FROM erased_touch)
            """)
        for row in try connection.query(
            "SELECT t.id, t.reason FROM erased_touch AS x JOIN touch AS t ON t.id = x.id WHERE t.reason IS NOT NULL")
        where mentions.isFound(in: row["reason"].text ?? "", .names) {
            try connection.execute("UPDATE touch SET reason = 'erased' WHERE id = :id", ["id": row["id"]])
        }
        for row in try connection.query(
            """
            SELECT t.id, t.recipient FROM erased_touch AS x JOIN touch AS t ON t.id = x.id
            WHERE x.own = 1 AND substr(t.recipient, 1, 5) <> 'team:' AND substr(t.recipient, 1, 7) <> 'erased:'
            """)
        {
            try connection.execute(
                "UPDATE touch SET recipient = :hash WHERE id = :id",
                ["id": row["id"], "hash": .text(key.hash(row["recipient"].text ?? ""))])
        }
        counts.attempts = try connection.execute(
            """
            UPDATE attempt SET detail = NULL
            WHERE touch_id IN (SELECT id FROM erased_touch) AND detail IS NOT NULL
            """)
    }

    /// Of why an account left the reason stays, which is a word of the data map.
    private func emptyEvents(_ mentions: Mentions) throws -> Int {
        for row in try connection.query(
            "SELECT e.id, e.dedup FROM erased_event AS x JOIN event AS e ON e.id = x.id ORDER BY e.id")
        {
            guard let dedup = row["dedup"].text, mentions.isFound(in: dedup, .names) else { continue }
            try connection.execute(
                "UPDATE event SET dedup = :hash WHERE id = :id", ["id": row["id"], "hash": .text(key.hash(dedup))])
        }
        let reasons = BoundList("reason", dataMap.reasons.map(\.name))
        return try connection.execute(
            """
            UPDATE event SET contact_id = NULL, contact_key = NULL, left_out = NULL,
                properties = CASE WHEN properties ->> 'reason' IN (\(reasons.names)) AND kind_id IN (
                        SELECT id FROM event_kind WHERE name IN ('churned', 'cancel_requested'))
                    THEN json_object('reason', properties ->> 'reason') END
            WHERE id IN (SELECT id FROM erased_event)
            """, reasons.arguments)
    }

    private func emptyOutcomes() throws -> Int {
        try connection.execute(
            """
            UPDATE change SET detail = NULL
            WHERE (touch_id IN (SELECT id FROM erased_touch)
                    OR account_id IN (SELECT id FROM erased_account WHERE whole = 1))
                AND detail IS NOT NULL
            """)
        return try connection.execute(
            """
            UPDATE outcome SET detail = NULL
            WHERE (touch_id IN (SELECT id FROM erased_touch)
                    OR account_id IN (SELECT id FROM erased_account WHERE whole = 1))
                AND detail IS NOT NULL
            """)
    }

    /// Every text of every other row that names the person, whichever account it belongs to.
    private func empty(_ mentions: Mentions, _ counts: inout Counts) throws {
        for table in ErasedTable.all {
            let declared = try connection.columns(of: table.name).filter { $0.hasPrefix("a_") || $0.hasPrefix("c_") }
            let count = try table.empty(on: connection, declared: declared, mentions, key)
            switch table.name {
            case "event": counts.events += count
            case "touch": counts.touches += count
            case "attempt": counts.attempts += count
            case "outcome": counts.outcomes += count
            case "webhook", "waiting_row": counts.waiting += count
            default: counts.texts += count
            }
        }
        try connection.execute(
            """
            UPDATE digest SET settled_at = :now, state = 'expired'
            WHERE settled_at IS NULL AND (subject = 'erased' OR text = '')
            """, values)
    }

    /// Puts hashes in the place of addresses; what was suppressed for a category only is now suppressed for all.
    private func suppress() throws -> (all: Int, new: Int) {
        try connection.execute(
            "DELETE FROM suppression WHERE address IN (SELECT address FROM erased_address)")
        let addresses = try connection.query("SELECT address FROM erased_address").compactMap { $0[0].text }
        let new = try addresses.reduce(0) { count, address in
            try count
                + connection.execute(
                    """
                    INSERT INTO suppression (address, category, reason, at) VALUES (:hash, '', 'erased', :now)
                    ON CONFLICT (address, category) DO NOTHING
                    """, ["hash": .text(key.hash(address))].merging(values) { $1 })
        }
        return (addresses.count, new)
    }

    /// An account keeps the dates and figures that reports count, under a key that says nothing, and what it is grouped by.
    private func emptyAccounts() throws -> Int {
        let isWhole = "IN (SELECT id FROM erased_account WHERE whole = 1)"
        try connection.execute(
            """
            INSERT INTO history (account_id, attribute, at, value, previous)
            SELECT id, 'status', :now, 'churned', status FROM account WHERE id \(isWhole) AND status <> 'churned'
            ON CONFLICT (attribute, account_id, at) DO UPDATE SET value = excluded.value
            """, values)
        try connection.execute(
            """
            DELETE FROM history WHERE account_id \(isWhole) AND attribute NOT IN ('mrr', 'stage', 'status')
            """)
        try connection.execute("DELETE FROM subscription WHERE account_id \(isWhole)")
        for table in ["standing", "decision"] {
            try connection.execute("UPDATE \(table) SET reason = 'erased' WHERE account_id \(isWhole)")
        }
        try connection.execute("UPDATE enrollment SET entry = '{}' WHERE account_id \(isWhole)")
        try connection.execute(
            """
            UPDATE enrollment SET state = 'ended', ended_at = :now, end_reason = 'erased', due_at = NULL, waiting = 0
            WHERE account_id \(isWhole) AND state = 'active'
            """, values)
        let kept = Set(dataMap.attributes.filter { $0.type == .text && !$0.values.isEmpty }.map { "a_\($0.name)" })
        let declared = try connection.columns(of: "account").filter { $0.hasPrefix("a_") && !kept.contains($0) }.map {
            ", \"\($0)\" = NULL"
        }.joined()
        return try connection.execute(
            """
            UPDATE account SET erased_at = :now, key = 'erased-' || CAST(id AS TEXT), name = NULL, timezone = NULL, locale = NULL\(declared),
                churned_at = CASE WHEN status = 'churned' THEN churned_at ELSE :now END, status = 'churned',
                leaves_told = NULL, leaves_event = NULL
            WHERE id \(isWhole)
            """, values)
    }
}
