/// The days that a text of a calendar or blackout means.
package enum CalendarDays {
    /// Reads `2026-12-25`, `2026-12-24 to 2027-01-01`, or `12-25` for that day of every year.
    package static func parse(_ text: String) -> Result<[Day], TimeTextError> {
        let parts = text.split(whereSeparator: \.isWhitespace)
        if parts.count == 1, let days = everyYear(parts[0]) { return .success(days) }
        let ends = parts.filter { $0 != "to" }.map { Day.parse(String($0)) }
        guard parts.count == 1 || parts.count == 3 && parts[1] == "to", case .success(let first)? = ends.first,
            case .success(let last)? = ends.last
        else {
            return .failure(
                TimeTextError(
                    "expected a day such as 2026-12-25, 12-25 for every year, or 2026-12-24 to 2027-01-01, got \"\(text)\""
                ))
        }
        return between(first, last, text)
    }

    /// The days of a stretch, both ends included; at most a year, in the years of calendars.
    static func between(_ first: Day, _ last: Day, _ text: String) -> Result<[Day], TimeTextError> {
        guard first <= last, last - first <= 366 else {
            return .failure(TimeTextError("expected days in their order, at most a year, got \"\(text)\""))
        }
        let years = HolidayCalendar.years
        guard years.contains(first.civil.year), years.contains(last.civil.year) else {
            return .failure(
                TimeTextError("expected days from \(years.lowerBound) to \(years.upperBound), got \"\(text)\""))
        }
        return .success((first.number...last.number).map { Day(number: $0) })
    }

    /// `02-29` is a day of leap years only; nil where no year has the day.
    private static func everyYear(_ text: Substring) -> [Day]? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }), let month = Int(parts[0]),
            let day = Int(parts[1])
        else { return nil }
        let days = HolidayCalendar.years.compactMap { Day(year: $0, month: month, day: day) }
        return days.isEmpty ? nil : days
    }
}
