import Basics
import Crypto
package import Playbooks

/// A pending touch with everything that the decision to claim it looks at.
package struct TouchCandidate: Sendable {
    package var id: Int64
    package var enrollmentID: Int64
    package var accountID: Int64
    package var accountKey: String
    package var playbook: String
    package var versionID: Int64
    /// The occurrence of a schedule or the `per` value that it answers; "" where numbers of the database stand for it.
    package var occurrence: String
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
    /// The `EndpointPrint` of the last attempt; nil where there was none, or it was made before they were kept.
    package var endpoint: String?
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
    /// As of when its variables were worked out.
    package var frozenAt: Instant
    /// Touches to the same address within each cap's window, in the order of the caps.
    package var sentWithin: [Int]
    /// The account's values of the attributes that calendars ask for.
    package var accountValues: [String: String] = [:]

    package init(
        id: Int64, enrollmentID: Int64, accountID: Int64, accountKey: String, playbook: String, versionID: Int64,
        occurrence: String, step: String, variant: String?, recipient: String, kind: Channel.Kind, channel: String,
        category: String,
        message: String, isGhost: Bool, priority: Int64, dueAt: Instant, expiresAt: Instant, reason: String?,
        variables: String, fence: Int64, attempts: Int, isAmbiguous: Bool, bodyHash: String?,
        endpoint: String? = nil, firstAttemptAt: Instant?,
        contactID: Int64?, contactKey: String?, contactName: String?, email: String?, timezone: String?,
        locale: String?, isReachable: Bool, isEnrolled: Bool, hasChurned: Bool, isSuppressed: Bool, isExcluded: Bool,
        retryAt: Instant? = nil, frozenAt: Instant, sentWithin: [Int]
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
    }

    package var isTeam: Bool { recipient.hasPrefix("team:") }

    /// The key that the provider gets and that never changes for this touch.
    package var key: String { "t\(id)" }

    /// What the message is in words of the files and the customer's own keys: the same for a touch that a restored database
    /// makes once more. 16 hexadecimal digits of a SHA-256.
    package var print: String {
        let person = recipient.hasPrefix("contact:") ? "contact \(contactKey ?? recipient)" : recipient
        let words = [playbook, accountKey, occurrence, step, person].joined(separator: "\n")
        return Hexadecimal.text(Array(SHA256.hash(data: Array(words.utf8)).prefix(8)))
    }
}
