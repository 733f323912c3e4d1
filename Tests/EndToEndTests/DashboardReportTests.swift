import Foundation
import Testing

/// Reports as pages: shown at once, made anew when somebody asks, and every number leads to what it counts.
@Suite struct DashboardReportTests {
    private let endpoint: Endpoint
    private let scratch: Scratch

    init() throws {
        endpoint = try Endpoint()
        scratch = try Scratch(withDashboardSendingTo: endpoint)
        try scratch.replace("holdout: 0%", with: "holdout: 50%", in: "playbooks/hello/playbook.yaml")
        try scratch.importAccounts(20)
        try scratch.addUsers(["ada": "operator"])
    }

    private static let pages = ["/attrition", "/journeys", "/risk", "/experiments/hello"]

    @Test func theReportsOfTheDayAreShownAtOnceWithTheirMoment() async throws {
        #expect(try scratch.keeptouch("run").code == 0)
        #expect(try scratch.number("SELECT count(*) FROM kept_report") == 4)
        // Of another day than today, so that nobody can have made it just now.
        try scratch.execute("UPDATE kept_report SET made_at = 1767225600000")
        let client = try DashboardClient(scratch, command: "dashboard")
        for path in Self.pages {
            let page = try await client.get(path).text
            #expect(page.contains("2026-01-01T00:00"), "\(path) does not say when it was made: \(page)")
            #expect(!page.contains("data-soon"), "\(path) makes its report anew")
            #expect(try await client.get(path + "/csv").code == 200)
        }
        // With other arguments there is none, and it is begun.
        var other = try await client.get("/attrition?segment=big").text
        #expect(!other.contains("2026-01-01T00:00"))
        for _ in 0..<400 where other.contains("data-soon") {
            other = try await client.get("/attrition?segment=big").text
        }
        #expect(other.contains("Attrition of big"), "\(other)")
    }

    @Test func whatIsMadeAnewTakesItsPlaceAndTheOldOneStaysUntilThen() async throws {
        #expect(try scratch.keeptouch("run").code == 0)
        try scratch.execute("UPDATE kept_report SET made_at = 1767225600000")
        let client = try DashboardClient(scratch, command: "dashboard")
        var page = try await client.post("/risk", ["query": ""]).text
        for _ in 0..<400 where page.contains("data-soon") {
            #expect(page.contains("2026-01-01T00:00"), "the one of before is gone while the next is made")
            page = try await client.get("/risk").text
        }
        #expect(!page.contains("2026-01-01T00:00") && page.contains("At risk on"), "\(page)")
    }

    @Test func serveMakesThemAfterItsFirstCycle() async throws {
        let client = try DashboardClient(scratch)
        #expect(client.serving.tells("reports made=3"), "\(client.serving.log)")
        #expect(try await !client.get("/attrition").text.contains("data-soon"))
        #expect(client.serving.end() == 0)
    }

    @Test func aReportAsOfADayIsThatOfTheCommand() async throws {
        #expect(try scratch.keeptouch("run").code == 0)
        let client = try DashboardClient(scratch, command: "dashboard")
        let today = try #require(
            scratch.query("SELECT date(max(as_of) / 1000, 'unixepoch') FROM kept_report").first?.first)
        var page = try await client.get("/attrition?as_of=\(today)")
        for _ in 0..<400 where page.text.contains("data-soon") {
            page = try await client.get("/attrition?as_of=\(today)")
        }
        #expect(page.text.contains("\(today)T00:00") && page.text.contains("--now \(today)"), "\(page.text)")
        #expect(try await client.get("/attrition?as_of=2999-01-01").code == 400)
        #expect(try await client.get("/attrition?as_of=x").code == 400)
    }

    @Test func aWeeklyLookOfAnExperimentIsFoundAgain() async throws {
        #expect(try scratch.keeptouch("run").code == 0)
        try scratch.execute(
            """
            INSERT INTO kept_report (report, arguments, look, as_of, made_at, took, body)
            SELECT report, arguments, 1767225600000, 1767225600000, 1767225600000, took,
                replace(body, 'Experiment hello', 'Experiment of January') FROM kept_report WHERE report = 'experiment'
            """)
        let client = try DashboardClient(scratch, command: "dashboard")
        let page = try await client.get("/experiments/hello").text
        #expect(page.contains("/experiments/hello?look=1767225600000") && !page.contains("of January"))
        #expect(try await client.get("/experiments/hello?look=1767225600000").text.contains("Experiment of January"))
        #expect(try await client.get("/experiments/hello?look=x").code == 400)
    }

    @Test func theNumbersOfAttritionLeadToAccounts() async throws {
        try scratch.write(
            "left.csv", "account,event,at\na1,churned,2026-11-05T10:00:00Z\na2,churned,2026-11-06T10:00:00Z\n")
        try scratch.execute(
            "UPDATE account SET created_at = created_at - 200 * 86400000, seen_at = created_at - 200 * 86400000")
        #expect(try scratch.keeptouch("import", "events", "left.csv").code == 0)
        let client = try DashboardClient(scratch, command: "dashboard")
        func ended(_ path: String) async throws -> String {
            var page = try await client.get(path)
            for _ in 0..<400 where page.text.contains("data-soon") { page = try await client.get(path) }
            #expect(page.code == 200, "\(path)")
            return page.text
        }
        let month = try #require(
            scratch.query(
                "SELECT strftime('%Y-%m', max(at) / 1000, 'unixepoch') FROM event WHERE kind_id = (SELECT id FROM event_kind WHERE name = 'churned')"
            ).first?.first)
        let list = "/accounts?life=left&since=\(month)-01&until=\(month)-30"
        let page = try await ended(list)
        #expect(page.contains("2 accounts") && page.contains("left on \(month)-05: unknown"), "\(page)")
        #expect(page.contains("keeptouch accounts --life left --since \(month)-01 --until \(month)-30"))
        #expect(try await client.get("/accounts?life=left").code == 400)
        for (path, words) in [
            ("journey=way&reached=won", "there is no journey"), ("journey=way", "names both"),
            ("life=paying&by=holdout&group=held", "there is no side"),
            ("experiment=hello&arm=holdout&by=segment&group=bg:in", "there is no segment"),
        ] {
            let page = try await client.get("/accounts?\(path)")
            #expect(page.code == 400 && page.text.contains(words), "\(path): \(page.text)")
        }
        #expect(try await client.get("/accounts?life=lost&since=2026-01-01").text.contains("customers, gone, left"))
        #expect(
            try scratch.keeptouch("accounts", "--life", "left", "--since", "\(month)-01", "--until", "\(month)-30")
                .output.contains("a1"))
    }

    @Test func theCountsOfAnArmLeadToItsAccounts() async throws {
        #expect(try scratch.keeptouch("run").code == 0)
        let client = try DashboardClient(scratch, command: "dashboard")
        let page = try await client.get("/experiments/hello").text
        let links = page.matches(of: /<a href="(\/accounts\?experiment=[^"]+)">(\d+)<\/a>/).map {
            (path: String($0.1).replacing("&amp;", with: "&"), count: Int($0.2) ?? 0)
        }
        #expect(links.count >= 4 && links.reduce(0) { $0 + $1.count } == 20, "\(page)")
        for (path, count) in links {
            var list = try await client.get(path)
            for _ in 0..<400 where list.text.contains("data-soon") { list = try await client.get(path) }
            #expect(list.code == 200 && list.text.contains("id=\"found\">\(count) account"), "\(path): \(list.text)")
            #expect(list.text.contains("keeptouch accounts --experiment hello"))
        }
        #expect(try await client.get("/accounts?experiment=hello").code == 400)
        #expect(try await client.get("/accounts?experiment=hello&arm=holdout&look=x").code == 400)
        let command = [
            "accounts", "--experiment", "hello", "--arm", "holdout", "--standing", "open", "--format", "csv",
        ]
        let listed = try Program.run(command, in: scratch.folder)
        let held = try scratch.number("SELECT count(*) FROM enrollment WHERE arm = 'holdout'")
        #expect(listed.code == 0 && listed.output.split(whereSeparator: \.isNewline).count == held + 1, "\(listed)")
    }

    @Test func whoEnteredAPlaybookIsAFileOfExactlyWhatTheListShows() async throws {
        #expect(try scratch.keeptouch("run").code == 0)
        let client = try DashboardClient(scratch, command: "dashboard")
        let page = try await client.get("/playbooks/hello/accounts?all=yes&arm=held_out").text
        #expect(page.contains("href=\"/playbooks/hello/accounts.csv?all=yes&amp;arm=held_out\""), "\(page)")
        func lines(_ query: String) async throws -> [Substring] {
            try await client.get("/playbooks/hello/accounts.csv\(query)").text.split(separator: "\r\n")
        }
        let held = try scratch.number("SELECT count(*) FROM enrollment WHERE arm = 'holdout'")
        let file = try await lines("?all=yes&arm=held_out")
        #expect(file.count == held + 1 && file[0].hasPrefix("enrollment,account,name,arm"), "\(file)")
        #expect(try await lines("?all=yes").count == 21)
        #expect(try await client.get("/playbooks/hello/accounts.csv?arm=x").code == 400)
        #expect(try await client.get("/playbooks/hello/accounts.csv", as: "vera").code == 403)
        #expect(try await client.get("/audit").text.contains("/playbooks/hello/accounts.csv?all=yes"))
    }

    @Test func whatAnExperimentWouldTakeIsAnsweredInPlace() async throws {
        let client = try DashboardClient(scratch, command: "dashboard")
        let path = "/experiments/hello/design"
        var page = try await client.get(path + "?base=10%25&per_day=20&detect=5")
        for _ in 0..<400 where page.text.contains("data-soon") {
            page = try await client.get(path + "?base=10%25&per_day=20&detect=5")
        }
        #expect(page.code == 200 && page.text.contains("--design --base"), "\(page.text)")
        #expect(page.text.contains("name=\"per_day\"") && !page.text.contains("it failed"), "\(page.text)")
        let wrong = try await client.get(path + "?base=much")
        #expect(wrong.code == 400 && wrong.text.contains("between 0% and 100%"), "\(wrong.text)")
        #expect(try await client.get(path + "?detect=x").code == 400)
        #expect(try await client.get("/experiments/nobody/design").code == 404)
    }

    @Test func thePartOfALargeFlowIsThereAtOnce() async throws {
        #expect(try scratch.keeptouch("run").code == 0)
        try scratch.execute(
            """
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000)
            INSERT INTO enrollment (account_id, playbook_id, version_id, match_key, experiment_id, arm, variant, entered_at,
                state, ended_at, end_reason, exclusive)
            SELECT account_id, playbook_id, version_id, 'more' || i, experiment_id, arm, variant,
                entered_at - i, 'ended', entered_at, 'completed', exclusive
            FROM enrollment, n WHERE enrollment.id = (SELECT min(id) FROM enrollment WHERE arm = 'treated')
            """)
        _ = try scratch.keeptouch("doctor", "--recount")
        let client = try DashboardClient(scratch, command: "dashboard")
        var page = try await client.get("/playbooks/hello?arm=treated").text
        // A machine with much else to do may take longer than the page waits.
        for _ in 0..<400 where page.contains("data-soon") {
            page = try await client.get("/playbooks/hello?arm=treated").text
        }
        #expect(!page.contains("being counted") && page.contains("Only some of the enrollments"), "\(page)")
        #expect(page.contains(">6,0"), "\(page)")
    }

    @Test func theOverviewSaysWhetherAttritionFallsAndWhichPlaybooksWork() async throws {
        #expect(try scratch.keeptouch("run").code == 0)
        let client = try DashboardClient(scratch, command: "dashboard")
        let overview = try await client.get("/").text
        #expect(overview.contains("Is attrition falling?") && overview.contains("href=\"/attrition\""), "\(overview)")
        #expect(overview.contains(">Keep running<"), "the verdict stands beside its playbook: \(overview)")
        #expect(!overview.contains(">Verdict<"), "nobody has to act on a verdict that is none")
        #expect(try await client.get("/playbooks/hello").text.contains("Did it change anything?"))
        #expect(try await client.get("/experiments").text.contains(">Keep running<"))
        // Another report of the day, with a verdict that asks for something.
        try scratch.execute(
            """
            UPDATE kept_report SET made_at = made_at + 1, body = replace(body, 'Keep running', 'Ship treated: it works')
            WHERE report = 'experiment'
            """)
        let asks = try await client.get("/").text
        #expect(asks.contains(">Verdict<") && asks.contains("Ship treated: it works"), "\(asks)")
        #expect(try await client.get("/playbooks").text.contains(">Ship treated<"))
    }

    @Test func noReportWeighsMoreThanAPageMay() async throws {
        let sample = try Scratch()
        func keeptouch(_ arguments: String...) throws {
            let outcome = try Program.run(arguments, in: sample.folder)
            guard outcome.code == 0 else { throw HarnessError("\(arguments): \(outcome)") }
        }
        try keeptouch("sample", ".", "--accounts", "900", "--seed", "7")
        try keeptouch("import", "accounts", "data/accounts.csv", "--now", "2026-03-31T11:15Z")
        try keeptouch("import", "events", "data/events.csv", "--history", "--now", "2026-03-31T11:15Z")
        _ = try sample.keeptouch("run", "--now", "2026-03-31T11:15Z")
        try sample.write("keeptouch.yaml", sample.text("keeptouch.yaml") + DashboardClient.configuration)
        try keeptouch("users", "add", "ada", "--role", "operator")
        let client = try DashboardClient(sample, command: "dashboard")
        func page(_ path: String) async throws -> String {
            var page = try await client.get(path)
            for _ in 0..<400 where page.text.contains("data-soon") {
                try await Task.sleep(for: .milliseconds(50))
                page = try await client.get(path)
            }
            #expect(page.code == 200, "\(path)")
            return page.text
        }
        let first = try await page("/attrition")
        var beside = 0
        for match in first.matches(of: /(?:href|src)="(\/files\/app\.[^"]+)"/) {
            beside += try await client.get(String(match.1)).text.utf8.count
        }
        #expect(beside > 10_000, "style and script are not found")
        let sections = Set(first.matches(of: /href="(\/attrition\?section=\d+)"/).map { String($0.1) })
        #expect(sections.count > 3, "the sections are not offered")
        for path in ["/attrition", "/journeys", "/journeys/map", "/risk", "/", "/playbooks"] + sections.sorted() {
            let text = try await page(path)
            #expect(text.utf8.count + beside < 100_000, "\(path) weighs \(text.utf8.count + beside)")
        }
        // A report of another moment says in every link of when it is.
        let past = try await page("/attrition?as_of=2026-03-31")
        let ofThen = Set(
            past.matches(of: /href="(\/attrition\?as_of=2026-03-31&amp;section=\d+)"/).map { String($0.1) })
        #expect(ofThen.count > 3)
        for path in ofThen.sorted() {
            let text = try await page(path.replacing("&amp;", with: "&"))
            #expect(text.utf8.count + beside < 100_000, "\(path) weighs \(text.utf8.count + beside)")
        }
        #expect(try await page("/attrition?section=99").contains("class=\"report\""))
        #expect(try await client.get("/attrition?section=x").code == 400)
    }
}
