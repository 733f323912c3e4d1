import Foundation
import Playbooks
import Testing

/// What billing systems tell in another currency than the workspace's.
@Suite struct BillingCurrencyTests {
    private static let files = [
        "keeptouch.yaml": PagesSite.files["keeptouch.yaml", default: ""] + """

            billing: { chargebee: hush, recurly: hush, stripe: whsec_x, paddle: pdl_x }
            """,
        "data.yaml":
            "attributes:\n  plan: { type: text }\nevents:\n  payment_failed: { properties: { invoice: text, amount: money } }\n",
        "playbooks/hello/hello.md": "---\nsubject: Hello\n---\nHello.\n",
    ]
    private static let now = Int(PagesSite.now.milliseconds / 1_000)

    private static func body(_ provider: BillingProvider, _ currency: String) -> String {
        switch provider {
        case .stripe:
            """
            {"id": "e1", "type": "invoice.payment_failed", "created": \(now - 60), "data": {"object": {"id": "in_1",
             "customer": "cus_1", "currency": "\(currency.lowercased())", "amount_due": 5000, "attempt_count": 1,
             "metadata": {"account": "acct"}}}}
            """
        case .paddle:
            """
            {"event_id": "e1", "event_type": "transaction.payment_failed",
             "occurred_at": "\(Instant(milliseconds: Int64(now - 60) * 1_000))", "data": {"id": "txn_1",
             "invoice_id": "in_1", "customer_id": "ctm", "custom_data": {"account": "acct"},
             "currency_code": "\(currency)", "details": {"totals": {"total": "5000"}}}}
            """
        case .chargebee:
            """
            {"id": "e1", "event_type": "payment_failed", "occurred_at": \(now - 60), "content": {
             "customer": {"id": "c", "meta_data": {"account": "acct"}}, "invoice": {"id": "in_1"},
             "transaction": {"id": "t", "amount": 5000, "currency_code": "\(currency)"}}}
            """
        case .recurly:
            """
            <failed_payment_notification><account><account_code>acct</account_code></account><transaction><id>t1</id>
            <invoice_number>in_1</invoice_number><date>\(Instant(milliseconds: Int64(now - 60) * 1_000))</date>
            <amount_in_cents>5000</amount_in_cents><currency>\(currency)</currency></transaction>
            </failed_payment_notification>
            """
        }
    }

    @Test(arguments: BillingProvider.allCases, ["JPY", "EUR", "USD"])
    func anAmountInAnotherCurrencyIsLeftOut(provider: BillingProvider, currency: String) async throws {
        try await PagesSite.with(Self.files) { site async throws in
            try site.execute("INSERT INTO account (key, created_at) VALUES ('acct', 0)")
            let body = Self.body(provider, currency)
            let answer = try await site.send(
                "POST", "/billing/\(provider.rawValue)", body: body,
                headers: BillingSignature.headers(provider.rawValue, body))
            #expect(answer.status == 200)
            #expect(
                try site.rows("SELECT properties ->> 'invoice', properties ->> 'amount' FROM event")
                    == ["in_1|\(currency == "USD" ? "5000" : "-")"])
        }
    }
}
