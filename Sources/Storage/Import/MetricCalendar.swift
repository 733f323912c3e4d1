import Playbooks

/// The columns of a usage file that are called after days or months: `2026-03-01`, `Mar 2026`, `Logins 03/2026`.
///
/// A month's total is spread evenly over its days, for a metric is one number a day; of the month that is under way over
/// those that are over.
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
        for (place, name) in header.enumerated() {
            guard let days = formats.lazy.compactMap({ Self.days(of: name, written: $0) }).first else { continue }
            let past = days.lowerBound..<min(days.upperBound, max(days.count == 1 ? today + 1 : today, days.lowerBound))
            if !past.isEmpty { columns.append(Column(place: place, days: past)) }
        }
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
