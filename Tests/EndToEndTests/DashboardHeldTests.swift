import Foundation
import Testing

/// What pages say of playbooks that are held or paused, and the commands beside them.
@Suite struct DashboardHeldTests {
    private let endpoint: Endpoint
    private let scratch: Scratch

    /// Four match: one of them has nobody to write to, one is snoozed.
    init() throws {
        endpoint = try Endpoint()
        scratch = try Scratch(withDashboardSendingTo: endpoint)
        try scratch.replace("first_run: go", with: "first_run: ask", in: "keeptouch.yaml")
        try scratch.addUsers(["ada": "admin"])
        try scratch.write(
            "accounts.csv",
            "key,name,seats,contact_email\na1,One,3,owner@a1.example\na2,Two,3,owner@a2.example\na3,Three,3,\na4,Four,3,owner@a4.example\n"
        )
        #expect(try scratch.keeptouch("import", "accounts", "accounts.csv").code == 0)
        #expect(try scratch.keeptouch("snooze", "a4", "30d", "--reason", "on a call").code == 0)
        _ = try scratch.keeptouch("run")
    }

    private func whom(_ client: DashboardClient) async throws -> String {
        _ = try await client.post("/playbooks/hello/whom", [:])
        var page = try await client.get("/playbooks/hello/whom")
        for _ in 0..<200 where page.text.contains("data-soon") { page = try await client.get("/playbooks/hello/whom") }
        return page.text
    }

    @Test func theAccountsOfAHeldPlaybookSayWhatAReleaseWouldDoToEach() async throws {
        let client = try DashboardClient(scratch, command: "dashboard")
        let page = try await whom(client)
        #expect(page.contains("owner@a1.example") && page.contains("all rules passed"), "\(page)")
        #expect(page.contains("no active contact") && page.contains("on a call"), "\(page)")
        #expect(!page.contains("<td class=\"soft small\">first run"), "the hold is said once, above the list")
        let csv = try await client.get("/playbooks/hello/whom.csv").text
        let first = try #require(csv.split(separator: "\r\n").first { $0.hasPrefix("a1,") })
        #expect(
            first.contains(",held,enrolled,") && first.contains("owner@a1.example") && first.contains("20"), "\(csv)")
        let plan = try scratch.keeptouch("plan", "hello", "--who", "--format", "csv").output
        let told = try #require(plan.split(whereSeparator: \.isNewline).first { $0.contains(",a1,") })
        #expect(told.contains("owner@a1.example") && told.contains("all rules passed"), "\(plan)")
    }

    @Test func theNumbersOfNowStandBesideTheRelease() async throws {
        let client = try DashboardClient(scratch, command: "dashboard")
        let sentence = "4 match: a release would enroll 2; 1 unreachable, 1 blocked"
        for path in ["/", "/playbooks/hello", "/playbooks/hello/release"] {
            let page = try await client.get(path).text
            #expect(page.contains(sentence), "\(path): \(page)")
            #expect(!page.contains("plan --who, then release it"), "\(path)")
        }
        #expect(try scratch.keeptouch("status").output.contains(sentence))
    }

    @Test func aPlaybookThatIsReleasedElsewhereSaysSoInEveryPartOfItsPage() async throws {
        let client = try DashboardClient(scratch, command: "dashboard")
        let before = try await client.get("/playbooks/hello").text
        for part in ["head", "notes", "fl", "beside", "nav"] {
            #expect(before.contains("data-live=\"\(part)\""), "\(part) is not asked for again")
        }
        #expect(try scratch.keeptouch("release", "hello").code == 0)
        _ = try scratch.keeptouch("run")
        let after = try await client.get("/playbooks/hello").text
        #expect(after.contains("data-live=\"notes\"") && !after.contains("Held:"))
    }

    @Test func aPausedPlaybookIsPausedWhereverItStands() async throws {
        #expect(try scratch.keeptouch("release", "hello").code == 0)
        _ = try scratch.keeptouch("run")
        try scratch.execute("UPDATE playbook SET live_since = live_since - 864000000")
        #expect(try scratch.keeptouch("pause", "hello", "--reason", "a strike").code == 0)
        let client = try DashboardClient(scratch, command: "dashboard")
        for path in ["/", "/playbooks", "/experiments"] {
            let page = try await client.get(path).text
            #expect(page.contains("state paused"), "\(path): \(page)")
            #expect(!page.contains("<span class=\"state live\">live"), "\(path)")
        }
        #expect(try await client.get("/").text.contains("Nothing is scheduled"))
        #expect(try await client.get("/playbooks?state=paused").text.contains(">hello</a>"))
        #expect(try await !client.get("/playbooks?state=live").text.contains(">hello</a>"))
        #expect(try await client.get("/playbooks?state=held").code == 200)
        let since = try #require(
            scratch.query("SELECT strftime('%H:%M', at / 1000, 'unixepoch') FROM pause").first?.first)
        let page = try await client.get("/playbooks/hello").text
        #expect(page.contains("paused</span> since <time") && page.contains(">\(since)</time>"), "\(page)")
        #expect(try scratch.keeptouch("status", "--format", "csv").output.contains("hello,paused"))
    }
}
