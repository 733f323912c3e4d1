/// Why a list of an email tool names an address.
package enum SuppressionReason: String, Sendable, CaseIterable {
    /// The person's wish: nothing but messages of the category `service`.
    case unsubscribed
    /// Mail does not arrive; nothing is sent.
    case hardBounce = "hard_bounce"
    /// The person has called it spam; nothing is sent.
    case complaint
    /// Says nothing against the address: a block of the sender, a full mailbox, a soft bounce.
    case nothing = "none"
}
