import Basics
import Crypto
import Delivery
import Playbooks
import Storage

extension BillingProvider {
    /// Recurly's JSON tells no more than which subscription; the account is found by its attribute
    /// `recurly_subscription`.
    static func recurly(_ item: JSON) throws(Unreadable) -> BillingChange? {
        let type = try text(item, "event_type")
        var change = BillingChange(id: try text(item, "id"))
        change.at = item["event_time"]?.time
        change.toldAt = change.at
        change.accountKeys = item["account_code"]?.scalarText.map { [$0] } ?? []
        change.subscription = item["uuid"]?.scalarText
        switch (try text(item, "object_type"), type) {
        case ("subscription", let type):
            guard recurlySubscription(type, into: &change) else { return nil }
        case ("payment", "failed"): change.event = .paymentFailed
        case ("payment", "succeeded"), ("payment", "successful"), ("charge_invoice", "paid"):
            change.event = .paymentSucceeded
            change.paysBill = []
        default: return nil
        }
        return change
    }

    /// It is canceled when it will not be renewed, and expired when it has ended; false for what is of no use here.
    private static func recurlySubscription(_ type: String, into change: inout BillingChange) -> Bool {
        change.state = .running
        switch type {
        case "created", "new":
            change.isBeginning = true
            change.isEnding = false
        case "renewed": change.isEnding = false
        case "updated", "resumed": break
        case "paused": change.state = .paused
        case "canceled":
            change.event = .cancelRequested
            change.isEnding = true
        case "reactivated":
            change.event = .cancelWithdrawn
            change.isEnding = false
        case "expired":
            change.event = .churned
            change.state = .ended
        default: return false
        }
        return true
    }

    // MARK: XML

    private static let notifications = [
        "new_subscription_notification": "created", "updated_subscription_notification": "updated",
        "renewed_subscription_notification": "renewed", "canceled_subscription_notification": "canceled",
        "expired_subscription_notification": "expired", "reactivated_account_notification": "reactivated",
        "subscription_paused_notification": "paused", "paused_subscription_notification": "paused",
        "subscription_resumed_notification": "resumed", "resumed_subscription_notification": "resumed",
    ]

    /// The older form: no id and no moment of its own, but how the subscription stands.
    ///
    /// Amounts name no currency: they are taken as the workspace's.
    static func recurlyXML(_ body: [UInt8], currency: String) throws(Unreadable) -> BillingChange? {
        guard let root = XMLElement(parsing: body) else { throw Unreadable("the body is not XML") }
        var change = BillingChange(id: Hexadecimal.text(SHA256.hash(data: body).prefix(16)))
        change.accountKeys = root.text("account", "account_code").map { [$0] } ?? []
        if ["failed_payment_notification", "successful_payment_notification"].contains(root.name) {
            change.at = root.text("transaction", "date").flatMap { try? Instant.parse($0).get() }
            let invoice = root.text("transaction", "invoice_number")
            change.properties["invoice"] = invoice
            if let amount = root.text("transaction", "amount_in_cents").flatMap(Double.init) {
                change.setAmount(.number(amount), .text(root.text("transaction", "currency") ?? currency))
            }
            if root.name == "failed_payment_notification" {
                change.event = .paymentFailed
            } else {
                change.event = .paymentSucceeded
                change.paysBill = [invoice].compactMap { $0 }
            }
            return change
        }
        guard let type = notifications[root.name], recurlySubscription(type, into: &change) else { return nil }
        func moment(_ name: String) -> Instant? {
            root.text("subscription", name).flatMap { try? Instant.parse($0).get() }
        }
        change.subscription = root.text("subscription", "uuid")
        let moments: [String: String] = [
            "created": "activated_at", "canceled": "canceled_at", "expired": "expires_at",
            "renewed": "current_period_started_at",
        ]
        change.at = moments[type].flatMap(moment)
        change.toldAt = change.at
        if type == "canceled" {
            let end: Instant? = moment("expires_at") ?? moment("current_period_ends_at")
            change.serviceEnd = end.map { .at($0) } ?? .never
        }
        if type == "reactivated" { change.serviceEnd = .never }
        switch root.text("subscription", "state") {
        case "expired": change.state = .ended
        case "future": change.state = .idle
        case "paused": change.state = .paused
        case "active": change.isEnding = false
        case "canceled": change.isEnding = true
        case "in_trial", "trial": change.state = .trial
        default: break
        }
        change.changesRevenue = ["created", "updated", "renewed", "resumed"].contains(type)
        if let amount = root.text("subscription", "total_amount_in_cents").flatMap(Double.init),
            let start = moment("current_period_started_at"), let end = moment("current_period_ends_at")
        {
            change.mrr = monthly(amount, from: start, to: end)
        }
        return change
    }

    /// What an amount for a period comes to in a month; whole months are counted by the calendar.
    private static func monthly(_ amount: Double, from start: Instant, to end: Instant) -> Int64? {
        let days = Double((end - start).milliseconds) / 86_400_000
        guard days >= 1 else { return nil }
        let months = (days / (365.25 / 12)).rounded()
        let isWhole = months >= 1 && abs(days - months * 365.25 / 12) < 2.5
        return BillingChange.sum([isWhole ? amount / months : amount * (365.25 / 12) / days])
    }
}
