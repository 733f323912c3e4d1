import Playbooks

/// The columns of a usage file that are called after days, weeks or months: `2026-03-01`, `Week of 2026-03-02`, `Mar 2026`.
///
/// A week's or month's total is spread evenly over its days, for a metric is one number a day; of the one that is under way
/// over those that are over.
struct MetricCalendar {
    struct Column {
        var place: Int
        var days: Range<Int>
    }

    let metric: Int64
    private(set) var columns: [Column] = []

    /// - Parameters:
    ///   - formats: how days (`y-m-d`) or months (`mmm y`) are written in the names of the columns.
    ///   - today: as a day's number; columns of later days are left out.
    init(_ header: [String], formats: [String], metric: Int64, today: Int) {
        self.metric = metric
        let areWeeks = Self.areWeeks(header, formats)
        for (place, name) in header.enumerated() {
            guard var days = formats.lazy.compactMap({ Self.days(of: name, written: $0) }).first else { continue }
            if areWeeks { days = Self.week(days.lowerBound, name) }
            let past = days.lowerBound..<min(days.upperBound, max(days.count == 1 ? today + 1 : today, days.lowerBound))
            if !past.isEmpty { columns.append(Column(place: place, days: past)) }
        }
    }

    // MARK: Weeks

    private static let weekWords: Set<String> = [
        "week", "weeks", "wk", "kw", "woche", "wochen", "semaine", "semana", "weekly",
    ]

    /// Whether a name says that something is about a week.
    static func namesWeek(_ name: String) -> Bool {
        ColumnMap.simplified(name).split(separator: "_").contains { weekWords.contains(String($0)) }
    }

    /// What a name says of weeks beside its date, which is no metric's name.
    static func isOfWeeks(_ word: String) -> Bool {
        weekWords.contains(word)
            || ["of", "ending", "beginning", "starting", "from", "vom", "ab", "du", "de", "del", "w", "e", "bis"]
                .contains(word)
    }

    /// Whether columns that are called after days mean the weeks that begin on them: they say so, or lie weeks apart.
    static func areWeeks(_ header: [String], _ formats: [String]) -> Bool {
        let found = header.compactMap { name in
            formats.lazy.compactMap { Self.days(of: name, written: $0) }.first.map { (name: name, days: $0) }
        }
        guard !found.isEmpty, found.allSatisfy({ $0.days.count == 1 }) else { return false }
        if found.allSatisfy({ namesWeek($0.name) }) { return true }
        let starts = found.map { $0.days.lowerBound }.sorted()
        return starts.count >= 3 && zip(starts, starts.dropFirst()).allSatisfy { $1 > $0 && ($1 - $0) % 7 == 0 }
    }

    /// The seven days from a date on, or up to it where it is said to be the last.
    private static func week(_ day: Int, _ name: String) -> Range<Int> {
        ColumnMap.simplified(name).split(separator: "_").contains { $0 == "ending" || $0 == "bis" }
            ? (day - 6)..<(day + 1) : day..<(day + 7)
    }

    /// The days that a column's name means; words before the date do not count.
    static func days(of name: String, written format: String) -> Range<Int>? {
        let bytes = ByteArena(capacity: name.utf8.count + 1)
        let text = bytes.append(name.utf8).trimmed
        let isMonth = !format.lowercased().contains("d")
        guard let format = DateFormat(format, isMonth: isMonth) else { return nil }
        // Where the words end and the date begins: at the start, or behind each blank, dash or underscore.
        let starts = [0] + text.indices.filter { [0x20, 0x5f, 0x2d, 0x28].contains(text[$0]) }.map { $0 + 1 }
        for start in starts where start < text.count {
            let rest = Cell(rebasing: text[start...])
            guard let (first, length) = format.day(rest) else { continue }
            guard length == rest.count || rest[length] == UInt8(ascii: ")") || rest[length] == 0x20 else { continue }
            guard isMonth else { return first..<(first + 1) }
            let month = Day(number: first).civil
            return first..<(first + CivilDate.length(ofMonth: month.month, year: month.year))
        }
        return nil
    }
}
