/// A time of day as written, `09:00`: minutes after midnight on some clock.
package struct ClockTime: Hashable, Sendable, CustomStringConvertible {
    /// 0 to 1440; 1440 (`24:00`) is the end of the day.
    package var minute: Int

    package init(minute: Int) {
        self.minute = minute
    }

    /// Reads `09:00` or `9:00`; `24:00` only where an end of the day makes sense.
    package static func parse(_ text: String, allowing24: Bool = false) -> Result<ClockTime, TimeTextError> {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        if parts.count == 2, (1...2).contains(parts[0].utf8.count), parts[1].utf8.count == 2,
            parts.allSatisfy({ $0.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 } }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), minute < 60,
            hour < 24 || (allowing24 && hour == 24 && minute == 0)
        {
            return .success(ClockTime(minute: hour * 60 + minute))
        }
        return .failure(TimeTextError("expected a time such as 09:00 or 17:30, got \"\(text)\""))
    }

    package var description: String { "\(TimeText.padded(minute / 60, 2)):\(TimeText.padded(minute % 60, 2))" }
}
