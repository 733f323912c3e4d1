/// What becomes of an account that matches a playbook: the first that applies, in this order.
package enum Verdict: String, Sendable, CaseIterable {
    /// A safety rule holds the playbook back.
    case held
    /// It is enrolled for this match, or in the playbook now.
    case already
    /// The time between two enrollments is not over.
    case cooling
    /// The event is older than `max_age`.
    case tooOld = "too_old"
    /// No contact may be written to.
    case unreachable
    /// An exclusive playbook has the account.
    case blocked
    case globalHoldout = "global_holdout"
    case holdout, enrolled

    /// The arm of an enrollment that begins with it; nil where none begins.
    package var arm: Arm? {
        switch self {
        case .enrolled: .treated
        case .holdout: .holdout
        case .globalHoldout: .globalHoldout
        case .held, .already, .cooling, .tooOld, .unreachable, .blocked: nil
        }
    }
}
