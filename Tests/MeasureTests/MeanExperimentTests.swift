import Foundation
import Measure
import Playbooks
import Reliability
import Statistics
import Storage
import Testing

/// Experiments whose goal is a number.
struct MeanExperimentTests {
    private static func playbook(_ mean: String, within: String = "30d", more: [String] = []) -> String {
        ExperimentWorld.playbook("p", holdout: "50%").replacing(
            "  when: sum(logins, 7d) > 10\n  within: 30d",
            with: (["  mean: \(mean)", "  within: \(within)"] + more).joined(separator: "\n"))
    }

    /// Everybody enters within 60 days, and the period says what is measured.
    private func world(
        _ mean: String, accounts: Int = 1_000, winsorize: Double = 0, more: [String] = [],
        metric: String = "{ title: Logins }"
    ) throws -> ExperimentWorld {
        let text = Self.playbook(mean, more: more)
        let world = try ExperimentWorld(["p": text])
        try world.edit(["p": text], metric: metric)
        try world.addAccounts(accounts)
        try world.launch(
            "p", holdout: 0.5, more: ",\"mean\":\"\(mean)\",\"winsorize\":\(winsorize)")
        try world.enroll("p", accounts: 1...accounts, days: 0...60, holdout: 0.5, chances: [:])
        try world.touchAll()
        return world
    }

    /// The cells of a table, by row and column.
    private func table(_ title: String, in report: Report) throws -> [[String]] {
        let tables = report.sections.flatMap(\.blocks).compactMap { block -> Report.Table? in
            if case .table(let table) = block { table } else { nil }
        }
        return try #require(tables.first { $0.title == title }, "\(tables.map(\.title))").rows.map { $0.map(\.text) }
    }

    /// MRR of each account from a day of its own after its entry on, in minor units.
    private func pay(_ world: ExperimentWorld, _ sql: String, after days: Int) throws {
        try world.execute(
            """
            INSERT INTO history (account_id, attribute, at, value, previous)
            SELECT e.account_id, 'mrr', e.entered_at + \(days * 86_400_000), \(sql), a.mrr
            FROM enrollment AS e JOIN account AS a ON a.id = e.account_id
            """)
        try world.execute(
            """
            UPDATE account SET mrr = CAST(h.value AS bigint) FROM history AS h
            WHERE h.account_id = account.id AND h.attribute = 'mrr'
                AND h.at = (SELECT max(l.at) FROM history AS l WHERE l.account_id = h.account_id AND l.attribute = 'mrr')
            """)
    }

    private static let spread = "5000 + (a.id * 7919) % 3001 - 1500"

    @Test func revenueAtTheEndOfTheWindowIsComparedByItsMean() throws {
        let world = try world("mrr")
        try pay(world, "\(Self.spread) + CASE WHEN e.arm = 'treated' THEN 600 ELSE 0 END", after: 20)
        let report = try world.report("p", day: 120, rule: .fixed)
        let arms = try table("Arms", in: report)
        let values = try world.store.read { connection in
            try connection.query(
                "SELECT e.arm AS arm, a.mrr AS mrr FROM enrollment AS e JOIN account AS a ON a.id = e.account_id")
        }
        for (row, arm) in zip(arms, ["holdout", "treated"]) {
            let own = Sample(values.filter { $0["arm"].text == arm }.map { Double($0["mrr"].integer ?? 0) })
            #expect(row[0] == arm && row[2] == "\(own.count)")
            #expect(row[4] == Report.Unit.money("USD").text(own.mean), "\(row)")
            #expect(row[5] == Report.Unit.money("USD").text(own.variance.squareRoot()))
        }
        let verdict = try world.verdict("p", day: 120, rule: .fixed)
        #expect(
            verdict.hasPrefix("Ship treated: its mean of MRR at the end is ")
                && verdict.contains(" USD above that of holdout (") && verdict.contains("p under 0.001"), "\(verdict)")
        #expect(try world.verdict("p", day: 120).hasPrefix("Ship treated: its mean of MRR at the end is"))
        let text = report.text(width: 1_000)
        #expect(text.contains("Goal: the mean of MRR at the end"))
        #expect(!text.contains("chance to beat") && !text.contains("Whom it works for"))
    }

    @Test func whatComesAfterTheWindowDoesNotCountAndWhoHasLeftPaysNothing() throws {
        let late = try world("mrr")
        try pay(late, "\(Self.spread) + CASE WHEN e.arm = 'treated' THEN 9000 ELSE 0 END", after: 31)
        #expect(try table("Arms", in: late.report("p", day: 120, rule: .fixed)).map { $0[4] } == ["50.00", "50.00"])
        let gone = try world("mrr")
        try gone.execute(
            """
            INSERT INTO history (account_id, attribute, at, value, previous)
            SELECT account_id, 'status', entered_at + 864000000, 'churned', 'active' FROM enrollment
            WHERE account_id % 2 = 0 AND arm = 'treated'
            """)
        try gone.execute(
            """
            UPDATE account SET status = 'churned', churned_at = 1900000000000
            WHERE id IN (SELECT account_id FROM history WHERE attribute = 'status')
            """)
        let arms = try table("Arms", in: gone.report("p", day: 120, rule: .fixed))
        #expect(arms[0][4] == "50.00")
        #expect(abs((Double(arms[1][4]) ?? 0) - 25) < 3, "\(arms)")
        #expect(try gone.verdict("p", day: 120, rule: .fixed).hasPrefix("Stop treated: harmful; its mean of MRR"))
    }

    @Test func theChangeOfRevenueIsLessTheEntryAndItsOutermostAreCut() throws {
        let world = try world("change(mrr)", winsorize: 0.01, more: ["  winsorize: 1%"])
        // One account of a thousand pays a fortune more.
        try pay(
            world, "\(Self.spread) + CASE WHEN a.id % 1000 = 7 THEN 100000000 ELSE 0 END", after: 10)
        let report = try world.report("p", day: 120)
        let arms = try table("Arms", in: report)
        for row in arms { #expect(abs(Double(row[4]) ?? 99) < 2, "\(row)") }
        // The mean of the holdout may as well be zero, and no change is a share of that.
        let effect = try #require(try table("Against holdout", in: report).first)
        #expect(effect[3] == "–" && effect[4] == "–", "\(effect)")
        let text = report.text(width: 1_000)
        #expect(text.contains("count as these: the outermost 1.0% of accounts on each side, fixed with the plan."))
        #expect(text.contains("Goal: the mean of change of MRR"))
        #expect(try world.report("p", day: 120).json.contains("\"mean_of_change_of_mrr_usd\""))
    }

    @Test func usageIsOfTheDaysThatLieWhollyInTheWindow() throws {
        let world = try world("sum(logins)", accounts: 400)
        try world.execute("INSERT INTO metric (name) VALUES ('logins')")
        // Two a day for the holdout and three for the others, for everybody every day.
        let arms = try world.store.read { connection in
            try connection.query("SELECT account_id, arm FROM enrollment").reduce(into: [Int64: String]()) {
                $0[$1["account_id"].integer ?? 0] = $1["arm"].text
            }
        }
        let first = Int(ExperimentWorld.start / 86_400_000)
        let rows = ((first - 60)...(first + 120)).flatMap { day in
            arms.sorted { $0.key < $1.key }.map { "a\($0.key),\(Day(number: day)),\($0.value == "holdout" ? 2 : 3)" }
        }
        let file = world.folder.appendingPathComponent("metrics.csv")
        try Data(("account,day,logins\n" + rows.joined(separator: "\n") + "\n").utf8).write(to: file)
        let imported = try Importer(
            store: world.store, dataMap: world.workspace.dataMap, configuration: world.workspace.configuration
        ).run(.metrics, from: .file(file.path), now: ExperimentWorld.instant(121))
        #expect(imported.isClean)
        let report = try world.report("p", day: 120, rule: .fixed)
        // An entry in the middle of a day and the end of its window in another leave 29 whole days of 30.
        #expect(try table("Arms", in: report).map { $0[4] } == ["58.00", "87.00"])
        let verdict = try world.verdict("p", day: 120, rule: .fixed)
        // Nobody differs from anybody within an arm, so that nothing can be asked.
        #expect(
            verdict.hasPrefix("The plan will not be full within a year: a change of 2.90 logins from 72."), "\(verdict)"
        )
    }

    @Test func revenueIsComparedByGroupToo() throws {
        let world = try world("mrr", accounts: 2_000)
        try world.execute("UPDATE account SET a_plan = CASE WHEN id % 2 = 0 THEN 'free' ELSE 'pro' END")
        // It works for one of the plans; another value has too few accounts to say anything.
        try world.execute("UPDATE account SET a_plan = 'trial' WHERE id <= 60")
        try pay(
            world, "\(Self.spread) + CASE WHEN e.arm = 'treated' AND a.a_plan = 'pro' THEN 1000 ELSE 0 END", after: 20)
        let report = try world.report("p", day: 120, rule: .fixed)
        let rows = try table("By group", in: report)
        #expect(rows.map { [$0[0], $0[1], $0[2]] } == [["plan", "free", "treated"], ["", "pro", "treated"]])
        let values = try world.store.read { connection in
            try connection.query(
                """
                SELECT e.arm AS arm, a.a_plan AS plan, a.mrr AS mrr FROM enrollment AS e
                JOIN account AS a ON a.id = e.account_id
                """)
        }
        for row in rows {
            func sample(_ arm: String) -> Sample {
                Sample(
                    values.filter { $0["arm"].text == arm && $0["plan"].text == row[1] }.map {
                        Double($0["mrr"].integer ?? 0)
                    })
            }
            let (control, own) = (sample("holdout"), sample("treated"))
            #expect(row[3] == "\(own.count)")
            #expect([row[4], row[5]] == [own.mean, control.mean].map { Report.Unit.money("USD").text($0) }, "\(row)")
            let effect = try Effect.between(control, own, scale: .absolute).get()
            #expect(abs((Double(row[6]) ?? 0) - effect.estimate / 100) < 0.006, "\(row)")
        }
        #expect((Double(rows[1][6]) ?? 0) > 8 && abs(Double(rows[0][6]) ?? 9) < 2)
        #expect(rows[0][8] == "0.000")
        #expect(report.text(width: 1_000).contains("mean of MRR at the end, USD  holdout mean  effect, USD"))
        // Of whom the figure is not known is in no group.
        try world.execute("UPDATE account SET mrr = NULL WHERE id % 4 = 1")
        try world.execute("DELETE FROM history WHERE account_id % 4 = 1")
        let fewer = try table("By group", in: world.report("p", day: 120, rule: .fixed))
        #expect((Int(fewer[1][3]) ?? 0) < (Int(rows[1][3]) ?? 0) * 6 / 10, "\(fewer)")
    }

    @Test func whatNobodyKnowsCountsInNoMean() throws {
        let world = try world("mrr", accounts: 400)
        try world.execute("UPDATE account SET mrr = NULL WHERE id % 10 = 0")
        let text = try world.report("p", day: 120, rule: .fixed).text(width: 1_000)
        #expect(text.contains("Of 40 accounts the figure is not known; they count in no mean."), "\(text)")
        let none = try ExperimentWorld(["p": Self.playbook("mrr")])
        try none.addAccounts(50)
        try none.launch("p", holdout: 0.5, more: ",\"mean\":\"mrr\",\"winsorize\":0.0")
        try none.enroll("p", accounts: 1...50, days: 0...5, holdout: 0.5, chances: [:])
        for rule in ArmComparison.Rule.allCases {
            for day in [3.0, 40] {
                let text = try none.report("p", day: day, rule: rule).text()
                #expect(!text.contains("nan") && !text.contains("inf"), "\(text)")
            }
        }
    }

    /// Skewed figures, one holdout in ten, 20 looks: 400 experiments at once, 4,000 in the long form.
    @Test(arguments: [0.5, 0.1])
    func looksAtMeansOfNothingClaimSomethingInAtMostOneOfTwenty(holdout: Double) {
        var dice = Dice(holdout == 0.5 ? 5 : 11)
        let prices = [0.0, 0, 19, 19, 19, 19, 19, 49, 49, 199]
        let size = holdout == 0.5 ? 864 : 2_400
        let experiments = Rounds.count(400, long: 4_000)
        let fractions = (1...20).map { Double($0) / 20 }
        let bounds = [GroupSequential(fractions: fractions).bounds]
        var claims = 0
        for _ in 0..<experiments {
            var found: [[Double]] = [[], []]
            let looks = (1...20).map { look in
                while found[0].count + found[1].count < size * look / 20 {
                    let arm = Double.random(in: 0..<1, using: &dice) < holdout ? 0 : 1
                    let factor = exp(Double.random(in: -1...2, using: &dice))
                    found[arm].append(prices[dice.below(10)] * factor)
                }
                return ArmComparison.Look(
                    at: Instant(milliseconds: Int64(look)), arms: found.map { .mean(Sample($0)) })
            }
            let comparison = ArmComparison(
                rule: .groupSequential, looks: looks, planned: size, bounds: bounds)
            if comparison.readings[0].standing != .undecided { claims += 1 }
        }
        Rounds.tell(experiments, "\(claims) false claims with a holdout of \(holdout)")
        #expect(Double(claims) <= 0.05 * Double(experiments) + 3 * (0.0475 * Double(experiments)).squareRoot())
    }
}
