import Foundation
import Testing

/// What people and their data bring to the pages, however odd, is shown as text or refused in words.
@Suite struct DashboardInputTests {
    private let endpoint: Endpoint
    private let scratch: Scratch

    init() throws {
        endpoint = try Endpoint()
        scratch = try Scratch(withDashboardSendingTo: endpoint)
        try scratch.addUsers(["ada": "admin"])
    }

    private static let pages = [
        "/", "/playbooks", "/playbooks/hello", "/playbooks/hello/accounts?all=yes", "/playbooks/hello/messages",
        "/playbooks/hello/versions", "/playbooks/hello/whom", "/playbooks/hello/release", "/experiments",
        "/experiments/hello", "/attrition", "/journeys", "/journeys/map", "/risk", "/accounts", "/touches", "/channels",
        "/channels/carrier", "/feeds", "/cycles", "/files", "/audit", "/people", "/me", "/find?q=a",
        "/accounts?where=seats+%3E+1", "/pause?scope=all", "/try?file=playbooks/hello/playbook.yaml",
    ]

    /// Where the links of a page lead.
    private func links(of page: String) -> [String] {
        page.matches(of: /href="(\/[^"#]*)"/).map {
            String($0.1).replacing("&amp;", with: "&").replacing("&#39;", with: "'")
        }
    }

    /// Looks at every page and follows every link, as often as there are new ones.
    ///
    /// - Returns: how many pages there were.
    private func walk(_ client: DashboardClient, from pages: [String], atMost most: Int) async throws -> Int {
        var seen = Set(pages)
        var queue = pages[...]
        var count = 0
        while let path = queue.popFirst(), count < most {
            count += 1
            let answer = try await client.get(path)
            #expect(answer.code == 200, "\(path): \(answer.text.suffix(500))")
            // A file of text is no page.
            if path.contains(".csv") || path.hasSuffix("/csv") || path.contains("/csv?") { continue }
            for raw in ["<script>alert", "<img src=x", "\u{0}", "\u{1b}"] {
                #expect(!answer.text.contains(raw), "\(path) holds \(raw.debugDescription)")
            }
            for link in links(of: answer.text) where seen.insert(link).inserted { queue.append(link) }
        }
        return count
    }

    @Test func everyLinkOfEveryPageLeadsSomewhereWhateverThingsAreCalled() async throws {
        let names = [
            "<script>alert(1)</script>", "\"\"><img src=x onerror=alert(1)>", "'; DROP TABLE account; --",
            "{{account.key}}",
            "\u{202e}abc\u{202c}", "日本語 \u{1f600}", String(repeating: "long name ", count: 200), "a&amp;b", "",
        ]
        let keys = ["a/b", "c?d", "e#f", "g%h", "i%2Fj", "k l", "m&n=o", "p+q", "ü\u{301}"]
        let rows = zip(keys, names).enumerated().map { index, row in
            "\(row.0),\"\(row.1.replacing("\"", with: "\"\"").replacing("\"\"\"\"", with: "\"\""))\",3,owner@b\(index).example"
        }
        try scratch.write("odd.csv", "key,name,seats,contact_email\n" + rows.joined(separator: "\n") + "\n")
        #expect(try scratch.keeptouch("import", "accounts", "odd.csv").code == 0)
        // One touch is held: its account has no name.
        #expect(try scratch.keeptouch("run").code == 1)
        #expect(
            try scratch.keeptouch("suppress", "owner@b1.example", "--reason", "<script>alert(2)</script> \u{1b}[31m")
                .code == 0)
        #expect(try scratch.keeptouch("pause", "hello", "--reason", "\"><img src=x>").code == 0)
        #expect(try scratch.keeptouch("forget", "--account", "p+q").code == 0)
        let client = try DashboardClient(scratch, command: "dashboard")
        for key in keys.dropLast(2) {
            let page = try await client.get("/accounts/" + DashboardClient.escaped(key))
            #expect(page.code == 200, "\(key)")
        }
        #expect(try await walk(client, from: Self.pages, atMost: 500) > 150)
        // And what is typed into an address.
        for text in names + keys {
            for path in ["/find?q=", "/accounts?q=", "/touches?of=", "/audit?who=", "/audit?what="] {
                let page = try await client.get(path + DashboardClient.escaped(text))
                #expect(
                    page.code == 200 && !page.text.contains("<script>alert") && !page.text.contains("<img src=x"),
                    "\(path)\(text)")
            }
        }
    }

    @Test func whatAnAddressAsksWronglyIsSaidWithTheNearestName() async throws {
        try scratch.importAccounts(3)
        #expect(try scratch.keeptouch("run").code == 0)
        let client = try DashboardClient(scratch, command: "dashboard")
        let long = String(repeating: "x", count: 2_000)
        for (path, words) in [
            ("/touches?state=snt", "sent"), ("/touches?before=abc", "no number"), ("/touches?from=yesterday", "no day"),
            ("/playbooks?state=lve", "live"), ("/playbooks/hello?period=year", "week"),
            ("/playbooks/hello?arm=control", "treated"), ("/attrition?from=2026-13-40", "no day"),
            ("/attrition?segment=bigg", "big"), ("/accounts?where=seets+%3E+1", "seats"),
            ("/accounts?where=seats+%3E", ""),
            ("/accounts?segment=bigg", "big"), ("/accounts?in=helo", "hello"), ("/accounts?where=" + long, ""),
            ("/accounts?life=left&since=x", "no day"), ("/experiments/hello?rule=bayes", "fixed"),
            ("/audit?before=x", "no number"),
        ] {
            var page = try await client.get(path)
            for _ in 0..<200 where page.text.contains("data-soon") { page = try await client.get(path) }
            #expect(page.code == 400 || page.text.contains("class=\"note bad\""), "\(path) answers \(page.code)")
            #expect(words.isEmpty || page.text.contains(words), "\(path) does not say \(words): \(page.text)")
        }
        for path in [
            "/playbooks/helo", "/playbooks/hello?version=zz", "/touches/99", "/touches/x", "/cycles/99",
            "/accounts/nobody",
        ] {
            let code = try await client.get(path).code
            #expect(code == 404 || code == 400, "\(path) answers \(code)")
        }
    }

    @Test func aChangeIsNoLinkAndIsDoneOnce() async throws {
        try scratch.importAccounts(3)
        #expect(try scratch.keeptouch("run").code == 0)
        let client = try DashboardClient(scratch)
        for path in ["/sign-out", "/jobs/stop", "/touches/settle", "/people/end", "/accounts/list", "/people/revoke"] {
            let code = try await client.get(path).code
            #expect((400...405).contains(code), "\(path) answers \(code)")
        }
        // A double click, and the form that Back shows again.
        let asking = try await client.get("/pause?scope=playbook:hello").text
        #expect(asking.contains("in it now") && asking.contains("keeptouch pause playbook:hello"), "\(asking)")
        #expect(try await client.get("/pause?scope=channel:carrier").text.contains("0 messages would go by it now"))
        let form = ["scope": "playbook:hello", "reason": "first"]
        #expect(try await client.post("/pause", form).text.contains("is paused"))
        let second = try await client.post("/pause", form.merging(["reason": "second"]) { $1 })
        #expect(second.text.contains("It was paused already: first") && second.text.contains("Nothing was changed"))
        let resume = ["scope": "playbook:hello", "seen": "first"]
        #expect(try await client.post("/resume", resume).text.contains("goes on"))
        #expect(try await client.post("/resume", resume).text.contains("Nothing was changed"))
        #expect(
            try scratch.number("SELECT count(*) FROM audit WHERE action IN ('pause', 'resume') AND is_done = 1") == 2)
        #expect(client.serving.end() == 0)
    }

    @Test func aPlaybookWhosePageIsOpenMayBeBrokenOrDeleted() async throws {
        try scratch.importAccounts(3)
        #expect(try scratch.keeptouch("run").code == 0)
        let client = try DashboardClient(scratch)
        #expect(client.serving.tells("ready"))
        #expect(try await !client.get("/playbooks/hello").text.contains("have an error"))
        let text = try scratch.text("playbooks/hello/playbook.yaml")
        try scratch.write("playbooks/hello/playbook.yaml", text.replacing("seats > 1", with: "seets > 1"))
        #expect(client.serving.tells("an older version goes on"))
        let broken = try await client.get("/playbooks/hello")
        #expect(broken.code == 200 && broken.text.contains("Its files have an error"), "\(broken.text)")
        #expect(broken.text.contains("seats &gt; 1"), "the version that runs is shown")
        for tab in ["/accounts", "/messages", "/versions", "/whom", "/release"] {
            #expect(try await client.get("/playbooks/hello" + tab).code == 200, "\(tab)")
        }
        try scratch.remove("playbooks/hello")
        #expect(client.serving.tells("files changed"))
        let gone = try await client.get("/playbooks/hello")
        #expect(gone.code == 200 && gone.text.contains("Its files are gone"), "\(gone.text)")
        for tab in ["/accounts", "/messages", "/versions"] {
            #expect(try await client.get("/playbooks/hello" + tab).code == 200, "\(tab)")
        }
        #expect(client.serving.end() == 0)
    }

    @Test func anEmptyWorkspaceSaysWhatToDoNext() async throws {
        try scratch.remove("playbooks/hello")
        try scratch.write("accounts.csv", "key,name\n")
        _ = try scratch.keeptouch("import", "accounts", "accounts.csv")
        let client = try DashboardClient(scratch, command: "dashboard")
        for path in Self.pages where !path.contains("hello") {
            #expect(try await client.get(path).code == 200, "\(path)")
        }
        #expect(try await client.get("/accounts").text.contains("No account yet"))
        #expect(try await client.get("/playbooks").text.contains("No playbook yet"))
        #expect(try await client.get("/touches").text.contains("No touch"))
        #expect(try await client.get("/").text.contains("no cycle yet"))
    }

    @Test func aRunnerThatStoppedIsSaidOnEveryPage() async throws {
        try scratch.importAccounts(3)
        #expect(try scratch.keeptouch("run").code == 0)
        try scratch.execute(
            "UPDATE meta SET value = CAST(CAST(value AS INTEGER) - 3600000 AS TEXT) WHERE key IN ('clock', 'last_now')")
        let client = try DashboardClient(scratch, command: "dashboard")
        let page = try await client.get("/playbooks").text
        #expect(page.contains("stopped since") || page.contains("never ran"), "\(page)")
    }

    @Test func hugePlaybooksAndManyOfThemHaveTheirPages() async throws {
        let steps = (0..<100).map { _ in "  - email: hello.md\n  - wait: 1d\n" }.joined()
        let branches = (0..<60).map {
            "      - if: seats > \($0)\n        then:\n          - email: hello.md\n          - wait: 1d\n"
        }.joined()
        let head = "playbook: huge\nstate: draft\ncategory: education\nwhen: seats > 1\nto: [owner]\nsteps:\n"
        try scratch.write("playbooks/huge/playbook.yaml", head + "  - choose:\n" + branches + steps)
        try scratch.write("playbooks/huge/hello.md", "---\nsubject: Hello\n---\nHello.\n")
        let small = try scratch.text("playbooks/hello/playbook.yaml")
        for number in 0..<300 {
            try scratch.write(
                "playbooks/p\(number)/playbook.yaml",
                small.replacing("playbook: hello", with: "playbook: p\(number)").replacing(
                    "state: live", with: "state: draft"))
            try scratch.write("playbooks/p\(number)/hello.md", "---\nsubject: Hello\n---\nHello.\n")
        }
        try scratch.importAccounts(3)
        #expect(try scratch.keeptouch("run").code == 0)
        let client = try DashboardClient(scratch, command: "dashboard")
        for path in ["/", "/playbooks", "/playbooks/huge", "/playbooks/huge/messages", "/files", "/accounts/a1"] {
            let page = try await client.get(path)
            #expect(page.code == 200, "\(path): \(page.text.suffix(400))")
        }
        #expect(try await client.get("/playbooks").text.contains("/playbooks/p299"))
        #expect(try await client.get("/playbooks/huge").text.contains("email_100"))
    }

    private static let password = "a short sentence of ours"

    /// A dashboard with passwords, where Ada has set hers.
    private func signedUp() async throws -> DashboardClient {
        try scratch.write(
            "keeptouch.yaml",
            try scratch.text("keeptouch.yaml").replacing(DashboardClient.configuration, with: ""))
        let link = try scratch.keeptouch("users", "link", "ada").output
        let welcome = try #require(link.firstMatch(of: /(\/welcome\/\w+)/)).1
        let client = try DashboardClient(scratch, command: "dashboard")
        let fields = ["password": Self.password, "again": Self.password]
        #expect(try await client.send(String(welcome), fields).code == 200)
        return client
    }

    @Test func aStormAtTheDoorHoldsUpNobodyInside() async throws {
        let client = try await signedUp()
        let codes = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<60 {
                group.addTask {
                    try await client.send("/sign-in", ["name": "nobody\(number)", "password": "wrong"]).code
                }
            }
            for _ in 0..<20 { #expect(try await client.get("/").code == 200) }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        // Tries from one address are counted together: most are turned away without comparing anything.
        #expect(codes.count { $0 == 429 } > 40 && codes.allSatisfy { $0 == 429 || $0 == 401 }, "\(codes)")
    }

    @Test func whatWasTypedWhenTheSessionWasOverIsThereAfterTheSignIn() async throws {
        let client = try await signedUp()
        try scratch.execute("DELETE FROM dashboard_session")
        let form = ["scope": "all", "reason": "the <long> story of why", "token": "x"]
        let page = "/pause?scope=all"
        let door = try await client.send("/pause", form, from: page).text
        let to = try #require(door.firstMatch(of: /name="to" value="([^"]+)"/).map { String($0.1) })
            .replacing("&amp;", with: "&")
        #expect(to.hasPrefix(page + "&draft="), "\(to)")
        let back = try await client.send("/sign-in", ["name": "ada", "password": Self.password, "to": to]).text
        #expect(back.contains("name=\"reason\" type=\"text\" value=\"the &lt;long&gt; story of why\""), "\(back)")
        #expect(back.contains("the &lt;long&gt; story of why") && back.contains("nothing was changed"), "\(back)")
        #expect(try scratch.number("SELECT count(*) FROM pause") == 0)
        // It is shown once, and nothing that another site sends is.
        #expect(try await !client.get(to).text.contains("story of why"))
        try scratch.execute("DELETE FROM dashboard_session")
        let foreign = try await client.send("/pause", form, from: page, origin: "https://evil.example").text
        #expect(!foreign.contains("draft="))
    }
}
