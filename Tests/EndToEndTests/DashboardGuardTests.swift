import Foundation
import Testing

/// What a page keeps from those who look, and what no address and no form can make it do.
@Suite struct DashboardGuardTests {
    private let endpoint: Endpoint
    private let scratch: Scratch

    /// Three accounts, each written to; the first has had an event that names an address.
    init() throws {
        endpoint = try Endpoint()
        scratch = try Scratch(withDashboardSendingTo: endpoint)
        try scratch.replace(
            "report_made: { properties: { score: number } }",
            with: "report_made: { properties: { score: number, by: text } }", in: "data.yaml")
        try scratch.importAccounts(3)
        try scratch.addUsers(["ada": "operator", "vera": "viewer"])
        #expect(try scratch.keeptouch("record", "a1", "report_made", "by=eve@spy.example").code == 0)
        #expect(try scratch.keeptouch("run").code == 0)
        #expect(try scratch.states() == ["sent": 3])
    }

    @Test func aViewerSeesNoAddressWhereverItCameFrom() async throws {
        try scratch.write("contacts.csv", "account,email,role\na1,nameless@a1.example,billing\n")
        #expect(try scratch.keeptouch("import", "contacts", "contacts.csv").code == 0)
        #expect(try scratch.keeptouch("suppress", "owner@a2.example", "--reason", "she@a2.example rang").code == 0)
        try scratch.execute("UPDATE touch SET error = '550 <owner@a1.example> unknown' WHERE id = 1")
        try scratch.execute("UPDATE attempt SET detail = 'owner@a1.example: later' WHERE touch_id = 1")
        let client = try DashboardClient(scratch)
        for path in [
            "/accounts/a1", "/accounts/a2", "/touches", "/touches/1", "/audit", "/channels/carrier", "/find?q=acc",
        ] {
            let seen = try await client.get(path, as: "vera").text
            #expect(!seen.contains("owner@") && !seen.contains("nameless@"), "\(path)")
            #expect(!seen.contains("eve@") && !seen.contains("she@"), "\(path)")
        }
        #expect(try await client.get("/accounts/a1", as: "vera").text.contains("e•••@spy.example"))
        #expect(try await client.get("/accounts/a1").text.contains("eve@spy.example"))
    }

    @Test func theLinksOfAPageAreNobodys() async throws {
        let client = try DashboardClient(scratch)
        let sent = try #require(endpoint.bodies().first { $0.contains("owner@a1.example") })
        let link = try #require(sent.firstMatch(of: /touch\.example\.com\\?\/(u\\?\/[A-Za-z0-9_.\-]+)/)).1
            .replacing("\\", with: "")
        for path in ["/touches/1", "/frames/touch/1", "/playbooks/hello/messages?account=a1"] {
            let page = try await client.get(path)
            #expect(page.code == 200 && !page.text.contains(link), "\(path)")
        }
        #expect(try await client.get("/touches/1").text.contains("the bytes sent"), "the real ones are compared")
        #expect(try await client.get("/frames/touch/1").text.contains("touch.example.com/u/"))
    }

    @Test func noNumberInAnAddressEndsTheProgram() async throws {
        let client = try DashboardClient(scratch)
        for path in ["/accounts?where=seats+%3E+2", "/playbooks/hello/whom"] {
            _ = try await client.post("/playbooks/hello/whom", [:])
            var page = try await client.get(path)
            for _ in 0..<200 where page.text.contains("data-soon") { page = try await client.get(path) }
            for from in ["9223372036854775807", "-9223372036854775808", "99"] {
                let mark = path.contains("?") ? "&" : "?"
                #expect(try await client.get(path + mark + "from=" + from).code == 200, "\(path) \(from)")
            }
            #expect(try await client.get(path + (path.contains("?") ? "&" : "?") + "from=x").code == 400)
        }
        #expect(try await client.get("/accounts/a1?before=9223372036854775807-100000").code == 200)
        #expect(try await client.get("/playbooks/hello/accounts?days=9223372036854775807").code == 200)
        #expect(try await client.get("/").code == 200)
    }

    @Test func whatIsNotThereIsNeitherPausedNorListed() async throws {
        let client = try DashboardClient(scratch)
        #expect(try await client.get("/pause?scope=playbook:helo").text.contains("did you mean &quot;hello&quot;"))
        #expect(try await client.post("/pause", ["scope": "playbook:helo"]).code == 404)
        #expect(try scratch.number("SELECT count(*) FROM pause") == 0)
        #expect(try await client.get("/playbooks/hello/accounts?step=email_9").code == 404)
        #expect(try await client.get("/playbooks/hello/accounts?all=yes&step=email_1").code == 200)
        #expect(try await client.get("/playbooks/hello/whom?verdict=foo").code == 400)
        // The proxy says who somebody is: there is no door.
        #expect(try await client.get("/sign-in").code == 404)
        #expect(!(try await client.get("/").text.contains("Sign out")))
    }

    @Test func aFormSettlesOnlyWhatItSaw() async throws {
        try scratch.execute("UPDATE touch SET state = 'unknown', settled_at = NULL, fence = 7 WHERE id IN (1, 2)")
        try scratch.execute("INSERT INTO pause VALUES ('all', 'test', 0)")
        let client = try DashboardClient(scratch)
        let page = try await client.get("/touches?state=unknown").text
        #expect(page.contains("value=\"2:7 1:7\"") && page.contains("value=\"/touches?state=unknown\""), "\(page)")
        try scratch.execute("UPDATE touch SET fence = 8 WHERE id = 2")
        let answer = try await client.post(
            "/touches/settle",
            ["touches": "2:7 1:7", "state": "unknown", "as": "drop", "back": "/touches?state=unknown"])
        #expect(answer.text.contains("1 touch settled; 1 had been settled"), "\(answer.text)")
        // What may have arrived counts for caps.
        #expect(
            try scratch.query("SELECT state, ambiguous, claimed_at IS NULL FROM touch WHERE id IN (1, 2) ORDER BY id")
                == [["cancelled", "1", "0"], ["unknown", "0", "0"]])
    }

    @Test func aPageThatIsAskedAgainIsDrawnOnlyWhenSomethingHasChanged() async throws {
        let client = try DashboardClient(scratch)
        #expect(try await client.get("/").mark == nil)
        // The runner writes once a minute that it is there, and the minute may be over: once of several times it stays.
        var (mark, isSame) = ("", false)
        for _ in 0..<50 where !isSame {
            let answer = try await client.get("/playbooks", part: mark)
            isSame = answer.code == 304 && answer.text.isEmpty
            mark = answer.mark ?? ""
        }
        #expect(isSame)
        #expect(try scratch.keeptouch("pause", "hello").code == 0)
        #expect(try await client.get("/playbooks", part: mark).code == 200)
        // Nobody else is told that it is the same.
        let other = try await client.get("/playbooks", as: "vera", part: mark)
        #expect(other.code == 200 && other.mark != mark)
    }

    @Test func everyNumberOfAPlaybookLeadsToWhatItCounts() async throws {
        // The next cycle ends who has nothing more before it.
        #expect(try scratch.keeptouch("run").code == 0)
        let client = try DashboardClient(scratch)
        func rows(_ path: String) async throws -> Int {
            let page = try await client.get(path)
            #expect(page.code == 200, "\(path)")
            return page.text.matches(of: /<th scope="row"/).count
        }
        let flow = try await client.get("/playbooks/hello").text
        #expect(flow.contains("/touches?playbook=hello&amp;state=sent&amp;step=email_1"), "\(flow)")
        #expect(try await rows("/touches?playbook=hello&step=email_1&state=sent") == 3)
        #expect(try await rows("/touches?state=not_sent") == 0)
        #expect(try await rows("/playbooks/hello/accounts?all=yes&arm=held_out") == 0)
        #expect(try await rows("/playbooks/hello/accounts?all=yes&end=completed") == 3)
        let today = try #require(
            scratch.query("SELECT date(max(settled_at) / 1000, 'unixepoch') FROM touch").first?.first)
        #expect(try await rows("/touches?state=sent&ended_from=\(today)&ended_to=\(today)") == 3)
        #expect(try await rows("/touches?state=sent&ended_from=2020-01-01&ended_to=2020-01-02") == 0)
        #expect(try await rows("/touches?of=owner%40a2.example") == 1)
    }
}
