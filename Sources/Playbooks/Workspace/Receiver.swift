/// Where changes are sent to as signed webhooks: a CRM, a warehouse.
package struct Receiver: Sendable, Equatable {
    package var name: String
    package var url: String
    /// Signs the webhooks: `whsec_` and base64.
    package var secret: Secret
    /// The types of changes that it gets; nil for all.
    package var kinds: [String]?
    /// Whether it may be at a loopback or private address, and be spoken to in plain HTTP.
    package var allowPrivate = false
    package var position: Position

    package init(name: String, url: String, secret: Secret, kinds: [String]? = nil, position: Position) {
        self.name = name
        self.url = url
        self.secret = secret
        self.kinds = kinds
        self.position = position
    }

    /// Everything that a change can be; `Storage` writes them.
    package static let knownKinds = [
        "sent", "delivered", "opened", "clicked", "replied", "bounced", "complained", "unsubscribed", "resubscribed",
        "answered",
        "enrolled", "exited", "goal", "risk_on", "risk_off", "set", "churned", "reactivated",
    ]
}
