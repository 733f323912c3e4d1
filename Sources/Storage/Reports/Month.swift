package import Playbooks

/// A calendar month.
package struct Month: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Counted from January of year 0.
    package var number: Int

    package init(number: Int) {
        self.number = number
    }

    package init(of day: Day) {
        let date = day.civil
        number = date.year * 12 + date.month - 1
    }

    package var first: Day {
        Day(year: number / 12, month: number % 12 + 1, day: 1) ?? Day(number: 0)
    }

    package var days: Int { (self + 1).first - first }

    package static func < (left: Month, right: Month) -> Bool { left.number < right.number }
    package static func + (left: Month, right: Int) -> Month { Month(number: left.number + right) }
    package static func - (left: Month, right: Month) -> Int { left.number - right.number }

    /// `2026-03`.
    package var description: String { String(first.description.dropLast(3)) }
}
