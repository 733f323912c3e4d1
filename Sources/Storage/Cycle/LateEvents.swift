package import Playbooks

/// The events that arrived since accounts last came into stages and tell of moments before that, or before the account left.
package struct LateEvents {
    /// The newest event that there is.
    package let newest: Int64
    /// The earliest late moment of each account.
    package let moments: [Int64: Instant]

    /// - Parameters:
    ///   - kinds: those that the conditions of stages look at.
    ///   - last: when accounts last came into stages; nil when they never did, so that nothing is late.
    package init(_ connection: Connection, of kinds: Set<String>, since last: Instant?) throws {
        newest = try connection.integer("SELECT coalesce(max(id), 0) FROM event")
        var moments: [Int64: Instant] = [:]
        if let last, !kinds.isEmpty {
            // In a database of an earlier version every event is late once: its stages get the dates that they had.
            let cursor = try Meta.stagesEvent.read(connection).flatMap { Int64($0) } ?? 0
            let list = BoundList("kind", kinds)
            try connection.forEach(
                """
                SELECT e.account_id, min(e.at) FROM event e JOIN account a ON a.id = e.account_id
                WHERE e.id > :cursor AND (e.at <= :last OR a.status = 'churned' AND e.at < a.churned_at)
                    AND +e.kind_id IN (SELECT id FROM event_kind WHERE name IN (\(list.names)))
                GROUP BY e.account_id
                """, list.arguments.merging(["cursor": .integer(cursor), "last": .instant(last)]) { $1 }
            ) { moments[$0.integer(0)] = Instant(milliseconds: $0.integer(1)) }
        }
        self.moments = moments
    }
}
