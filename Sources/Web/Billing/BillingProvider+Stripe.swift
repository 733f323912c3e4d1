import Basics
import Delivery
import Playbooks
import Storage

extension BillingProvider {
    /// What has changed stands in `previous_attributes`: an update that changes something else says nothing.
    static func stripe(_ item: JSON) throws(Unreadable) -> BillingChange? {
        let type = try text(item, "type")
        var change = BillingChange(id: try text(item, "id"))
        guard let object = item[pointer: "/data/object"] else { throw Unreadable("the member data.object is missing") }
        change.at = item["created"]?.seconds
        change.toldAt = change.at
        change.customer = object["customer"]?.scalarText ?? object[pointer: "/customer/id"]?.scalarText
        switch type {
        case "customer.subscription.created", "customer.subscription.updated", "customer.subscription.deleted":
            change.subscription = object["id"]?.scalarText
            change.accountKeys = BillingChange.keys(in: object["metadata"])
            return stripeSubscription(type, object, before: item[pointer: "/data/previous_attributes"], change)
        case "invoice.payment_failed", "invoice.paid":
            let details = object["subscription_details"] ?? object[pointer: "/parent/subscription_details"]
            change.accountKeys =
                BillingChange.keys(in: details?["metadata"]) + BillingChange.keys(in: object["metadata"])
            let attempts = object["attempt_count"]?.asNumber ?? 1
            change.properties["invoice"] = object["id"]?.scalarText
            if type == "invoice.paid" {
                change.event = .paymentSucceeded
                change.setAmount(object["amount_paid"], object["currency"])
                // Only automatic attempts are counted: who pays by hand after one of them is still at the first.
                if attempts <= 1 { change.paysBill = [object["id"]?.scalarText].compactMap { $0 } }
            } else {
                change.event = .paymentFailed
                change.properties["attempt"] = object["attempt_count"]?.scalarText
                change.setAmount(object["amount_due"], object["currency"])
            }
            return change
        default: return nil
        }
    }

    private static func stripeSubscription(
        _ type: String, _ object: JSON, before: JSON?, _ blank: BillingChange
    ) -> BillingChange? {
        var change = blank
        change.mrr = stripeRevenue(object)
        change.currency = object["currency"]?.scalarText
        change.state = stripeState(object["status"]?.scalarText)
        if type == "customer.subscription.deleted" {
            change.event = .churned
            change.state = .ended
            change.at = object["ended_at"]?.seconds ?? change.at
            if let trialEnd = object["trial_end"]?.seconds, let at = change.at { change.endedOnTrial = at <= trialEnd }
            change.properties = stripeReason(object)
            return change
        }
        change.isBeginning = type == "customer.subscription.created"
        change.changesRevenue =
            change.isBeginning || ["items", "plan", "quantity", "status"].contains { before?[$0] != nil }
        let end = object["cancel_at"]?.seconds
        let isEnding = object["cancel_at_period_end"]?.isTrue == true || end != nil
        change.isEnding = isEnding
        let wasEnding = before?["cancel_at_period_end"]?.isTrue == true || before?["cancel_at"]?.seconds != nil
        let period = object["current_period_end"] ?? object[pointer: "/items/data/0/current_period_end"]
        change.serviceEnd = isEnding ? (end ?? period?.seconds).map { .at($0) } ?? .never : .never
        // Who never paid ends as what nobody leaves.
        if object["status"]?.scalarText == "incomplete_expired" { change.endedOnTrial = true }
        let hasChanged = before?["cancel_at_period_end"] != nil || before?["cancel_at"] != nil
        if hasChanged, isEnding != wasEnding {
            change.event = isEnding ? .cancelRequested : .cancelWithdrawn
            change.properties = isEnding ? stripeReason(object) : [:]
        }
        return change
    }

    /// Who owes money is still a customer; who has not paid yet is none because of it.
    private static func stripeState(_ status: String?) -> BillingChange.State {
        switch status {
        case "trialing": .trial
        case "incomplete": .idle
        case "paused": .paused
        case "incomplete_expired", "canceled": .ended
        default: .running
        }
    }

    private static func stripeReason(_ object: JSON) -> [String: String] {
        let details = object["cancellation_details"]
        var properties: [String: String] = [:]
        properties["comment"] = details?["comment"]?.scalarText
        let cause = details?["reason"]?.scalarText
        // Who cancelled it says little of why, except where nobody did.
        properties["reason"] = details?["feedback"]?.scalarText ?? (cause == "cancellation_requested" ? nil : cause)
        return properties
    }

    private static func stripeRevenue(_ object: JSON) -> Int64? {
        BillingChange.sum(
            (object[pointer: "/items/data"]?.items ?? []).map { item in
                let price = item["price"] ?? item["plan"]
                let cycle = price?["recurring"] ?? price
                guard let amount = price?["unit_amount"]?.asNumber ?? price?["amount"]?.asNumber else { return nil }
                return BillingChange.perMonth(
                    amount * (item["quantity"]?.asNumber ?? 1), interval: cycle?["interval"]?.scalarText,
                    count: cycle?["interval_count"]?.asNumber ?? 1)
            })
    }
}
