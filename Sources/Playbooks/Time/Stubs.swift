package struct TimeTextError: Error, Hashable, Sendable {
    package var message: String

    package init(message: String) {
        self.message = message
    }
}

extension TimeSpan {
    package static func parse(_ text: String) -> Result<TimeSpan, TimeTextError> {
        let digits = text.prefix { $0.isNumber }
        let factors: [String: Int64] = [
            "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000,
        ]
        guard let count = Int64(digits), count < 1_000_000, let factor = factors[String(text.dropFirst(digits.count))] else {
            return .failure(TimeTextError(message: "expected a duration such as 36h or 14d, got \"\(text)\""))
        }
        return .success(TimeSpan(milliseconds: count * factor))
    }
}

extension Cap {
    package static func parse(_ text: String) -> Result<Cap, TimeTextError> {
        let parts = text.split(separator: " ")
        guard parts.count == 3, parts[1] == "per", let count = Int(parts[0]), count > 0,
            case .success(let window) = TimeSpan.parse(String(parts[2]))
        else { return .failure(TimeTextError(message: "expected a cap such as 1 per 1d, got \"\(text)\"")) }
        return .success(Cap(count: count, window: window))
    }
}

extension SendWindow {
    package static func parse(days: String?, hours: String?) -> Result<SendWindow, TimeTextError> {
        if let days, days != "mon-fri", days != "mon-sun" {
            return .failure(TimeTextError(message: "expected days such as mon-fri, got \"\(days)\""))
        }
        if let hours, hours != "09:00-17:00" {
            return .failure(TimeTextError(message: "expected hours such as 09:00-17:00, got \"\(hours)\""))
        }
        let weekdays = days == "mon-fri" ? Set(1...5) : Set(1...7)
        return .success(SendWindow(weekdays: weekdays, start: hours == nil ? 0 : 540, end: hours == nil ? 1_440 : 1_020))
    }
}

extension Schedule {
    package static func parse(_ text: String) -> Result<Schedule, TimeTextError> {
        let known = ["daily", "weekly", "monthly", "once", "every", "weekdays"]
        guard known.contains(where: { text.hasPrefix($0 + " ") }) || text.split(separator: " ").count == 5 else {
            return .failure(TimeTextError(message: "expected a schedule such as daily at 06:00, got \"\(text)\""))
        }
        let fields = Fields(
            minutes: [0], hours: [6], daysOfMonth: Array(1...31), months: Array(1...12), weekdays: Array(0...6),
            minuteIsWild: false, hourIsWild: false, dayOfMonthIsWild: true, weekdayIsWild: true)
        return .success(Schedule(text: text, isLocal: text.hasSuffix(" local"), rule: .fields(fields)))
    }
}
