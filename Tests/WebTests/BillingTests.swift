import Basics
import Delivery
import Foundation
import Playbooks
import Storage
import Testing

/// Webhooks of billing systems over HTTP, by fixtures.
@Suite struct BillingTests {
    private static let files = [
        "keeptouch.yaml": PagesSite.files["keeptouch.yaml", default: ""] + """

            billing: { stripe: whsec_x, paddle: pdl_x, chargebee: hush, recurly: hush }
            """,
        "data.yaml": """
        attributes:
          plan: { type: text }
          chargebee_customer: { type: text }
          recurly_subscription: { type: text }
        events:
          cancel_requested: { properties: { reason: { type: reason, map: { too_expensive: price, Too expensive: price } }, comment: text } }
          payment_failed: { properties: { invoice: text, amount: money, attempt: number } }
        reasons:
          price: { theme: value, avoidable: yes }
        """,
        "playbooks/hello/hello.md": "---\nsubject: Hello\n---\nHello.\n",
    ]

    private func with(_ body: (PagesSite) async throws -> Void) async throws {
        try await PagesSite.with(Self.files) { site async throws in
            try site.execute("INSERT INTO account (key, created_at) VALUES ('acct_42', 0)")
            try await body(site)
        }
    }

    private func send(_ provider: String, _ body: String, to site: PagesSite) async throws -> Int {
        try await site.send(
            "POST", "/billing/\(provider)", body: body, headers: BillingSignature.headers(provider, body)
        ).status
    }

    private func fixture(_ path: String) throws -> String {
        String(decoding: try ProviderFixture.bytes(path), as: UTF8.self)
    }

    private func events(_ site: PagesSite) throws -> [String] {
        try site.rows(
            "SELECT k.name, e.properties FROM event e JOIN event_kind k ON k.id = e.kind_id ORDER BY e.id")
    }

    private func account(_ site: PagesSite) throws -> String? {
        try site.rows("SELECT status, cancel_requested_at, service_end_at, mrr FROM account WHERE key = 'acct_42'")
            .first
    }

    @Test func stripeTellsOfChangesOnly() async throws {
        try await with { site async throws in
            for _ in 1...2 {
                #expect(
                    try await send("stripe", fixture("stripe/subscription_updated_cancel_at_period_end.json"), to: site)
                        == 200)
            }
            #expect(try events(site).map { $0.prefix { $0 != "|" } } == ["cancel_requested"])
            #expect(
                try site.rows("SELECT properties ->> 'reason', properties ->> 'comment' FROM event") == [
                    "price|Too pricey for us"
                ])
            #expect(try account(site) == "active|1736935200000|1738663200000|-")
            #expect(try await send("stripe", fixture("stripe/subscription_updated_unrelated.json"), to: site) == 200)
            #expect(try events(site).count == 1)
            #expect(
                try await send("stripe", fixture("stripe/subscription_updated_cancel_undone.json"), to: site) == 200)
            #expect(try events(site).last == "cancel_withdrawn|-")
            #expect(try account(site) == "active|-|-|-")
            #expect(try await send("stripe", fixture("stripe/subscription_deleted.json"), to: site) == 200)
            #expect(try events(site).last == "churned|-")
            #expect(try account(site)?.hasPrefix("churned|") == true)
            #expect(try site.rows("SELECT count(*) FROM webhook") == ["0"])
        }
    }

    @Test func theOlderFormOfStripeIsUnderstood() async throws {
        try await with { site async throws in
            #expect(
                try await send("stripe", fixture("stripe/subscription_updated_cancel_legacy_api.json"), to: site) == 200
            )
            #expect(try account(site) == "active|1736935200000|1738663200000|-")
            #expect(try events(site) == ["cancel_requested|-"])
        }
    }

    @Test func revenueFollowsQuantityAndPrice() async throws {
        try await with { site async throws in
            let created = try fixture("stripe/subscription_updated_unrelated.json")
                .replacing("customer.subscription.updated", with: "customer.subscription.created")
            #expect(try await send("stripe", created, to: site) == 200)
            #expect(try account(site) == "active|-|-|24000")
            // Another currency than the workspace's is not added up with it.
            let foreign = created.replacing("\"usd\"", with: "\"eur\"").replacing(
                "\"quantity\": 12", with: "\"quantity\": 13")
            #expect(try await send("stripe", foreign, to: site) == 200)
            #expect(try account(site) == "active|-|-|24000")
            let failed = """
                {"id": "evt_9", "type": "invoice.payment_failed", "created": 1736935200, "data": {"object": {"id": "in_1",
                 "customer": "cus_1", "currency": "usd", "amount_due": 4900, "attempt_count": 2,
                 "parent": {"subscription_details": {"metadata": {"account_id": "acct_42"}}}}}}
                """
            #expect(try await send("stripe", failed, to: site) == 200)
            #expect(try events(site).map { $0.prefix { $0 != "|" } } == ["payment_failed"])
            #expect(
                try site.rows(
                    "SELECT properties ->> 'invoice', properties ->> 'amount', properties ->> 'attempt' FROM event")
                    == ["in_1|4900|2"])
        }
    }

    @Test func paddleTellsHowThingsStandAndOnlyWhatIsNewIsAnEvent() async throws {
        try await with { site async throws in
            let scheduled = try fixture("billing/paddle_subscription_updated_scheduled_cancel.json")
            #expect(try await send("paddle", scheduled, to: site) == 200)
            func later(_ id: Int, _ text: String) -> String {
                text.replacing("evt_01hv8x29kz0t586xy6zn1a62ny", with: "evt_\(id)")
                    .replacing("\"2025-01-15T10:00:00.000000Z\"", with: "\"2025-01-1\(id)T10:00:00.000000Z\"")
            }
            // Something else changes while the cancellation stands.
            #expect(try await send("paddle", later(6, scheduled), to: site) == 200)
            #expect(try events(site).count == 1)
            #expect(try account(site) == "active|1736935200000|1738663200000|-")
            var parts = try #require(JSONSerialization.jsonObject(with: Data(scheduled.utf8)) as? [String: Any])
            var data = try #require(parts["data"] as? [String: Any])
            data["scheduled_change"] = NSNull()
            parts["data"] = data
            let undone = String(decoding: try JSONSerialization.data(withJSONObject: parts), as: UTF8.self)
            for day in [7, 8] {
                let text = undone.replacing("evt_01hv8x29kz0t586xy6zn1a62ny", with: "evt_\(day)")
                    .replacing("2025-01-15T10:00:00.000000Z", with: "2025-01-1\(day)T10:00:00.000000Z")
                #expect(try await send("paddle", text, to: site) == 200)
            }
            #expect(try events(site).map { $0.prefix { $0 != "|" } } == ["cancel_requested", "cancel_withdrawn"])
            #expect(try account(site) == "active|-|-|-")
            #expect(try await send("paddle", fixture("billing/paddle_subscription_canceled.json"), to: site) == 200)
            #expect(try account(site)?.hasPrefix("churned|") == true)
        }
    }

    @Test func anAccountIsFoundByTheCustomersId() async throws {
        try await with { site async throws in
            try site.execute(
                "UPDATE account SET a_chargebee_customer = 'cus_cb1', a_recurly_subscription = '63ab531e1d5b1d47eaf1ef44eeb853c3' WHERE key = 'a1'"
            )
            #expect(
                try await send("chargebee", fixture("billing/chargebee_subscription_cancelled.json"), to: site) == 200)
            #expect(try site.rows("SELECT key FROM account WHERE status = 'churned'") == ["a1"])
            // What stands in the metadata goes before.
            #expect(
                try await send(
                    "chargebee", fixture("billing/chargebee_subscription_cancellation_scheduled.json"), to: site) == 200
            )
            #expect(try account(site) == "active|1736935200000|1738663200000|-")
            #expect(try events(site).last == #"cancel_requested|{"reason":"price"}"#)
            #expect(try await send("recurly", fixture("billing/recurly_subscription_canceled.json"), to: site) == 200)
            #expect(try site.rows("SELECT cancel_requested_at FROM account WHERE key = 'a1'") == ["1736935200000"])
        }
    }

    @Test func whatBelongsToNoAccountIsKept() async throws {
        try await with { site async throws in
            #expect(try await send("recurly", fixture("billing/recurly_subscription_canceled.json"), to: site) == 200)
            let kept = try site.store.read { try WaitingChanges($0).census() }
            #expect(kept?.count == 1 && kept?.provider == "recurly", "\(String(describing: kept))")
            #expect(kept?.reason.hasPrefix("no account has its subscription") == true)
            #expect(try site.rows("SELECT count(*) FROM webhook") == ["0"])
            // The account that its metadata name comes later.
            try site.execute("DELETE FROM account WHERE key = 'acct_42'")
            #expect(try await send("stripe", fixture("stripe/subscription_deleted.json"), to: site) == 200)
            #expect(try events(site) == [])
            // A reason that the data map does not know stays as the provider tells it.
            try site.execute("INSERT INTO account (key, created_at) VALUES ('acct_43', 0)")
            let text = try fixture("billing/chargebee_subscription_cancellation_scheduled.json")
                .replacing("acct_42", with: "acct_43").replacing("Too expensive", with: "Whatever")
            #expect(try await send("chargebee", text, to: site) == 200)
            #expect(try events(site) == [#"cancel_requested|{"reason":"Whatever"}"#])
        }
    }

    @Test func whoIsNotKnownIsToldSo() async throws {
        try await with { site async throws in
            #expect(try await site.send("POST", "/billing/chargify", body: "{}").status == 404)
            #expect(try await site.send("POST", "/billing/stripe", body: "{}").status == 401)
            #expect(try await send("stripe", "{", to: site) == 400)
            #expect(try await send("paddle", "<a/>", to: site) == 400)
            #expect(
                try await send(
                    "stripe", #"{"id": "evt", "type": "customer.created", "data": {"object": {}}}"#, to: site) == 200)
        }
        try await PagesSite.with { site async throws in
            #expect(try await site.send("POST", "/billing/stripe", body: "{}").status == 404)
        }
    }
}
