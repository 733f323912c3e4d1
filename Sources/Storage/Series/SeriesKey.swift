/// The row of `series` that holds one metric, block of accounts and day, in one integer.
///
/// Ordered by metric, then block, then day, so that the window of a block is one range of rows. From the top: 18 bits of
/// metric, 26 of block, 19 of day (counted from 262,144 days before 1970). `Schema` spells the same in SQL for its view.
package struct SeriesKey: Hashable, Comparable, Sendable {
    /// How many accounts, by consecutive ids, share a block.
    package static let blockSize: Int64 = 1_000
    /// The days that can be stored: about 717 years before and after 1970.
    package static let days: ClosedRange<Int64> = -262_144...262_143

    package let id: Int64

    package init(id: Int64) {
        self.id = id
    }

    /// The day is clamped to `days`, so that a window that reaches beyond them is still a range of its own block.
    package init(metric: Int64, block: Int64, day: Int64) {
        let day = min(max(day, Self.days.lowerBound), Self.days.upperBound)
        id = metric << 45 | block << 19 | (day - Self.days.lowerBound)
    }

    package init(metric: Int64, account: Int64, day: Int64) {
        self.init(metric: metric, block: account / Self.blockSize, day: day)
    }

    package var metric: Int64 { id >> 45 }
    package var block: Int64 { (id >> 19) & 0x3ff_ffff }
    package var day: Int64 { (id & 0x7_ffff) + Self.days.lowerBound }

    /// The place of an account in its block.
    package static func slot(of account: Int64) -> Int { Int(account % blockSize) }

    package static func < (left: SeriesKey, right: SeriesKey) -> Bool { left.id < right.id }
}
