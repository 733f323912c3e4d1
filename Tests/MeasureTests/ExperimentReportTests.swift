import Measure
import Playbooks
import Storage
import Testing

struct ExperimentReportTests {
    private func isFreeOfNonsense(_ report: Report) throws -> Bool {
        try [report.text(), report.csv, report.json].allSatisfy { text in
            !text.lowercased().contains("nan") && !text.contains("inf,") && !text.contains("Infinity")
        }
    }

    /// The verdict of a small world, after looking that no rule prints a number that is none.
    private func verdict(_ world: ExperimentWorld, _ name: String = "p", day: Double = 120) throws -> String {
        for rule in ArmComparison.Rule.allCases {
            #expect(try isFreeOfNonsense(world.report(name, day: day, rule: rule)))
        }
        return try world.verdict(name, day: day)
    }

    private func world(
        _ accounts: Int = 3_000, holdout: Double = 0.2, drawn: Double? = nil, chances: [String: Double],
        more: [String] = [], variants: [String: Double] = [:]
    ) throws -> ExperimentWorld {
        let world = try ExperimentWorld([
            "p": ExperimentWorld.playbook("p", holdout: "\(Int(holdout * 100))%", more: more)
        ])
        try world.addAccounts(accounts)
        try world.launch("p", holdout: holdout, variants: variants)
        try world.enroll(
            "p", accounts: 1...accounts, days: 0...60, holdout: drawn ?? holdout, variants: variants, chances: chances)
        try world.touchAll()
        return world
    }

    @Test func aPlaybookThatNeverRanHasNothingToMeasure() throws {
        let world = try ExperimentWorld(["p": ExperimentWorld.playbook("p")])
        #expect(try verdict(world).hasPrefix("p has never run: there is nothing to measure."))
    }

    @Test func beforeTheLaunchThereIsNothingToMeasure() throws {
        let world = try ExperimentWorld(["p": ExperimentWorld.playbook("p")])
        try world.launch("p", on: 10)
        #expect(try verdict(world, day: 5).hasPrefix("As of 2024-10-09 00:00 there is nothing to measure"))
    }

    @Test func withoutEntriesTheReportSaysSo() throws {
        let world = try ExperimentWorld(["p": ExperimentWorld.playbook("p")])
        try world.launch("p")
        #expect(try verdict(world) == "Nobody has entered yet.")
    }

    @Test func oneArmIsNothingToCompare() throws {
        let world = try world(500, holdout: 0, chances: ["treated": 0.3])
        #expect(
            try verdict(world).hasPrefix("There is nothing to compare with: no holdout and fewer than two variants."))
    }

    @Test(arguments: [0.0, 1.0])
    func nobodyOrEverybodyReachingTheGoalGivesNoVerdict(chance: Double) throws {
        let world = try world(1_000, chances: ["holdout": chance, "treated": chance])
        let verdict = try verdict(world)
        #expect(verdict.hasPrefix("Keep running: the plan is made when 300 accounts have matured, 10 with"))
        let why = chance == 0 ? "a goal that hardly anybody reaches" : "what nearly everybody reaches"
        #expect(verdict.hasSuffix(" of them with it: \(why) tells no arms apart."), "\(verdict)")
    }

    @Test func aHoldoutOfOneGivesNoVerdict() throws {
        let world = try world(600, holdout: 0.002, chances: ["holdout": 0.1, "treated": 0.9])
        let verdict = try verdict(world)
        #expect(verdict.hasPrefix("The plan will not be full") || verdict.hasPrefix("Keep running"), "\(verdict)")
    }

    @Test(arguments: ArmComparison.Rule.allCases)
    func everyIntervalSaysWhetherItHoldsAtAnyLook(rule: ArmComparison.Rule) throws {
        let world = try world(
            chances: ["holdout": 0.1, "treated": 0.3], more: ["guardrail_metrics: { unsubscribed: 1% }"])
        let report = try world.report("p", day: 120, rule: rule)
        var labels: [String: Int] = [:]
        for table in report.tables {
            for (index, column) in table.columns.enumerated() {
                let isInterval = table.rows.contains { row in
                    if index < row.count, case .interval = row[index] { true } else { false }
                }
                guard isInterval || column.title.contains(" bound") || column.title.hasPrefix("chance") else {
                    continue
                }
                let label = ["holds at any look", "of this look only"].first { column.title.hasSuffix($0) }
                #expect(label != nil, "\(table.title): \(column.title)")
                labels[label ?? "", default: 0] += 1
            }
        }
        // What the verdict rests on may be looked at every week, unless one look was planned.
        #expect((labels["holds at any look"] ?? 0) == (rule == .fixed ? 0 : 2), "\(labels)")
        #expect((labels["of this look only"] ?? 0) > 5)
    }

    @Test func armsThatAreNotAsDrawnGetNoVerdict() throws {
        let world = try world(drawn: 0.3, chances: ["holdout": 0.1, "treated": 0.3])
        #expect(try verdict(world).hasPrefix("No verdict: the arms are not as they were drawn. At \"assigned\""))
    }

    @Test func touchesThatOnlyOneArmLosesAreFound() throws {
        let world = try world(chances: ["holdout": 0.1, "treated": 0.3])
        try world.execute("DELETE FROM touch WHERE ghost = 0 AND account_id % 3 = 0")
        #expect(try verdict(world).hasPrefix("No verdict: the arms are not as they were drawn. At \"would send\""))
    }

    @Test func aVariantOfWeightZeroMayNotHaveAccounts() throws {
        let world = try world(
            chances: ["holdout": 0.1, "A": 0.1, "B": 0.1], more: ["variants: { A: 1, B: 1 }"],
            variants: ["A": 1, "B": 1])
        try world.execute(#"UPDATE experiment SET design = '{"holdout":0.2,"variants":{"A":1,"B":0}}'"#)
        #expect(try verdict(world).hasPrefix("No verdict"))
        #expect(try world.report("p", day: 120).text().contains("accounts in an arm of weight zero"))
    }

    @Test func aChangedHoldoutBeginsAPeriodThatStandsApart() throws {
        let world = try world(chances: ["holdout": 0.1, "treated": 0.3])
        try world.addAccounts(500, after: 3_000)
        try world.launch("p", holdout: 0.5, on: 70)
        try world.enroll(
            "p", accounts: 3_001...3_500, days: 70...80, holdout: 0.5, chances: ["holdout": 0, "treated": 0])
        let text = try world.report("p", day: 120).text(width: 1_000)
        #expect(text.contains("Changed: weights or holdout. This is period 2"))
        #expect(text.contains("Period 1, begun 2024-10-04 00:00\nShip treated"))
        _ = try verdict(world)
    }

    @Test func whatTheReachedCannotHaveMadeIsNotSaidToBeTheirs() throws {
        let world = try world(chances: ["holdout": 0.1, "treated": 0.3])
        try world.execute("UPDATE touch SET state = 'capped' WHERE ghost = 0 AND id % 20 <> 0")
        let table = try #require(try world.report("p", day: 120).table(named: "Where the message arrived"))
        let few = Report.Cell.none("The reached are too few to have made the difference.")
        #expect(table.rows[1][4] == few && table.rows[1][5] == few, "\(table.rows)")
    }

    /// At the look of day 98 others had no outcome than have none on day 99.
    @Test func whoEnteredBehindTheLookIsNotSaidToHaveHadTimeThen() throws {
        let world = try world(300, chances: ["holdout": 0.1, "treated": 0.3])
        try world.addAccounts(10, after: 300)
        try world.enroll("p", accounts: 301...310, days: 98.5...98.9, chances: ["holdout": 0, "treated": 0])
        let text = try world.report("p", day: 99).text(width: 1_000)
        #expect(text.contains("10 accounts that have entered by now had no outcome yet at the look, with "), "\(text)")
    }

    @Test func laterEntriesOfAnAccountAndTheGlobalHoldoutAreLeftOutAndCounted() throws {
        let world = try world(chances: ["holdout": 0.1, "treated": 0.1])
        let before = try world.verdict("p", day: 120)
        try world.enroll("p", accounts: 1...40, days: 70...80, chances: ["holdout": 1, "treated": 1], seed: "2")
        try world.addAccounts(30, after: 3_000)
        try world.enroll("p", accounts: 3_001...3_030, days: 20...21, chances: ["holdout": 1, "treated": 1])
        try world.execute("UPDATE enrollment SET arm = 'global_holdout' WHERE account_id > 3000")
        let text = try world.report("p", day: 120).text(width: 1_000)
        #expect(try world.verdict("p", day: 120) == before)
        #expect(text.contains("40 later entries of the same accounts are left out."))
        #expect(text.contains("30 accounts of the global holdout are not compared"))
    }

    @Test func accountsErasedSinceStayInTheirArms() throws {
        let world = try world(chances: ["holdout": 0.1, "treated": 0.3])
        let before = try verdict(world)
        try world.execute("DELETE FROM account WHERE id <= 25")
        #expect(try verdict(world) == before)
        #expect(
            try world.report("p", day: 120).text(width: 1_000).contains(
                "25 accounts were erased since; they stay in their arms with what was known of them."))
    }

    @Test func aWinningVariantComesWithTheEditThatMakesItTheDefault() throws {
        let world = try world(
            6_000, chances: ["holdout": 0.2, "short": 0.2, "long": 0.35],
            more: ["variants: { long: 50, short: { weight: 50, steps: [ email: other.md ] } }"],
            variants: ["long": 50, "short": 50])
        let text = try world.report("p", day: 120).text(width: 1_000)
        #expect(try verdict(world).hasPrefix("Ship long: its rate of goal is "))
        #expect(
            text.contains(
                "-variants: { long: 50, short: { weight: 50, steps: [ email: other.md ] } }\n+variants: { long: 50, short: { weight: 0, steps:"
            ))
        #expect(text.contains("--- a/playbooks/p/playbook.yaml\n+++ b/playbooks/p/playbook.yaml\n@@ -"))
        #expect(text.contains("would send, variant long"))
    }

    @Test func guardrailMetricsHoldAWinnerBack() throws {
        let world = try world(
            chances: ["holdout": 0.1, "treated": 0.3], more: ["guardrail_metrics: { unsubscribed: 1% }"])
        #expect(try verdict(world).hasPrefix("Ship treated"))
        try world.execute(
            """
            INSERT INTO outcome (account_id, enrollment_id, kind, at, dedup)
            SELECT account_id, id, 'unsubscribed', entered_at + 1000, 'u' || id FROM enrollment
            WHERE arm = 'treated' AND account_id % 10 = 0
            """)
        #expect(try verdict(world).hasPrefix("Do not ship treated: its rate of goal is "))
    }

    @Test func aRareHarmIsBoundedByItsCounts() throws {
        let world = try world(
            200, holdout: 0.5, chances: ["holdout": 0.4, "treated": 0.4],
            more: ["guardrail_metrics: { unsubscribed: 3% }"])
        // One of each arm: Wald's bound would be 2.3 points, where a treated share of 4.5 % is not left out.
        try world.execute(
            """
            INSERT INTO outcome (account_id, enrollment_id, kind, at, dedup)
            SELECT account_id, id, 'unsubscribed', entered_at + 1000, 'u' || id FROM enrollment
            WHERE id IN (SELECT min(id) FROM enrollment GROUP BY arm)
            """)
        let rows = try #require(world.report("p", day: 120, rule: .fixed).table(named: "Guardrail metrics")).rows
        guard case .number(let upper, .points) = rows[1][7] else {
            Issue.record("\(rows)")
            return
        }
        #expect(upper > 0.03, "\(upper)")
        #expect(rows[1][9].text == "not shown yet")
    }

    /// A figure that may be wrong says at which looks it is right: at any, or at this one.
    @Test(arguments: ArmComparison.Rule.allCases)
    func everyFigureWithADoubtSaysAtWhichLooksItHolds(rule: ArmComparison.Rule) throws {
        let world = try world(
            chances: ["holdout": 0.1, "treated": 0.15], more: ["guardrail_metrics: { unsubscribed: 3% }"])
        try world.execute(
            "UPDATE account SET mrr = 1000 + id % 100 * 50, a_plan = CASE id % 2 WHEN 0 THEN 'pro' ELSE 'free' END")
        let report = try world.report("p", day: 150, rule: rule)
        let doubtful = report.tables.flatMap(\.columns).map(\.title).filter { title in
            ["interval", "bound", "chance", "loss"].contains { title.contains($0) }
                && !title.hasPrefix("interval width")
        }
        #expect(doubtful.count >= 9, "\(doubtful)")
        let labels = [", of this look only", ", holds at any look"]
        for title in doubtful { #expect(labels.count { title.contains($0) } == 1, "\(title)") }
        // Only what the rule protects may be read at any look: the effect, and the bounds of harms.
        let anytime = doubtful.filter { $0.contains(labels[1]) }
        #expect(anytime.count == (rule == .fixed ? 0 : 2), "\(anytime)")
        let pictures = report.sections.flatMap(\.blocks).compactMap { block -> String? in
            if case .chart(.intervals(let chart)) = block { chart.title } else { nil }
        }
        for title in pictures { #expect(title.hasSuffix(rule == .fixed ? "of this look only" : "holds at any look")) }
    }

    @Test func withoutAGoalStayingCounts() throws {
        let world = try world(chances: ["holdout": 0.1, "treated": 0.1])
        try world.execute("UPDATE enrollment SET goal_until = NULL, goal_at = NULL")
        try world.churn(0.3, accounts: 1...3_000, days: 60...200)
        let text = try world.report("p", day: 300).text(width: 1_000)
        #expect(text.contains("Goal: none, so staying counts"))
        #expect(text.contains("kept 90 days"))
        _ = try verdict(world, day: 300)
    }

    @Test func theTableAndTheVerdictReadTheSameEntries() throws {
        let world = try world(chances: ["holdout": 0.1, "treated": 0.1])
        let before = try tables(world.report("p", day: 120))["Arms"]
        // Entries of a time without a goal, in the same period.
        try world.addAccounts(400, after: 3_000)
        try world.enroll("p", accounts: 3_001...3_400, days: 5...6, chances: ["holdout": 0, "treated": 0])
        try world.execute("UPDATE enrollment SET goal_until = NULL, goal_at = NULL WHERE account_id > 3000")
        let report = try world.report("p", day: 120)
        #expect(try tables(report)["Arms"] == before)
        #expect(report.text(width: 1_000).contains("400 entries had no goal and count in no table of this period."))
    }

    @Test func beforeAnythingHasMaturedTheReportSaysWhenItWill() throws {
        let world = try world(chances: ["holdout": 0.1, "treated": 0.1])
        let report = try world.report("p", day: 20)
        let text = report.text(width: 1_000)
        #expect(text.contains("Nobody's time is over yet. The first outcome is known on 2024-1"))
        #expect(try tables(report).keys.sorted() == ["Arms"])
        #expect(report.page.contains("Accounts whose outcome will be known"))
    }

    @Test func anArmWithoutOutcomesIsComparedWithNobody() throws {
        let world = try world(chances: ["holdout": 0.1, "treated": 0.1])
        try world.execute("UPDATE enrollment SET goal_until = goal_until + 8640000000 WHERE arm = 'holdout'")
        let report = try world.report("p", day: 120)
        #expect(
            report.text(width: 1_000).contains(
                "Of holdout nobody's time is over yet. The next outcome is known on 2025-"))
        #expect(try tables(report).keys.sorted() == ["Arms"])
        #expect(report.page.contains("Accounts whose outcome will be known"))
    }

    @Test func whatNobodyHasHadTheTimeForIsASentenceAndNoRow() throws {
        let world = try world(chances: ["holdout": 0.1, "treated": 0.1])
        let early = try world.report("p", day: 80)
        let rows = try #require(early.tables.first { $0.title == "Other outcomes" }).rows.map { $0[0].text }
        #expect(rows.contains("churned within 30 days") && !rows.contains("churned within 90 days"))
        let sentence =
            "Nobody has had the time yet for: churned within 90 days, contraction at 90 days, expansion at 90 days."
        #expect(early.text(width: 1_000).contains(sentence))
        #expect(try !world.report("p", day: 180).text(width: 1_000).contains("Nobody has had the time yet"))
    }

    @Test func anEditedMessageIsAMarkedLine() throws {
        let world = try world(chances: ["holdout": 0.1, "treated": 0.1])
        try world.touchAll()
        try world.execute(
            "UPDATE touch SET message_hash = CASE WHEN claimed_at > \(ExperimentWorld.instant(30).milliseconds) THEN 'b' ELSE 'a' END WHERE ghost = 0"
        )
        let text = try world.report("p", day: 120).text(width: 1_000)
        #expect(text.contains("The message hello.md was edited: from 2024-11-0"))
    }

    @Test func beforeAnybodyEntersTheGoalIsThatOfTheFile() throws {
        let world = try ExperimentWorld(["p": ExperimentWorld.playbook("p")])
        try world.launch("p")
        #expect(try world.report("p", day: 10).sections[1].title == "Goal")
    }

    @Test func anEarlyStopIsGivenWithItsCorrection() throws {
        let verdict = try verdict(world(chances: ["holdout": 0.1, "treated": 0.3]))
        #expect(verdict.contains("holds at any look"))
        #expect(verdict.contains(" Corrected for the early stop it is +"), "\(verdict)")
    }

    @Test func whatCannotBeDetectedComesWithWhatCould() throws {
        let world = try world(400, chances: ["holdout": 0.1, "treated": 0.1])
        let verdict = try verdict(world)
        #expect(verdict.hasPrefix("The plan will not be full within a year"), "\(verdict)")
        #expect(verdict.contains(" What could be: waiting for all "))
        #expect(verdict.contains("`holdout: 50%`, which needs "))
        #expect(verdict.contains("a nearer goal: one that "))
    }

    private func tables(_ report: Report) throws -> [String: [[String]]] {
        Dictionary(
            report.sections.flatMap(\.blocks).compactMap { block in
                if case .table(let table) = block { (table.title, table.rows.map { $0.map(\.text) }) } else { nil }
            }, uniquingKeysWith: { first, _ in first })
    }

    @Test func usageBeforeTheEntryNarrowsTheInterval() throws {
        let world = try world(chances: ["holdout": 0.1, "treated": 0.1])
        #expect(
            try world.report("p", day: 120).text(width: 1_000).contains(
                "Adjusted for tenure, MRR and earlier departures (CUPED)"))
        // Those who log in a lot reach the goal, but for a few.
        try world.execute("INSERT INTO metric (name) VALUES ('logins')")
        var writer = SeriesWriter()
        for account in 1...2_900 {
            for day in 19_970...20_060 where day % 7 == 0 {
                writer.add(metric: 1, account: Int64(account), day: day, value: account % 2 == 0 ? 28 : 2)
            }
        }
        try writer.flush(to: world.store)
        try world.execute(
            """
            UPDATE enrollment SET goal_at = CASE WHEN account_id % 2 = 0 AND account_id % 10 > 0 THEN entered_at + 1000 END
            """)
        let report = try world.report("p", day: 120)
        let tables = report.sections.flatMap(\.blocks).compactMap { block -> Report.Table? in
            if case .table(let table) = block { table } else { nil }
        }
        let table = try #require(tables.first { $0.title == "Adjusted for prior logins (CUPED)" })
        guard case .number(let width, .share) = table.rows[0][3] else {
            Issue.record("\(table.rows)")
            return
        }
        #expect(width > 0.3 && width < 0.7)
        // Where a day without a row is zero nobody lacks anything; where it is missing, some do.
        let missing = " accounts have no logins before the entry and count with the mean."
        #expect(!report.text(width: 1_000).contains(missing))
        try world.edit(["p": ExperimentWorld.playbook("p")], metric: "{ title: Logins, absent: missing }")
        #expect(try world.report("p", day: 120).text(width: 1_000).contains(missing))
    }
}
