import Foundation
import Testing

/// What an address asks is answered whole, or refused in a form that still holds it.
@Suite struct DashboardQuestionTests {
    private let endpoint: Endpoint
    private let scratch: Scratch
    private let client: DashboardClient

    init() throws {
        endpoint = try Endpoint()
        scratch = try Scratch(withDashboardSendingTo: endpoint)
        try scratch.addUsers(["ada": "admin"])
        try scratch.importAccounts(3)
        #expect(try scratch.keeptouch("run").code == 0)
        client = try DashboardClient(scratch, command: "dashboard")
    }

    private func answer(_ path: String) async throws -> DashboardClient.Answer {
        var page = try await client.get(path)
        for _ in 0..<200 where page.text.contains("data-soon") { page = try await client.get(path) }
        return page
    }

    @Test func aLongConditionIsAnsweredToItsEnd() async throws {
        let long = "seats > 0" + String(repeating: " ", count: 3_000) + "and seats < 0"
        let page = try await answer("/accounts?where=" + DashboardClient.escaped(long))
        #expect(page.code == 200 && page.text.contains("0 accounts"), "\(page.text.suffix(2_000))")
        #expect(page.text.contains("and seats &lt; 0&#39;</code>"), "the command asks the same")
        let many = "seats > 0" + String(repeating: " or seats > 5", count: 4_000)
        #expect(try await answer("/accounts?where=" + many.replacing(" ", with: "+")).text.contains("3 accounts"))
        #expect(!page.text.contains("maxlength=\"2000\""))
    }

    @Test func whatIsTooLongIsRefusedWhole() async throws {
        let long = String(repeating: "x", count: 2_001)
        for path in ["/accounts?q=", "/touches?of=", "/audit?who=", "/find?q=", "/touches.csv?of="] {
            let page = try await client.get(path + long)
            #expect(page.code == 400 && page.text.contains("2,001 characters"), "\(path) answers \(page.code)")
        }
        let most = String(repeating: "seats > 0 or ", count: 5_042) + "seats > 1"
        let page = try await client.get("/accounts?where=" + most.replacing(" ", with: "+"))
        #expect(page.code == 400 && page.text.contains("64 KiB"), "\(page.code): \(page.text.prefix(500))")
        let reason = try await client.post("/pause", ["scope": "all", "reason": String(repeating: "y", count: 501)])
        #expect(reason.code == 400 && reason.text.contains("501 characters") && reason.text.contains("yyyy"))
        #expect(try scratch.number("SELECT count(*) FROM pause") == 0)
    }

    @Test func aWrongQuestionKeepsItsFormAndTheNavigation() async throws {
        for (path, field, typed, words) in [
            ("/accounts?where=seets+%3E+1&segment=big", "where", "seets &gt; 1", "seats"),
            ("/touches?state=snt&playbook=hello", "state", "snt", "sent"),
            ("/touches?from=yesterday", "from", "yesterday", "no day"),
            ("/playbooks?state=lve", "state", "lve", "live"),
        ] {
            let page = try await client.get(path)
            #expect(page.code == 400, "\(path)")
            #expect(page.text.contains("aria-label=\"Pages\"") && page.text.contains("id=\"find\""), "\(path)")
            #expect(
                page.text.contains("name=\"\(field)\" value=\"\(typed)\"")
                    && page.text.contains("aria-invalid=\"true\""),
                "\(path): \(page.text)")
            #expect(page.text.contains(words), "\(path)")
        }
        #expect(try await client.get("/accounts?where=seets+%3E+1&segment=big").text.contains("value=\"big\""))
    }

    @Test func aFilterThatNothingHasIsSaidWithTheNearestName() async throws {
        for (path, words) in [
            ("/touches?playbook=helo", "&quot;hello&quot;"), ("/touches?channel=carier", "&quot;carrier&quot;"),
            ("/touches?step=email_9", "email_1"), ("/touches?outcome=clickt", "&quot;clicked&quot;"),
            ("/accounts?stage=nope", "no stage"), ("/accounts?churned=maybe", "yes, no"),
            ("/accounts?stuck=maybe", "yes, no"), ("/playbooks/hello/accounts?all=maybe", "yes, no"),
            ("/accounts/a1?playbook=helo", "&quot;hello&quot;"), ("/experiments/hello?period=99", "1 period"),
            ("/experiments/nope", "There is no playbook"), ("/files?file=nope.yaml", "no file"),
            ("/attrition?segment=bigg", "&quot;big&quot;"),
        ] {
            let page = try await client.get(path)
            #expect(page.code == 400 || page.code == 404, "\(path) answers \(page.code)")
            #expect(page.text.contains(words), "\(path) does not say \(words): \(page.text)")
            #expect(!page.text.contains("PageProblem("), "\(path)")
        }
        // What was once is found, though no file has it any more.
        try scratch.execute("UPDATE touch SET channel = 'earlier'")
        #expect(try await client.get("/touches?channel=earlier").code == 200)
        #expect(try await client.get("/touches?state=not_sent").code == 200)
        #expect(try await client.get("/experiments/hello?period=1").code == 200)
    }
}
