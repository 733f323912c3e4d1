import Foundation
import Testing

/// The messages of a playbook on its page: in every language, with what was clicked, and sent to oneself.
@Suite struct DashboardMessageTests {
    private let endpoint: Endpoint
    private let scratch: Scratch
    private static let path = "/playbooks/hello/messages"

    init() throws {
        endpoint = try Endpoint()
        scratch = try Scratch(withDashboardSendingTo: endpoint)
        try scratch.write(
            "playbooks/hello/hello.de.md", "---\nsubject: Hallo {{account.name}}\n---\nNeues von {{account.name}}.\n")
        try scratch.importAccounts(3)
        try scratch.addUsers(["ada": "operator", "vera": "viewer"])
    }

    @Test func eachMessageIsThereInEveryLanguage() async throws {
        let client = try DashboardClient(scratch, command: "dashboard")
        let subjects = try await client.get(Self.path).text
        #expect(subjects.contains("Hello {{account.name}}") && subjects.contains("Hallo {{account.name}}"))
        let page = try await client.get(Self.path + "?account=a1").text
        #expect(page.contains("In <code>en</code>") && page.contains("In <code>de</code>"), "\(page)")
        let frames = page.matches(of: /src="(\/frames\/preview\/[^"]+)"/).map {
            String($0.1).replacing("&amp;", with: "&")
        }
        #expect(frames.count == 5, "\(frames)")
        let german = try #require(frames.first { $0.contains("locale=de") && !$0.contains("as=text") })
        #expect(try await client.get(german).text.contains("Neues von Account 1"))
        let plain = try #require(frames.first { $0.contains("locale=de") && $0.contains("as=text") })
        #expect(try await client.get(plain).text.contains("<pre"))
        #expect(try await client.get(frames[0]).text.contains("There is news for Account 1"))
        #expect(try await !client.get(Self.path + "?account=a1", as: "vera").text.contains("Send a test"))
    }

    @Test func theLinksThatWereFollowedStandBesideTheMessage() async throws {
        #expect(try scratch.keeptouch("run").code == 0)
        for (touch, url) in [
            (1, "https://acme.example/a?who=1"), (2, "https://acme.example/a?who=2"), (2, "https://acme.example/b"),
        ] {
            try scratch.execute(
                """
                INSERT INTO outcome (account_id, enrollment_id, touch_id, kind, at, detail, dedup)
                SELECT account_id, enrollment_id, id, 'clicked', settled_at, '{"link":"x","url":"\(url)"}', '\(touch)\(url)'
                FROM touch WHERE id = \(touch)
                """)
        }
        let client = try DashboardClient(scratch, command: "dashboard")
        let page = try await client.get(Self.path).text
        let rows = page.matches(of: /<th scope="row" class="any">([^<]+)<\/th><td class="num"><a href="([^"]+)">(\d+)</)
        #expect(rows.map { "\($0.1) \($0.3)" } == ["https://acme.example/a 2", "https://acme.example/b 1"], "\(page)")
        #expect(rows.first?.2 == "/touches?playbook=hello&amp;step=email_1&amp;outcome=clicked")
    }

    @Test func aChannelSaysWhatItSentAndSendsATest() async throws {
        #expect(try scratch.keeptouch("run").code == 0)
        let client = try DashboardClient(scratch, command: "dashboard")
        let page = try await client.get("/channels/carrier").text
        #expect(page.contains(">3 sent</a>") && page.contains("3 sent in the last hour"), "\(page)")
        #expect(page.contains("Answers of the last hour</dt><dd>3 sent</dd>"), "\(page)")
        let today = try #require(
            page.firstMatch(of: /href="(\/touches\?channel=carrier&amp;state=sent&amp;ended_from=[^"]+)"/))
        let listed = try await client.get(
            String(today.1).replacing("&amp;", with: "&").replacing("/touches", with: "/touches.csv"))
        #expect(listed.text.split(separator: "\r\n").count == 4, "\(listed.text)")
        #expect(page.contains("<option value=\"hello/email_1/\">hello, email_1</option>"), "\(page)")
        #expect(try await !client.get("/channels/carrier", as: "vera").text.contains("Send a test"))
        let fields = ["message": "hello/email_1/", "account": "Account 2", "to": "me@small.example"]
        #expect(try await client.post("/channels/carrier/test", fields, as: "vera").code == 403)
        for (name, value) in [("message", "hello"), ("account", ""), ("to", ""), ("to", "nobody")] {
            let refused = try await client.post("/channels/carrier/test", fields.merging([name: value]) { $1 })
            #expect(refused.code == 400, "\(name)=\(value): \(refused.text)")
        }
        #expect(endpoint.bodies().count == 3)
        let sent = try await client.post("/channels/carrier/test", fields)
        #expect(sent.text.contains("One test went to me@small.example by carrier"), "\(sent.text)")
        try #require(endpoint.waits(forRequests: 4))
        #expect(endpoint.bodies().contains { $0.contains("me@small.example") && $0.contains("Account 2") })
    }

    @Test func whatIsDueOfAChannelIsAsManyAsItsListSays() async throws {
        #expect(try scratch.keeptouch("run").code == 0)
        try scratch.execute("UPDATE touch SET state = 'pending', settled_at = NULL, claimed_at = NULL, not_before = 0")
        try scratch.execute("UPDATE touch SET not_before = 4102444800000 WHERE id = 3")
        _ = try scratch.keeptouch("doctor", "--recount")
        let client = try DashboardClient(scratch, command: "dashboard")
        let page = try await client.get("/channels/carrier").text
        #expect(page.contains("href=\"/touches?channel=carrier&amp;state=pending&amp;due=yes\">2</a>"), "\(page)")
        let list = try await client.get("/touches?channel=carrier&state=pending&due=yes").text
        #expect(
            list.matches(of: /data-row="\d+"/).count == 2
                && list.contains("touches --state pending --channel carrier --due"), "\(list)")
        let command = try scratch.keeptouch("touches", "--state", "pending", "--due", "--format", "csv").output
        #expect(command.split(whereSeparator: \.isNewline).count == 3, "\(command)")
    }

    @Test func aTestGoesToOneAddressAndIsRecordedInTheAuditLogOnly() async throws {
        let client = try DashboardClient(scratch, command: "dashboard")
        let fields = ["account": "a1", "step": "email_1", "to": "me@small.example", "locale": "de"]
        #expect(try await client.post("/playbooks/hello/test", fields, as: "vera").code == 403)
        let refused = try await client.post("/playbooks/hello/test", fields.merging(["to": "nobody"]) { $1 })
        #expect(refused.code == 400 && refused.text.contains("is not an e-mail address"), "\(refused.text)")
        #expect(endpoint.bodies().isEmpty)
        let page = try await client.post("/playbooks/hello/test", fields)
        #expect(page.code == 200 && page.text.contains("One test went to me@small.example by carrier"), "\(page.text)")
        try #require(endpoint.waits(forRequests: 1))
        let body = try #require(endpoint.bodies().first)
        #expect(body.contains("me@small.example") && body.contains("Hallo Account 1"), "\(body)")
        #expect(!body.contains("owner@a1.example"))
        #expect(try scratch.states().isEmpty)
        let audit = try await client.get("/audit").text
        #expect(audit.contains("hello email_1") && audit.contains("a test to me@small.example"), "\(audit)")
        let gone = try await client.post("/playbooks/hello/test", fields.merging(["step": "email_9"]) { $1 })
        #expect(gone.code == 404)
    }
}
