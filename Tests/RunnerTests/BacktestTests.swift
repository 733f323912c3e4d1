import Decisions
import Foundation
import Playbooks
import Runner
import Storage
import Testing

struct BacktestTests {
    private static let dataMap = """
        attributes:
          plan: { type: text, values: [free, pro], track: true }
          seats: { type: number }
        metrics:
          logins: { title: Logins, fresh_within: 36h }
        events:
          signed: { properties: { deal: text } }
        segments:
          everyone_active: status == "active"
        """

    private static let configuration = TestWorkspace.configuration.replacing(
        "evaluate: daily at 06:00", with: "evaluate: daily at 10:00\ncaps: [ 1 per 3d ]\nholdout: 10%"
    ).replacing("first_run: go }", with: "first_run: go, jump: 1000000x }")

    private static let playbooks = [
        "fallen": """
        playbook: fallen
        state: live
        audience: everyone_active
        category: education
        holdout: 20%
        variants: { a: 1, b: 1 }
        signals:
          base: avg(logins, 14d)
        when: drop(logins, 5d, 14d) > 40% and plan == "free"
        reentry: after 20d
        rearm: 7d
        steps:
          - email: hello.md
          - wait: 4d
          - email: hello.md
        exit: [goal, left_audience, churned, no_match]
        goal:
          when: avg(logins, 5d) >= 0.7 * entry.base
          within: 14d

        """,
        "welcome": TestWorkspace.playbook(
            "welcome", "on: signed", holdout: "10%", more: ["max_age: 3d"],
            steps: ["email: hello.md", "wait: 2d", "email: hello.md"]),
        "monthly": TestWorkspace.playbook(
            "monthly", "at: monthly on 15 at 10:00", holdout: "10%", steps: ["email: hello.md"]),
    ]

    private static let firstDay = 20_000
    private static let days = 75

    /// Numbers that look like chance and are the same everywhere.
    private static func luck(_ a: Int, _ b: Int) -> Int {
        var bits = UInt64(bitPattern: Int64(a &* 7_919 &+ b &* 104_729 &+ 17))
        bits = (bits ^ bits >> 31) &* 0x9e37_79b9_7f4a_7c15
        return Int((bits ^ bits >> 29) % 1_000)
    }

    /// What a team would import on the morning of a day: yesterday's numbers, and what has changed.
    private static func bring(_ day: Int, into world: TestWorkspace) throws {
        let importer = Importer(
            store: world.store, dataMap: world.workspace.dataMap, configuration: world.workspace.configuration)
        let now = Instant(milliseconds: Int64(day) * 86_400_000 + 9 * 3_600_000 + 59 * 60_000)
        func rows(_ kind: ImportKind, _ columns: [String], _ rows: [[String?]]) throws {
            guard !rows.isEmpty else { return }
            let report = try importer.run(kind, from: .rows(columns: columns, rows: rows), now: now)
            #expect(report.isClean)
        }
        func text(_ day: Int) -> String { "\(Day(number: day))" }
        if day == firstDay {
            let accounts = (1...40).map { number in
                [
                    "a\(number)", "A \(number)", text(firstDay - 60 - number), number % 3 == 0 ? "pro" : "free",
                    "\(number)", "a\(number)@example.com", "A",
                ]
            }
            try rows(
                .accounts, ["key", "name", "created_at", "plan", "seats", "contact_email", "contact_name"], accounts)
            // Days that lie before the first run are there from the beginning.
            for past in (firstDay - 30)..<(firstDay - 1) { try bringLogins(past, importer, now) }
        }
        try bringLogins(day - 1, importer, now)
        let changed = (1...40).filter { luck($0, day) < 12 }.map { number in
            ["a\(number)", luck(number, day + 1) % 2 == 0 ? "free" : "pro"]
        }
        try rows(.accounts, ["key", "plan"], changed)
        let gone = (1...40).filter { luck($0, day + 5_000) < 2 }.map { ["a\($0)", "churned", "\(now)"] }
        try rows(.events, ["account", "event", "at"], gone)
        // A playbook hears of what comes after it went live, which is in the first run.
        let signed = (1...40).filter { day > firstDay && luck($0, day + 9_000) < 15 }.map { number in
            ["a\(number)", "signed", "\(now - .minutes(Int64(number)))"]
        }
        try rows(.events, ["account", "event", "at"], signed)
    }

    private static func bringLogins(_ day: Int, _ importer: Importer, _ now: Instant) throws {
        let rows = (1...40).compactMap { number -> [String]? in
            // Everybody falls now and then, and most come back.
            let isLow = luck(number, day / 11) < 250
            let count = isLow ? luck(number, day) % 2 : 4 + luck(number, day) % 4
            return ["a\(number)", "logins", "\(Day(number: day))", "\(count)"]
        }
        let report = try importer.run(
            .metrics, from: .rows(columns: ["account", "metric", "day", "value"], rows: rows), now: now)
        #expect(report.isClean)
    }

    private static func world() throws -> TestWorkspace {
        try TestWorkspace(
            playbooks: playbooks, configuration: configuration, files: ["data.yaml": dataMap])
    }

    private static let comparisons = [
        """
        SELECT p.name, a.key, d.match_key, d.at, d.verdict FROM decision AS d JOIN playbook AS p ON p.id = d.playbook_id
        JOIN account AS a ON a.id = d.account_id
        """,
        """
        SELECT p.name, a.key, e.entered_at, e.arm, e.variant, e.state, e.end_reason, e.ended_at, e.goal_at, e.entry
        FROM enrollment AS e JOIN playbook AS p ON p.id = e.playbook_id JOIN account AS a ON a.id = e.account_id
        """,
        """
        SELECT p.name, a.key, t.step, t.message, t.recipient, t.ghost, t.state, t.due_at, t.settled_at, t.variables
        FROM touch AS t JOIN playbook AS p ON p.id = t.playbook_id JOIN account AS a ON a.id = t.account_id
        """,
        "SELECT a.key, s.match_key, s.verdict, s.since FROM standing AS s JOIN account AS a ON a.id = s.account_id",
    ]

    @Test func eachEventIsCountedByItsLastVerdict() throws {
        let world = try TestWorkspace(
            playbooks: [
                "main": TestWorkspace.playbook("main", "on: signed", more: ["reentry: after 14d"], steps: ["wait: 1h"])
            ], configuration: Self.configuration, files: ["data.yaml": Self.dataMap])
        try world.addAccounts(1)
        for hour in [Int64(0), 12] { try world.addEvent("signed", of: "a1", at: noon(20_001, hours: hour)) }
        let playbook = try #require(world.workspace.playbook("main"))
        let backtest = try Backtest(
            playbook, in: world.workspace, from: Day(number: 20_000), to: Day(number: 20_010), isWithAll: true)
        let report = try backtest.run(on: Store(path: world.store.path, mode: .readOnly)) { _ in }
        #expect(report.total.matched == 2 && report.verdicts[.cooling] == 1, "\(report.verdicts)")
        #expect(report.verdicts.values.reduce(0, +) == 2)
    }

    @Test func aBacktestDecidesAsTheRunsOfTheSameDaysDid() async throws {
        let endpoint = try Endpoint()
        defer { withExtendedLifetime(endpoint) {} }
        let world = try Self.world()
        try world.edit([
            "channels/mail.yaml": TestWorkspace.channel("mail", "email", url: "http://127.0.0.1:\(endpoint.port)/send")
        ])
        for day in Self.firstDay..<(Self.firstDay + Self.days) {
            try Self.bring(day, into: world)
            let now = Instant(milliseconds: Int64(day) * 86_400_000 + 10 * 3_600_000)
            try world.run(now)
            try await world.drain(now)
            // A runner that stays on comes round at once to those whose touches have gone out.
            _ = try world.cycle.run(now: now, matching: .due)
        }
        var real: [[String]] = []
        for sql in Self.comparisons { real.append(try world.store.read { try $0.comparable(sql) }) }
        #expect(real.allSatisfy { $0.count > 40 }, "\(real.map(\.count))")

        let playbook = try #require(world.workspace.playbook("fallen"))
        let backtest = try Backtest(
            playbook, in: world.workspace, from: Day(number: Self.firstDay),
            to: Day(number: Self.firstDay + Self.days - 1), isWithAll: true)
        var tried: [[String]] = []
        let report = try backtest.run(on: Store(path: world.store.path, mode: .readOnly)) { _ in
        } observe: { world in
            tried = [world.decisionRows, world.enrollmentRows, world.touchRows, world.standingRows]
        }
        #expect(tried.count == real.count)
        for (real, tried) in zip(real, tried) {
            #expect(real.count == tried.count)
            for (one, other) in zip(real, tried) where one != other {
                Issue.record("real:  \(one)\ntried: \(other)")
                break
            }
        }
        #expect(report.total.entered > 10)
        #expect(report.total.sent.values.reduce(0, +) > 10)
        #expect(report.others == ["monthly", "welcome"])
    }

    /// Two accounts of one block and one of another have a contact in common, and a cap holds one of two campaigns back.
    @Test(arguments: ["", "caps: [ 1 per 1d ]\n"])
    func aPersonOfSeveralAccountsGetsACampaignOnceInABacktestToo(caps: String) async throws {
        let endpoint = try Endpoint()
        defer { withExtendedLifetime(endpoint) {} }
        let audience = ["a1", "a2", "a3", "a1010"].map { "key == \"\($0)\"" }.joined(separator: " or ")
        let world = try TestWorkspace(
            playbooks: [
                "main": TestWorkspace.playbook("main", "at: daily at 12:00"),
                "second": TestWorkspace.playbook("second", "at: weekly on mon, wed, fri at 12:00"),
            ].mapValues { $0.replacing("audience: everyone_active", with: "audience: '\(audience)'") },
            configuration: TestWorkspace.configuration + "\n" + caps,
            files: [
                "channels/mail.yaml": TestWorkspace.channel(
                    "mail", "email", url: "http://127.0.0.1:\(endpoint.port)/send")
            ])
        try world.addAccounts(1_012)
        try world.execute(
            "UPDATE contact SET address = 'agency@x.example', email = 'agency@x.example' WHERE account_id IN (1, 2, 1010)"
        )
        for day in 20_000...20_006 {
            try world.run(noon(day, hours: -1))
            for hour in [Int64(0), 6] {
                try world.run(noon(day, hours: hour))
                try await world.drain(noon(day, hours: hour))
                _ = try world.cycle.run(now: noon(day, hours: hour), matching: .due)
            }
        }
        let sent = Self.comparisons[2].replacing(
            "t.ghost, t.state, t.due_at, t.settled_at, t.variables", with: "t.state")
        let real = try world.store.read { try $0.comparable(sent) }
        // Once a day and campaign, not for each of the three accounts.
        let agency = try world.integer(
            "SELECT count(*) FROM touch WHERE recipient = 'agency@x.example' AND state = 'sent'")
        #expect(caps.isEmpty ? agency == 10 : agency == 7)
        let playbook = try #require(world.workspace.playbook("main"))
        let backtest = try Backtest(
            playbook, in: world.workspace, from: Day(number: 20_000), to: Day(number: 20_006), isWithAll: true)
        var tried = (all: 0, agency: 0)
        _ = try backtest.run(on: Store(path: world.store.path, mode: .readOnly)) { _ in
        } observe: { world in
            let touches = world.blocks.flatMap(\.histories).flatMap(\.enrollments).flatMap(\.touches).map(\.touch)
            tried.all += touches.count { $0.state == .sent }
            tried.agency += touches.count { $0.state == .sent && $0.recipient == "agency@x.example" }
        }
        #expect(tried.agency == agency, "\(tried) for \(agency)")
        #expect(tried.all == real.count { $0.contains("sent") }, "\(tried) for \(real)")
    }

    @Test func aBacktestWritesNothingReal() throws {
        let world = try Self.world()
        try Self.bring(Self.firstDay, into: world)
        func files() -> [Data?] {
            ["", "-wal"].map { FileManager.default.contents(atPath: world.store.path + $0) }
        }
        let before = files()
        let playbook = try #require(world.workspace.playbook("fallen"))
        let store = try Store(path: world.store.path, mode: .readOnly)
        _ = try Backtest(
            playbook, in: world.workspace, from: Day(number: Self.firstDay - 5), to: Day(number: Self.firstDay),
            isWithAll: true
        ).run(on: store)
        #expect(files() == before)
        #expect(try world.integer("SELECT count(*) FROM enrollment") == 0)
        // The file is open for reading only.
        for sql in ["DELETE FROM account", "UPDATE account SET name = ''", "DROP TABLE account", "CREATE TABLE x (y)"] {
            #expect(throws: StorageError.self, "\(sql)") { try store.session { try $0.executeScript(sql) } }
        }
        #expect(files() == before)
    }

    @Test func aPlaybookThatReadsWhatHasNoHistoryIsRefused() throws {
        let world = try Self.world()
        try world.edit(["playbooks/welcome/playbook.yaml": TestWorkspace.playbook("welcome", "when: seats > 3")])
        let playbook = try #require(world.workspace.playbook("welcome"))
        #expect {
            try Backtest(
                playbook, in: world.workspace, from: Day(number: 20_000), to: Day(number: 20_001), isWithAll: false)
        } throws: { error in
            "\(error)"
                == "welcome reads \"seats\", of which no history is kept; add `track: true` to it in data.yaml, "
                + "and later days can be tested"
        }
    }
}
