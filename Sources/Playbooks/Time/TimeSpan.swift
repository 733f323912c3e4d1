/// A length of time, in integer milliseconds; a day is always 24 hours here.
package struct TimeSpan: Hashable, Comparable, Sendable, Codable {
    package var milliseconds: Int64

    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    package static func seconds(_ count: Int64) -> TimeSpan { TimeSpan(milliseconds: count * 1_000) }
    package static func minutes(_ count: Int64) -> TimeSpan { .seconds(count * 60) }
    package static func hours(_ count: Int64) -> TimeSpan { .minutes(count * 60) }
    package static func days(_ count: Int64) -> TimeSpan { .hours(count * 24) }

    package static func < (left: TimeSpan, right: TimeSpan) -> Bool {
        left.milliseconds < right.milliseconds
    }
}

extension TimeSpan {
    /// A minute less, from an hour on: a day is over for a daily `run` that begins some seconds earlier than the day before.
    package var lessSlack: TimeSpan { self >= .hours(1) ? TimeSpan(milliseconds: milliseconds - 60_000) : self }

    /// The longest that a file may ask for, so that sums with instants stay far from overflow.
    package static let longest = TimeSpan.days(36_525)

    /// Reads `30s`, `90m`, `36h`, `14d` or `2w`: a whole number and its unit, at most 100 years.
    package static func parse(_ text: String) -> Result<TimeSpan, TimeTextError> {
        let digits = text.utf8.prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        let scale: Int64? =
            switch text.dropFirst(digits.count) {
            case "s": 1_000
            case "m": 60_000
            case "h": 3_600_000
            case "d": 86_400_000
            case "w": 7 * 86_400_000
            default: nil
            }
        guard !digits.isEmpty, let scale else {
            return .failure(
                TimeTextError(
                    "expected a duration such as 30s, 90m, 36h, 14d or 2w, got \"\(text)\""))
        }
        guard let count = Int64(Substring(digits)), count <= longest.milliseconds / scale else {
            return .failure(TimeTextError("\"\(text)\" is longer than 100 years; the longest duration is 36525d"))
        }
        return .success(TimeSpan(milliseconds: count * scale))
    }
}

extension TimeSpan {
    /// As a sentence says it, in the largest unit up to days that divides it: `14 days`, `1 hour`.
    package var words: String {
        let text = description
        let units: [Character: String] = ["d": "day", "h": "hour", "m": "minute", "s": "second"]
        guard milliseconds >= 1_000, let unit = text.last.flatMap({ units[$0] }) else { return text }
        let count = text.dropLast()
        return count == "1" ? "1 \(unit)" : "\(count) \(unit)s"
    }
}

extension TimeSpan: CustomStringConvertible {
    /// The text that `parse` reads, in the largest unit up to days that divides it: `36h`, `14d`; `250ms` below a second.
    package var description: String {
        let (value, sign) = (milliseconds.magnitude, milliseconds < 0 ? "-" : "")
        let units: [(UInt64, String)] = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s")]
        guard value > 0 else { return "0s" }
        for (size, unit) in units where value % size == 0 {
            return "\(sign)\(value / size)\(unit)"
        }
        return "\(sign)\(value)ms"
    }
}
