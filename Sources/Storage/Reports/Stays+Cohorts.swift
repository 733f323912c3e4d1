import Playbooks

extension Stays {
    /// The accounts that became customers in the same month, and how many of them were there on each monthly anniversary.
    package struct Cohort: Sendable, Hashable {
        package struct Cell: Sendable, Hashable {
            /// Those whose anniversary has come.
            package var eligible: Int
            package var retained: Int
        }

        package var month: Month
        package var accounts: Int
        /// By the number of months since; the first is the month in which they came.
        package var cells: [Cell]

        /// A cell is complete when the anniversary of every account of the cohort has come.
        package func isComplete(_ index: Int) -> Bool {
            cells.indices.contains(index) && cells[index].eligible == accounts
        }
    }

    /// How many whole months lie between two days of the calendar `o` and `c`: the last day of a month stands for later
    /// ones that it does not have.
    private static let months = """
        (c.month - o.month - CASE WHEN c.date < o.date AND c.date < c.length THEN 1 ELSE 0 END)
        """

    /// The cohorts from a month on, oldest first, with at most so many anniversaries.
    package func cohorts(from first: Month, upTo most: Int = 24) throws -> [Cohort] {
        let arguments: [String: SQLValue] = [
            "first": .integer(Int64(first.number)), "today": .integer(Int64(today.number)),
            "most": .integer(Int64(most)),
        ]
        let number = { (day: String) in
            """
            (SELECT CASE WHEN \(Self.months) > :most THEN :most ELSE \(Self.months) END FROM report_calendar AS c
                WHERE c.day = \(day))
            """
        }
        var cohorts: [Int64: (eligible: [Int: Int], from: [Int: Int], past: [Int: Int], accounts: Int)] = [:]
        for row in try connection.query(
            """
            SELECT o.month, \(number(":today")), count(*) FROM report_stay AS s CROSS JOIN report_calendar AS o
            WHERE o.day = s.origin AND s.began = s.origin AND s.late = 0 AND o.month >= :first GROUP BY 1, 2 ORDER BY 1, 2
            """, arguments)
        {
            let (month, months, count) = (row[0].integer ?? 0, Int(row[1].integer ?? 0), Int(row[2].integer ?? 0))
            cohorts[month, default: ([:], [:], [:], 0)].eligible[months, default: 0] += count
            cohorts[month]?.accounts += count
        }
        // A stay holds the anniversaries from the first on or after its beginning to the last before its end.
        for row in try connection.query(
            """
            SELECT o.month, CASE WHEN s.began = s.origin THEN 0 ELSE \(number("s.began - 1")) + 1 END,
                \(number("coalesce(s.ended - 1, :today)")), count(*)
            FROM report_stay AS s CROSS JOIN report_calendar AS o
            WHERE o.day = s.origin AND s.late = 0 AND o.month >= :first GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
            """, arguments)
        {
            let (month, from, to) = (row[0].integer ?? 0, Int(row[1].integer ?? 0), Int(row[2].integer ?? 0))
            guard from <= to else { continue }
            cohorts[month]?.from[from, default: 0] += Int(row[3].integer ?? 0)
            cohorts[month]?.past[to + 1, default: 0] += Int(row[3].integer ?? 0)
        }
        return cohorts.sorted { $0.key < $1.key }.map { month, counts in
            let last = counts.eligible.keys.max() ?? 0
            var eligible = counts.accounts
            var retained = 0
            let cells = (0...max(0, last)).map { index in
                retained += (counts.from[index] ?? 0) - (counts.past[index] ?? 0)
                defer { eligible -= counts.eligible[index] ?? 0 }
                return Cohort.Cell(eligible: eligible, retained: retained)
            }
            return Cohort(month: Month(number: Int(month)), accounts: counts.accounts, cells: cells)
        }
    }
}
