package import Playbooks

/// A pending touch with everything that the decision to claim it looks at.
package struct TouchCandidate: Sendable {
    package var id: Int64
    package var enrollmentID: Int64
    package var accountID: Int64
    package var accountKey: String
    package var playbook: String
    package var versionID: Int64
    package var step: String
    package var variant: String?
    package var recipient: String
    package var kind: Channel.Kind
    package var channel: String
    package var category: String
    package var message: String
    package var isGhost: Bool
    package var priority: Int64
    package var dueAt: Instant
    package var expiresAt: Instant
    package var reason: String?
    package var variables: String
    package var fence: Int64
    package var attempts: Int
    package var isAmbiguous: Bool
    package var bodyHash: String?
    package var firstAttemptAt: Instant?
    package var contactID: Int64?
    package var contactKey: String?
    package var contactName: String?
    package var email: String?
    package var timezone: String?
    package var locale: String?
    /// The contact is active and, where the touch goes to an address, still has that address.
    package var isReachable: Bool
    package var isEnrolled: Bool
    package var hasChurned: Bool
    package var isSuppressed: Bool
    /// An exclusive playbook has the account.
    package var isExcluded: Bool
    /// Process time; nil for one that is not tried again.
    package var retryAt: Instant?
    /// Touches to the same address within each cap's window, in the order of the caps.
    package var sentWithin: [Int]

    package var isTeam: Bool { recipient.hasPrefix("team:") }

    /// The key that the provider gets and that never changes for this touch.
    package var key: String { "t\(id)" }
}
