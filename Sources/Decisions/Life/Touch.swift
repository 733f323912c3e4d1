package import Playbooks

/// One message to one contact in one step of one enrollment, while it waits to be claimed.
package struct Touch: Sendable, Equatable {
    /// Why one is unknown that a restored back-up would send again.
    package static let mayHaveLeft = "it may have left in the time that the restored back-up does not know of"

    /// Nil until it is written.
    package var id: Int64?
    package var step: String
    package var variant: String?
    package var contactID: Int64?
    /// The normalized address, `contact:<id>` for one without, or `team:<channel>`.
    package var recipient: String
    package var kind: Channel.Kind
    package var channel: String
    package var category: String
    package var message: String
    package var isGhost: Bool
    package var state: TouchState
    package var priority: Int
    /// When the step was due; what orders touches of one priority.
    package var dueAt: Instant
    package var notBefore: Instant
    package var expiresAt: Instant
    /// Why it waits or ended.
    package var reason: String?
    /// The frozen variables, as JSON.
    package var variables: String
    /// As of when the variables were frozen.
    package var frozenAt: Instant
    /// Whether an earlier attempt may have arrived, so that only the same bytes may be sent again.
    package var isAmbiguous: Bool
    package var fence: Int64
    /// Of a text message that a cycle makes: the locale of who gets it; not stored.
    package var locale: String?

    package init(
        id: Int64? = nil, step: String, variant: String?, contactID: Int64?, recipient: String, kind: Channel.Kind,
        channel: String, category: String, message: String, isGhost: Bool, state: TouchState, priority: Int,
        dueAt: Instant, notBefore: Instant, expiresAt: Instant, reason: String? = nil, variables: String,
        frozenAt: Instant, isAmbiguous: Bool = false, fence: Int64 = 0
    ) {
        self.id = id
        self.step = step
        self.variant = variant
        self.contactID = contactID
        self.recipient = recipient
        self.kind = kind
        self.channel = channel
        self.category = category
        self.message = message
        self.isGhost = isGhost
        self.state = state
        self.priority = priority
        self.dueAt = dueAt
        self.notBefore = notBefore
        self.expiresAt = expiresAt
        self.reason = reason
        self.variables = variables
        self.frozenAt = frozenAt
        self.isAmbiguous = isAmbiguous
        self.fence = fence
    }

    /// The recipient of a touch that nobody gets.
    package static let nobody = "nobody"

    /// Until when a touch waits for a moment, and why: no longer than its time lasts, which is said where that ends before.
    package static func wait(
        until moment: Instant, _ reason: String, expiresAt: Instant
    ) -> (until: Instant, reason: String) {
        moment < expiresAt ? (moment, reason) : (expiresAt, reason + isOverBefore)
    }

    /// How the reasons of touches end whose time is over before they may leave.
    package static let isOverBefore = "; its time is over before that"

    /// Why a touch that waited for nothing was not sent.
    package static func waitedTooLong(due: Instant, in zone: Zone) -> String {
        "waited too long: \(wasDue)\(due.text(in: zone)) \(zone.name)"
    }

    package static let wasDue = "it was due "

    /// Why a touch ends whose new recipient has another one of its step.
    package static let isTaken = "whom it would go to now has this step's message already"

    package static func team(_ channel: String) -> String { "team:" + channel }
}
