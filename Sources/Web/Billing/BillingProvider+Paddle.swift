import Basics
import Delivery
import Playbooks
import Storage

extension BillingProvider {
    /// Paddle tells how a subscription stands and not what has changed.
    static func paddle(_ item: JSON) throws(Unreadable) -> BillingChange? {
        let type = try text(item, "event_type")
        var change = BillingChange(id: try text(item, "event_id"))
        guard let data = item["data"] else { throw Unreadable("the member data is missing") }
        change.at = item["occurred_at"]?.time
        change.toldAt = change.at
        change.customer = data["customer_id"]?.scalarText
        change.accountKeys = BillingChange.keys(in: data["custom_data"])
        switch type {
        case "subscription.created", "subscription.activated", "subscription.updated", "subscription.trialing",
            "subscription.past_due", "subscription.paused", "subscription.resumed":
            change.subscription = data["id"]?.scalarText
            change.state = paddleState(data["status"]?.scalarText)
            change.isBeginning = ["subscription.created", "subscription.activated"].contains(type)
            change.changesRevenue = true
            let scheduled = data["scheduled_change"]
            let isEnding = scheduled?["action"]?.scalarText == "cancel"
            change.isEnding = isEnding
            change.serviceEnd = isEnding ? (scheduled?["effective_at"]?.time).map { .at($0) } ?? .never : .never
            change.mrr = paddleRevenue(data)
            change.currency = data["currency_code"]?.scalarText
            if type == "subscription.updated", data["status"]?.scalarText == "active" {
                change.isStanding = true
                change.event = isEnding ? .cancelRequested : .cancelWithdrawn
            }
            return change
        case "subscription.canceled":
            change.subscription = data["id"]?.scalarText
            change.event = .churned
            change.state = .ended
            change.mrr = paddleRevenue(data)
            change.currency = data["currency_code"]?.scalarText
            change.at = data["canceled_at"]?.time ?? change.at
            if let billed = data["first_billed_at"] { change.endedOnTrial = billed.time == nil }
            return change
        case "transaction.payment_failed", "transaction.paid", "transaction.completed":
            change.subscription = data["subscription_id"]?.scalarText
            // The invoice may get its number between the two.
            let names = [data["invoice_id"]?.scalarText, data["id"]?.scalarText].compactMap { $0 }
            change.properties["invoice"] = names.first
            change.setAmount(data[pointer: "/details/totals/total"], data["currency_code"])
            if type == "transaction.payment_failed" {
                change.event = .paymentFailed
            } else {
                change.event = .paymentSucceeded
                change.paysBill = names
            }
            return change
        default: return nil
        }
    }

    private static func paddleState(_ status: String?) -> BillingChange.State {
        switch status {
        case "trialing": .trial
        case "paused": .paused
        case "canceled": .ended
        default: .running
        }
    }

    private static func paddleRevenue(_ data: JSON) -> Int64? {
        guard let items = data["items"] else { return nil }
        return BillingChange.sum(
            items.items.map { item in
                guard let amount = item[pointer: "/price/unit_price/amount"]?.asNumber else { return nil }
                let cycle = item[pointer: "/price/billing_cycle"]
                return BillingChange.perMonth(
                    amount * (item["quantity"]?.asNumber ?? 1), interval: cycle?["interval"]?.scalarText,
                    count: cycle?["frequency"]?.asNumber ?? 1)
            })
    }
}
