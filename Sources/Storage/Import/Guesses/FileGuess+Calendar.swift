import Playbooks

/// Files with a column for each day, week or month.
extension FileGuess {
    /// Columns that are called after days or months, with the format that reads the most of their names.
    var calendar: (format: String, columns: [Int])? {
        let formats =
            ColumnGuess.formats + [
                "y-m", "mmm y", "m/y", "y/m", "m-y", "mmm-y", "m.y", "mmm/y", "yyyymm", "y mmm", DateFormat.ofWeeks,
            ]
        let found = formats.map { format in
            let columns = usable.filter { MetricCalendar.days(of: header[$0], written: format) != nil }
            return (format: format, columns: areMonths(columns, format) ? columns : [])
        }
        guard let best = found.max(by: { $0.columns.count < $1.columns.count }), best.columns.count >= 2 else {
            return nil
        }
        return found.first { $0.columns.count == best.columns.count }
    }

    /// Whether headings that a format reads as months of years are such, and no days without a year: `Nov 02`, `Nov 03` would be
    /// years apart, and `1/11` long ago.
    private func areMonths(_ columns: [Int], _ format: String) -> Bool {
        guard !format.contains("d"), format != DateFormat.ofWeeks, !columns.isEmpty else { return true }
        let today = Day(number: Int(latest / 86_400_000)).civil
        let months = Set(
            columns.filter { !PeriodText.hasYear(header[$0]) }.compactMap { index -> Int? in
                let first = MetricCalendar.days(of: header[index], written: format)?.lowerBound
                return first.map { Day(number: $0).civil }.map { ($0.year - today.year) * 12 + $0.month - today.month }
            }
        ).sorted()
        guard let first = months.first, let last = months.last else { return true }
        if columns.contains(where: { WrittenTime.beginsWithWeekday(header[$0]) }) { return false }
        let isApart = months.count > 1 && zip(months, months.dropFirst()).allSatisfy { $1 - $0 >= 12 }
        return -120 <= first && last <= 12 && !isApart
    }

    /// The one that is called after the latest day or month.
    var newestOfCalendar: Int? {
        guard let (format, columns) = calendar else { return nil }
        return columns.max { one, other in
            let days = [one, other].map { MetricCalendar.days(of: header[$0], written: format)?.upperBound ?? 0 }
            return days[0] < days[1]
        }
    }

    /// Whether the columns of days or months hold amounts of money, which are no usage.
    var isCalendarOfMoney: Bool {
        guard let columns = calendar?.columns else { return false }
        return columns.count { guesses[$0].hasCurrency } * 2 > columns.count || MoneyName(title).isPaid
    }
}
