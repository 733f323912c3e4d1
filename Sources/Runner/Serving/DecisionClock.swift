import NIOConcurrencyHelpers
package import Playbooks

/// The present as decisions see it, which never runs backwards.
///
/// Everything that `serve` decides asks here, so this is where a machine whose clock cannot be trusted is held.
package final class DecisionClock: Sendable {
    private let processNow: @Sendable () -> Instant
    private let reading: @Sendable () -> ClockReading?
    private let state: NIOLockedValueBox<(latest: Instant?, guarding: ClockGuard)>

    /// A clock that was set back by less than this is waited for by standing still.
    private static let tolerance = TimeSpan.minutes(1)

    /// - Parameters:
    ///   - last: the latest moment at which something was decided.
    ///   - reading: the wall clock beside the machine's own; nil where nobody watches them.
    package init(
        processNow: @escaping @Sendable () -> Instant, last: Instant?,
        reading: @escaping @Sendable () -> ClockReading? = { nil }
    ) {
        self.processNow = processNow
        self.reading = reading
        state = NIOLockedValueBox((last, ClockGuard(last: reading())))
    }

    /// Nil while the machine's clock stands well behind a moment at which something was decided, since it jumped, or while
    /// channels answer another time.
    package func now() -> Instant? {
        state.withLockedValue { state in
            // Before and after: a clock that is put right between two looks must not pass with the time that it had.
            if let reading = reading(), state.guarding.check(reading) != nil { return nil }
            let present = processNow()
            if let reading = reading(), state.guarding.check(reading) != nil { return nil }
            let last = state.latest ?? present
            guard last - present < Self.tolerance else { return nil }
            state.latest = max(last, present)
            return state.latest
        }
    }

    /// Stands still until the machine's clock is what it should be by another reading.
    func doubt(_ trusted: ClockReading) {
        state.withLockedValue { $0.guarding = ClockGuard(last: trusted) }
    }

    /// Goes on with the clocks as they stand now: a person has said that they are right.
    func trust() {
        state.withLockedValue { state in
            state = (nil, ClockGuard(last: reading()))
        }
    }
}
