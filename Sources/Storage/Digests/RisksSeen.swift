package import Playbooks

/// The active accounts that came to be at risk, by reason, in a temporary table.
///
/// A match counts from the moment at which no safety rule held it any more; one that is still held says nothing. The
/// match of an event counts once, at the event; an occurrence of a schedule puts nobody at risk.
package struct RisksSeen {
    private let connection: Connection

    package struct OfReason: Sendable, Hashable {
        package var reason: String
        package var accounts: Int
        package var mrr: RiskSum
    }

    package struct OfAccount: Sendable, Hashable {
        package var id: Int64
        package var key: String
        package var name: String?
        /// In minor units; nil where nobody knows it.
        package var mrr: Int64?
        package var reasons: [String]
    }

    /// The match of an event puts at risk while it waits for its verdict and while its enrollment goes on.
    private static let goesOn = """
        (s.settled = 0 OR EXISTS (SELECT 1 FROM enrollment AS e WHERE e.id = s.enrollment_id
            AND (e.ended_at IS NULL OR e.ended_at > :now)))
        """
    /// The verdict on a match as of the moment: what came later was not decided yet.
    static let verdict = """
        coalesce((SELECT d.verdict FROM decision AS d WHERE d.account_id = s.account_id AND d.playbook_id = s.playbook_id
            AND d.match_key = s.match_key AND d.at <= :now ORDER BY d.at DESC, d.cycle_id DESC LIMIT 1), s.verdict)
        """
    private static let isSeen = "s.verdict NOT IN ('too_old', 'already', 'cooling')"

    static let table = TemporaryTable(
        name: "risk_seen",
        definition: """
            CREATE TEMP TABLE IF NOT EXISTS risk_seen (
                account_id INTEGER NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (account_id, reason)
            ) STRICT, WITHOUT ROWID
            """)

    /// - Parameters:
    ///   - risks: the live playbooks by the reason for which they put accounts at risk.
    ///   - since: the moment after which they came; nil for all that are at risk now.
    package init(_ risks: [String: [String]], since: Instant?, until now: Instant, _ connection: Connection) throws {
        self.connection = connection
        try connection.renew(Self.table)
        for (reason, playbooks) in risks.sorted(by: { $0.key < $1.key }) {
            for playbook in playbooks {
                try connection.execute(
                    """
                    INSERT INTO risk_seen (account_id, reason)
                    SELECT DISTINCT s.account_id, :reason
                    FROM standing AS s JOIN playbook AS p ON p.id = s.playbook_id
                    JOIN account AS a ON a.id = s.account_id
                    WHERE p.name = :playbook AND p.state = 'live' AND \(Self.verdict) <> 'held'
                        AND (a.status = 'active' OR a.churned_at > :now)
                        AND CASE WHEN s.match_key = '' THEN s.false_since IS NULL OR s.false_since > :now
                            ELSE s.event_id IS NOT NULL AND \(since == nil ? Self.goesOn : Self.isSeen) END
                        AND coalesce((SELECT min(d.at) FROM decision AS d WHERE d.account_id = s.account_id
                            AND d.playbook_id = s.playbook_id AND d.match_key = s.match_key AND d.at >= s.since
                            AND d.verdict <> 'held'), s.since) BETWEEN :since AND :now
                    ON CONFLICT DO NOTHING
                    """,
                    [
                        "reason": .text(reason), "playbook": .text(playbook), "now": .instant(now),
                        "since": .integer(since.map { $0.milliseconds + 1 } ?? .min),
                    ])
            }
        }
    }

    /// The reasons with the most revenue first.
    package func reasons() throws -> [OfReason] {
        try connection.query(
            """
            SELECT r.reason, count(*) AS accounts, coalesce(sum(a.mrr), 0) AS mrr, count(*) - count(a.mrr) AS unknown
            FROM risk_seen AS r JOIN account AS a ON a.id = r.account_id GROUP BY r.reason ORDER BY 3 DESC, r.reason
            """
        ).map {
            OfReason(reason: $0["reason"].text ?? "", accounts: Int($0["accounts"].integer ?? 0), mrr: RiskSum($0))
        }
    }

    /// How many accounts there are, and what they pay; one with several reasons counts once.
    package func total() throws -> (accounts: Int, mrr: RiskSum) {
        let row = try connection.first(
            """
            SELECT count(*) AS accounts, coalesce(sum(mrr), 0) AS mrr, count(*) - count(mrr) AS unknown
            FROM account WHERE id IN (SELECT account_id FROM risk_seen)
            """)
        return (Int(row?["accounts"].integer ?? 0), row.map { RiskSum($0) } ?? RiskSum(known: 0))
    }

    /// The accounts that pay most.
    package func accounts(limit: Int) throws -> [OfAccount] {
        let rows = try connection.query(
            """
            SELECT a.id, a.key, a.name, a.mrr FROM account AS a
            WHERE a.id IN (SELECT account_id FROM risk_seen) ORDER BY coalesce(a.mrr, 0) DESC, a.key LIMIT :limit
            """, ["limit": .integer(Int64(limit))])
        return try rows.map { row in
            let reasons = try connection.query(
                "SELECT reason FROM risk_seen WHERE account_id = :id ORDER BY reason", ["id": row[0]])
            return OfAccount(
                id: row[0].integer ?? 0, key: row[1].text ?? "", name: row[2].text, mrr: row[3].integer,
                reasons: reasons.compactMap { $0[0].text })
        }
    }
}
