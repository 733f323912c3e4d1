import Foundation
import Playbooks

/// The days of a zone in SQL arithmetic, without functions that only one engine has.
struct CalendarSQL: Sendable {
    /// The offsets from UTC, in milliseconds, with the moment from which each holds; newest first.
    private let offsets: [(start: Int64, offset: Int64)]
    private let zone: Zone

    private static let dayLength: Int64 = 86_400_000
    /// Added before a division, because SQL rounds toward zero; a whole number of days.
    private static let epoch: Int64 = 100_000_000

    /// Knows the clock changes from 1970 to ten years after the moment.
    init(_ zone: Zone, until now: Instant) {
        self.zone = zone
        var offsets = [(start: Int64.min, offset: zone.offset(at: Instant(milliseconds: 0)))]
        var moment = Date(timeIntervalSince1970: 0)
        let last = Double(now.milliseconds) / 1_000 + 10 * 366 * 86_400
        while let next = zone.timeZone.nextDaylightSavingTimeTransition(after: moment), next > moment,
            next.timeIntervalSince1970 < last
        {
            moment = next
            let start = Instant(milliseconds: Int64(next.timeIntervalSince1970.rounded()) * 1_000)
            let offset = zone.offset(at: start)
            if offset != offsets[offsets.count - 1].offset { offsets.append((start.milliseconds, offset)) }
        }
        self.offsets = offsets.reversed()
    }

    /// The number of the day that holds the moment.
    func day(of instant: String) -> String {
        let cases = offsets.dropLast().map { "WHEN \(instant) >= \($0.start) THEN \($0.offset)" }
        let first = offsets.last?.offset ?? 0
        let offset = cases.isEmpty ? "\(first)" : "CASE \(cases.joined(separator: " ")) ELSE \(first) END"
        return "((\(instant) + \(offset) + \(Self.epoch * Self.dayLength)) / \(Self.dayLength) - \(Self.epoch))"
    }

    /// The first moment of a day, given as the name of a column with a number within the days.
    func start(of day: String, within days: ClosedRange<Day>) -> String {
        var cases: [(day: Int, offset: Int64)] = []
        var number = days.lowerBound.number
        while number <= days.upperBound.number {
            let offset = Int64(number) * Self.dayLength - zone.start(of: Day(number: number)).milliseconds
            if cases.last?.offset != offset { cases.append((number, offset)) }
            number += 1
        }
        let first = cases.first?.offset ?? 0
        let later = cases.dropFirst().reversed().map { "WHEN \(day) >= \($0.day) THEN \($0.offset)" }
        let offset = later.isEmpty ? "\(first)" : "CASE \(later.joined(separator: " ")) ELSE \(first) END"
        return "(\(day) * \(Self.dayLength) - \(offset))"
    }

    /// The next anniversary of a day, today included; a leap day's is 28 February in other years.
    ///
    /// Years begin in March here, so that a leap day is the last day of its year (Howard Hinnant, `civil_from_days`).
    static func anniversary(of day: String, today: Day) -> String {
        let date = today.civil
        let year = date.month >= 3 ? date.year : date.year - 1
        let starts = (0...2).map { Day(year: year + $0, month: 3, day: 1)?.number ?? 0 }
        func anniversary(_ index: Int) -> String {
            let lastDay = starts[index + 1] - starts[index] - 1
            return "(\(starts[index]) + CASE WHEN in_y.d > \(lastDay) THEN \(lastDay) ELSE in_y.d END)"
        }
        return """
            (SELECT CASE WHEN in_y.day >= \(today.number) THEN in_y.day \
            WHEN \(anniversary(0)) >= \(today.number) THEN \(anniversary(0)) ELSE \(anniversary(1)) END \
            FROM (SELECT in_z.day AS day, in_z.e - (365 * in_z.y + in_z.y / 4 - in_z.y / 100) AS d \
            FROM (SELECT in_w.day AS day, in_w.e AS e, \
            (in_w.e - in_w.e / 1460 + in_w.e / 36524 - in_w.e / 146096) / 365 AS y \
            FROM (SELECT in_v.day AS day, (in_v.day + 719468) % 146097 AS e \
            FROM (SELECT \(day) AS day) AS in_v) AS in_w) AS in_z) AS in_y)
            """
    }
}
