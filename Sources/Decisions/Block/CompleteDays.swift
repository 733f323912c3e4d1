package import Playbooks

/// Which days of a metric are all there, so that no window ends in a day that has only begun to arrive.
package enum CompleteDays {
    /// What is known of one day of a metric.
    package struct Report: Sendable, Hashable {
        package var day: Day
        /// How many accounts have a value.
        package var accounts: Int64
        /// Whether an import said `--complete`.
        package var isClosed: Bool

        package init(day: Day, accounts: Int64, isClosed: Bool = false) {
            self.day = day
            self.accounts = accounts
            self.isClosed = isClosed
        }
    }

    /// The newest complete day, never later than `yesterday`; nil when there is none.
    ///
    /// A day is complete when it is closed, or when at least half as many accounts reported as usual: the median of the 8
    /// same weekdays before it that have data, or, where there is none, of the 8 days before it that have data. The very
    /// first day with data is complete.
    package static func last(of reports: [Report], until yesterday: Day) -> Day? {
        let known = reports.filter { $0.day <= yesterday && ($0.accounts > 0 || $0.isClosed) }
            .sorted { $0.day < $1.day }
        return known.indices.reversed().first { isComplete(known[$0], after: known[..<$0]) }.map { known[$0].day }
    }

    private static func isComplete(_ report: Report, after earlier: ArraySlice<Report>) -> Bool {
        if report.isClosed { return true }
        let reported = earlier.reversed().lazy.filter { $0.accounts > 0 }
        let weekdays = reported.filter { (report.day - $0.day) % 7 == 0 }.prefix(8).map(\.accounts)
        let usual = weekdays.isEmpty ? reported.prefix(8).map(\.accounts) : Array(weekdays)
        return Double(report.accounts) >= 0.5 * median(Array(usual))
    }

    private static func median(_ counts: [Int64]) -> Double {
        let sorted = counts.sorted()
        guard let middle = sorted.dropFirst(sorted.count / 2).first else { return 0 }
        if sorted.count % 2 == 1 { return Double(middle) }
        return (Double(sorted[sorted.count / 2 - 1]) + Double(middle)) / 2
    }

    /// Why decisions that read the metric must wait, as a sentence; nil when it is fresh, or need not be.
    ///
    /// - Parameter last: its last complete day; its age counts from its end.
    package static func staleness(of metric: Metric, last: Day?, now: Instant, in zone: Zone) -> String? {
        guard let limit = metric.freshWithin else { return nil }
        guard let last else { return "\(metric.name) has no complete day yet (fresh_within \(limit))" }
        let age = now - zone.start(of: last + 1)
        if age <= limit { return nil }
        let ago = age < .days(4) ? TimeSpan.hours(age.milliseconds / 3_600_000) : .days(age.milliseconds / 86_400_000)
        return "the last complete day of \(metric.name) is \(last), which ended \(ago) ago (fresh_within \(limit))"
    }
}
