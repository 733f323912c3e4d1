import Playbooks
import Reliability
import Testing

/// The webhooks of one life of a customer, in every order in which they can come; one site at a time, for each holds descriptors.
@Suite(.serialized) struct BillingPermutationTests {
    private static let files = [
        "keeptouch.yaml": PagesSite.files["keeptouch.yaml", default: ""] + """

            billing: { stripe: whsec_x, paddle: pdl_x, chargebee: hush, recurly: hush }
            """,
        "data.yaml": "attributes:\n  plan: { type: text }\n",
        "playbooks/hello/hello.md": "---\nsubject: Hello\n---\nHello.\n",
    ]

    private static let day = 86_400
    /// Seconds of the site's present.
    private static let now = Int(PagesSite.now.milliseconds / 1_000)

    /// What a webhook says of a subscription; the webhooks of a life are told in the order of their days.
    struct Told: Sendable {
        enum Kind: Sendable {
            case created, changed
            /// It was requested, or taken back.
            case requests, withdraws
            case ended
        }

        var kind: Kind
        var subscription = "s"
        var status = "active"
        /// In hundreds of minor units.
        var price = 49
        var isEnding = false
        /// Days after the first possible one.
        var day: Int
    }

    struct Life: Sendable, CustomTestStringConvertible {
        var name: String
        var told: [Told]
        var testDescription: String { name }
    }

    private static let lives = [
        Life(
            name: "a dearer plan, then a request",
            told: [
                Told(kind: .created, day: 0), Told(kind: .changed, price: 99, day: 20),
                Told(kind: .requests, price: 99, isEnding: true, day: 28),
            ]),
        Life(
            name: "a request, then another quantity",
            told: [
                Told(kind: .created, day: 0), Told(kind: .requests, isEnding: true, day: 10),
                Told(kind: .changed, price: 99, isEnding: true, day: 20),
            ]),
        Life(
            name: "a request, its withdrawal, another price",
            told: [
                Told(kind: .created, day: 0), Told(kind: .requests, isEnding: true, day: 10),
                Told(kind: .withdraws, day: 15), Told(kind: .changed, price: 99, day: 20),
            ]),
        Life(
            name: "a request, its withdrawal, a request within days",
            told: [
                Told(kind: .created, day: 0), Told(kind: .requests, isEnding: true, day: 10),
                Told(kind: .withdraws, day: 11), Told(kind: .requests, isEnding: true, day: 12),
            ]),
        Life(
            name: "a request, its withdrawal, a request, the end",
            told: [
                Told(kind: .requests, isEnding: true, day: 10), Told(kind: .withdraws, day: 15),
                Told(kind: .requests, isEnding: true, day: 22), Told(kind: .ended, status: "canceled", day: 29),
            ]),
        Life(
            name: "a dearer plan, then the end",
            told: [
                Told(kind: .created, day: 0), Told(kind: .changed, price: 99, day: 20),
                Told(kind: .ended, status: "canceled", price: 99, day: 25),
            ]),
        Life(
            name: "an upgrade by a new subscription",
            told: [
                Told(kind: .created, subscription: "a", day: 0),
                Told(kind: .created, subscription: "b", price: 99, day: 20),
                Told(kind: .ended, subscription: "a", status: "canceled", day: 21),
                Told(kind: .changed, subscription: "b", price: 149, day: 25),
            ]),
        Life(
            name: "two subscriptions, of which one is to end",
            told: [
                Told(kind: .created, subscription: "a", day: 0), Told(kind: .created, subscription: "b", day: 1),
                Told(kind: .requests, subscription: "a", isEnding: true, day: 10),
                Told(kind: .changed, subscription: "b", price: 99, day: 12),
            ]),
        Life(
            name: "two subscriptions, of which both are to end",
            told: [
                Told(kind: .created, subscription: "a", day: 0), Told(kind: .created, subscription: "b", day: 1),
                Told(kind: .requests, subscription: "a", isEnding: true, day: 10),
                Told(kind: .requests, subscription: "b", isEnding: true, day: 20),
            ]),
        Life(
            name: "two subscriptions that end",
            told: [
                Told(kind: .created, subscription: "a", day: 0),
                Told(kind: .created, subscription: "b", price: 99, day: 1),
                Told(kind: .ended, subscription: "a", status: "canceled", day: 10),
                Told(kind: .ended, subscription: "b", status: "canceled", price: 99, day: 20),
            ]),
        Life(
            name: "an end, and a new beginning",
            told: [
                Told(kind: .created, subscription: "a", day: 0),
                Told(kind: .ended, subscription: "a", status: "canceled", day: 10),
                Told(kind: .created, subscription: "b", price: 99, day: 20),
                Told(kind: .changed, subscription: "b", price: 149, day: 25),
            ]),
    ]

    @Test(arguments: BillingProvider.allCases, lives)
    func everyOrderMakesTheSameAccount(provider: BillingProvider, life: Life) async throws {
        try await PagesSite.with(Self.files) { site async throws in
            // All of them in `make reliability`; servers of other tests wait for the machine meanwhile.
            let all = Self.orders(of: Array(life.told.indices))
            let step = max(1, all.count / Rounds.count(24, long: all.count))
            let orders = stride(from: 0, to: all.count, by: step).map { all[$0] }
            for (number, order) in orders.enumerated() {
                let key = "acct\(number)"
                try site.execute("INSERT INTO account (key, created_at, mrr) VALUES ('\(key)', 0, 1200)")
                for index in order {
                    let body = Self.body(provider, life.told[index], id: "e\(index)", account: key)
                    let answer = try await site.send(
                        "POST", "/billing/\(provider.rawValue)", body: body,
                        headers: BillingSignature.headers(provider.rawValue, body))
                    #expect(answer.status == 200, "\(answer)")
                }
                let columns = "status, churned_at, cancel_requested_at, service_end_at, mrr"
                let expected = try site.rows("SELECT \(columns) FROM account WHERE key = 'acct0'")
                let account = try site.rows("SELECT \(columns) FROM account WHERE key = '\(key)'")
                #expect(account == expected, "\(order)")
            }
        }
    }

    private static func orders<Element>(of items: [Element]) -> [[Element]] {
        guard items.count > 1 else { return [items] }
        return items.indices.flatMap { index in
            var rest = items
            let first = rest.remove(at: index)
            return orders(of: rest).map { [first] + $0 }
        }
    }

    private static func body(_ provider: BillingProvider, _ told: Told, id: String, account: String) -> String {
        let at = now - 30 * day + told.day * day
        return switch provider {
        case .stripe: stripe(told, id, account, at)
        case .paddle: paddle(told, id, account, at)
        case .chargebee: chargebee(told, id, account, at)
        case .recurly: recurly(told, id, account, at)
        }
    }

    private static func moment(_ seconds: Int) -> String { "\(Instant(milliseconds: Int64(seconds) * 1_000))" }

    private static var end: Int { now + 5 * day }

    private static func stripe(_ told: Told, _ id: String, _ account: String, _ at: Int) -> String {
        let type =
            switch told.kind {
            case .created: "created"
            case .ended: "deleted"
            case .changed, .requests, .withdraws: "updated"
            }
        let before =
            switch told.kind {
            case .changed: "{\"items\": {\"data\": []}}"
            case .requests: "{\"cancel_at_period_end\": false}"
            case .withdraws: "{\"cancel_at_period_end\": true}"
            case .created, .ended: "{}"
            }
        return """
            {"id": "\(id)", "type": "customer.subscription.\(type)", "created": \(at), "data": {"object": {
             "id": "\(told.subscription)", "customer": "cus_1", "status": "\(told.status)", "currency": "usd",
             "metadata": {"account": "\(account)"}, "cancel_at_period_end": \(told.isEnding), "cancel_at": null,
             "current_period_end": \(end), "items": {"data": [{"quantity": 1, "price": {"unit_amount": \(told.price * 100),
             "recurring": {"interval": "month", "interval_count": 1}}}]}}, "previous_attributes": \(before)}}
            """
    }

    private static func paddle(_ told: Told, _ id: String, _ account: String, _ at: Int) -> String {
        let type =
            switch told.kind {
            case .created: "created"
            case .ended: "canceled"
            case .changed, .requests, .withdraws: "updated"
            }
        let scheduled = told.isEnding ? "{\"action\": \"cancel\", \"effective_at\": \"\(moment(end))\"}" : "null"
        return """
            {"event_id": "\(id)", "event_type": "subscription.\(type)", "occurred_at": "\(moment(at))", "data": {
             "id": "\(told.subscription)", "customer_id": "ctm_1", "status": "\(told.status)", "currency_code": "USD",
             "custom_data": {"account": "\(account)"}, "scheduled_change": \(scheduled), "items": [{"quantity": 1, "price": {
             "unit_price": {"amount": "\(told.price * 100)"}, "billing_cycle": {"interval": "month", "frequency": 1}}}]}}
            """
    }

    private static func chargebee(_ told: Told, _ id: String, _ account: String, _ at: Int) -> String {
        let type =
            switch told.kind {
            case .created: "created"
            case .changed: "changed"
            case .requests: "cancellation_scheduled"
            case .withdraws: "scheduled_cancellation_removed"
            case .ended: "cancelled"
            }
        let status = told.kind == .ended ? "cancelled" : told.isEnding ? "non_renewing" : told.status
        return """
            {"id": "\(id)", "event_type": "subscription_\(type)", "occurred_at": \(at), "content": {"subscription": {
             "id": "\(told.subscription)", "customer_id": "c", "status": "\(status)", "currency_code": "USD",
             "mrr": \(told.kind == .ended ? 0 : told.price * 100), "current_term_end": \(end),
             "meta_data": {"account": "\(account)"}}}}
            """
    }

    /// The JSON, for the XML tells no moment of most changes.
    private static func recurly(_ told: Told, _ id: String, _ account: String, _ at: Int) -> String {
        let type =
            switch told.kind {
            case .created: "created"
            case .changed: "updated"
            case .requests: "canceled"
            case .withdraws: "reactivated"
            case .ended: "expired"
            }
        return """
            {"id": "\(id)", "object_type": "subscription", "event_type": "\(type)", "event_time": "\(moment(at))",
             "account_code": "\(account)", "uuid": "\(told.subscription)"}
            """
    }
}
