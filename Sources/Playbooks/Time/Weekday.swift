/// A day of the week; Monday is 1 and Sunday 7, as in ISO 8601.
package enum Weekday: Int, CaseIterable, Sendable, Comparable {
    case monday = 1
    case tuesday, wednesday, thursday, friday, saturday, sunday

    package static func < (left: Weekday, right: Weekday) -> Bool { left.rawValue < right.rawValue }

    /// The full name, `monday`.
    package var name: String { String(describing: self) }

    /// Three letters, `mon`.
    package var shortName: String { String(name.prefix(3)) }

    /// Reads `mon` or `monday`, in any case.
    package init?(_ text: some StringProtocol) {
        let text = text.lowercased()
        guard let day = Self.allCases.first(where: { text == $0.shortName || text == $0.name }) else { return nil }
        self = day
    }

    /// Reads a list of days and ranges, `mon-fri` or `tue, thu`; a range may pass the end of the week, `sat-mon`.
    package static func parseList(_ text: some StringProtocol) -> Result<Set<Weekday>, TimeTextError> {
        var days: Set<Weekday> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map {
                Weekday(TimeText.trimmed($0))
            }
            guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1] else {
                return .failure(
                    TimeTextError("expected weekdays such as mon-fri or tue, thu, got \"\(TimeText.trimmed(text))\""))
            }
            days.insert(first)
            var day = first
            while day != last {
                day = Weekday(rawValue: day.rawValue % 7 + 1) ?? last
                days.insert(day)
            }
        }
        return .success(days)
    }
}
