package import Decisions
package import Playbooks

/// The events that may trigger a playbook and that no cycle has looked at yet.
package struct NewEvents {
    /// What an import that took long has told by the clock of its beginning.
    private static let longestImport = TimeSpan.hours(1)

    private let connection: Connection
    private let context: EvaluationContext

    package init(_ connection: Connection, _ context: EvaluationContext) {
        self.connection = connection
        self.context = context
    }

    /// Events that arrived since the last cycle or were told otherwise since, and, where they are asked for, those whose
    /// moment has come since then.
    ///
    /// - Returns: the events by account.
    package func find(
        _ event: String, of work: PlaybookAtWork, now: Instant, withThoseThatLayAhead: Bool
    ) throws -> [Int64: [TriggeringEvent]] {
        var accounts: [Int64: Int64] = [:]
        let last = work.registered.lastMatchAt ?? work.registered.liveSince
        let arguments: [String: SQLValue] = [
            "event": .text(event), "now": .instant(now), "live": .instant(work.registered.liveSince),
            "cursor": .integer(work.registered.eventCursor),
            "last": .instant(last), "revised": .instant(last - Self.longestImport),
            "oldest": .instant(now - work.playbook.maxAge),
        ]
        func add(_ condition: String, kind: String = "kind_id") throws {
            try connection.forEach(
                """
                SELECT id, account_id FROM event WHERE \(kind) = (SELECT id FROM event_kind WHERE name = :event)
                    AND history = 0 AND at <= :now AND at > :live AND \(condition)
                """, arguments
            ) { accounts[$0.integer(0)] = $0.integer(1) }
        }
        // `+`: what came since the last cycle is read, and not all that ever came of the kind.
        try add("id > :cursor", kind: work.registered.eventCursor > 0 ? "+kind_id" : "kind_id")
        if withThoseThatLayAhead { try add("at > :last AND at > received_at") }
        try add("at > :oldest AND id IN (SELECT event_id FROM revised_event WHERE at > :revised)", kind: "+kind_id")
        guard !accounts.isEmpty else { return [:] }
        var events = try BlockLoader(connection, context).events(accounts.keys.sorted())
        if let per = work.playbook.per { for id in accounts.keys { events[id]?.keys[per] = try value(of: per, id) } }
        var found: [Int64: [TriggeringEvent]] = [:]
        for (id, event) in events.sorted(by: { $0.key < $1.key }) {
            if let account = accounts[id] { found[account, default: []].append(event) }
        }
        return found
    }

    /// A property as text; nil when the event does not have it.
    private func value(of property: String, _ event: Int64) throws -> String? {
        try connection.first(
            "SELECT CAST(json_extract(properties, :path) AS text) AS value FROM event WHERE id = :id",
            ["path": .text("$.\"\(property)\""), "id": .integer(event)])?["value"].text
    }
}
