import Basics
import Crypto
package import Playbooks

/// A pending touch with everything that the decision to claim it looks at.
///
/// Shared and not copied: from the claim to the answer it passes through many hands.
package final class TouchCandidate: Sendable {
    package let id: Int64
    package let enrollmentID: Int64
    package let accountID: Int64
    package let accountKey: String
    package let playbook: String
    package let versionID: Int64
    /// The occurrence of a schedule, the `per` value or the event that it answers; "" where only numbers of the database
    /// could stand for it.
    package let occurrence: String
    package let step: String
    package let variant: String?
    package let recipient: String
    package let kind: Channel.Kind
    package let channel: String
    package let category: String
    package let message: String
    package let isGhost: Bool
    package let priority: Int64
    package let dueAt: Instant
    package let expiresAt: Instant
    package let reason: String?
    package let variables: String
    package let fence: Int64
    package let attempts: Int
    package let isAmbiguous: Bool
    package let bodyHash: String?
    /// The `EndpointPrint` of the last attempt; nil where there was none, or it was made before they were kept.
    package let endpoint: String?
    package let firstAttemptAt: Instant?
    package let contactID: Int64?
    package let contactKey: String?
    package let contactName: String?
    package let email: String?
    package let timezone: String?
    package let locale: String?
    /// The contact is active and, where the touch goes to an address, still has that address.
    package let isReachable: Bool
    package let isEnrolled: Bool
    package let hasChurned: Bool
    package let isSuppressed: Bool
    /// An exclusive playbook has the account.
    package let isExcluded: Bool
    /// Process time; nil for one that is not tried again.
    package let retryAt: Instant?
    /// As of when its variables were worked out.
    package let frozenAt: Instant
    /// Touches to the same address within each cap's window, in the order of the caps.
    package let sentWithin: [Int]
    /// The account's values of the attributes that calendars ask for.
    package let accountValues: [String: String]

    package init(
        id: Int64, enrollmentID: Int64, accountID: Int64, accountKey: String, playbook: String, versionID: Int64,
        occurrence: String, step: String, variant: String?, recipient: String, kind: Channel.Kind, channel: String,
        category: String,
        message: String, isGhost: Bool, priority: Int64, dueAt: Instant, expiresAt: Instant, reason: String?,
        variables: String, fence: Int64, attempts: Int, isAmbiguous: Bool, bodyHash: String?,
        endpoint: String? = nil, firstAttemptAt: Instant?,
        contactID: Int64?, contactKey: String?, contactName: String?, email: String?, timezone: String?,
        locale: String?, isReachable: Bool, isEnrolled: Bool, hasChurned: Bool, isSuppressed: Bool, isExcluded: Bool,
        retryAt: Instant? = nil, frozenAt: Instant, sentWithin: [Int], accountValues: [String: String] = [:]
    ) {
        self.id = id
        self.enrollmentID = enrollmentID
        self.accountID = accountID
        self.accountKey = accountKey
        self.playbook = playbook
        self.versionID = versionID
        self.occurrence = occurrence
        self.step = step
        self.variant = variant
        self.recipient = recipient
        self.kind = kind
        self.channel = channel
        self.category = category
        self.message = message
        self.isGhost = isGhost
        self.priority = priority
        self.dueAt = dueAt
        self.expiresAt = expiresAt
        self.reason = reason
        self.variables = variables
        self.fence = fence
        self.attempts = attempts
        self.isAmbiguous = isAmbiguous
        self.bodyHash = bodyHash
        self.endpoint = endpoint
        self.firstAttemptAt = firstAttemptAt
        self.contactID = contactID
        self.contactKey = contactKey
        self.contactName = contactName
        self.email = email
        self.timezone = timezone
        self.locale = locale
        self.isReachable = isReachable
        self.isEnrolled = isEnrolled
        self.hasChurned = hasChurned
        self.isSuppressed = isSuppressed
        self.isExcluded = isExcluded
        self.retryAt = retryAt
        self.frozenAt = frozenAt
        self.sentWithin = sentWithin
        self.accountValues = accountValues
    }

    package var isTeam: Bool { recipient.hasPrefix("team:") }

    /// The key that the provider gets and that never changes for this touch.
    package var key: String { "t\(id)" }

    /// What the message is in words of the files and the customer's own keys: the same for a touch that a restored database
    /// makes once more. 16 hexadecimal digits of a SHA-256.
    package var print: String { print(of: occurrence) }

    /// The same as programs made it before they told the events of an account apart.
    var earlierPrint: String { print(of: "") }

    private func print(of occurrence: String) -> String {
        let person = recipient.hasPrefix("contact:") ? "contact \(contactKey ?? recipient)" : recipient
        let words = [playbook, accountKey, occurrence, step, person].joined(separator: "\n")
        return Hexadecimal.text(Array(SHA256.hash(data: Array(words.utf8)).prefix(8)))
    }
}
