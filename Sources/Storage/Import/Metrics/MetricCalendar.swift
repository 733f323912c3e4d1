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
    /// Headings among those of the days that none of the formats reads.
    let unread: [String]

    /// - Parameters:
    ///   - formats: how days (`y-m-d`) or months (`mmm y`) are written in the names of the columns, or `week`.
    ///   - today: as a day's number; columns of later days are left out.
    init(_ header: [String], formats: [String], metric: Int64, today: Int) {
        self.metric = metric
        unread = Self.unread(header, formats)
        let areWeeks = Self.areWeeks(header, formats)
        let areMonths = Self.areMonths(header, formats)
        for (place, name) in header.enumerated() {
            guard var days = formats.lazy.compactMap({ Self.days(of: name, written: $0) }).first else { continue }
            if areWeeks { days = Self.week(days.lowerBound, name) }
            if areMonths { days = PeriodText.month(of: days.lowerBound) }
            let past = days.lowerBound..<min(days.upperBound, max(days.count == 1 ? today + 1 : today, days.lowerBound))
            if !past.isEmpty { columns.append(Column(place: place, days: past)) }
        }
    }

    // MARK: Months

    private static let monthWords: Set<String> = [
        "month", "months", "monthly", "monat", "monate", "mois", "mes", "mese", "mês", "maand",
    ]

    /// Whether a name says that something is about a month.
    static func namesMonth(_ name: String) -> Bool {
        ColumnMap.simplified(name).split(separator: "_").contains { monthWords.contains(String($0)) }
    }

    /// Whether columns that are called after days mean the months that begin on them: all are the first of one.
    static func areMonths(_ header: [String], _ formats: [String]) -> Bool {
        let found = header.compactMap { name in formats.lazy.compactMap { days(of: name, written: $0) }.first }
        let starts = Set(found.map(\.lowerBound))
        return starts.count >= 2 && starts.count == found.count && found.allSatisfy { $0.count == 1 }
            && starts.allSatisfy(PeriodText.isFirstOfMonth)
    }

    /// Headings that stand among those that are read, or beside them, and are days or months in another spelling: they have
    /// a year, or stand where the days have a gap.
    static func unread(_ header: [String], _ formats: [String]) -> [String] {
        func isRead(_ name: String) -> Bool { formats.contains { days(of: name, written: $0) != nil } }
        let places = header.indices.filter { isRead(header[$0]) }
        guard let first = places.first, let last = places.last, places.count >= 2 else { return [] }
        var (from, to) = (first, last)
        let read = places.map { place in formats.lazy.compactMap { days(of: header[place], written: $0) }.first }
        let years = Set(read.compactMap { $0.map { Day(number: $0.lowerBound).civil.year % 100 } })
        func isDated(_ name: String) -> Bool {
            let numbers = name.split { !$0.isNumber }
            if numbers.contains(where: { $0.count == 4 && ($0.hasPrefix("19") || $0.hasPrefix("20")) }) { return true }
            return numbers.count == 1 && numbers[0].count == 2 && Int(numbers[0]).map(years.contains) == true
                && name.contains { $0.isLetter }
        }
        let gaps = gaps(header, places, read)
        while from > 0, isDated(header[from - 1]) { from -= 1 }
        while to + 1 < header.count, isDated(header[to + 1]) { to += 1 }
        return header.indices[from...to].filter { place in
            let name = header[place]
            if gaps.contains(place) { return true }
            guard isDated(name), !isRead(name) else { return false }
            // A name of a month, and nothing else.
            let words = name.split { !$0.isLetter }
            return words.allSatisfy { word in
                word.count >= 3 && !totals.contains(word.lowercased()) && !word.contains { $0.isNumber }
            } && words.count <= 1
        }.map { header[$0] }
    }

    /// The places between two headings whose days do not follow each other, as many as are missing there.
    private static func gaps(_ header: [String], _ places: [Int], _ days: [Range<Int>?]) -> Set<Int> {
        var gaps: Set<Int> = []
        for (index, next) in places.enumerated().dropFirst() {
            let between = (places[index - 1] + 1)..<next
            guard !between.isEmpty, let former = days[index - 1], let latter = days[index], former.count > 1,
                former.upperBound < latter.lowerBound
            else { continue }
            let names = between.filter { header[$0].contains { !$0.isWhitespace } && !isOfTotals(header[$0]) }
            let missing = Double(latter.lowerBound - former.upperBound) / Double(former.count)
            if names.count == Int(missing.rounded()) { gaps.formUnion(names) }
        }
        return gaps
    }

    private static func isOfTotals(_ name: String) -> Bool {
        ColumnMap.simplified(name).split(separator: "_").contains { totals.contains(String($0)) }
    }

    private static let totals: Set<String> = [
        "total", "totals", "sum", "summe", "gesamt", "average", "avg", "mean", "schnitt", "totale", "somme", "suma",
        "totaal", "media", "moyenne", "ytd", "year", "jahr", "since", "plan", "budget", "target", "ziel",
    ]

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
        if format == DateFormat.ofWeeks { return PeriodText.week(name, besideWords: true) }
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
