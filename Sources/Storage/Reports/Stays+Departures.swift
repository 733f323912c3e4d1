package import Playbooks

extension Stays {
    /// Why accounts left.
    package struct Departures: Sendable, Hashable {
        /// The reason's name; nil when nobody knows.
        package var reason: String?
        /// Whether the account is still there without paying.
        package var isFree: Bool
        /// Whether a risk playbook had matched the account in the 90 days before.
        package var isExpected: Bool
        package var accounts: Int
        /// What they paid, in minor units.
        package var mrr: Int64
    }

    /// How long before the departure a risk counts as a warning, in days.
    package static let warning = 90

    /// The departures behind the first day and up to the last, by reason, and by whether they were expected.
    ///
    /// The reason is the one of the event by which the account left, else what a cancel request of the stay said.
    ///
    /// - Parameter risks: the playbooks that put accounts at risk.
    package func departures(from first: Day, to last: Day, risks: [String]) throws -> [Departures] {
        let (rows, arguments) = try each(from: first, to: last, risks: risks)
        return try connection.query(
            """
            SELECT reason, is_free, is_expected, count(*), sum(mrr) FROM (\(rows)) AS departures
            GROUP BY reason, is_free, is_expected ORDER BY 4 DESC, 1, 2, 3
            """, arguments
        ).map { row in
            Departures(
                reason: row[0].text, isFree: row[1].integer == 1, isExpected: row[2].integer == 1,
                accounts: Int(row[3].integer ?? 0), mrr: row[4].integer ?? 0)
        }
    }

    /// An account that left without a warning.
    package struct Unseen: Sendable, Hashable {
        package var key: String
        package var left: Day
        package var reason: String?
        package var mrr: Int64
    }

    /// Of the accounts that left and were not expected to, those that paid most.
    package func unseen(from first: Day, to last: Day, risks: [String], limit: Int) throws -> [Unseen] {
        let (rows, arguments) = try each(from: first, to: last, risks: risks)
        return try connection.query(
            """
            SELECT a.key, d.ended, d.reason, d.mrr FROM (\(rows)) AS d JOIN account AS a ON a.id = d.account_id
            WHERE d.is_expected = 0 ORDER BY d.mrr DESC, a.key, d.ended LIMIT :limit
            """, arguments.merging(["limit": .integer(Int64(limit))]) { $1 }
        ).map { row in
            Unseen(
                key: row[0].text ?? "", left: Day(number: Int(row[1].integer ?? 0)), reason: row[2].text,
                mrr: row[3].integer ?? 0)
        }
    }

    /// A SELECT of the departures, with its arguments.
    private func each(
        from first: Day, to last: Day, risks: [String]
    ) throws -> (rows: String, arguments: [String: SQLValue]) {
        var arguments: [String: SQLValue] = [
            "from": .integer(Int64(first.number)), "to": .integer(Int64(last.number)), "churned": try kind("churned"),
            "asked": try kind("cancel_requested"), "known": .instant(known), "now": .instant(now),
            "warning": .integer(Int64(Self.warning)),
        ]
        for (index, name) in risks.enumerated() { arguments["risk_\(index)"] = .text(name) }
        let names = risks.indices.map { ":risk_\($0)" }.joined(separator: ", ")
        func latest(_ kind: String, _ value: String, of more: String = "") -> String {
            """
            (SELECT \(value) FROM event AS e WHERE e.kind_id = :\(kind) AND e.account_id = s.account_id
                AND e.at <= :now AND e.received_at <= :known AND \(dayOf("e.at")) > s.began - 1
                AND \(dayOf("e.at")) <= s.ended\(more) ORDER BY e.at DESC, e.id DESC LIMIT 1)
            """
        }
        let expected =
            risks.isEmpty
            ? "0"
            : """
            EXISTS (SELECT 1 FROM playbook AS p JOIN decision AS d ON d.playbook_id = p.id
                WHERE p.name IN (\(names)) AND d.account_id = s.account_id AND d.verdict <> 'held'
                    AND \(dayOf("d.at")) <= s.ended AND (\(dayOf("d.at")) >= s.ended - :warning
                    OR EXISTS (SELECT 1 FROM standing AS m WHERE m.playbook_id = d.playbook_id
                        AND m.account_id = d.account_id AND m.match_key = d.match_key AND m.match_key = ''
                        AND \(dayOf("m.since")) <= s.ended
                        AND (m.false_since IS NULL OR \(dayOf("m.false_since")) >= s.ended - :warning))))
            """
        let rows = """
                SELECT s.account_id, s.ended, s.mrr, CASE WHEN \(expected) THEN 1 ELSE 0 END AS is_expected,
                    coalesce(\(latest("churned", "e.properties ->> 'reason'")),
                        \(latest("asked", "e.properties ->> 'reason'", of: " AND e.properties ->> 'reason' IS NOT NULL")),
                        (SELECT a.churn_reason FROM account AS a WHERE a.id = s.account_id AND NOT EXISTS (
                            SELECT 1 FROM event AS e WHERE e.kind_id = :churned AND e.account_id = a.id))) AS reason,
                    CASE WHEN \(latest("churned", "1")) IS NULL AND NOT EXISTS (SELECT 1 FROM account AS a
                        WHERE a.id = s.account_id AND a.churned_at <= :now AND \(dayOf("a.churned_at")) <= s.ended)
                        THEN 1 ELSE 0 END AS is_free
                FROM report_stay AS s WHERE s.ended > :from AND s.ended <= :to
            """
        return (rows, arguments)
    }
}
