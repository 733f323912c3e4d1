package import Decisions
package import Playbooks

extension CompleteDays {
    /// The last complete day of every metric that has one, by the metric's name.
    package static func load(until yesterday: Day, _ connection: Connection) throws -> [String: Day] {
        try reports(until: yesterday, connection).compactMapValues { last(of: $0, until: yesterday) }
    }

    /// The first day of which anything is stored of each metric, by the metric's name.
    package static func first(_ connection: Connection) throws -> [String: Day] {
        var days: [String: Day] = [:]
        let rows = try connection.query(
            """
            SELECT m.name AS name, min(d.day) AS day FROM metric_day AS d JOIN metric AS m ON m.id = d.metric_id GROUP BY m.name
            """)
        for row in rows {
            if let name = row["name"].text, let day = row["day"].integer { days[name] = Day(number: Int(day)) }
        }
        return days
    }

    /// What is known of the days of each metric.
    package static func reports(until yesterday: Day, _ connection: Connection) throws -> [String: [Report]] {
        var reports: [String: [Report]] = [:]
        try connection.forEach(
            """
            SELECT metric.name, metric_day.day, metric_day.accounts, metric_day.closed
            FROM metric_day JOIN metric ON metric.id = metric_day.metric_id
            WHERE metric_day.day <= :yesterday
            """, ["yesterday": .integer(Int64(yesterday.number))]
        ) { row in
            let report = Report(
                day: Day(number: Int(row.integer(1))), accounts: row.integer(2), isClosed: row.integer(3) == 1)
            reports[row.text(0) ?? "", default: []].append(report)
        }
        return reports
    }
}
