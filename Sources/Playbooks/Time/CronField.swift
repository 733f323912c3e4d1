/// One of the five fields of a cron expression: its range, and the names that may stand for numbers.
struct CronField {
    var title: String
    var range: ClosedRange<Int>
    var names: [String: Int] = [:]

    static let minute = CronField(title: "minute", range: 0...59)
    static let hour = CronField(title: "hour", range: 0...23)
    static let dayOfMonth = CronField(
        title: "day of month", range: 1...31, names: ["l": Schedule.Fields.lastDayOfMonth])
    static let month = CronField(
        title: "month", range: 1...12,
        names: Dictionary(
            uniqueKeysWithValues: zip(
                ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1...12)))
    /// 0 and 7 are Sunday.
    static let weekday = CronField(
        title: "weekday", range: 0...7,
        names: Dictionary(uniqueKeysWithValues: Weekday.allCases.map { ($0.shortName, $0.rawValue % 7) }))

    /// Reads a list of numbers, names, ranges `a-b` and steps `*/n`, `a-b/n`; values ascend.
    func parse(_ text: String) throws(TimeTextError) -> (values: [Int], isWild: Bool) {
        var values: Set<Int> = []
        for item in text.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = item.split(separator: "/", omittingEmptySubsequences: false)
            let span = try span(parts[0], text)
            guard parts.count > 1 else {
                values.formUnion(span)
                continue
            }
            guard parts.count == 2, let step = Int(parts[1]), step > 0, step <= range.upperBound,
                parts[0] == "*" || parts[0].contains("-")
            else {
                throw TimeTextError(
                    "expected a step such as */15 or \(range.lowerBound)-\(range.upperBound)/15 for the \(title), "
                        + "got \"\(item)\"")
            }
            values.formUnion(stride(from: span.lowerBound, through: span.upperBound, by: step))
        }
        // Every weekday counts from 0 (Sunday), also when it is written 7.
        if range.upperBound == 7 { values = Set(values.map { $0 % 7 }) }
        return (values.sorted(), text.hasPrefix("*"))
    }

    private func span(_ text: Substring, _ whole: String) throws(TimeTextError) -> ClosedRange<Int> {
        if text == "*" { return range.upperBound == 7 ? 0...6 : range }
        let ends = text.split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count <= 2 else { throw unexpected(text) }
        let low = try value(ends[0])
        guard ends.count == 2 else { return low...low }
        var high = try value(ends[1])
        // `fri-sun` reads naturally.
        if range.upperBound == 7, high == 0, low > 0 { high = 7 }
        guard low <= high, high <= range.upperBound else {
            throw TimeTextError("expected a range from low to high for the \(title), got \"\(text)\"")
        }
        return low...high
    }

    private func value(_ text: Substring) throws(TimeTextError) -> Int {
        if let value = names[String(text)] { return value }
        let isNumber = !text.isEmpty && text.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        guard isNumber, let value = Int(text), range.contains(value) else { throw unexpected(text) }
        return value
    }

    private func unexpected(_ text: Substring) -> TimeTextError {
        let hint = names.isEmpty ? "" : " or a name such as \(names.keys.sorted()[0].uppercased())"
        return TimeTextError(
            "expected a \(title) from \(range.lowerBound) to \(range.upperBound)\(hint), got \"\(text)\"")
    }
}
