package import Decisions
package import Playbooks

/// What waits for a person, or would have.
extension StatusQuery {
    /// So many of them are looked at; how many there are is kept.
    private static let mostStuck: Int64 = 1_000

    /// The playbooks of touches that only a person can settle, or mend the cause of, those with most first.
    ///
    /// - Parameter state: `unknown` or `held`.
    package func stuck(_ state: TouchState) throws -> [(playbook: String, count: Int, since: Instant?)] {
        // Written out, so that SQLite sees that the partial index holds them.
        try connection.query(
            """
            SELECT p.name, CAST(count(*) AS bigint) AS n, min(t.since) AS since
            FROM (SELECT playbook_id, coalesce(claimed_at, not_before) AS since FROM touch
                WHERE state = '\(state.rawValue)' LIMIT :most) AS t
            JOIN playbook AS p ON p.id = t.playbook_id GROUP BY p.name ORDER BY count(*) DESC, p.name
            """, ["most": .integer(Self.mostStuck)]
        ).map { ($0["name"].text ?? "", $0.count("n"), $0["since"].instant) }
    }

    /// Events of some kinds that nobody answered and nobody will.
    package struct DroppedEvent: Sendable, Equatable {
        package var playbook: String
        package var event: String
        package var verdict: Verdict
        package var reason: String
        package var count: Int
        package var since: Instant
    }

    /// Those of the live playbooks since a moment, by playbook and reason.
    package func droppedEvents(of kinds: Set<String>, since moment: Instant) throws -> [DroppedEvent] {
        guard !kinds.isEmpty else { return [] }
        let names = BoundList("kind", kinds.sorted())
        return try connection.query(
            """
            SELECT p.name AS playbook, k.name AS event, s.verdict, s.reason, CAST(count(*) AS bigint) AS n,
                min(e.at) AS since
            FROM playbook AS p CROSS JOIN standing AS s CROSS JOIN event AS e CROSS JOIN event_kind AS k
            WHERE p.state = 'live' AND s.playbook_id = p.id AND s.since >= :since AND \(Self.admitsNobody)
                AND e.id = s.event_id AND e.account_id = s.account_id AND k.id = e.kind_id
                AND k.name IN (\(names.names))
            GROUP BY p.name, k.name, s.verdict, s.reason ORDER BY p.name, count(*) DESC, s.reason
            """,
            names.arguments.merging(["since": .instant(moment)]) { $1 }
        ).map { row in
            DroppedEvent(
                playbook: row["playbook"].text ?? "", event: row["event"].text ?? "",
                verdict: try row["verdict"].word(),
                reason: row["reason"].text ?? "", count: row.count("n"), since: row["since"].instant ?? moment)
        }
    }
}
