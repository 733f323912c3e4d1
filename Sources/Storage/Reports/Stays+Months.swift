extension Stays {
    /// What a stretch of time did to the accounts that were customers on its first day; MRR in minor units.
    package struct Flow: Sendable, Hashable {
        package var start = 0
        package var end = 0
        /// Of those at the start, who were no customers at the end.
        package var gone = 0
        package var startMRR: Int64 = 0
        package var endMRR: Int64 = 0
        /// What those of the start pay less, gone ones included, and what they pay more.
        package var lostMRR: Int64 = 0
        package var expandedMRR: Int64 = 0
        /// Every departure, of accounts too that came in between, or came back.
        package var departures = 0
        package var arrivals = 0
        package var accountDays = 0

        package init() {}
    }

    /// More than any account pays, in minor units.
    private static let room: Int64 = 1 << 44

    /// Each calendar month from the first customer's to the one before the moment's, oldest first.
    package func months() throws -> [(month: Month, flow: Flow)] {
        let first = try connection.first(
            "SELECT c.month FROM report_calendar AS c WHERE c.day = (SELECT min(began) FROM report_stay)")
        guard let first = first?[0].integer.flatMap({ Int(exactly: $0) }) else { return [] }
        let last = Month(of: today)
        guard first < last.number else { return [] }
        // What is of the first day of the first month came before it.
        var flows = Array(repeating: Flow(), count: last.number - first + 1)
        func add(_ sql: String, _ take: (inout Flow, Row) -> Void) throws {
            for row in try connection.query(sql) {
                guard let month = row[0].integer, month < last.number else { continue }
                take(&flows[max(0, Int(month) - first + 1)], row)
            }
        }
        func count(_ value: SQLValue) -> Int { Int(value.integer ?? 0) }
        let monthBefore = { (day: String) in "(SELECT c.month FROM report_calendar AS c WHERE c.day = \(day) - 1)" }
        try add("SELECT \(monthBefore("began")), count(*) FROM report_stay GROUP BY began ORDER BY began") {
            $0.arrivals += count($1[1])
        }
        try add(
            """
            SELECT \(monthBefore("ended")), count(*) FROM report_stay WHERE ended IS NOT NULL GROUP BY ended ORDER BY ended
            """
        ) { $0.departures += count($1[1]) }
        try add(
            """
            SELECT \(monthBefore("began")), sum(mrr) FROM report_account WHERE mrr > 0 GROUP BY began ORDER BY began
            """
        ) { $0.endMRR += $1[1].integer ?? 0 }
        try add(
            """
            SELECT month, count(*) FILTER (WHERE was = 1 AND pays = 0),
                coalesce(sum(before - after) FILTER (WHERE was = 1 AND after < before), 0),
                coalesce(sum(after - before) FILTER (WHERE was = 1 AND after > before), 0), sum(after - opening)
            FROM (
                -- With the day in front the smallest of a month is its first and the largest its last, in a third of the time
                -- of window functions. Who came in the course of the month was not there at its start.
                SELECT s.account_id, s.month, CASE WHEN min(m.month) < s.month THEN min(s.day * 2 + s.was) % 2 ELSE 0 END AS was,
                    max(s.day * 2 + s.pays) % 2 AS pays, min(s.day * \(Self.room) + s.mrr_before) % \(Self.room) AS opening,
                    CASE WHEN min(m.month) < s.month THEN min(s.day * \(Self.room) + s.mrr_before) % \(Self.room) ELSE 0 END
                        AS before, max(s.day * \(Self.room) + s.mrr) % \(Self.room) AS after
                FROM report_state AS s CROSS JOIN report_account AS b CROSS JOIN report_calendar AS m
                WHERE b.account_id = s.account_id AND m.day = b.began - 1
                GROUP BY s.account_id, s.month
            ) AS changes GROUP BY month ORDER BY month
            """
        ) {
            $0.gone += count($1[1])
            $0.lostMRR += $1[2].integer ?? 0
            $0.expandedMRR += $1[3].integer ?? 0
            $0.endMRR += $1[4].integer ?? 0
        }
        // So far `endMRR` is the change of the month.
        for index in flows.indices {
            if index > 0 {
                flows[index].start = flows[index - 1].end
                flows[index].startMRR = flows[index - 1].endMRR
            }
            flows[index].end = flows[index].start + flows[index].arrivals - flows[index].departures
            flows[index].endMRR += flows[index].startMRR
        }
        return flows.dropFirst().enumerated().map { (Month(number: first + $0.offset), $0.element) }
    }
}
