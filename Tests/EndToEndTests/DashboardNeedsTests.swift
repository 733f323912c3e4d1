import Foundation
import Testing

/// What the overview says of what needs a person, and the audit log of what was taken along.
@Suite struct DashboardNeedsTests {
    private let endpoint: Endpoint
    private let scratch: Scratch

    init() throws {
        endpoint = try Endpoint()
        scratch = try Scratch(withDashboardSendingTo: endpoint)
        try scratch.addUsers(["ada": "admin", "vera": "viewer"])
        try scratch.importAccounts(3)
    }

    private func words(_ page: String) -> [String] {
        page.components(separatedBy: "<ul class=\"needs\">").dropFirst().first?.components(separatedBy: "</ul>").first?
            .matches(of: /<span class="state [a-z]+">([^<]+)</).map { String($0.1) } ?? []
    }

    @Test func whatStoppedStandsAboveWhatSomebodyPaused() async throws {
        #expect(try scratch.keeptouch("run").code == 0)
        #expect(try scratch.keeptouch("pause", "hello").code == 0)
        try scratch.execute(
            "UPDATE meta SET value = CAST(CAST(value AS INTEGER) - 3600000 AS TEXT) WHERE key IN ('clock', 'last_now')")
        let client = try DashboardClient(scratch, command: "dashboard")
        let page = try await client.get("/").text
        let found = words(page)
        #expect(Array(found.prefix(2)) == ["Stopped", "Paused"], "\(found)")
        #expect(page.contains("class=\"button\" href=\"/resume?scope=playbook%3Ahello\""), "\(page)")
        #expect(try await !client.get("/", as: "vera").text.contains("/resume?scope"))
    }

    @Test func touchesThatWaitForAPersonSaySinceWhenAndOfWhat() async throws {
        #expect(try scratch.keeptouch("run").code == 0)
        try scratch.execute("UPDATE touch SET state = 'unknown', settled_at = NULL WHERE id = 1")
        _ = try scratch.keeptouch("doctor", "--recount")
        let client = try DashboardClient(scratch, command: "dashboard")
        let item = try #require(
            try await client.get("/").text.components(separatedBy: "<li>").first { $0.contains(">Unknown<") })
        #expect(item.contains("/touches?state=unknown&amp;playbook=hello") && item.contains("since <time"), "\(item)")
    }

    @Test func aRequestThatGotNoAnswerNeedsAPerson() async throws {
        try scratch.replace(
            "when: seats > 1", with: "on: report_made\nmax_age: 1h", in: "playbooks/hello/playbook.yaml")
        #expect(try scratch.keeptouch("run").code == 0)
        try scratch.execute("UPDATE playbook SET live_since = live_since - 864000000")
        let old = Date(timeIntervalSinceNow: -3 * 3_600).ISO8601Format()
        try scratch.write("events.csv", "account,event,at,id,score\na1,report_made,\(old),e1,1\n")
        #expect(try scratch.keeptouch("import", "events", "events.csv").code == 0)
        _ = try scratch.keeptouch("run")
        try #require(try scratch.number("SELECT count(*) FROM standing WHERE verdict = 'too_old'") == 1)
        let client = try DashboardClient(scratch, command: "dashboard")
        let page = try await client.get("/").text
        #expect(words(page).contains("Dropped") && page.contains("1 × report_made"), "\(page)")
        // However much has come since.
        try scratch.execute(
            """
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000)
            INSERT INTO event (kind_id, account_id, at, received_at, dedup)
            SELECT e.kind_id, 2, e.at, e.received_at, 'more' || i FROM event AS e, n WHERE e.id = 1
            """)
        #expect(words(try await client.get("/").text).contains("Dropped"), "newer events hide it")
    }

    @Test func aFileWithSeveralErrorsIsOneMatterAndItsTextIsShown() async throws {
        let client = try DashboardClient(scratch)
        #expect(client.serving.tells("ready"))
        try scratch.replace(
            "when: seats > 1", with: "when: seets > 1\naudience: bigg", in: "playbooks/hello/playbook.yaml")
        #expect(client.serving.tells("an older version goes on"))
        let found = words(try await client.get("/").text)
        #expect(found.count { $0 == "File" } == 1, "\(found)")
        let file = try await client.get("/files?file=playbooks/hello/playbook.yaml").text
        let parts = file.components(separatedBy: "The version that goes on")
        try #require(parts.count == 2)
        #expect(parts[0].contains("As it lies there") && parts[0].contains("<del>when: seets &gt; 1</del>"), "\(file)")
        #expect(parts[0].contains("<b class=\"bad\">") && parts[1].contains("seats &gt; 1"), "\(file)")
        #expect(client.serving.end() == 0)
    }

    @Test func whatIsTakenAlongIsInTheAuditLog() async throws {
        #expect(try scratch.keeptouch("run").code == 0)
        #expect(try scratch.keeptouch("pause", "hello").code == 0)
        let client = try DashboardClient(scratch, command: "dashboard")
        #expect(try await client.get("/touches.csv?state=sent").code == 200)
        #expect(try await client.get("/touches.csv", as: "vera").code == 403)
        #expect(
            try scratch.query("SELECT who, action, object FROM audit WHERE action = 'export'")
                == [["ada", "export", "/touches.csv?state=sent"]])
        #expect(try scratch.query("SELECT DISTINCT who FROM audit WHERE origin = 'command'") != [[""]])
        #expect(try await client.get("/audit?who=nobody").text.contains("No line matches these filters"))
    }

    @Test func aFormThatDoesNotSayWhereItComesFromIsRefused() async throws {
        let client = try DashboardClient(scratch, command: "dashboard")
        let page = try await client.get("/pause?scope=all").text
        let token = try #require(page.firstMatch(of: /name="token" value="([0-9a-f]+)"/)).1
        let form = ["scope": "all", "token": String(token)]
        #expect(try await client.send("/pause", form, origin: "").code == 403)
        #expect(try scratch.number("SELECT count(*) FROM pause") == 0)
        #expect(try await client.send("/pause", form).text.contains("is paused"))
    }

    @Test func anAccountThatIsLeftAloneSaysSoAtItsHead() async throws {
        #expect(try scratch.keeptouch("snooze", "a1", "30d", "--reason", "on a call").code == 0)
        let client = try DashboardClient(scratch, command: "dashboard")
        let page = try await client.get("/accounts/a1").text
        let head = try #require(page.components(separatedBy: "<p class=\"lead\">").dropFirst().first?.prefix(1_000))
        #expect(head.contains("snoozed until") && head.contains("on a call"), "\(head)")
        #expect(page.contains(">touches</option>"))
    }

    @Test func theCommandBesideAListAsksTheSame() async throws {
        #expect(try scratch.keeptouch("run").code == 0)
        let client = try DashboardClient(scratch, command: "dashboard")
        let page = try await client.get("/touches?state=not_sent&of=owner%40a2.example&ended_from=2026-01-01").text
        let command = "keeptouch touches --state not_sent --ended-from 2026-01-01 --recipient owner@a2.example"
        #expect(page.contains(command), "\(page)")
        let words = ["touches", "--state", "sent", "--recipient", "owner@a2.example", "--format", "csv"]
        let listed = try Program.run(words, in: scratch.folder)
        #expect(listed.code == 0 && listed.output.contains(",a2,") && !listed.output.contains(",a1,"), "\(listed)")
        #expect(try scratch.keeptouch("touches", "--state", "need_you").code == 0)
        try scratch.execute("UPDATE touch SET state = 'unknown', settled_at = NULL WHERE id < 3")
        #expect(try await client.get("/touches?state=unknown").text.contains("keeptouch resolve unknown sent"))
        #expect(try await client.get("/touches/1").text.contains("keeptouch resolve 1 sent"))
    }

    @Test func everyJourneyHasAPageOfItsOwn() async throws {
        for name in ["first", "second"] {
            let segment = name == "first" ? "seats >= 0" : "seats < 0"
            try scratch.write(
                "journeys/\(name).yaml",
                "journey: \(name)\nfor: \(segment)\nstages:\n  begun: {}\n  big:\n    enter: seats >= 10\n    expect: 14d\n"
            )
        }
        #expect(try scratch.keeptouch("run").code == 0)
        let client = try DashboardClient(scratch, command: "dashboard")
        #expect(try await client.get("/").text.contains("href=\"/journeys/second\""))
        for path in ["/journeys", "/journeys/first", "/journeys/map"] {
            var page = try await client.get(path)
            for _ in 0..<200 where page.text.contains("data-soon") { page = try await client.get(path) }
            #expect(page.code == 200 && page.text.contains("first"), "\(path): \(page.code)")
        }
        #expect(try await client.get("/journeys/frist").text.contains("&quot;first&quot;"))
    }

    @Test func aListSaysWhichRowsItHasAndIsAskedAgain() async throws {
        #expect(try scratch.keeptouch("run").code == 0)
        let client = try DashboardClient(scratch, command: "dashboard")
        for (path, row) in [
            ("/touches", "data-row=\"3\""), ("/cycles", "data-row=\"1\""), ("/accounts/a1", "data-rows=\"story\""),
        ] {
            #expect(try await client.get(path).text.contains(row), "\(path)")
        }
        #expect(try await !client.get("/touches?before=3").text.contains("data-rows"))
        let script = try #require(
            try await client.get("/").text.firstMatch(of: /src="([^"]+app\.[0-9a-f]+\.js)"/)
        ).1
        let text = try await client.get(String(script)).text
        #expect(text.utf8.count < 8_192 && text.contains("is not reached since"))
    }
}
