package import Decisions
package import Playbooks

/// Events and occurrences that nobody answered and nobody will.
extension StatusQuery {
    /// How many of one playbook were dropped for one reason.
    package struct Dropped: Sendable, Equatable {
        package var playbook: String
        package var reason: String
        package var count: Int
    }

    /// One of them.
    package struct DroppedMatch: Sendable, Equatable {
        package var account: String
        package var playbook: String
        /// The event's kind, or the occurrence.
        package var what: String
        package var happenedAt: Instant?
        package var droppedAt: Instant
        package var verdict: Verdict
        package var reason: String
    }

    /// What was decided since, by the cycles of that time, and the standing rows, of which `isDropped` picks the one that it
    /// is about.
    private var decided: String {
        """
        (SELECT account_id, playbook_id, match_key, max(at) AS at FROM decision
            WHERE cycle_id > coalesce((SELECT id FROM cycle WHERE now < :since ORDER BY id DESC LIMIT 1), 0)
                AND at >= :since
            GROUP BY \(connection.dialect.unindexed("account_id")), playbook_id, match_key) AS d
        CROSS JOIN standing AS s
        """
    }

    /// The settled matches of `on` and `at` whose verdict admits nobody; a match that has an enrollment was answered.
    private static let isDropped = """
        s.playbook_id = d.playbook_id AND s.account_id = d.account_id AND s.match_key = d.match_key AND \(admitsNobody)
        """

    static let admitsNobody = """
        s.match_key <> '' AND s.settled = 1 AND s.enrollment_id IS NULL
        AND s.verdict IN (\(Verdict.allCases.filter { $0.arm == nil }.map { "'\($0.rawValue)'" }.joined(separator: ", ")))
        """

    /// What was dropped since a moment, by playbook; the most frequent reasons first.
    package func dropped(since moment: Instant) throws -> [Dropped] {
        try connection.query(
            """
            SELECT p.name AS playbook, s.reason AS reason, count(*) AS count
            FROM \(decided) JOIN playbook AS p ON p.id = s.playbook_id WHERE \(Self.isDropped)
            GROUP BY p.name, s.reason ORDER BY p.name, count(*) DESC, s.reason
            """, ["since": .instant(moment)]
        ).map { row in
            Dropped(
                playbook: row["playbook"].text ?? "", reason: row["reason"].text ?? "",
                count: Int(row["count"].integer ?? 0))
        }
    }

    /// The same one by one, the newest first.
    package func droppedMatches(since moment: Instant, limit: Int) throws -> [DroppedMatch] {
        try connection.query(
            """
            SELECT a.key AS account, p.name AS playbook, coalesce(k.name, s.match_key) AS what, e.at AS happened_at,
                d.at AS dropped_at, s.verdict AS verdict, s.reason AS reason
            FROM \(decided) JOIN playbook AS p ON p.id = s.playbook_id JOIN account AS a ON a.id = s.account_id
            LEFT JOIN event AS e ON e.id = s.event_id LEFT JOIN event_kind AS k ON k.id = e.kind_id
            WHERE \(Self.isDropped)
            ORDER BY dropped_at DESC, p.name, a.key, s.match_key LIMIT :limit
            """, ["since": .instant(moment), "limit": .integer(Int64(limit))]
        ).map { row in
            DroppedMatch(
                account: row["account"].text ?? "", playbook: row["playbook"].text ?? "",
                what: row["what"].text ?? "", happenedAt: row["happened_at"].instant,
                droppedAt: row["dropped_at"].instant ?? moment, verdict: try row["verdict"].word(),
                reason: row["reason"].text ?? "")
        }
    }
}
