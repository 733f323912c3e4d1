package import Playbooks

/// Where a touch stands; each state has one meaning everywhere.
package enum TouchState: String, Sendable, CaseIterable, Codable {
    /// It waits for its moment.
    case pending
    /// A worker has it, and no byte has left.
    case claimed
    /// Its request is under way.
    case sending
    case sent, rejected
    /// It may or may not have arrived.
    case unknown
    case capped, suppressed, expired
    /// Its enrollment ended.
    case cancelled
    /// A holdout's, which would have been sent.
    case ghost
    /// A variable of its message is missing.
    case held

    /// When a touch that is found settled now was over: what waited too long, when its time was up, however late somebody
    /// looks.
    package func over(until expiresAt: Instant, now: Instant) -> Instant {
        self == .expired || self == .capped ? min(expiresAt, now) : now
    }

    /// Whether it is settled for good.
    package var isSettled: Bool {
        switch self {
        case .pending, .claimed, .sending, .unknown, .held: false
        case .sent, .rejected, .capped, .suppressed, .expired, .cancelled, .ghost: true
        }
    }
}
