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

/// A day as year, month and day of the month in the proleptic Gregorian calendar.
package struct CivilDate: Hashable, Sendable {
    package var year: Int
    /// 1 to 12.
    package var month: Int
    /// 1 to 31.
    package var day: Int

    package init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// The number of days of a month; 0 for a month that is not one of 1 to 12.
    package static func length(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 4, 6, 9, 11: 30
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 1...12: 31
        default: 0
        }
    }
}

extension Day {
    /// Nil when there is no such date, or its year is not one of 1 to 9999.
    package init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), day >= 1, day <= CivilDate.length(ofMonth: month, year: year) else {
            return nil
        }
        self.init(civil: CivilDate(year: year, month: month, day: day))
    }

    /// The arithmetic is Howard Hinnant's `days_from_civil`; years begin in March, so that a leap day is the last one.
    init(civil: CivilDate) {
        let year = civil.month <= 2 ? civil.year - 1 : civil.year
        let era = year.floorQuotient(by: 400)
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (civil.month > 2 ? civil.month - 3 : civil.month + 9) + 2) / 5 + civil.day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        number = era * 146_097 + dayOfEra - 719_468
    }

    package var civil: CivilDate {
        let shifted = number + 719_468
        let era = shifted.floorQuotient(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        return CivilDate(
            year: yearOfEra + era * 400 + (month >= 10 ? 1 : 0), month: month < 10 ? month + 3 : month - 9,
            day: dayOfYear - (153 * month + 2) / 5 + 1)
    }

    package var weekday: Weekday {
        // 1970-01-01 was a Thursday.
        Weekday(rawValue: (number + 3).floorRemainder(by: 7) + 1) ?? .monday
    }

    /// Reads `2026-03-01`.
    package static func parse(_ text: String) -> Result<Day, TimeTextError> {
        guard let day = TimeText.withUTF8(of: text, Day.init(utf8:)) else {
            return .failure(TimeTextError("expected a date such as 2026-03-01, got \"\(text)\""))
        }
        return .success(day)
    }

    /// Reads `2026-03-01` from bytes, for bulk work; nil when they are not a date.
    package init?(utf8: UnsafeBufferPointer<UInt8>) {
        var reader = ISO8601Reader(utf8)
        guard let day = reader.day(), reader.isAtEnd else { return nil }
        self = day
    }
}

extension Day: CustomStringConvertible {
    /// ISO 8601, `2026-03-01`.
    package var description: String {
        let date = civil
        return "\(TimeText.padded(date.year, 4))-\(TimeText.padded(date.month, 2))-\(TimeText.padded(date.day, 2))"
    }
}
