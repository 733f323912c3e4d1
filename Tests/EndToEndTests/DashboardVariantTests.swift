import Foundation
import Testing

/// The flows of a playbook whose variants have steps of their own.
@Suite struct DashboardVariantTests {
    private let endpoint: Endpoint
    private let scratch: Scratch

    init() throws {
        endpoint = try Endpoint()
        scratch = try Scratch(withDashboardSendingTo: endpoint)
        try scratch.replace(
            "to: [owner]",
            with: """
                variants:
                  short: 1
                  long:
                    weight: 1
                    steps:
                      - email: hello.md
                      - wait: 3d
                      - email: hello.md
                to: [owner]
                """, in: "playbooks/hello/playbook.yaml")
        try scratch.addUsers(["ada": "admin"])
        try scratch.importAccounts(30)
        #expect(try scratch.keeptouch("run").code == 0)
    }

    private func entered(_ variant: String) throws -> Int {
        try scratch.number("SELECT count(*) FROM enrollment WHERE variant = '\(variant)'")
    }

    /// What the flow of a variant says of a word: `12 entered`.
    private func counts(_ page: String, _ variant: String, _ word: String) -> [Int] {
        let flow =
            page.components(separatedBy: "<h3>Variant \(variant)</h3>").dropFirst().first?
            .components(separatedBy: "</section>").first ?? ""
        return flow.matches(of: /<a href="[^"]*">([0-9]+)<\/a> <span class="soft">([a-z ]+)<\/span>/)
            .filter { $0.2 == word }.compactMap { Int($0.1) }
    }

    @Test func eachVariantHasItsOwnCounts() async throws {
        let client = try DashboardClient(scratch, command: "dashboard")
        let page = try await client.get("/playbooks/hello").text
        let (short, long) = (try entered("short"), try entered("long"))
        try #require(short > 0 && long > 0 && short + long == 30)
        for (variant, count) in [("short", short), ("long", long)] {
            #expect(counts(page, variant, "entered") == [count], "\(variant): \(page)")
            #expect(counts(page, variant, "sent") == [count], "\(variant)")
        }
        #expect(page.contains("class=\"flow variants\""))
        // The numbers lead to the touches and accounts of that variant.
        let list = try await client.get("/touches?playbook=hello&step=email_1&state=sent&variant=long").text
        #expect(list.matches(of: /<tr data-row=/).count == long)
        #expect(page.contains("/touches?playbook=hello&amp;state=sent&amp;step=email_1&amp;variant=long"), "\(page)")
        let accounts = try await client.get("/playbooks/hello/accounts?all=yes&variant=short").text
        #expect(accounts.matches(of: /<th scope="row" class="who">/).count == short)
    }

    @Test func thePartOfAVariantIsItsFlowAlone() async throws {
        let client = try DashboardClient(scratch, command: "dashboard")
        let page = try await client.get("/playbooks/hello?variant=long&period=week").text
        #expect(page.contains("Variant long") && !page.contains("Variant short"), "\(page)")
        #expect(counts(page, "long", "entered") == [try entered("long")], "\(page)")
        #expect(page.contains("entered_from=") && !page.contains("Nobody has entered yet"))
        let links = page.matches(of: /href="(\/(?:touches|playbooks\/hello\/accounts)\?[^"]*variant=long[^"]*)"/)
        #expect(links.count > 3)
        for link in Set(links.map { String($0.1).replacing("&amp;", with: "&") }) {
            #expect(try await client.get(link).code == 200, "\(link)")
        }
    }

    @Test func signingInIsAnsweredWhileAnotherProcessHoldsTheDatabase() async throws {
        try scratch.write(
            "keeptouch.yaml", try scratch.text("keeptouch.yaml").replacing(DashboardClient.configuration, with: ""))
        let client = try DashboardClient(scratch, command: "dashboard")
        let holder = try Database(path: scratch.database)
        try holder.execute("BEGIN IMMEDIATE")
        let answer = try await client.send("/sign-in", ["name": "ada", "password": "a sentence that is wrong"])
        try holder.execute("ROLLBACK")
        #expect(answer.code == 503 && answer.text.contains("The database said"), "\(answer)")
    }
}
