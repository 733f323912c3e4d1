package import Playbooks

/// What one webhook of a billing system says: how a subscription stands, and what happened to it or to a payment.
package struct BillingChange: Sendable, Equatable, Codable {
    package enum Event: String, Sendable, Codable {
        case cancelRequested = "cancel_requested"
        case cancelWithdrawn = "cancel_withdrawn"
        case churned, reactivated
        case paymentFailed = "payment_failed"
        case paymentSucceeded = "payment_succeeded"
    }

    /// What the provider's status of a subscription means.
    package enum State: String, Sendable, Codable {
        case running, trial, idle, ended
        /// It rests: whoever was a customer because of it still is, whoever was none is none yet.
        case paused
    }

    /// When the service ends.
    package enum ServiceEnd: Sendable, Equatable, Codable {
        case at(Instant)
        /// It goes on, or nobody knows until when.
        case never
    }

    /// Nil when the webhook only says how things stand.
    package var event: Event?
    /// Whether the provider tells how things stand, and not that they have changed: only what is new is an event.
    package var isStanding = false
    /// When it happened.
    package var at: Instant?
    /// The provider's moment of the webhook, by which webhooks are ordered.
    package var toldAt: Instant?
    /// The provider's id of the webhook's event.
    package var id: String
    /// Properties of the event, by name.
    package var properties: [String: String] = [:]
    /// Of a payment that is news only after one that failed: the names that its bill may go by, none for any bill.
    package var paysBill: [String]?
    /// Nil when the webhook says nothing of it.
    package var serviceEnd: ServiceEnd?
    /// Nil when the webhook is about something else than a subscription.
    package var state: State?
    /// Whether it ends by itself; nil where the webhook does not tell.
    package var isEnding: Bool?
    /// Whether the subscription begins, or comes back, by this very webhook.
    package var isBeginning = false
    /// Whether the subscription ended before anything was paid for; nil where the webhook does not tell.
    package var endedOnTrial: Bool?
    /// Per month, in minor units of `currency`.
    package var mrr: Int64?
    /// Whether the webhook says that the revenue has changed.
    package var changesRevenue = false
    package var currency: String?
    /// The currency of the property `amount`.
    package var amountCurrency: String?
    /// Account keys in what the team gave the provider to keep.
    package var accountKeys: [String] = []
    package var customer: String?
    package var subscription: String?

    package init(id: String) {
        self.id = id
    }

    /// What the account that is meant may be known by.
    struct Name: Hashable {
        /// `key`, or an attribute of accounts.
        var attribute: String
        var value: String
    }

    /// The names of the account, the surest first.
    func names(by provider: BillingProvider) -> [Name] {
        accountKeys.map { Name(attribute: "key", value: $0) }
            + [
                customer.map { Name(attribute: "\(provider.rawValue)_customer", value: $0) },
                subscription.map { Name(attribute: "\(provider.rawValue)_subscription", value: $0) },
                customer.map { Name(attribute: "key", value: $0) },
            ].compactMap { $0 }
    }
}
