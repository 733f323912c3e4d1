import Playbooks

/// A week or a month as the cells and headings of a file name it: `2026-01`, `Jan 2026`, `2026-W05`, `KW 5 2026`.
enum PeriodText {
    private static let months = ["y-m", "mmm y", "mmm-y", "y mmm", "m/y", "y/m", "m.y", "mmm/y"].compactMap {
        DateFormat($0, isMonth: true)
    }

    /// Its days; nil for anything else.
    static func days(of text: Cell) -> Range<Int>? {
        guard (6...20).contains(text.count), hasYear(text) else { return nil }
        if let week = week(text.string) { return week }
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
    private static func hasYear(_ text: Cell) -> Bool { hasYear(bytes: text) }

    static func hasYear(_ text: String) -> Bool { hasYear(bytes: text.utf8) }

    private static func hasYear(bytes: some Sequence<UInt8>) -> Bool {
        var digits = 0
        for byte in bytes {
            digits = byte &- 0x30 < 10 ? digits + 1 : 0
            if digits == 4 { return true }
        }
        return false
    }

    private static let weekWords: Set<String> = [
        "w", "kw", "wk", "week", "weeks", "woche", "sem", "semaine", "semana", "settimana", "v",
    ]

    /// A week of ISO 8601: `2026-W05`, `2026W05`, `KW 5 2026`, `Week 5, 2026`; the first one holds the fourth of January.
    ///
    /// - Parameter besideWords: whether other words may stand beside it: `Logins 2026-W05`.
    static func week(_ text: String, besideWords: Bool = false) -> Range<Int>? {
        guard let (year, number) = numbers(ofWeek: text, besideWords), let year,
            let fourth = Day(year: year, month: 1, day: 4)?.number
        else { return nil }
        // The fifth of January 1970 was a Monday.
        let monday = fourth - (((fourth - 4) % 7) + 7) % 7
        let first = monday + 7 * (number - 1)
        guard number < 53 || Day(number: first + 3).civil.year == year else { return nil }
        return first..<(first + 7)
    }

    /// Whether a heading names a day, a week or a month of a year that it does not say: `Nov 2`, `11/2`, `KW 41`, `Logins Jan`.
    static func lacksYear(_ text: String) -> Bool {
        if let (year, _) = numbers(ofWeek: text, true) { return year == nil }
        let numbers = text.split { !$0.isNumber }
        let namesMonth = text.split { !$0.isLetter }.contains { MonthName.number(of: String($0)) != nil }
        if numbers.isEmpty { return namesMonth }
        let values = numbers.compactMap { $0.count <= 2 ? Int($0) : nil }.filter { (1...31).contains($0) }
        guard values.count == numbers.count else { return false }
        if values.count == 1 { return namesMonth }
        return values.count == 2 && values.contains { $0 <= 12 } && text.contains(/[0-9][\/.\-][0-9]/)
    }

    private static func numbers(ofWeek text: String, _ besideWords: Bool) -> (year: Int?, week: Int)? {
        var words: [String] = []
        for character in text.lowercased() {
            let isNumber = character.isASCII && character.isNumber
            guard isNumber || character.isLetter else {
                if words.last != "" { words.append("") }
                continue
            }
            if let last = words.last?.last, (last.isASCII && last.isNumber) == isNumber {
                words[words.count - 1].append(character)
            } else {
                words.append(String(character))
            }
        }
        words.removeAll { $0.isEmpty }
        guard let mark = words.firstIndex(where: weekWords.contains), mark + 1 < words.count,
            words[mark + 1].count <= 2, let week = Int(words[mark + 1]), (1...53).contains(week)
        else { return nil }
        let others = words.indices.filter { $0 != mark && $0 != mark + 1 }.map { words[$0] }
        let years = others.compactMap { $0.count == 4 ? Int($0) : nil }.filter { (1_900...2_200).contains($0) }
        let rest = others.filter { Int($0) == nil }
        guard years.count <= 1, others.count == years.count + rest.count, besideWords || rest.isEmpty else {
            return nil
        }
        return (years.first, week)
    }
}
