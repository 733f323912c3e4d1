import Playbooks
package import Statistics

extension Stays {
    /// One group of accounts with how long they stayed, in days.
    package struct Group: Sendable, Hashable {
        /// The value that they share; "" for those that have none.
        package var name: String
        package var lifetimes: [Lifetime]
    }

    /// Counts the stays once, by what all the groupings need.
    func countLives() throws {
        let columns = groupings.indices.map { ", \(column($0))" }.joined()
        try connection.executeScript(
            """
            CREATE TEMP TABLE report_life AS
            SELECT coalesce(ended, \(today.number)) - origin AS duration,
                CASE WHEN began > origin THEN began - origin END AS entry, CASE WHEN ended IS NULL THEN 0 ELSE 1 END AS gone\(columns), count(*) AS accounts
            FROM report_stay
            WHERE coalesce(ended, \(today.number)) > began
            GROUP BY 1, 2, 3\(groupings.indices.map { ", \($0 + 4)" }.joined())
            """)
    }

    /// How long accounts stayed, by group; of all of them together without a grouping.
    ///
    /// The groups come in the order of their names, and of nothing is told what is not there.
    package func lifetimes(by grouping: Int? = nil) throws -> [Group] {
        let group = grouping.map { "coalesce(CAST(\(column($0)) AS text), '')" } ?? "''"
        var durations: [String: [(days: Double, left: Bool, count: Int)]] = [:]
        for row in try connection.query(
            "SELECT \(group), duration, gone, sum(accounts) FROM report_life GROUP BY 1, 2, 3 ORDER BY 1, 2, 3")
        {
            durations[row[0].text ?? "", default: []].append(
                (row[1].real ?? 0, row[2].integer == 1, Int(row[3].integer ?? 0)))
        }
        var entries: [String: [(days: Double, count: Int)]] = [:]
        for row in try connection.query(
            "SELECT \(group), entry, sum(accounts) FROM report_life WHERE entry > 0 GROUP BY 1, 2 ORDER BY 1, 2")
        {
            entries[row[0].text ?? "", default: []].append((row[1].real ?? 0, Int(row[2].integer ?? 0)))
        }
        return durations.sorted { $0.key < $1.key }.map { name, durations in
            Group(name: name, lifetimes: Self.paired(durations, entries[name] ?? []))
        }
    }

    /// Who entered when and who was last seen when, each ascending, as lifetimes with the same numbers at risk.
    ///
    /// At risk are those who entered less those who are gone, whoever they are; the later half of the durations is given the
    /// entries, so that none ends before it began.
    package static func paired(
        _ durations: [(days: Double, left: Bool, count: Int)], _ entries: [(days: Double, count: Int)]
    ) -> [Lifetime] {
        var lifetimes: [Lifetime] = []
        var late = entries[...]
        var open = late.last?.count ?? 0
        for duration in durations.reversed() {
            var count = duration.count
            while count > 0, let entry = late.last {
                let taken = min(count, open)
                lifetimes.append(
                    Lifetime(entry: entry.days, duration: duration.days, left: duration.left, count: taken))
                count -= taken
                open -= taken
                if open == 0 {
                    late.removeLast()
                    open = late.last?.count ?? 0
                }
            }
            if count > 0 { lifetimes.append(Lifetime(duration: duration.days, left: duration.left, count: count)) }
        }
        return lifetimes.reversed()
    }
}
