/// A calendar day, counted from 1970-01-01; which instants it holds depends on a `Zone`.
package struct Day: Hashable, Comparable, Sendable, Codable {
    package var number: Int

    package init(number: Int) {
        self.number = number
    }

    package static func < (left: Day, right: Day) -> Bool {
        left.number < right.number
    }

    package static func + (left: Day, right: Int) -> Day { Day(number: left.number + right) }
    package static func - (left: Day, right: Int) -> Day { Day(number: left.number - right) }
    package static func - (left: Day, right: Day) -> Int { left.number - right.number }
}
