import Playbooks

/// A week or a month as the cells of a file name it: `2026-01`, `Jan 2026`, `2026-W05`.
enum PeriodText {
    private static let months = ["y-m", "mmm y", "mmm-y", "y mmm", "m/y", "y/m", "m.y", "mmm/y"].compactMap {
        DateFormat($0, isMonth: true)
    }

    /// Its days; nil for anything else.
    static func days(of text: Cell) -> Range<Int>? {
        guard (6...20).contains(text.count), hasYear(text) else { return nil }
        if let week = week(text) { return week }
        for format in months {
            guard let (first, length) = format.day(text), length == text.count else { continue }
            return month(of: first)
        }
        return nil
    }

    /// The days of the month in which a day lies.
    static func month(of day: Int) -> Range<Int> {
        let civil = Day(number: day).civil
        let first = day - civil.day + 1
        return first..<(first + CivilDate.length(ofMonth: civil.month, year: civil.year))
    }

    static func isFirstOfMonth(_ day: Int) -> Bool { Day(number: day).civil.day == 1 }

    /// Whether four digits stand side by side.
    private static func hasYear(_ text: Cell) -> Bool {
        var digits = 0
        for byte in text {
            digits = byte &- 0x30 < 10 ? digits + 1 : 0
            if digits == 4 { return true }
        }
        return false
    }

    /// A week of ISO 8601: `2026-W05`, `2026W05`; the first one holds the fourth of January.
    private static func week(_ text: Cell) -> Range<Int>? {
        let parts = text.string.uppercased().split(separator: "W", omittingEmptySubsequences: false)
        guard parts.count == 2, let year = Int(parts[0].hasSuffix("-") ? parts[0].dropLast() : parts[0]),
            (1_900...2_200).contains(year), (1...2).contains(parts[1].count), let number = Int(parts[1]),
            (1...53).contains(number), let fourth = Day(year: year, month: 1, day: 4)?.number
        else { return nil }
        // The fifth of January 1970 was a Monday.
        let monday = fourth - (((fourth - 4) % 7) + 7) % 7
        let first = monday + 7 * (number - 1)
        guard number < 53 || Day(number: first + 3).civil.year == year else { return nil }
        return first..<(first + 7)
    }
}
