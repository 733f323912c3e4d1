import Foundation
import Playbooks
import Storage
import Testing

/// Payments that fail and succeed, pauses, and clocks that differ, as the billing systems tell of them.
@Suite struct BillingPaymentTests {
    private static let files = [
        "keeptouch.yaml": PagesSite.files["keeptouch.yaml", default: ""] + """

            billing: { chargebee: hush, recurly: hush, stripe: whsec_x, paddle: pdl_x }
            """,
        "data.yaml": """
        attributes:
          plan: { type: text }
        events:
          payment_failed: { properties: { invoice: text, amount: money, attempt: number } }
          payment_succeeded: { properties: { invoice: text, amount: money } }
        """,
        "playbooks/hello/hello.md": "---\nsubject: Hello\n---\nHello.\n",
    ]

    private func with(_ body: (PagesSite) async throws -> Void) async throws {
        try await PagesSite.with(Self.files) { site async throws in
            try site.execute("INSERT INTO account (key, created_at, mrr) VALUES ('acct', 0, 4900)")
            try await body(site)
        }
    }

    /// Seconds of the site's present.
    private static let now = Int(PagesSite.now.milliseconds / 1_000)

    private func send(_ provider: String, _ bodies: String..., to site: PagesSite) async throws {
        for body in bodies {
            #expect(
                try await site.send(
                    "POST", "/billing/\(provider)", body: body,
                    headers: BillingSignature.headers(provider, body)
                ).status == 200, "\(body)")
        }
    }

    private func payments(_ site: PagesSite) throws -> [String] {
        try site.rows(
            """
            SELECT k.name, e.properties ->> 'invoice', e.properties ->> 'amount' FROM event e
            JOIN event_kind k ON k.id = e.kind_id WHERE k.name LIKE 'payment%' ORDER BY e.at, e.id
            """)
    }

    private func stripe(_ id: String, _ type: String, _ invoice: String, at: Int, attempts: Int = 1) -> String {
        """
        {"id": "\(id)", "type": "invoice.\(type)", "created": \(Self.now + at), "data": {"object": {"id": "\(invoice)",
         "customer": "cus_1", "currency": "usd", "amount_due": 4900, "amount_paid": 4900, "attempt_count": \(attempts),
         "metadata": {"account": "acct"}}}}
        """
    }

    @Test func whoPaysByHandAfterAFailedAttemptHasPaid() async throws {
        try await with { site async throws in
            // Nobody had failed to pay this one.
            try await send("stripe", stripe("e0", "paid", "in_0", at: -900), to: site)
            #expect(try payments(site) == [])
            try await send(
                "stripe", stripe("e1", "payment_failed", "in_1", at: -600), stripe("e2", "paid", "in_2", at: -500),
                stripe("e3", "paid", "in_1", at: -400), stripe("e3", "paid", "in_1", at: -400),
                stripe("e4", "paid", "in_1", at: -300), to: site)
            #expect(try payments(site) == ["payment_failed|in_1|4900", "payment_succeeded|in_1|4900"])
        }
    }

    @Test func chargebeePaddleAndRecurlyTellOfPaymentsToo() async throws {
        func chargebee(_ type: String, _ at: Int) -> String {
            """
            {"id": "c\(at)", "event_type": "payment_\(type)", "occurred_at": \(Self.now + at), "content": {
             "customer": {"id": "c", "meta_data": {"account": "acct"}},
             "invoice": {"id": "7", "amount_due": 4900, "currency_code": "USD", "dunning_attempts": [{"attempt": 1}]},
             "transaction": {"id": "t", "amount": 4900, "currency_code": "USD"}}}
            """
        }
        func paddle(_ type: String, _ at: Int, _ invoice: String) -> String {
            """
            {"event_id": "p\(type)", "event_type": "transaction.\(type)",
             "occurred_at": "\(Instant(milliseconds: Int64(Self.now + at) * 1_000))", "data": {"id": "txn_1",
             "invoice_id": \(invoice), "customer_id": "ctm", "custom_data": {"account": "acct"}, "currency_code": "USD",
             "details": {"totals": {"total": "4900"}}}}
            """
        }
        func recurly(_ kind: String, _ at: Int) -> String {
            """
            <\(kind)_payment_notification><account><account_code>acct</account_code></account><transaction><id>t1</id>
            <invoice_number type="integer">2059</invoice_number>
            <date type="datetime">\(Instant(milliseconds: Int64(Self.now + at) * 1_000))</date>
            <amount_in_cents type="integer">1000</amount_in_cents></transaction></\(kind)_payment_notification>
            """
        }
        try await with { site async throws in
            try await send("chargebee", chargebee("failed", -600), chargebee("succeeded", -500), to: site)
            #expect(try payments(site) == ["payment_failed|7|4900", "payment_succeeded|7|4900"])
        }
        try await with { site async throws in
            // The bill gets its number when it is paid; two webhooks tell of one payment.
            try await send(
                "paddle", paddle("payment_failed", -600, "null"), paddle("paid", -500, "\"inv_1\""),
                paddle("completed", -400, "\"inv_1\""), to: site)
            #expect(try payments(site) == ["payment_failed|txn_1|4900", "payment_succeeded|txn_1|4900"])
        }
        try await with { site async throws in
            try await send("recurly", recurly("failed", -600), recurly("successful", -500), to: site)
            #expect(try payments(site) == ["payment_failed|2059|1000", "payment_succeeded|2059|1000"])
        }
        try await with { site async throws in
            for (type, at) in [("failed", -600), ("succeeded", -500)] {
                let moment = Instant(milliseconds: Int64(Self.now + at) * 1_000)
                let body = """
                    {"id": "r\(at)", "object_type": "payment", "event_type": "\(type)", "event_time": "\(moment)",
                     "account_code": "acct", "uuid": "pay"}
                    """
                try await send("recurly", body, to: site)
            }
            #expect(try payments(site) == ["payment_failed|-|-", "payment_succeeded|-|-"])
        }
    }

    private func chargebee(_ name: String, _ type: String, _ status: String, at: Int, mrr: Int = 4_900) -> String {
        """
        {"id": "\(name)", "event_type": "subscription_\(type)", "occurred_at": \(Self.now + at), "content": {
         "subscription": {"id": "s", "customer_id": "c", "status": "\(status)", "currency_code": "USD",
          "mrr": \(mrr), "meta_data": {"account": "acct"}}}}
        """
    }

    private func state(_ site: PagesSite) throws -> String {
        let account = try site.rows("SELECT status, mrr FROM account WHERE key = 'acct'").first ?? ""
        let events = try site.rows(
            "SELECT k.name FROM event e JOIN event_kind k ON k.id = e.kind_id ORDER BY e.at, e.id")
        return ([account] + events).joined(separator: " ")
    }

    @Test func aPauseChangesNothingUntilTheSubscriptionEnds() async throws {
        for isKnown in [true, false] {
            try await with { site async throws in
                if isKnown { try await send("chargebee", chargebee("e1", "created", "active", at: -900), to: site) }
                try await send("chargebee", chargebee("e2", "paused", "paused", at: -800, mrr: 0), to: site)
                #expect(try state(site) == "active|4900")
                try await send("chargebee", chargebee("e3", "resumed", "active", at: -700), to: site)
                #expect(try state(site) == "active|4900")
                try await send(
                    "chargebee", chargebee("e4", "paused", "paused", at: -600, mrr: 0),
                    chargebee("e5", "cancelled", "cancelled", at: -500), to: site)
                #expect(try state(site) == "churned|4900 churned")
            }
        }
    }

    /// The provider's clock is some seconds ahead of ours.
    @Test func aheadOfOurClockItsWebhooksKeepTheirOrder() async throws {
        try await with { site async throws in
            try await send(
                "chargebee", chargebee("e1", "created", "active", at: -900),
                chargebee("e3", "cancelled", "cancelled", at: 3),
                chargebee("e2", "changed", "active", at: 1, mrr: 9_900),
                to: site)
            // The change that came last was before the end, so that is what was paid.
            #expect(try state(site) == "churned|9900 churned")
        }
    }
}
