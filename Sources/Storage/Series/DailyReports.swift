package import Playbooks

/// How many accounts reported each metric on each of the last days.
package struct DailyReports: Sendable {
    package struct OfDay: Sendable, Equatable {
        package var accounts: Int
        /// Whether an import said that the day is all there.
        package var isClosed: Bool
    }

    package var metrics: [String: [Day: OfDay]] = [:]

    package init(since first: Day, _ connection: Connection) throws {
        try connection.forEach(
            """
            SELECT m.name, d.day, d.accounts, d.closed FROM metric AS m JOIN metric_day AS d ON d.metric_id = m.id
            WHERE d.day >= :first
            """, ["first": .integer(Int64(first.number))]
        ) { row in
            metrics[row.text(0) ?? "", default: [:]][Day(number: Int(row.integer(1)))] = OfDay(
                accounts: Int(row.integer(2)), isClosed: row.integer(3) == 1)
        }
    }
}
