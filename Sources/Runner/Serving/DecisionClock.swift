package import Playbooks
import Synchronization

/// The present as decisions see it, which never runs backwards.
///
/// Everything that `serve` decides asks here, so this is where a machine whose clock cannot be trusted is held.
package final class DecisionClock: Sendable {
    private let processNow: @Sendable () -> Instant
    private let latest: Mutex<Instant?>

    /// A clock that was set back by less than this is waited for by standing still.
    private static let tolerance = TimeSpan.minutes(1)

    /// - Parameter last: the latest moment at which something was decided.
    package init(processNow: @escaping @Sendable () -> Instant, last: Instant?) {
        self.processNow = processNow
        latest = Mutex(last)
    }

    /// Nil while the machine's clock stands well behind a moment at which something was decided.
    package func now() -> Instant? {
        let present = processNow()
        return latest.withLock { latest in
            let last = latest ?? present
            guard last - present < Self.tolerance else { return nil }
            latest = max(last, present)
            return latest
        }
    }
}
