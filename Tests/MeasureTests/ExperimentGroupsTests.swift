import Foundation
import Measure
import Playbooks
import Storage
import Testing

/// Whom an experiment works for, and what later entries and other playbooks add.
struct ExperimentGroupsTests {
    private func world(_ names: [String] = ["p"], attributes: String = "plan: { type: text, values: [free, pro] }")
        throws -> ExperimentWorld
    {
        let playbooks = names.map { ($0, ExperimentWorld.playbook($0, holdout: "50%")) }
        let world = try ExperimentWorld(Dictionary(uniqueKeysWithValues: playbooks), attributes: attributes)
        try world.addAccounts(4_000)
        for name in names { try world.launch(name, holdout: 0.5) }
        return world
    }

    private func table(_ report: Report, _ section: String) -> (rows: [[String]], sentence: String)? {
        guard let section = report.sections.first(where: { $0.title == section }) else { return nil }
        var rows: [[String]] = []
        var sentence = ""
        for block in section.blocks {
            switch block {
            case .table(let table): rows += table.rows.map { $0.map(\.text) }
            case .sentence(let text): sentence += text
            default: break
            }
        }
        return (rows, sentence)
    }

    @Test func anEffectThatOnlyOnePlanHasIsSeenByPlan() throws {
        let world = try world(attributes: "plan: { type: text, values: [free, pro], track: true }")
        try world.execute("UPDATE account SET a_plan = CASE WHEN id % 2 = 0 THEN 'free' ELSE 'pro' END")
        try world.enroll(
            "p", accounts: 1...4_000, days: 0...30, holdout: 0.5, chances: ["holdout": 0.2, "treated": 0.2])
        // Whom it works for: the free ones.
        try world.execute(
            """
            UPDATE enrollment SET goal_at = entered_at + 1
            WHERE arm = 'treated' AND account_id % 2 = 0 AND account_id % 5 < 2
            """)
        // They changed their plan afterwards, which is no fact about them when they entered.
        try world.execute(
            "INSERT INTO history (account_id, attribute, at, value, previous) SELECT id, 'plan', \(ExperimentWorld.instant(70).milliseconds), 'pro', 'free' FROM account WHERE id % 4 = 0"
        )
        try world.execute("UPDATE account SET a_plan = 'pro' WHERE id % 4 = 0")
        let report = try world.report("p", day: 90, rule: .fixed)
        let found = try #require(table(report, "Whom it works for"))
        #expect(found.rows.map { [$0[0], $0[1]] } == [["plan", "free"], ["", "pro"]])
        let matured = found.rows.compactMap { Int($0[3]) }
        #expect(matured.allSatisfy { $0 > 900 && $0 < 1_100 }, "\(matured)")
        #expect((Double(found.rows[0][7]) ?? 0) > 25 && abs(Double(found.rows[1][7]) ?? 9) < 6, "\(found.rows)")
        #expect(found.rows[0][9] == "0.000" && found.rows[1][9] == "–")
        #expect(found.sentence.contains("of twenty groups one stands out by chance"))
        #expect(!found.sentence.contains("not tracked"))
    }

    @Test func valuesThatNobodyKeptAreNamed() throws {
        let world = try world()
        try world.execute("UPDATE account SET a_plan = CASE WHEN id % 2 = 0 THEN 'free' ELSE 'pro' END")
        try world.enroll(
            "p", accounts: 1...4_000, days: 0...30, holdout: 0.5, chances: ["holdout": 0.2, "treated": 0.25])
        let found = try #require(table(try world.report("p", day: 90), "Whom it works for"))
        #expect(found.sentence.contains("plan is not tracked and so as now"))
        #expect((Double(found.rows[0][9]) ?? 0) > 0.001)
    }

    @Test func withoutGroupsThereIsNoSection() throws {
        let world = try world()
        try world.enroll(
            "p", accounts: 1...400, days: 0...30, holdout: 0.5, chances: ["holdout": 0.2, "treated": 0.25])
        let report = try world.report("p", day: 90)
        #expect(table(report, "Whom it works for") == nil)
        #expect(table(report, "Beside other playbooks") == nil)
        #expect(table(report, "All entries") == nil)
    }

    @Test func twoPlaybooksThatActOnEachOtherAreToldFromTwoThatDoNot() throws {
        let world = try world(["p", "other"])
        for name in ["p", "other"] {
            try world.enroll(
                name, accounts: 1...4_000, days: 0...30, holdout: 0.5, chances: ["holdout": 0.2, "treated": 0.2],
                seed: name)
        }
        let apart = try #require(table(try world.report("p", day: 90), "Beside other playbooks"))
        #expect(apart.rows.map { [$0[0], $0[1]] } == [["other", "holdout"], ["", "treated"]])
        #expect((Double(apart.rows[0][9]) ?? 0) > 0.01)
        // Together they reach everybody.
        try world.execute(
            """
            UPDATE enrollment SET goal_at = entered_at + 1 WHERE arm = 'treated' AND EXISTS (SELECT 1 FROM enrollment AS o
                WHERE o.account_id = enrollment.account_id AND o.playbook_id <> enrollment.playbook_id AND o.arm = 'treated')
            """)
        let together = try #require(table(try world.report("p", day: 90), "Beside other playbooks"))
        #expect(together.rows[0][9] == "0.000")
        #expect((Double(together.rows[1][7]) ?? 0) > 70 && abs(Double(together.rows[0][7]) ?? 99) < 6)
    }

    @Test func laterEntriesCountByAccount() throws {
        let world = try world()
        try world.enroll(
            "p", accounts: 1...2_000, days: 0...10, holdout: 0.5, chances: ["holdout": 0.3, "treated": 0.3])
        // Each account enters five times, and its later goals are those of the first: nothing new is known by them.
        for round in 1...4 {
            try world.execute(
                """
                INSERT INTO enrollment (account_id, playbook_id, version_id, match_key, experiment_id, arm, variant,
                    entered_at, state, ended_at, goal_until, goal_at, exclusive)
                SELECT account_id, playbook_id, version_id, '\(round)', experiment_id, arm, variant,
                    entered_at + \(round * 864_000_000), state, ended_at, goal_until + \(round * 864_000_000),
                    goal_at + \(round * 864_000_000), exclusive FROM enrollment WHERE match_key = ''
                """)
        }
        let report = try world.report("p", day: 100, rule: .fixed)
        let all = try #require(table(report, "All entries"))
        #expect(all.rows.map { $0[0] } == ["holdout", "treated"])
        for row in all.rows { #expect((Int(row[2]) ?? 0) == 5 * (Int(row[1]) ?? 0)) }
        let first = try #require(table(report, "Goal"))
        let firstEffect = try #require(first.rows.last { $0[0] == "treated" })
        #expect(all.rows[1][5] == firstEffect[1], "\(all.rows) \(firstEffect)")
        // Five times the entries make the interval no narrower.
        func width(_ text: String) -> Double {
            let ends = text.components(separatedBy: " to ").compactMap { Double($0) }
            return ends.count == 2 ? ends[1] - ends[0] : 0
        }
        #expect(abs(width(all.rows[1][6]) - width(firstEffect[2])) < 0.4, "\(all.rows[1]) \(firstEffect)")
    }

    @Test func tenureAndRevenueExplainAGoalWithoutAMetric() throws {
        let world = try ExperimentWorld([
            "p": ExperimentWorld.playbook("p", holdout: "50%").replacingOccurrences(
                of: "when: sum(logins, 7d) > 10", with: "when: plan == \"pro\"")
        ])
        try world.addAccounts(4_000)
        try world.launch("p", holdout: 0.5)
        try world.enroll("p", accounts: 1...4_000, days: 0...30, holdout: 0.5, chances: [:])
        // Large accounts reach it, small ones do not; the playbook adds nothing.
        try world.execute("UPDATE account SET mrr = CASE WHEN id % 3 = 0 THEN 100000 ELSE 100 END")
        try world.execute(
            "UPDATE enrollment SET goal_at = entered_at + 1 WHERE account_id % 3 = 0 AND account_id % 10 < 8")
        let report = try world.report("p", day: 90)
        let checks = try #require(table(report, "Checks"))
        let row = try #require(checks.rows.last)
        #expect(row[0] == "treated")
        let width = try #require(Double(row[3].dropLast()))
        #expect(width < 60, "\(row)")
        #expect(checks.sentence.contains("Adjusted for tenure, MRR and earlier departures (CUPED)"))
    }
}
