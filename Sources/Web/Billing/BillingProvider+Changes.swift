import Basics
import Delivery
package import Playbooks
package import Storage

extension BillingProvider {
    /// What a webhook says of an account; nil when it is of no use here.
    ///
    /// - Parameter currency: of amounts that name none.
    /// - Throws: `Unreadable` when the body is not what the provider sends.
    package func change(in webhook: Webhook, currency: String) throws(Unreadable) -> BillingChange? {
        if webhook.body.first(where: { $0 > 0x20 && $0 < 0x80 }) == UInt8(ascii: "<") {
            guard self == .recurly else { throw Unreadable("it is XML; let \(rawValue) send JSON") }
            return try Self.recurlyXML(webhook.body, currency: currency)
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

    private static func chargebee(_ item: JSON) throws(Unreadable) -> BillingChange? {
        let type = try text(item, "event_type")
        let content = item["content"]
        let subscription = content?["subscription"]
        var change = BillingChange(id: try text(item, "id"))
        change.at = item["occurred_at"]?.seconds
        change.toldAt = change.at
        change.subscription = subscription?["id"]?.scalarText
        change.customer = (subscription?["customer_id"] ?? content?[pointer: "/customer/id"])?.scalarText
        change.accountKeys =
            BillingChange.keys(in: subscription?["meta_data"])
            + BillingChange.keys(in: content?[pointer: "/customer/meta_data"])
        change.properties["reason"] =
            (subscription?["cancel_reason_code"] ?? subscription?["cancel_reason"])?.scalarText
        if type.hasPrefix("subscription_") { chargebeeSubscription(subscription, into: &change) }
        switch type {
        case "subscription_cancellation_scheduled":
            change.event = .cancelRequested
            change.isEnding = true
            change.serviceEnd = chargebeeEnd(subscription)
        case "subscription_scheduled_cancellation_removed":
            change.event = .cancelWithdrawn
            change.isEnding = false
            change.serviceEnd = .never
            change.properties = [:]
        case "subscription_cancelled":
            change.event = .churned
            change.state = .ended
        case "subscription_reactivated":
            change.event = .reactivated
            change.isBeginning = true
            change.properties = [:]
        case "subscription_created", "subscription_started", "subscription_activated", "subscription_changed",
            "subscription_renewed", "subscription_paused", "subscription_resumed":
            change.isBeginning = ["subscription_created", "subscription_started", "subscription_activated"].contains(
                type)
            change.changesRevenue = true
            change.properties = [:]
        case "payment_failed", "payment_succeeded":
            let (invoice, transaction) = (content?["invoice"], content?["transaction"])
            change.properties = [:]
            change.properties["invoice"] = invoice?["id"]?.scalarText
            change.setAmount(
                transaction?["amount"] ?? (type == "payment_failed" ? invoice?["amount_due"] : invoice?["amount_paid"]),
                transaction?["currency_code"] ?? invoice?["currency_code"])
            if type == "payment_failed" {
                change.event = .paymentFailed
                change.properties["attempt"] = invoice?["dunning_attempts"]?.items.last?["attempt"]?.scalarText
            } else {
                change.event = .paymentSucceeded
                change.paysBill = [invoice?["id"]?.scalarText].compactMap { $0 }
            }
        default: return nil
        }
        return change
    }

    private static func chargebeeSubscription(_ subscription: JSON?, into change: inout BillingChange) {
        change.mrr = subscription?["mrr"]?.asNumber.flatMap { BillingChange.sum([$0]) }
        change.currency = subscription?["currency_code"]?.scalarText
        let status = subscription?["status"]?.scalarText
        let isEnding = status == "non_renewing"
        change.isEnding = isEnding
        change.serviceEnd = isEnding ? chargebeeEnd(subscription) : .never
        change.state =
            switch status {
            case "in_trial": .trial
            case "future": .idle
            case "paused": .paused
            case "cancelled", "transferred": .ended
            default: .running
            }
        if let trialEnd = subscription?["trial_end"]?.seconds, let end = subscription?["cancelled_at"]?.seconds {
            change.endedOnTrial = end <= trialEnd
        }
    }

    private static func chargebeeEnd(_ subscription: JSON?) -> BillingChange.ServiceEnd {
        let end = (subscription?["cancelled_at"] ?? subscription?["current_term_end"])?.seconds
        return end.map { .at($0) } ?? .never
    }
}
