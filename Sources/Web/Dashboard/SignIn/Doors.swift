import NIOConcurrencyHelpers
import Playbooks

/// How often one may try to sign in, by name and by address: five times, then after 2, 4, 8 s and so on, for right
/// passwords, too.
final class Doors: Sendable {
    private struct Tries {
        var count = 0
        var last: Instant
    }

    private static let free = 5
    private static let longest = TimeSpan.minutes(15)
    private static let most = 20_000
    private let tries = NIOLockedValueBox<[String: Tries]>([:])

    /// How long to wait before the next try of any of these; nil when it may be made.
    func wait(_ keys: [String], at now: Instant) -> TimeSpan? {
        tries.withLockedValue { tries in
            let waits = keys.compactMap { key -> TimeSpan? in
                guard let known = tries[key], known.count >= Self.free else { return nil }
                let steps = min(20, known.count - Self.free + 1)
                let pause = min(Self.longest, TimeSpan.seconds(1 << Int64(steps)))
                let until = known.last + pause
                return until > now ? until - now : nil
            }
            return waits.max()
        }
    }

    func failed(_ keys: [String], at now: Instant) {
        tries.withLockedValue { tries in
            if tries.count > Self.most { tries = tries.filter { now - $0.value.last < Self.longest } }
            if tries.count > Self.most { tries.removeAll() }
            for key in keys {
                var known = tries[key] ?? Tries(last: now)
                if now - known.last > Self.longest { known.count = 0 }
                known.count += 1
                known.last = now
                tries[key] = known
            }
        }
    }

    func succeeded(_ keys: [String]) {
        tries.withLockedValue { tries in for key in keys { tries[key] = nil } }
    }
}
