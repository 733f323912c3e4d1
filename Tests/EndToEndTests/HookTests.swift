import Foundation
import FoundationNetworking
import Testing

/// `serve` with a provider that reports back.
@Suite struct HookTests {
    private func post(_ body: String, to url: String, authorization: String) async throws -> Int {
        var request = URLRequest(url: try #require(URL(string: url)))
        request.httpMethod = "POST"
        request.httpBody = Data(body.utf8)
        request.setValue(authorization, forHTTPHeaderField: "Authorization")
        let (_, response) = try await URLSession.shared.data(for: request)
        return try #require(response as? HTTPURLResponse).statusCode
    }

    /// A second mail goes to those who click in the first.
    private func writeToWhoClicks(_ scratch: Scratch) throws {
        try scratch.replace(
            "  - email: hello.md",
            with: "  - email: hello.md\n  - wait_for: clicked(email_1)\n    at_most: 4d\n  - email: more.md",
            in: "playbooks/hello/playbook.yaml")
        try scratch.write("playbooks/hello/more.md", "---\nsubject: More\n---\nMore for {{account.name}}.\n")
    }

    /// The provider comes again, and no log has what it proves itself by.
    @Test func aWebhookBeforeALockedDatabaseIsToComeAgain() async throws {
        let scratch = try Scratch(small: "email", channelLines: ["events: { dialect: plain, key: hush_4711 }"])
        try scratch.importAccounts(1)
        let serving = try Serving(scratch, ["--port", "0"])
        #expect(serving.tells(" ready"), "\(serving.log)")
        let address = try serving.address()
        let other = try Database(path: scratch.database)
        // The first cycle may still be writing.
        try other.execute("PRAGMA busy_timeout = 60000; BEGIN IMMEDIATE")
        let code = try await post(
            "{\"event\": \"bounced\", \"email\": \"owner@a1.example\", \"id\": \"b1\"}",
            to: "\(address)/hooks/carrier/hush_4711", authorization: "")
        try other.execute("ROLLBACK")
        #expect(code == 503)
        #expect(serving.tells("request failed"))
        #expect(!serving.log.contains("hush_4711"), "\(serving.log)")
        #expect(serving.end() == 0)
    }

    @Test func aClickIsAnsweredAndExplained() async throws {
        let endpoint = try Endpoint()
        let scratch = try Scratch(
            small: "email", port: endpoint.port, channelLines: ["events: { dialect: plain, key: hush }"])
        let playbook = "playbooks/hello/playbook.yaml"
        try scratch.replace("when: seats > 1", with: "on: report_made", in: playbook)
        try writeToWhoClicks(scratch)
        try scratch.importAccounts(2)
        let serving = try Serving(scratch, ["--port", "0"])
        #expect(serving.tells(" ready"), "\(serving.log)")
        let address = try serving.address()
        try scratch.keeptouch("record", "a1", "report_made")
        #expect(endpoint.waits(forRequests: 1), "\(serving.log)")
        func tell(_ event: String, _ touch: Int) async throws -> Int {
            try await post(
                "{\"event\": \"\(event)\", \"touch_id\": \"t\(touch)\", \"id\": \"\(event)-\(touch)\"}",
                to: "\(address)/hooks/carrier", authorization: "Bearer hush")
        }
        #expect(try await tell("delivered", 1) == 200)
        #expect(try await tell("clicked", 1) == 200)
        #expect(endpoint.waits(forRequests: 2), "\(serving.log)")
        #expect(try await tell("complained", 2) == 200)
        let explained = try scratch.keeptouch("explain", "a1").output
        for text in ["delivered", "clicked", "complained", "owner@a1.example (complaint)"] {
            #expect(explained.contains(text), "\(text): \(explained)")
        }
        let touches = try scratch.keeptouch("touches").output
        #expect(touches.contains("delivered, clicked"), "\(touches)")
        #expect(serving.end() == 0, "\(serving.log)")
        #expect(try scratch.states() == ["sent": 2])
    }

    @Test func aReplyEndsAPlaybookAndIsCounted() async throws {
        let endpoint = try Endpoint()
        let scratch = try Scratch(small: "email", port: endpoint.port)
        let playbook = "playbooks/hello/playbook.yaml"
        try scratch.replace("when: seats > 1", with: "on: report_made\nexit: [ replied(email_1) ]", in: playbook)
        try writeToWhoClicks(scratch)
        try scratch.replace(
            "subject: \"{{ subject }}\"", with: "subject: \"{{ subject }}\"\n    reply_to: \"{{ reply_to }}\"",
            in: "channels/carrier.yaml")
        let unheard = try scratch.keeptouch("check").output
        #expect(unheard.contains("playbook.yaml:5:9: warning: nothing tells of replies"), "\(unheard)")
        try scratch.replace(
            "postal_address:", with: "reply_to: \"help+{{touch}}@small.example\", postal_address:", in: "keeptouch.yaml"
        )
        try scratch.replace(
            "workspace: small", with: "workspace: small\ninbound: { plain: hush }", in: "keeptouch.yaml")
        let heard = try scratch.keeptouch("check").output
        #expect(!heard.contains("replies"), "\(heard)")
        try scratch.importAccounts(2)
        let serving = try Serving(scratch, ["--port", "0"])
        #expect(serving.tells(" ready"), "\(serving.log)")
        let address = try serving.address()
        try scratch.keeptouch("record", "a1", "report_made")
        #expect(endpoint.waits(forRequests: 1), "\(serving.log)")
        let mail = """
            {"from": "Owner <owner@a1.example>", "to": "Small <help+t1@small.example>", "message_id": "<r1@a1.example>",
             "subject": "Re: Hello", "headers": {}}
            """
        for _ in 1...2 {
            #expect(try await post(mail, to: "\(address)/inbound/plain", authorization: "Bearer hush") == 200)
        }
        #expect(try await post(mail, to: "\(address)/inbound/plain", authorization: "Bearer hus") == 401)
        let exit = "(replied(email_1))"
        var explained = ""
        for _ in 1...100 {
            explained = try scratch.keeptouch("explain", "a1").output
            if explained.contains(exit) { break }
            try await Task.sleep(for: .milliseconds(100))
        }
        #expect(serving.end() == 0, "\(serving.log)")
        #expect(explained.contains(exit) && explained.contains("replied"), "\(explained)")
        let requests = try endpoint.stop()
        #expect(requests.count == 1 && "\(requests)".contains("help+t1@small.example"), "\(requests)")
        #expect(try scratch.keeptouch("touches").output.contains("replied"))
        let changes = try scratch.keeptouch("changes", "--format", "ndjson").output
        #expect(changes.contains("\"type\":\"replied\"") && changes.contains("\"step\":\"email_1\""), "\(changes)")
        let report = try scratch.keeptouch("report", "playbook", "hello", "--format", "json").output
        #expect(report.contains("replied"), "\(report)")
        #expect(try scratch.query("SELECT kind, count(*) FROM outcome GROUP BY kind") == [["replied", "1"]])
    }

    @Test func aBillingWebhookThatComesBeforeItsAccountCountsWhenTheNightlyFileBringsIt() async throws {
        let endpoint = try Endpoint()
        let scratch = try Scratch(small: "email", port: endpoint.port)
        try scratch.replace(
            "workspace: small", with: "workspace: small\nbilling: { chargebee: hush }", in: "keeptouch.yaml")
        try scratch.replace("when: seats > 1", with: "on: cancel_requested", in: "playbooks/hello/playbook.yaml")
        try scratch.importAccounts(1)
        let serving = try Serving(scratch, ["--port", "0"])
        #expect(serving.tells(" ready"), "\(serving.log)")
        let address = try serving.address()
        // Providers tell whole seconds, and the playbook answers what happens after it went live.
        let seconds = Int(Date().timeIntervalSince1970)
        func tell(_ id: String, _ type: String, status: String, units: Int, ago: Int) async throws {
            let body = """
                {"id": "\(id)", "event_type": "subscription_\(type)", "occurred_at": \(seconds - ago), "content": {
                 "subscription": {"id": "s", "customer_id": "c", "status": "\(status)", "currency_code": "USD",
                  "mrr": \(units), "meta_data": {"account": "late"}}}}
                """
            let authorization = "Basic \(Data("any:hush".utf8).base64EncodedString())"
            #expect(try await post(body, to: "\(address)/billing/chargebee", authorization: authorization) == 200)
        }
        try await tell("e2", "cancellation_scheduled", status: "non_renewing", units: 9_900, ago: -1)
        try await tell("e1", "created", status: "active", units: 4_900, ago: 3_600)
        try await tell("e2", "cancellation_scheduled", status: "non_renewing", units: 9_900, ago: -1)
        let waiting = try scratch.keeptouch("status").output
        #expect(waiting.contains("2 billing webhooks wait for an account"), "\(waiting)")
        #expect(waiting.contains("there is no account with the key \"late\" yet"), "\(waiting)")

        let file = "key,name,seats,mrr,contact_email\nlate,Late,3,49,ann@late.example\n"
        try scratch.write("tonight.csv", file)
        let night = try scratch.keeptouch("import", "accounts", "tonight.csv")
        #expect(night.code == 0, "\(night)")
        #expect(endpoint.waits(forRequests: 1), "\(serving.log)")
        #expect(
            try scratch.query("SELECT status, mrr, cancel_requested_at IS NULL FROM account WHERE key = 'late'")
                == [["active", "9900", "0"]])
        #expect(!(try scratch.keeptouch("status").output.contains("billing webhook")))

        // The provider repeats itself, the file comes again, and then the customer leaves.
        try await tell("e2", "cancellation_scheduled", status: "non_renewing", units: 9_900, ago: -1)
        try await tell("e3", "cancelled", status: "cancelled", units: 9_900, ago: -2)
        #expect(try scratch.keeptouch("import", "accounts", "tonight.csv").code == 0)
        #expect(serving.end() == 0, "\(serving.log)")
        #expect(try scratch.keeptouch("run").code == 0)
        #expect(try scratch.query("SELECT status FROM account WHERE key = 'late'") == [["churned"]])
        #expect(try scratch.states() == ["sent": 1])
        #expect(try endpoint.stop().count == 1)
    }
}
