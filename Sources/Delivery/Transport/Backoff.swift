package import Playbooks

/// How long a touch waits before it is tried again: exponential with full jitter.
///
/// Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
package enum Backoff {
    package static let base = TimeSpan.seconds(1)
    package static let cap = TimeSpan.minutes(10)
    package static let maxAttempts = 8

    /// A random share of the longest wait after the attempt of that number.
    ///
    /// - Parameters:
    ///   - attempt: counts from 1.
    ///   - random: uniform, from 0 to 1.
    package static func delay(attempt: Int, random: Double) -> TimeSpan {
        let share = min(max(random, 0), 1)
        return TimeSpan(milliseconds: Int64(Double(longest(attempt: attempt).milliseconds) * share))
    }

    /// The wait that full jitter draws from: 1, 2, 4, ... seconds, at most ten minutes.
    package static func longest(attempt: Int) -> TimeSpan {
        let doublings = min(max(attempt, 1), 21) - 1
        return min(TimeSpan(milliseconds: base.milliseconds << Int64(doublings)), cap)
    }
}
