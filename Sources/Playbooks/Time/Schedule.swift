/// When something happens again: a cron expression, a plain form such as `daily at 09:00`, or a single date.
package struct Schedule: Sendable, Hashable {
    /// The text as written.
    package var text: String
    /// `local`: on each contact's own clock.
    package var isLocal: Bool
    package var rule: Rule

    package enum Rule: Sendable, Hashable {
        /// Allowed values of each field; `minuteStar` and `hourStar` follow elapsed time across DST changes.
        case fields(Fields)
        /// One local date and time: day and minutes after midnight.
        case once(Day, minute: Int)
    }

    /// Each list ascends.
    package struct Fields: Sendable, Hashable {
        /// Stands in `daysOfMonth` for the last day, whatever its number.
        package static let lastDayOfMonth = 32

        package var minutes: [Int]
        package var hours: [Int]
        /// 1 to 31, or `lastDayOfMonth`.
        package var daysOfMonth: [Int]
        package var months: [Int]
        /// 0 is Sunday.
        package var weekdays: [Int]
        /// Whether the field was written `*` or `*/n`.
        package var minuteIsWild: Bool
        package var hourIsWild: Bool
        package var dayOfMonthIsWild: Bool
        package var weekdayIsWild: Bool

        package init(
            minutes: [Int], hours: [Int], daysOfMonth: [Int], months: [Int], weekdays: [Int], minuteIsWild: Bool,
            hourIsWild: Bool, dayOfMonthIsWild: Bool, weekdayIsWild: Bool
        ) {
            self.minutes = minutes
            self.hours = hours
            self.daysOfMonth = daysOfMonth
            self.months = months
            self.weekdays = weekdays
            self.minuteIsWild = minuteIsWild
            self.hourIsWild = hourIsWild
            self.dayOfMonthIsWild = dayOfMonthIsWild
            self.weekdayIsWild = weekdayIsWild
        }
    }

    package init(text: String, isLocal: Bool, rule: Rule) {
        self.text = text
        self.isLocal = isLocal
        self.rule = rule
    }
}
