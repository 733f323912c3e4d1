import Playbooks

extension Tenures {
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

    /// The cohorts from a month on, oldest first, with at most so many anniversaries.
    package func cohorts(from first: Month, upTo most: Int = 24) -> [Cohort] {
        struct Counts {
            var accounts = 0
            /// By the number of anniversaries: whose last one that was; who was there from that one on, and no more.
            var eligible: [Int: Int] = [:]
            var from: [Int: Int] = [:]
            var past: [Int: Int] = [:]
        }
        var cohorts: [Int: Counts] = [:]
        for stay in tenures where accounts[Int(stay.account)].began <= stay.origin {
            let month = Month(of: Day(number: Int(stay.origin)))
            guard month >= first else { continue }
            let isFirst = stay.began == stay.origin
            var counts = cohorts[month.number] ?? Counts()
            if isFirst {
                counts.accounts += 1
                counts.eligible[anniversaries(of: stay, by: today.number, most), default: 0] += 1
            }
            if let held = anniversaries(heldBy: stay, upTo: most) {
                counts.from[held.lowerBound, default: 0] += 1
                counts.past[held.upperBound + 1, default: 0] += 1
            }
            cohorts[month.number] = counts
        }
        return cohorts.filter { $0.value.accounts > 0 }.sorted { $0.key < $1.key }.map { month, counts in
            var eligible = counts.accounts
            var retained = 0
            let cells = (0...max(0, counts.eligible.keys.max() ?? 0)).map { index in
                retained += (counts.from[index] ?? 0) - (counts.past[index] ?? 0)
                defer { eligible -= counts.eligible[index] ?? 0 }
                return Cohort.Cell(eligible: eligible, retained: retained)
            }
            return Cohort(month: Month(number: month), accounts: counts.accounts, cells: cells)
        }
    }

    private func anniversaries(of stay: Tenure, by day: Int, _ most: Int) -> Int {
        min(most, Self.months(from: Day(number: Int(stay.origin)), to: Day(number: day)))
    }

    /// The anniversaries that a tenure holds: from the first on or after its beginning to the last before its end.
    func anniversaries(heldBy stay: Tenure, upTo most: Int = .max - 1) -> ClosedRange<Int>? {
        let from = stay.began == stay.origin ? 0 : anniversaries(of: stay, by: Int(stay.began) - 1, most) + 1
        let last = anniversaries(of: stay, by: stay.ended.map { $0 - 1 } ?? today.number, most)
        return from <= last ? from...last : nil
    }

    /// How many whole months lie between two days: the last day of a month stands for later ones that it does not have.
    private static func months(from origin: Day, to day: Day) -> Int {
        let date = day.civil
        let isEarly =
            date.day < origin.civil.day && date.day < CivilDate.length(ofMonth: date.month, year: date.year)
        return Month(of: day) - Month(of: origin) - (isEarly ? 1 : 0)
    }
}
