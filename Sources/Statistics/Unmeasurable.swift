/// Why a figure cannot be given.
package enum Unmeasurable: Error, Sendable, Hashable, CaseIterable {
    /// An arm, a group or a period has no accounts.
    case noAccounts
    /// A variance needs at least two accounts in each arm.
    case tooFew
    /// Nobody differs from anybody, so there is no scale to measure a difference by.
    case noVariance
    /// A change relative to a rate of zero has no size.
    case zeroControl
    /// As many of the treated as of the others got the treatment.
    case noCompliance
    /// No loss happened.
    case noEvents
    /// The figure lies beyond the last day that anybody was observed.
    case beyondObservation
    /// Fewer than ten accounts were at risk, so that one of them would decide.
    case fewAtRisk
    /// Even the largest possible effect would not be seen with so few accounts.
    case notDetectable
    /// An input is outside of its range.
    case outOfRange

    /// One sentence for the person who reads the report.
    package var sentence: String {
        switch self {
        case .noAccounts: "There are no accounts to measure."
        case .tooFew: "Each arm needs at least two accounts."
        case .noVariance: "All accounts have the same outcome, so a difference has no scale."
        case .zeroControl: "The control rate is zero, so there is no relative change; see the absolute one."
        case .noCompliance: "The arms do not differ in who got the message."
        case .noEvents: "No account has left yet."
        case .beyondObservation: "No account was observed for that long."
        case .fewAtRisk: "Fewer than ten accounts were observed for that long."
        case .notDetectable: "Not detectable with this segment: even the largest possible effect would be missed."
        case .outOfRange: "A rate, a share or a size is outside of its range."
        }
    }
}
