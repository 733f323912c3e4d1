package import Playbooks

/// Who is at risk as of a moment, and what the playbooks of risks did in the time before.
package struct RiskFigures {
    private let connection: Connection
    private let now: Instant
    private let since: Instant

    /// - Parameters:
    ///   - risks: the live playbooks by the reason for which they put accounts at risk.
    ///   - since: where the time before begins.
    package init(_ risks: [String: [String]], since: Instant, asOf now: Instant, _ connection: Connection) throws {
        self.connection = connection
        self.now = now
        self.since = since
        // First those who came lately, then all.
        _ = try RisksSeen(risks, since: since, until: now, connection)
        try connection.renew(Self.newcomers)
        try connection.execute(
            "INSERT INTO report_new_risk (account_id, reason) SELECT account_id, reason FROM risk_seen")
        _ = try RisksSeen(risks, since: nil, until: now, connection)
    }

    static let newcomers = TemporaryTable(
        name: "report_new_risk",
        definition: """
            CREATE TEMP TABLE IF NOT EXISTS report_new_risk (account_id INTEGER NOT NULL, reason TEXT NOT NULL)
            """)

    package struct OfReason: Sendable, Hashable {
        package var reason: String
        package var accounts: Int
        /// Of them, who came to be at risk lately.
        package var new: Int
        package var mrr: RiskSum
    }

    /// What an account paid at the moment; NULL where nobody knows it.
    private static let mrr = """
        coalesce((SELECT CAST(h.previous AS bigint) FROM history AS h WHERE h.attribute = 'mrr' AND h.account_id = a.id AND h.at > :now
            ORDER BY h.at LIMIT 1), a.mrr)
        """

    /// The reasons with the most revenue first.
    package func reasons() throws -> [OfReason] {
        try connection.query(
            """
            SELECT reason, count(*) AS accounts, sum(new) AS new, coalesce(sum(mrr), 0) AS mrr,
                count(*) - count(mrr) AS unknown
            FROM (
                SELECT r.reason, \(Self.mrr) AS mrr, CASE WHEN n.account_id IS NULL THEN 0 ELSE 1 END AS new
                FROM risk_seen AS r JOIN account AS a ON a.id = r.account_id LEFT JOIN report_new_risk AS n
                    ON n.account_id = r.account_id AND n.reason = r.reason
            ) AS risks GROUP BY reason ORDER BY 4 DESC, 1
            """, ["now": .instant(now)]
        ).map {
            OfReason(
                reason: $0["reason"].text ?? "", accounts: Int($0["accounts"].integer ?? 0),
                new: Int($0["new"].integer ?? 0), mrr: RiskSum($0))
        }
    }

    /// An account that is at risk.
    package struct OfAccount: Sendable, Hashable {
        package var id: Int64
        package var key: String
        package var name: String?
        /// The reasons, those that data.yaml names first by name.
        package var reasons: [String]
        /// In minor units; nil where nobody knows it.
        package var mrr: Int64?
    }

    /// Everybody who is at risk, by key.
    package func accounts() throws -> [OfAccount] {
        var found: [OfAccount] = []
        try connection.forEach(
            """
            SELECT a.id, a.key, a.name, r.reason, \(Self.mrr) AS mrr FROM risk_seen AS r
            JOIN account AS a ON a.id = r.account_id ORDER BY a.key, r.reason
            """, ["now": .instant(now)]
        ) { row in
            let (id, reason) = (row.integer("id"), row.text("reason") ?? "")
            if found.last?.id == id {
                found[found.count - 1].reasons.append(reason)
            } else {
                found.append(
                    OfAccount(
                        id: id, key: row.text("key") ?? "", name: row.optionalText("name"), reasons: [reason],
                        mrr: row.optionalInteger("mrr")))
            }
        }
        return found
    }

    /// Who came to be at risk since, of one reason or of any.
    package func newcomers(of reason: String?) throws -> [Int64: [AccountList.Reason]] {
        var found: [Int64: [AccountList.Reason]] = [:]
        try connection.forEach(
            """
            SELECT n.account_id FROM report_new_risk AS n JOIN risk_seen AS r
                ON r.account_id = n.account_id AND r.reason = n.reason
            WHERE CAST(:reason AS TEXT) IS NULL OR n.reason = :reason
            """, ["reason": .optional(reason)]
        ) { found[$0.integer("account_id")] = [] }
        return found
    }

    /// How many active accounts match a playbook that a safety rule or a person holds, so that they are at no risk yet; the
    /// playbooks by name.
    package func held(_ playbooks: [String]) throws -> [(playbook: String, accounts: Int)] {
        let list = BoundList("playbook", playbooks)
        return try connection.query(
            """
            SELECT p.name AS playbook, count(DISTINCT s.account_id) AS accounts
            FROM standing AS s JOIN playbook AS p ON p.id = s.playbook_id JOIN account AS a ON a.id = s.account_id
            WHERE p.name IN (\(list.names)) AND p.state = 'live' AND s.since <= :now
                AND (a.status = 'active' OR a.churned_at > :now)
                AND CASE WHEN s.match_key = '' THEN s.false_since IS NULL OR s.false_since > :now ELSE s.settled = 0 END
                AND \(RisksSeen.verdict) = 'held'
            GROUP BY p.name ORDER BY p.name
            """, list.arguments.merging(["now": .instant(now)]) { $1 }
        ).map { ($0["playbook"].text ?? "", Int($0["accounts"].integer ?? 0)) }
    }

    /// How many accounts there are, and what they pay; one with several reasons counts once.
    package func total() throws -> (accounts: Int, new: Int, mrr: RiskSum) {
        let row = try connection.first(
            """
            SELECT count(*) AS accounts, coalesce(sum(mrr), 0) AS mrr, count(*) - count(mrr) AS unknown,
                (SELECT count(DISTINCT n.account_id) FROM report_new_risk AS n
                    JOIN risk_seen AS r ON r.account_id = n.account_id AND r.reason = n.reason) AS new
            FROM (SELECT \(Self.mrr) AS mrr FROM account AS a WHERE a.id IN (SELECT account_id FROM risk_seen)) AS risks
            """, ["now": .instant(now)])
        return (
            Int(row?["accounts"].integer ?? 0), Int(row?["new"].integer ?? 0),
            row.map { RiskSum($0) } ?? RiskSum(known: 0)
        )
    }

    /// What a playbook did since: whom it took in and what came of it.
    package struct OfPlaybook: Sendable, Hashable {
        package var playbook: String
        package var treated: Int
        package var heldOut: Int
        package var sent: Int
        package var goals: Int
        /// Treated accounts whose goal can still be reached.
        package var open: Int
        /// Of the treated, who has left since.
        package var left: Int
    }

    package func playbooks(_ names: [String]) throws -> [OfPlaybook] {
        try names.map { name in
            let arguments: [String: SQLValue] = [
                "name": .text(name), "since": .instant(since), "now": .instant(now),
            ]
            let row = try connection.first(
                """
                SELECT count(*) FILTER (WHERE e.arm = 'treated'), count(*) FILTER (WHERE e.arm <> 'treated'),
                    count(*) FILTER (WHERE e.arm = 'treated' AND e.goal_at <= :now),
                    count(*) FILTER (WHERE e.arm = 'treated' AND e.goal_until > :now
                        AND (e.goal_at IS NULL OR e.goal_at > :now)),
                    count(*) FILTER (WHERE e.arm = 'treated' AND a.churned_at > e.entered_at AND a.churned_at <= :now
                        AND (a.erased_at IS NULL OR a.churned_at < a.erased_at))
                FROM playbook AS p JOIN enrollment AS e ON e.playbook_id = p.id JOIN account AS a ON a.id = e.account_id
                WHERE p.name = :name AND e.entered_at > :since AND e.entered_at <= :now
                """, arguments)
            let sent = try connection.integer(
                """
                SELECT count(*) FROM playbook AS p JOIN touch AS t ON t.playbook_id = p.id
                WHERE p.name = :name AND t.state = 'sent' AND t.settled_at >= :since AND t.settled_at <= :now
                """, arguments)
            func count(_ index: Int) -> Int { Int(row?[index].integer ?? 0) }
            return OfPlaybook(
                playbook: name, treated: count(0), heldOut: count(1), sent: Int(sent), goals: count(2), open: count(3),
                left: count(4))
        }
    }
}
