import Foundation
import Playbooks

/// How long an endpoint asks to wait.
enum RetryAfter {
    /// The longest wait that is granted.
    static let cap = TimeSpan.hours(1)

    /// The wait that a value of the given unit means, from 0 to `cap`; nil when it means nothing.
    ///
    /// A value in seconds may also be an HTTP date (RFC 9110, 10.2.3).
    static func span(_ text: String, as unit: Channel.RetryAfter.Unit, now: Instant) -> TimeSpan? {
        let text = text.trimmingCharacters(in: .whitespaces)
        if let number = Double(text), number.isFinite {
            switch unit {
            case .seconds: return bounded(number * 1_000)
            case .epoch: return bounded(number * 1_000 - Double(now.milliseconds))
            case .epochMilliseconds: return bounded(number - Double(now.milliseconds))
            }
        }
        guard let date = date(text) else { return nil }
        return bounded(Double(date.milliseconds) - Double(now.milliseconds))
    }

    private static func bounded(_ milliseconds: Double) -> TimeSpan {
        TimeSpan(milliseconds: Int64(min(max(milliseconds, 0), Double(cap.milliseconds))))
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`, the one form that servers must send.
    private static func date(_ text: String) -> Instant? {
        let parts = text.split(whereSeparator: { $0 == " " || $0 == "," || $0 == ":" })
        guard parts.count == 8, parts[7] == "GMT", let number = Int(parts[1]),
            let month = months.firstIndex(of: parts[2]),
            let year = Int(parts[3]), let day = Day(year: year, month: month + 1, day: number),
            let hour = Int(parts[4]), let minute = Int(parts[5]), let second = Int(parts[6]), (0...23).contains(hour),
            (0...59).contains(minute), (0...60).contains(second)
        else { return nil }
        return Instant(milliseconds: (Int64(day.number) * 86_400 + Int64(hour * 3_600 + minute * 60 + second)) * 1_000)
    }

    private static let months: [Substring] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
