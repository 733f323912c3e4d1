package import Playbooks

extension Stays {
    /// What happened from one day to another: to whom was a customer at the start of the first, as it stood at the start
    /// of the last.
    package func flow(from first: Day, to last: Day) throws -> Flow {
        let days: [String: SQLValue] = [
            "from": .integer(Int64(first.number)), "to": .integer(Int64(last.number)),
        ]
        var flow = Flow()
        let whole = try connection.first(
            """
            SELECT count(*) FILTER (WHERE began <= :from AND coalesce(ended, :to + 1) > :from),
                count(*) FILTER (WHERE began <= :to AND coalesce(ended, :to + 1) > :to),
                count(*) FILTER (WHERE ended > :from AND ended <= :to),
                count(*) FILTER (WHERE began > :from AND began <= :to),
                coalesce(sum(CASE WHEN coalesce(ended, :to) < :to THEN ended ELSE :to END
                    - CASE WHEN began > :from THEN began ELSE :from END), 0)
            FROM report_stay WHERE began <= :to AND coalesce(ended, :to) >= :from
            """, days)
        func count(_ index: Int) -> Int { Int(whole?[index].integer ?? 0) }
        (flow.start, flow.end, flow.departures, flow.arrivals) = (count(0), count(1), count(2), count(3))
        flow.accountDays = count(4)
        let bases = try connection.first(
            """
            SELECT coalesce(sum(mrr) FILTER (WHERE began <= :from), 0), coalesce(sum(mrr), 0) FROM report_account
            WHERE mrr > 0 AND began <= :to
            """, days)
        flow.startMRR = bases?[0].integer ?? 0
        flow.endMRR = bases?[1].integer ?? 0
        let changes = try connection.first(
            """
            SELECT count(*) FILTER (WHERE was = 1 AND pays = 0), coalesce(sum(moved_before), 0), coalesce(sum(moved), 0),
                coalesce(sum(before - after) FILTER (WHERE was = 1 AND after < before), 0),
                coalesce(sum(after - before) FILTER (WHERE was = 1 AND after > before), 0)
            FROM (
                SELECT CASE WHEN b.began <= :from THEN was ELSE 0 END AS was, pays, moved_before, moved,
                    CASE WHEN b.began <= :from THEN base + moved_before ELSE 0 END AS before, base + moved AS after
                FROM (
                    SELECT s.account_id,
                        CASE WHEN b.mrr <> 0 THEN 1 ELSE 0 END + coalesce(sum(s.pays - s.was) FILTER (WHERE s.day <= :from), 0)
                            AS was,
                        CASE WHEN b.mrr <> 0 THEN 1 ELSE 0 END + sum(s.pays - s.was) AS pays,
                        CASE WHEN b.mrr > 0 THEN b.mrr ELSE 0 END AS base,
                        coalesce(sum(s.mrr - s.mrr_before) FILTER (WHERE s.day <= :from), 0) AS moved_before,
                        sum(s.mrr - s.mrr_before) AS moved
                    FROM report_state AS s CROSS JOIN report_account AS b
                    WHERE b.account_id = s.account_id AND s.day <= :to GROUP BY s.account_id
                ) AS t JOIN report_account AS b ON b.account_id = t.account_id
            ) AS changes
            """, days)
        flow.gone = Int(changes?[0].integer ?? 0)
        flow.startMRR += changes?[1].integer ?? 0
        flow.endMRR += changes?[2].integer ?? 0
        flow.lostMRR = changes?[3].integer ?? 0
        flow.expandedMRR = changes?[4].integer ?? 0
        return flow
    }

    /// The first day on which anybody was a customer.
    package var firstDay: Day? {
        get throws {
            try connection.first("SELECT min(began) FROM report_stay")?[0].integer.flatMap { Int(exactly: $0) }
                .map { Day(number: $0) }
        }
    }

    /// Accounts that left, but nobody knows when.
    package var departedUnknownWhen: Int {
        get throws {
            Int(
                try connection.integer(
                    """
                    SELECT count(*) FROM account AS a JOIN report_account AS b ON b.account_id = a.id
                    WHERE a.status = 'churned' AND a.churned_at IS NULL
                    """))
        }
    }
}
