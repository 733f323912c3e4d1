/// Everything that a channel's template may name for one touch.
package struct Envelope: Sendable {
    package struct Address: Sendable, Hashable {
        package var email: String
        package var name: String?

        package init(_ email: String, name: String? = nil) {
            self.email = email
            self.name = name
        }
    }

    /// Nil for touches without an address.
    package var to: Address?
    /// The number of a text message, in E.164.
    package var phone: String?
    /// The contact's key, or `team:<channel>`.
    package var recipient: String
    package var from: Address?
    package var replyTo: String?
    package var message: RenderedMessage
    /// Headers of the email itself, as `Unsubscription` makes them.
    package var headers: [Request.Header]
    /// What the provider shall give back in its webhooks: `touch_id`, `playbook`, `workspace`. No personal data.
    package var metadata: [Request.Header]
    package var tags: [String]
    /// Derived from the touch; the same for every attempt.
    package var idempotencyKey: String
    package var variables: Variables
    /// What only the request's maker knows.
    var seal = Seal()

    /// The secret of a body, and what a signature is made of.
    struct Seal: Sendable {
        var secret: String?
        var timestamp: String?
        var body: String?
        var signature: String?
    }

    package init(
        to: Address? = nil, phone: String? = nil, recipient: String, from: Address? = nil, replyTo: String? = nil,
        message: RenderedMessage,
        headers: [Request.Header] = [], metadata: [Request.Header] = [], tags: [String] = [], idempotencyKey: String,
        variables: Variables = Variables()
    ) {
        self.to = to
        self.phone = phone
        self.recipient = recipient
        self.from = from
        self.replyTo = replyTo
        self.message = message
        self.headers = headers
        self.metadata = metadata
        self.tags = tags
        self.idempotencyKey = idempotencyKey
        self.variables = variables
    }
}
