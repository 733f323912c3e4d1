import Foundation
package import Playbooks

/// How long an endpoint asks to wait.
package enum RetryAfter {
    /// The longest wait that is granted.
    package static let cap = TimeSpan.hours(1)

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
        guard let date = HTTPDate.instant(text) else { return nil }
        return bounded(Double(date.milliseconds) - Double(now.milliseconds))
    }

    private static func bounded(_ milliseconds: Double) -> TimeSpan {
        TimeSpan(milliseconds: Int64(min(max(milliseconds, 0), Double(cap.milliseconds))))
    }
}
