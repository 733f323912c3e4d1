import Measure
import Playbooks
import Storage
import Testing

struct PlaybookReportTests {
    private func report(_ world: ExperimentWorld, _ name: String?, day: Double) throws -> Report {
        try world.store.read { connection in
            let report = PlaybookReport(connection, in: world.workspace, asOf: ExperimentWorld.instant(day))
            return try name.map(report.of) ?? report.all()
        }
    }

    /// A hundred entries by a first version, a hundred by a second.
    private func world() throws -> ExperimentWorld {
        let world = try ExperimentWorld(["p": ExperimentWorld.playbook("p")])
        try world.addAccounts(200)
        try world.launch("p")
        try world.enroll("p", accounts: 1...100, days: 0...10, chances: ["holdout": 0, "treated": 1])
        try world.edit(["p": ExperimentWorld.playbook("p", more: ["priority: 70"])])
        try world.launch("p", on: 20)
        try world.enroll("p", accounts: 101...200, days: 20...30, chances: ["holdout": 0, "treated": 0])
        try world.touchAll()
        try world.execute(
            """
            INSERT INTO decision (account_id, playbook_id, match_key, at, cycle_id, verdict, reason)
            SELECT account_id, playbook_id, '', entered_at, 1, CASE arm WHEN 'treated' THEN 'enrolled' ELSE arm END, ''
            FROM enrollment
            UNION ALL SELECT id, 1, 'x', \(ExperimentWorld.instant(5).milliseconds), 1, 'blocked', 'an exclusive playbook'
            FROM account WHERE id <= 7
            """)
        try world.execute(
            """
            INSERT INTO outcome (account_id, touch_id, kind, at, dedup)
            SELECT account_id, id, CASE WHEN account_id % 4 = 0 THEN 'clicked' ELSE 'delivered' END, settled_at + 1000,
                'o' || id FROM touch WHERE state = 'sent' AND account_id <= 100
            """)
        try world.execute(
            """
            INSERT INTO outcome (account_id, touch_id, kind, at, dedup)
            SELECT account_id, id, 'replied', settled_at + 2000, 'r' || id || n FROM touch, (SELECT 1 AS n UNION SELECT 2) AS two
            WHERE id IN (SELECT id FROM touch WHERE state = 'sent' AND account_id <= 100 ORDER BY id LIMIT 6)
            """)
        try world.execute("UPDATE touch SET state = 'capped', reason = 'cap 1 per 1d' WHERE ghost = 0 AND id % 5 = 0")
        return world
    }

    private func cells(_ report: Report, _ title: String) throws -> [[String]] {
        for block in report.sections.flatMap(\.blocks) {
            if case .table(let table) = block, table.title == title { return table.rows.map { $0.map(\.text) } }
        }
        Issue.record("no table \(title)")
        return []
    }

    /// Windows of the first version end on the days 30 to 40; a nightly file may tell of them two days later.
    @Test func anEntryIsOpenUntilWhatHappenedInItsWindowCanBeKnown() throws {
        let world = try world()
        func row(_ day: Double) throws -> (matured: Int, open: Int) {
            let cells = try #require(cells(report(world, "p", day: day), "Versions").first)
            return (Int(cells[10]) ?? -1, Int(cells[12]) ?? -1)
        }
        #expect(try row(31.9).matured == 0)
        #expect(try row(41).open > 0)
        #expect(try row(42.1).open == 0)
    }

    @Test func withoutAGoalThereIsNoneToReach() throws {
        let world = try world()
        try world.execute("UPDATE enrollment SET goal_until = NULL, goal_at = NULL")
        let table = try #require(report(world, "p", day: 42.1).table(named: "Versions"))
        let none = Report.Cell.none("There is no goal.")
        #expect(table.rows[0][9...12].allSatisfy { $0 == none }, "\(table.rows[0])")
    }

    /// A match that ended while its account was inside was not answered; the one that its account entered by was.
    @Test func matchesThatEndedInsideDidNotEnter() throws {
        let world = try world()
        try world.execute(
            """
            INSERT INTO decision (account_id, playbook_id, match_key, at, cycle_id, verdict, reason)
            SELECT account_id, 1, m.match_key, \(ExperimentWorld.instant(6).milliseconds), 2, 'already', 'in this playbook now'
            FROM enrollment, (SELECT 'late' AS match_key UNION SELECT '') AS m WHERE account_id <= 3
            """)
        var rows: [[String]] = []
        for block in try report(world, "p", day: 200).sections.flatMap(\.blocks) {
            if case .table(let table) = block { rows += table.rows.map { $0.map(\.text) } }
        }
        #expect(rows.first { $0.first == "already" }?.dropFirst().first == "3")
    }

    @Test func lostTouchesAreCountedByCauseAndTheLargestComesFirst() throws {
        let world = try world()
        try world.execute(
            """
            UPDATE touch SET state = 'expired', reason = 'waited too long: window opens 2026-03-0' || (id % 9 + 1)
                || ' 09:0' || (id % 7) || ' Europe/Berlin' WHERE ghost = 0 AND id % 5 IN (1, 2)
            """)
        try world.execute(
            """
            UPDATE touch SET state = 'rejected', reason = NULL,
                error = '422 unknown recipient "a' || id || '@example.com" in request 77' || id WHERE ghost = 0 AND id % 5 = 3
            """)
        let rows = try cells(report(world, "p", day: 200), "touches")
        #expect(
            rows.map { [$0[0], $0[3]] } == [
                ["expired", "outside of the send window"], ["capped", "cap 1 per 1d"],
                ["rejected", "422 unknown recipient ... in request ..."],
            ], "\(rows)")
        #expect(rows.map { Int($0[1]) ?? 0 } == rows.map { Int($0[1]) ?? 0 }.sorted(by: >))
    }

    @Test func whyNobodyCanBeWrittenToNamesWhoIsMeant() throws {
        let world = try world()
        try world.execute(
            """
            UPDATE decision SET verdict = 'unreachable',
                reason = 'no active contact for "to: [owner, all admin]" that may be written to: its only contact has left'
            WHERE verdict = 'blocked'
            """)
        let rows = try cells(report(world, "p", day: 200), "matches")
        #expect(
            rows.map { $0[3] } == [
                "no active contact for \"to: [owner, all admin]\" that may be written to: its only contact has left"
            ])
    }

    @Test func whatWasErasedIsNoReasonOfAVerdict() throws {
        let world = try world()
        try world.execute("UPDATE decision SET reason = 'erased' WHERE verdict = 'blocked' AND account_id < 5")
        let rows = try cells(report(world, "p", day: 200), "matches")
        #expect(rows.map { [$0[0], $0[1], $0[3]] } == [["blocked", "7", "an exclusive playbook"]])
    }

    /// Who was in before and matches again, without coming in, is a match beside the entry.
    @Test func whatIsMatchedIsWhatEnteredAndWhatDidNot() throws {
        let world = try world()
        try world.execute(
            """
            INSERT INTO decision (account_id, playbook_id, match_key, at, cycle_id, verdict, reason)
            SELECT account_id, 1, '', \(ExperimentWorld.instant(50).milliseconds), 2, 'cooling', 'enrolled before'
            FROM enrollment WHERE account_id <= 9
            """)
        let report = try report(world, "p", day: 200)
        let losses = try cells(report, "matches")
        #expect(losses.map { [$0[0], $0[1]] } == [["cooling", "9"], ["blocked", "7"]])
        // The version that was the newest when the verdict came has them.
        let counts = try cells(report, "Versions").map { [$0[2], $0[3]] }
        #expect(counts == [["107", "100"], ["109", "100"], ["216", "200"]])
    }

    @Test func anAccountThatEntersAgainHasMatchedAgain() throws {
        let world = try ExperimentWorld(["p": ExperimentWorld.playbook("p")])
        try world.addAccounts(20)
        try world.launch("p")
        for first in [0.0, 40] {
            try world.enroll("p", accounts: 1...20, days: first...(first + 5), chances: ["holdout": 0, "treated": 1])
        }
        // The database keeps the newest decision on a standing match.
        try world.execute(
            """
            INSERT INTO decision (account_id, playbook_id, match_key, at, cycle_id, verdict, reason)
            SELECT account_id, playbook_id, '', max(entered_at), 1, 'enrolled', '' FROM enrollment
            GROUP BY account_id, playbook_id
            """)
        let row = try #require(try cells(report(world, "p", day: 200), "Versions").first)
        #expect(row[2] == "40" && row[3] == "40")
    }

    @Test func theFunnelCountsEachVersionAndSaysWhatChangedBetweenThem() throws {
        let world = try world()
        let report = try report(world, "p", day: 200)
        let rows = try cells(report, "Versions")
        #expect(rows.count == 3)
        #expect(rows.map { $0[2] } == ["107", "100", "207"])
        #expect(rows.map { $0[3] } == ["100", "100", "200"])
        // Goals of the treated, out of those whose window is over.
        #expect(rows[0][9] == rows[0][4] && rows[0][10] == rows[0][4] && rows[0][11] == "100.0%")
        #expect(rows[1][9] == "0" && rows[1][10] == rows[1][4])
        // Of a provider's own way, and so counted whether deliveries are told of or not.
        #expect(rows.map { $0[8] } == ["6", "0", "6"])
        let text = report.text(width: 1_000)
        #expect(text.contains("+priority: 70\n"))
        #expect(text.contains("blocked      7"))
        #expect(text.contains("cap 1 per 1d"))
    }

    @Test func whatComesLaterDoesNotChangeTheReportOfADay() throws {
        let world = try world()
        let before = try report(world, "p", day: 15).json
        #expect(try cells(report(world, "p", day: 15), "Versions").count == 1)
        try world.execute(
            "UPDATE enrollment SET goal_at = NULL WHERE goal_at > \(ExperimentWorld.instant(15).milliseconds)")
        try world.churn(1, accounts: 1...200, days: 16...20)
        #expect(try report(world, "p", day: 15).json == before)
    }

    @Test func aPlaybookWithoutRunsIsASentence() throws {
        let world = try ExperimentWorld(["p": ExperimentWorld.playbook("p")])
        #expect(try report(world, "p", day: 1).text().contains("p has not run as of"))
        #expect(try report(world, nil, day: 1).text().contains("No playbook has run as of"))
    }

    @Test func allPlaybooksHaveALineEachWithTheirTitles() throws {
        let world = try world()
        try world.edit(["p": ExperimentWorld.playbook("p").replacing("title: p", with: "title: Bring them back")])
        #expect(
            try cells(report(world, nil, day: 200), "Playbooks").map { [$0[0], $0[1]] } == [["p", "Bring them back"]])
        #expect(try report(world, "p", day: 200).title == "Playbook p: Bring them back")
        #expect(try world.report("p", day: 200).title == "Experiment p: Bring them back")
        // A title that says no more than the name is not said twice; of a playbook that is gone there is none.
        try world.edit([:])
        #expect(try report(world, "p", day: 200).title == "Playbook p")
    }
}
