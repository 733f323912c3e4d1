package import Playbooks

/// Whether a channel sends at all, as the ends of its last requests tell: closed while the endpoint works, open when too
/// many failed, and half open when one request finds out whether it works again.
package struct Circuit: Sendable, Equatable {
    package enum State: Sendable, Equatable {
        case closed
        case open(until: Instant)
        case halfOpen
    }

    package private(set) var state = State.closed
    /// Why it is not closed.
    package private(set) var reason = ""
    /// Whether each of the last requests failed; the oldest first.
    private var last: [Bool] = []
    /// How many requests in a row went through, up to `window`.
    private var successes = 0
    /// How often in a row it has opened.
    private var openings = 0

    private static let window = 32
    /// With fewer requests a share says nothing.
    private static let fewest = 16
    private static let mostFailed = 0.5

    package init() {}

    /// One that another process has left open.
    package init(leftOpen reason: String) {
        state = .halfOpen
        openings = 1
        self.reason = reason
    }

    /// Counts the end of a request.
    ///
    /// - Parameter failure: what was wrong with the endpoint or the way to it; nil when it answered as it should, be it
    ///   with a refusal.
    package mutating func note(failure: String?, at now: Instant) {
        switch state {
        // Late ends of what was under way when it opened.
        case .open: return
        case .halfOpen:
            if let failure {
                open("one more request failed: \(failure)", at: now)
            } else {
                self = Circuit()
            }
        case .closed:
            if last.count == Self.window { last.removeFirst() }
            last.append(failure != nil)
            successes = failure == nil ? min(successes + 1, Self.window) : 0
            guard let failure, last.count >= Self.fewest else { return }
            let failed = last.count { $0 }
            if Double(failed) >= Self.mostFailed * Double(last.count) {
                open("\(failed) of its last \(last.count) requests failed; the last: \(failure)", at: now)
            }
        }
    }

    /// Opens for 1, 2, 4, 8, 10, 10, ... minutes.
    private mutating func open(_ reason: String, at now: Instant) {
        self.reason = reason
        state = .open(until: now + .minutes(min(1 << Int64(min(openings, 4)), 10)))
        openings += 1
        last = []
    }

    /// Lets one request find out when the time has come.
    package mutating func probe(at now: Instant) {
        if case .open(let until) = state, now >= until { state = .halfOpen }
    }

    /// Whether the last requests all went through.
    package var isSteady: Bool { state == .closed && successes == Self.window }

    /// When an open one lets a request find out.
    package var triesAgainAt: Instant? {
        if case .open(let until) = state { until } else { nil }
    }
}
