import Playbooks

/// For how long the figures of a row are, by what the column of its date is called: for a day, for the week or month that
/// begins on it, or up to the date of another column.
struct RowPeriod {
    private enum Kind {
        case day, week, month
        case until(place: Int)
    }

    private let kind: Kind
    /// The longest that a row may be about, in days.
    private static let longest = 366

    private static let begins: Set<String> = [
        "period_start", "period_begin", "period_from", "start_date", "start", "from", "from_date", "date_from", "von",
        "beginn", "debut", "début", "desde", "begin", "starts_at", "start_at", "periode_von", "current_period_start",
        "week_start", "month_start",
    ]
    private static let ends: Set<String> = [
        "period_end", "period_to", "period_until", "end_date", "end", "to", "to_date", "date_to", "until", "bis",
        "ende",
        "fin", "hasta", "ends_at", "end_at", "periode_bis", "current_period_end", "week_end", "month_end",
    ]

    /// - Parameter day: the place of the column with the date.
    init(_ header: [String], day: Int) {
        let names = header.map(ColumnMap.simplified)
        guard names.indices.contains(day) else {
            kind = .day
            return
        }
        if Self.begins.contains(names[day]), let end = names.firstIndex(where: Self.ends.contains) {
            kind = .until(place: end)
        } else if MetricCalendar.namesWeek(header[day]) {
            kind = .week
        } else if MetricCalendar.namesMonth(header[day]) {
            kind = .month
        } else {
            kind = .day
        }
    }

    /// Where the last day, or the one behind it, stands.
    var end: Int? {
        if case .until(let place) = kind { place } else { nil }
    }

    /// The days that a row is about; nil when it ends before it begins, or lasts longer than a year.
    ///
    /// - Parameter end: the date of the other column. It is the last day, unless it begins the next month or week.
    func days(from first: Int, to end: Int?) -> Range<Int>? {
        switch kind {
        case .day: return first..<(first + 1)
        case .week: return first..<(first + 7)
        case .month:
            return first..<(PeriodText.isFirstOfMonth(first) ? PeriodText.month(of: first).upperBound : first + 1)
        case .until:
            guard let end else { return first..<(first + 1) }
            let isNext =
                end > first
                && (end - first == 7 || PeriodText.isFirstOfMonth(first) && PeriodText.isFirstOfMonth(end))
            let behind = isNext ? end : end + 1
            return first < behind && behind - first <= Self.longest ? first..<behind : nil
        }
    }
}
