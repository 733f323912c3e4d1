import Basics
import Delivery
package import Playbooks

/// What one webhook of a billing system says: how a subscription stands, and what happened to it or to a payment.
package struct BillingChange: Sendable, Equatable {
    package enum Event: String, Sendable {
        case cancelRequested = "cancel_requested"
        case cancelWithdrawn = "cancel_withdrawn"
        case churned, reactivated
        case paymentFailed = "payment_failed"
        case paymentSucceeded = "payment_succeeded"
    }

    /// What the provider's status of a subscription means.
    package enum State: Sendable, Equatable {
        case running, trial, idle, ended
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
    /// When the service ends; `.some(nil)` when it goes on.
    package var serviceEnd: Instant??
    /// Nil when the webhook is about something else than a subscription.
    package var state: State?
    package var isEnding = false
    /// Whether the subscription begins, or comes back, by this very webhook.
    package var isBeginning = false
    /// Whether the subscription ended before anything was paid for.
    package var endedOnTrial = false
    /// Per month, in minor units of `currency`.
    package var mrr: Int64?
    /// Whether the webhook says that the revenue has changed.
    package var changesRevenue = false
    package var currency: String?
    /// Account keys in what the team gave the provider to keep.
    package var accountKeys: [String] = []
    package var customer: String?
    package var subscription: String?

    init(id: String) {
        self.id = id
    }

    /// `account`, `account_id` or `account_key` of what the team gave the provider to keep.
    static func keys(in metadata: JSON?) -> [String] {
        ["account", "account_id", "account_key"].compactMap { metadata?[$0]?.scalarText }.filter { !$0.isEmpty }
    }

    /// What an amount for so many intervals comes to in a month; nil for an interval that is not known.
    static func perMonth(_ amount: Double, interval: String?, count: Double) -> Double? {
        guard count >= 1, amount.isFinite else { return nil }
        return switch interval {
        case "day": amount * 365 / 12 / count
        case "week": amount * 52 / 12 / count
        case "month": amount / count
        case "year": amount / 12 / count
        default: nil
        }
    }

    /// The sum in whole minor units, unless a part of it is not known.
    static func sum(_ parts: [Double?]) -> Int64? {
        var sum = 0.0
        for part in parts {
            guard let part else { return nil }
            sum += part
        }
        return parts.isEmpty || abs(sum) > 1e15 ? nil : Int64(exactly: sum.rounded())
    }
}
