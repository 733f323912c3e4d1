package import Playbooks

/// What a provider tells of one message: the meaning of a webhook, whatever its dialect.
package struct Notice: Sendable, Hashable {
    package var kind: Outcome.Kind
    /// Our own key of the touch, `t12`, where the provider gives back what it was given.
    package var touch: String?
    /// The workspace that the message was sent for, where the provider gives it back.
    package var workspace: String?
    /// The provider's id of the message.
    package var providerID: String?
    /// The recipient as the provider knows it.
    package var address: String?
    /// When it happened; nil where the provider does not say.
    package var at: Instant?
    /// What makes it one of its channel; a repeat has the same.
    package var id: String
    /// Whether a contact leaves, or comes back to, all categories and not only the touch's.
    package var isForAll = true
    /// False for a bounce that says nothing against the address: its mailbox is full, our server is blocked.
    package var isOfAddress = true
    /// Whether it is told of an address, and of no message.
    package var isOfAddressAlone = false
    /// JSON, for people: the reason of a bounce, the link of a click.
    package var detail: String?
    /// The event as it came, to be kept when nothing is known of its touch.
    package var body: String

    package init(_ kind: Outcome.Kind, id: String, body: String) {
        self.kind = kind
        self.id = id
        self.body = body
    }
}
