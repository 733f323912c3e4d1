package import Playbooks

/// Moves the shadows of accounts and contacts forward, so that they are at every moment what they were then.
///
/// Accounts come to be when they were created. Status and dates of leaving follow from `history` and events, tracked
/// attributes from `history`, roles and departures of contacts from their events; everything else is as it is now. Where
/// there are journeys, the stages are what the cycles make of them, and what they were is what the data said.
package struct Replay {
    private let connection: Connection
    private let until: Instant
    /// What changes: columns of `account`, and of `contact`.
    private let accountColumns: [String]
    private let contactColumns = ["status", "role"]
    private let allAccountColumns: [String]
    private let hasJourneys: Bool
    private var now: Instant

    /// Attributes that a backtest knows without a history of them.
    package static let known: Set = ["key", "name", "created_at", "status", "churned_at", "cancel_requested_at"]

    /// Fills the shadows with the state of the first moment.
    ///
    /// - Parameter attributes: the tracked ones whose history is needed.
    package init(
        _ connection: Connection, attributes: [Attribute], hasJourneys: Bool = false, from start: Instant,
        until: Instant
    ) throws {
        self.connection = connection
        self.until = until
        self.hasJourneys = hasJourneys
        now = start
        allAccountColumns = try connection.columns(of: "account")
        let tracked = attributes.filter { $0.track && !Self.known.contains($0.name) }
        accountColumns =
            ["status", "churned_at", "cancel_requested_at"]
            + tracked.flatMap { attribute in
                guard attribute.name == "stage" else { return [Self.column(attribute)] }
                return hasJourneys ? ["stage_imported", "stage_imported_at"] : ["stage", "stage_since"]
            }
        try connection.executeScript(Self.tables)
        let span: [String: SQLValue] = ["start": .instant(start), "until": .instant(until)]
        try findStatus(span)
        try findCancels(span)
        for attribute in tracked { try find(attribute, span) }
        try findContacts(span)
        try connection.execute(
            """
            INSERT INTO temp.replay_birth (at, account_id)
            SELECT created_at, id FROM main.account WHERE created_at > :start AND created_at <= :until
            """, span)
        try fillAccounts(
            "m.created_at <= :at", ["at": .instant(start)])
        try fillContacts(["at": .instant(start)])
        if hasJourneys {
            try connection.execute(
                "INSERT INTO temp.stage_entry SELECT * FROM main.stage_entry WHERE at < :start",
                ["start": .instant(start)])
        }
    }

    /// Moves forward; the moment is never before the last one.
    package mutating func advance(to moment: Instant) throws {
        guard moment > now else { return }
        let span: [String: SQLValue] = ["after": .instant(now), "at": .instant(moment)]
        for column in accountColumns { try change("account", column, span) }
        for column in contactColumns { try change("contact", column, span) }
        try fillAccounts(
            "m.id IN (SELECT account_id FROM temp.replay_birth WHERE at > :after AND at <= :at)", span)
        now = moment
    }

    private static let tables = """
        -- Every change of a column: the value from then on, and the one before.
        CREATE TEMP TABLE replay_change (
            place TEXT NOT NULL,
            at INTEGER NOT NULL,
            row_id INTEGER NOT NULL,
            value ANY,
            previous ANY,
            PRIMARY KEY (place, at, row_id)
        ) STRICT, WITHOUT ROWID;
        CREATE TEMP TABLE replay_birth (
            at INTEGER NOT NULL, account_id INTEGER NOT NULL, PRIMARY KEY (at, account_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX temp.replay_change_of_row ON replay_change (place, row_id, at);
        """

    private static func column(_ attribute: Attribute) -> String {
        let quoted = AttributeColumns.ofAccount(attribute.name)
        return String(quoted.dropFirst().dropLast())
    }

    private static let add = "INSERT INTO temp.replay_change (place, at, row_id, value, previous)"

    // MARK: What changed

    private func find(_ attribute: Attribute, _ span: [String: SQLValue]) throws {
        let name: [String: SQLValue] = ["attribute": .text(attribute.name)]
        let isStage = attribute.name == "stage"
        // What conditions ask of the past is read from the history itself.
        try connection.execute(
            """
            INSERT INTO temp.history SELECT * FROM main.history WHERE attribute = :attribute AND at <= :until
            ON CONFLICT DO NOTHING
            """, name.merging(["until": .instant(until)]) { $1 })
        try connection.execute(
            """
            \(Self.add) SELECT :place, at, account_id, value, previous FROM main.history
            WHERE attribute = :attribute AND at > :start
            """,
            name.merging([
                "start": span["start"] ?? .null,
                "place": .text("account.\(Self.column(attribute))\(isStage && hasJourneys ? "_imported" : "")"),
            ]) { $1 })
        guard isStage else { return }
        try connection.execute(
            """
            \(Self.add) SELECT :since, at, account_id, at, previous FROM (
                SELECT account_id, at, lag(at) OVER (PARTITION BY account_id ORDER BY at) AS previous
                FROM main.history WHERE attribute = 'stage') AS changes
            WHERE at > :start
            """,
            [
                "start": span["start"] ?? .null,
                "since": .text(hasJourneys ? "account.stage_imported_at" : "account.stage_since"),
            ])
    }

    /// Status and the date of leaving: an account that was churned when it was first imported has no history of it.
    private func findStatus(_ span: [String: SQLValue]) throws {
        try connection.execute(
            """
            INSERT INTO temp.history SELECT * FROM main.history WHERE attribute = 'status' AND at <= :until
            ON CONFLICT DO NOTHING
            """, ["until": .instant(until)])
        let changes = """
            SELECT account_id, at, value FROM main.history WHERE attribute = 'status'
            UNION ALL
            SELECT id, churned_at, 'churned' FROM main.account AS a WHERE a.churned_at IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM main.history AS h
                WHERE h.attribute = 'status' AND h.account_id = a.id AND h.at = a.churned_at)
            """
        let start = ["start": span["start"] ?? .null]
        try connection.execute(
            """
            \(Self.add) SELECT 'account.status', at, account_id, value,
                CASE value WHEN 'churned' THEN 'active' ELSE 'churned' END
            FROM (\(changes)) AS changes WHERE at > :start
            """, start)
        try connection.execute(
            """
            \(Self.add) SELECT 'account.churned_at', at, account_id, CASE value WHEN 'churned' THEN at END, previous
            FROM (
                SELECT account_id, at, value,
                    CASE value WHEN 'active' THEN lag(at) OVER (PARTITION BY account_id ORDER BY at) END AS previous
                FROM (\(changes)) AS all_changes) AS changes
            WHERE at > :start
            """, start)
    }

    private func findCancels(_ span: [String: SQLValue]) throws {
        try connection.execute(
            """
            \(Self.add) SELECT 'account.cancel_requested_at', at, account_id, max(value), max(previous) FROM (
                SELECT e.account_id, e.at, CASE k.name WHEN 'cancel_requested' THEN e.at END AS value,
                    lag(CASE k.name WHEN 'cancel_requested' THEN e.at END)
                        OVER (PARTITION BY e.account_id ORDER BY e.at, e.id) AS previous
                FROM main.event AS e JOIN main.event_kind AS k ON k.id = e.kind_id
                WHERE k.name IN ('cancel_requested', 'cancel_withdrawn')) AS changes
            WHERE at > :start GROUP BY account_id, at
            """, ["start": span["start"] ?? .null])
    }

    /// A contact is there from the first; of events only those say something that contradict that.
    private func findContacts(_ span: [String: SQLValue]) throws {
        let start = ["start": span["start"] ?? .null]
        try connection.execute(
            """
            \(Self.add) SELECT 'contact.status', at, contact_id, min(value), min(previous) FROM (
                SELECT e.contact_id, e.at, CASE k.name WHEN 'contact_left' THEN 'left' ELSE 'active' END AS value,
                    CASE k.name WHEN 'contact_left' THEN 'active' ELSE 'left' END AS previous,
                    k.name = 'contact_left' OR EXISTS (SELECT 1 FROM main.event AS o WHERE o.kind_id IN (
                        SELECT id FROM main.event_kind WHERE name = 'contact_left') AND o.account_id = e.account_id
                        AND o.contact_id = e.contact_id AND o.at < e.at) AS counts
                FROM main.event AS e JOIN main.event_kind AS k ON k.id = e.kind_id
                WHERE k.name IN ('contact_left', 'contact_added') AND e.contact_id IS NOT NULL) AS changes
            WHERE at > :start AND counts = 1 GROUP BY contact_id, at
            """, start)
        try connection.execute(
            """
            \(Self.add) SELECT 'contact.role', e.at, e.contact_id, max(e.properties ->> 'to'),
                max(e.properties ->> 'from')
            FROM main.event AS e JOIN main.event_kind AS k ON k.id = e.kind_id
            WHERE k.name = 'contact_role_changed' AND e.contact_id IS NOT NULL AND e.at > :start
            GROUP BY e.contact_id, e.at
            """, start)
    }

    // MARK: What it comes to

    /// A column of `m` as it was at `:at`: what stood before the first change after it, or what stands now.
    private func value(_ table: String, _ column: String) -> String {
        let later = """
            FROM temp.replay_change AS c
            WHERE c.place = '\(table).\(column)' AND c.row_id = m.id AND c.at > :at
            """
        return """
            CASE WHEN EXISTS (SELECT 1 \(later)) THEN (SELECT c.previous \(later) ORDER BY c.at LIMIT 1)
                ELSE m."\(column)" END
            """
    }

    private func fillAccounts(_ filter: String, _ arguments: [String: SQLValue]) throws {
        let values = allAccountColumns.map { column in
            if column == "journey" || hasJourneys && (column == "stage" || column == "stage_since") { return "NULL" }
            return accountColumns.contains(column) ? value("account", column) : "m.\"\(column)\""
        }
        try connection.execute(
            """
            INSERT INTO temp.account (\(list(allAccountColumns))) SELECT \(values.joined(separator: ", "))
            FROM main.account AS m WHERE \(filter) ORDER BY m.id ON CONFLICT DO NOTHING
            """, arguments)
    }

    private func fillContacts(_ arguments: [String: SQLValue]) throws {
        let columns = try connection.columns(of: "contact")
        let values = columns.map { contactColumns.contains($0) ? value("contact", $0) : "m.\"\($0)\"" }
        try connection.execute(
            """
            INSERT INTO temp.contact (\(list(columns))) SELECT \(values.joined(separator: ", "))
            FROM main.contact AS m ORDER BY m.id
            """, arguments)
    }

    private func list(_ columns: [String]) -> String { columns.map { "\"\($0)\"" }.joined(separator: ", ") }

    private func change(_ table: String, _ column: String, _ span: [String: SQLValue]) throws {
        let changes = "temp.replay_change AS c WHERE c.place = '\(table).\(column)' AND c.at > :after AND c.at <= :at"
        try connection.execute(
            """
            UPDATE temp.\(table) SET "\(column)" =
                (SELECT c.value FROM \(changes) AND c.row_id = \(table).id ORDER BY c.at DESC LIMIT 1)
            WHERE id IN (SELECT c.row_id FROM \(changes))
            """, span)
    }
}
