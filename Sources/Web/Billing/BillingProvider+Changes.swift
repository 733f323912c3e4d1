import Basics
import Delivery
package import Playbooks

extension BillingProvider {
    /// What a webhook says of an account; nil when it is of no use here.
    ///
    /// - Throws: `Unreadable` when the body is not what the provider sends.
    package func change(in webhook: Webhook) throws(Unreadable) -> BillingChange? {
        if webhook.body.first(where: { $0 > 0x20 }) == UInt8(ascii: "<") {
            throw Unreadable("it is XML; let \(rawValue) send JSON")
        }
        let item = try Channel.Dialect.object(webhook.json())
        return switch self {
        case .stripe: try Self.stripe(item)
        case .paddle: try Self.paddle(item)
        case .chargebee: try Self.chargebee(item)
        case .recurly: try Self.recurly(item)
        }
    }

    static func text(_ item: JSON, _ name: String) throws(Unreadable) -> String {
        guard let text = item[name]?.scalarText, !text.isEmpty else {
            throw Unreadable("the member \(name) is missing")
        }
        return text
    }

    /// Recurly tells no more than which subscription; the account is found by its attribute `recurly_subscription`.
    private static func recurly(_ item: JSON) throws(Unreadable) -> BillingChange? {
        let type = try text(item, "event_type")
        var change = BillingChange(id: try text(item, "id"))
        switch (try text(item, "object_type"), type) {
        // It is canceled when it will not be renewed, and expired when it has ended.
        case ("subscription", "canceled"): change.event = .cancelRequested
        case ("subscription", "reactivated"): change.event = .cancelWithdrawn
        case ("subscription", "expired"): change.event = .churned
        case ("payment", "failed"): change.event = .paymentFailed
        default: return nil
        }
        change.at = item["event_time"]?.time
        change.accountKeys = item["account_code"]?.scalarText.map { [$0] } ?? []
        change.subscription = item["uuid"]?.scalarText
        return change
    }

    private static func chargebee(_ item: JSON) throws(Unreadable) -> BillingChange? {
        let type = try text(item, "event_type")
        let content = item["content"]
        let subscription = content?["subscription"]
        var change = BillingChange(id: try text(item, "id"))
        change.at = item["occurred_at"]?.seconds
        change.subscription = subscription?["id"]?.scalarText
        change.customer = (subscription?["customer_id"] ?? content?[pointer: "/customer/id"])?.scalarText
        change.accountKeys =
            BillingChange.keys(in: subscription?["meta_data"])
            + BillingChange.keys(in: content?[pointer: "/customer/meta_data"])
        change.properties["reason"] =
            (subscription?["cancel_reason_code"] ?? subscription?["cancel_reason"])?.scalarText
        switch type {
        case "subscription_cancellation_scheduled":
            change.event = .cancelRequested
            change.serviceEnd = (subscription?["cancelled_at"] ?? subscription?["current_term_end"])?.seconds
        case "subscription_scheduled_cancellation_removed":
            change.event = .cancelWithdrawn
            change.serviceEnd = .some(nil)
            change.properties = [:]
        case "subscription_cancelled": change.event = .churned
        case "subscription_reactivated":
            change.event = .reactivated
            change.properties = [:]
        case "subscription_created", "subscription_activated", "subscription_changed":
            change.isActive = type != "subscription_changed"
            change.properties = [:]
            change.mrr = subscription?["mrr"]?.asNumber.flatMap { BillingChange.sum([$0]) }
            change.currency = subscription?["currency_code"]?.scalarText
        case "payment_failed":
            change.event = .paymentFailed
            change.properties = [:]
            change.properties["invoice"] = content?[pointer: "/invoice/id"]?.scalarText
        default: return nil
        }
        return change
    }
}
