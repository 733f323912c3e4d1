import Basics
import Foundation
import Playbooks
import Storage
import Testing
import Web

/// Webhooks of billing systems in whatever order they come.
@Suite struct BillingOrderTests {
    private static func files(trials: String = "") -> [String: String] {
        [
            "keeptouch.yaml": PagesSite.files["keeptouch.yaml", default: ""] + """

                billing: { stripe: whsec_x, chargebee: hush, recurly: hush\(trials) }
                """,
            "data.yaml": """
            attributes:
              plan: { type: text }
            events:
              payment_failed: { properties: { invoice: text } }
            """,
            "playbooks/hello/hello.md": "---\nsubject: Hello\n---\nHello.\n",
        ]
    }

    private func with(trials: String = "", _ body: (PagesSite) async throws -> Void) async throws {
        try await PagesSite.with(Self.files(trials: trials)) { site async throws in
            try site.execute("INSERT INTO account (key, created_at, mrr) VALUES ('acct', 0, 4900)")
            try await body(site)
        }
    }

    private func state(_ site: PagesSite) throws -> String {
        let account = try site.rows("SELECT status, mrr FROM account WHERE key = 'acct'").first ?? ""
        let events = try site.rows(
            "SELECT k.name FROM event e JOIN event_kind k ON k.id = e.kind_id ORDER BY e.at, e.id")
        return ([account] + events).joined(separator: " ")
    }

    /// Seconds of 2025-01-15.
    private static let start = 1_736_899_200

    private struct WebhookEvent {
        var name: String
        var type: String
        var subscription: String
        var status = "active"
        var quantity = 1
        var at: Int
    }

    private func chargebee(_ told: WebhookEvent) -> String {
        """
        {"id": "\(told.name)", "event_type": "subscription_\(told.type)", "occurred_at": \(Self.start + told.at), "content": {
         "subscription": {"id": "\(told.subscription)", "customer_id": "c", "status": "\(told.status)",
          "currency_code": "USD", "mrr": \(4_900 * told.quantity), "meta_data": {"account": "acct"}}}}
        """
    }

    private func send(_ all: [WebhookEvent], to site: PagesSite) async throws {
        for told in all {
            let authorization = "Basic \(Data("any:hush".utf8).base64EncodedString())"
            let answer = try await site.send(
                "POST", "/billing/chargebee", body: chargebee(told), headers: ["Authorization": authorization])
            #expect(answer.status == 200)
        }
    }

    private func orders<Element>(of items: [Element]) -> [[Element]] {
        guard items.count > 1 else { return [items] }
        return items.indices.flatMap { index in
            var rest = items
            let first = rest.remove(at: index)
            return orders(of: rest).map { [first] + $0 }
        }
    }

    @Test func anUpgradeByANewSubscriptionIsNoChurnInAnyOrder() async throws {
        let told = [
            WebhookEvent(name: "e1", type: "created", subscription: "old", at: 0),
            WebhookEvent(name: "e2", type: "created", subscription: "new", quantity: 2, at: 100),
            WebhookEvent(name: "e3", type: "cancelled", subscription: "old", status: "cancelled", at: 110),
        ]
        for order in orders(of: told) {
            try await with { site async throws in
                try await send(order + order, to: site)
                #expect(try state(site) == "active|9800", "\(order.map(\.name))")
            }
        }
    }

    @Test func theNewestQuantityCountsAndALateCreationBringsNobodyBack() async throws {
        let told = [
            WebhookEvent(name: "e1", type: "created", subscription: "s", at: 0),
            WebhookEvent(name: "e2", type: "changed", subscription: "s", quantity: 10, at: 100),
            WebhookEvent(name: "e3", type: "changed", subscription: "s", quantity: 3, at: 200),
        ]
        for order in orders(of: told) {
            try await with { site async throws in
                try await send(order, to: site)
                #expect(try state(site) == "active|14700", "\(order.map(\.name))")
                try await send(
                    [WebhookEvent(name: "e4", type: "cancelled", subscription: "s", status: "cancelled", at: 300)]
                        + order,
                    to: site)
                #expect(try state(site) == "churned|14700 churned", "\(order.map(\.name))")
            }
        }
    }

    /// The nightly file, which comes after the webhooks.
    private func importAccount(_ site: PagesSite, _ rows: String...) throws {
        let file = site.folder.appendingPathComponent("accounts.csv")
        try Data((rows.joined(separator: "\n") + "\n").utf8).write(to: file)
        let report = try Importer(
            store: site.store, dataMap: site.workspace.dataMap, configuration: site.workspace.configuration
        ).run(.accounts, from: .file(file.path), now: PagesSite.now)
        let warnings = report.warnings.filter { !$0.contains("not in this file") }
        #expect(report.isClean && warnings.isEmpty, "\(report)")
    }

    @Test func whatCameBeforeItsAccountCountsInTheOrderOfItsMoments() async throws {
        let told = [
            WebhookEvent(name: "e1", type: "created", subscription: "s", at: 0),
            WebhookEvent(name: "e2", type: "changed", subscription: "s", quantity: 3, at: 100),
            WebhookEvent(
                name: "e3", type: "cancellation_scheduled", subscription: "s", status: "non_renewing", at: 200),
            WebhookEvent(name: "e4", type: "cancelled", subscription: "s", status: "cancelled", at: 300),
        ]
        for order in orders(of: told) {
            try await PagesSite.with(Self.files()) { site async throws in
                try await send(order + order, to: site)
                #expect(try site.rows("SELECT count(*) FROM account WHERE key = 'acct'") == ["0"])
                try importAccount(site, "key,created_at,mrr", "other,2025-01-01,10", "acct,2025-01-01,49")
                #expect(try state(site) == "churned|4900 cancel_requested churned", "\(order.map(\.name))")
                #expect(try site.rows("SELECT count(*) FROM waiting_row") == ["0"])
                // The provider repeats itself, and the file comes every night.
                try await send(order, to: site)
                try importAccount(site, "key,created_at,mrr", "acct,2025-01-01,49")
                #expect(try state(site) == "churned|4900 cancel_requested churned", "\(order.map(\.name))")
            }
        }
    }

    @Test func whatAnAccountPaysIsToldOnceWhenAllIsKnown() async throws {
        try await PagesSite.with(Self.files()) { site async throws in
            try await send(
                [
                    WebhookEvent(name: "e1", type: "created", subscription: "s", at: 0),
                    WebhookEvent(name: "e2", type: "changed", subscription: "s", quantity: 3, at: 100),
                ], to: site)
            try importAccount(site, "key,created_at,mrr", "acct,2025-01-01,147")
            #expect(try state(site) == "active|14700")
            #expect(try site.rows("SELECT value FROM history WHERE attribute = 'mrr'") == [])
        }
    }

    @Test func anAttributeThatNamesTheCustomerLaterBringsWhatWaited() async throws {
        let files = Self.files().merging(
            ["data.yaml": "attributes:\n  plan: { type: text }\n  chargebee_customer: { type: text }\n"]) { $1 }
        try await PagesSite.with(files) { site async throws in
            let body = chargebee(
                WebhookEvent(name: "e1", type: "cancelled", subscription: "s", status: "cancelled", at: 0)
            )
            .replacing("\"meta_data\": {\"account\": \"acct\"}", with: "\"meta_data\": {}")
            let headers = ["Authorization": "Basic \(Data("any:hush".utf8).base64EncodedString())"]
            #expect(try await site.send("POST", "/billing/chargebee", body: body, headers: headers).status == 200)
            try importAccount(site, "key,created_at", "acct,2025-01-01")
            #expect(try state(site) == "active|-")
            let waiting = try site.store.read { try WaitingChanges($0).census() }
            #expect(waiting?.count == 1 && waiting?.reason.contains("no account has its customer c;") == true)
            try importAccount(site, "key,chargebee_customer", "acct,c")
            #expect(try state(site) == "churned|- churned")
            #expect(try site.store.read { try WaitingChanges($0).census() } == nil)
        }
    }

    @Test func whatWaitsForAnAccountThatNeverComesGoesInTheEnd() async throws {
        try await PagesSite.with(Self.files()) { site async throws in
            try await send([WebhookEvent(name: "e1", type: "created", subscription: "s", at: 0)], to: site)
            try site.execute("UPDATE waiting_row SET received_at = received_at - 91 * 86400000")
            try await send([WebhookEvent(name: "e2", type: "created", subscription: "s", at: 0)], to: site)
            #expect(try site.store.read { try WaitingChanges($0).census()?.count } == 1)
        }
    }

    @Test func revenueIsTheSumOverWhatRuns() async throws {
        try await with { site async throws in
            try await send(
                [
                    WebhookEvent(name: "e1", type: "created", subscription: "a", at: 0),
                    WebhookEvent(name: "e2", type: "created", subscription: "b", quantity: 2, at: 10),
                    WebhookEvent(name: "e3", type: "created", subscription: "c", status: "future", quantity: 5, at: 20),
                ], to: site)
            #expect(try state(site) == "active|14700")
            try await send(
                [
                    WebhookEvent(
                        name: "e4", type: "cancellation_scheduled", subscription: "a", status: "non_renewing", at: 30),
                    WebhookEvent(name: "e5", type: "cancelled", subscription: "a", status: "cancelled", at: 40),
                ], to: site)
            #expect(try state(site) == "active|9800")
            try await send(
                [WebhookEvent(name: "e6", type: "cancelled", subscription: "b", status: "cancelled", at: 50)], to: site)
            #expect(try state(site) == "churned|9800 churned")
            // The one that was to begin begins.
            try await send(
                [WebhookEvent(name: "e7", type: "activated", subscription: "c", quantity: 5, at: 60)], to: site)
            #expect(try state(site) == "active|24500 churned reactivated")
        }
    }

    @Test(arguments: [
        ("", "churned|4900 churned"), (", trials: none", "churned|4900 churned"),
        (", trials: customers", "active|9800 churned reactivated"),
    ])
    func aTrialIsACustomerWhereTheTeamSaysSo(trials: String, after: String) async throws {
        try await with(trials: trials) { site async throws in
            try await send(
                [
                    WebhookEvent(name: "e1", type: "cancelled", subscription: "a", status: "cancelled", at: 0),
                    WebhookEvent(
                        name: "e2", type: "created", subscription: "b", status: "in_trial", quantity: 2, at: 10),
                ], to: site)
            #expect(try state(site) == after)
            // Its end makes no second churn of somebody who never paid.
            try await send(
                [WebhookEvent(name: "e3", type: "cancelled", subscription: "b", status: "cancelled", at: 20)], to: site)
            #expect(try state(site).hasPrefix("churned|"))
            #expect(
                try state(site).split(separator: " ").count { $0 == "churned" }
                    == (trials.contains("customers") ? 2 : 1))
        }
    }

    @Test func aChurnThatTheDataToldBeforeIsNotToldAgain() async throws {
        try await with { site async throws in
            try site.execute(
                "UPDATE account SET status = 'churned', churned_at = \((Self.start + 5) * 1_000) WHERE key = 'acct'")
            try await send(
                [WebhookEvent(name: "e1", type: "cancelled", subscription: "a", status: "cancelled", at: 0)], to: site)
            #expect(try state(site) == "churned|4900")
        }
    }

    private func recurly(_ name: String, _ subscription: String) -> String {
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <!-- a comment -->
        <\(name)_subscription_notification>
          <account><account_code>acct</account_code><company_name nil="true"></company_name></account>
          <subscription><uuid>4d5e</uuid>\(subscription)</subscription>
        </\(name)_subscription_notification>
        """
    }

    @Test func recurlysXMLIsUnderstood() async throws {
        try await with { site async throws in
            let period = """
                <total_amount_in_cents type="integer">12000</total_amount_in_cents>
                <current_period_started_at type="datetime">2025-01-05T10:00:00Z</current_period_started_at>
                <current_period_ends_at type="datetime">2026-01-05T10:00:00Z</current_period_ends_at>
                """
            func send(_ body: String) async throws -> Int {
                let authorization = "Basic \(Data("any:hush".utf8).base64EncodedString())"
                return try await site.send(
                    "POST", "/billing/recurly", body: body, headers: ["Authorization": authorization]
                ).status
            }
            #expect(
                try await send(
                    recurly("new", "<state>active</state><activated_at>2025-01-05T10:00:00Z</activated_at>" + period))
                    == 200)
            #expect(try state(site) == "active|1000")
            #expect(
                try await send(
                    recurly(
                        "canceled", "<state>canceled</state><canceled_at>2025-01-15T10:00:00Z</canceled_at>" + period))
                    == 200)
            #expect(try state(site) == "active|1000 cancel_requested")
            #expect(
                try site.rows("SELECT service_end_at FROM account WHERE key = 'acct'")
                    == ["\(try Instant.parse("2026-01-05T10:00:00Z").get().milliseconds)"])
            let expired = recurly("expired", "<state>expired</state><expires_at>2026-01-05T10:00:00Z</expires_at>")
            #expect(try await send(expired) == 200)
            #expect(try await send(expired) == 200)
            #expect(try state(site) == "churned|1000 cancel_requested churned")
            for body in ["<a><b></a>", "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "<a>", "<"] {
                #expect(try await send(body) == 400, "\(body)")
            }
        }
    }
}
