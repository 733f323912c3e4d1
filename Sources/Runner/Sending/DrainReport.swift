package import Decisions

/// What a run sent, and what it left.
package struct DrainReport: Sendable, Encodable {
    package var sent = 0
    package var rejected = 0
    package var unknown = 0
    package var retried = 0
    package var ghosts = 0
    /// Touches that ended without being sent: capped, expired, suppressed, cancelled.
    package var ended: [TouchState: Int] = [:]
    package var held = 0
    /// Touches put off by a cap or a window.
    package var waiting = 0
    /// Why channels were stopped, by name.
    package var stopped: [String: String] = [:]
    /// Recovered from a dead owner.
    package var recovered = 0
    package var wasInterrupted = false

    package init() {}

    package var dropped: Int { ended.values.reduce(0, +) }

    /// How many touches have come to their end; what is held is tried again by the next cycle, and fails again.
    package var settled: Int { sent + rejected + unknown + ghosts + dropped }

    mutating func count(_ state: TouchState) {
        switch state {
        case .sent: sent += 1
        case .rejected: rejected += 1
        case .unknown: unknown += 1
        case .pending: retried += 1
        case .held: held += 1
        case .capped, .suppressed, .expired, .cancelled, .ghost, .claimed, .sending: ended[state, default: 0] += 1
        }
    }

    /// Whether something needs a person.
    package var hasFindings: Bool { rejected > 0 || unknown > 0 || held > 0 || !stopped.isEmpty }
}
