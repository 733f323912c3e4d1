import Decisions
import Foundation
import Measure
import Playbooks
import Reliability
import Statistics
import Storage
import Testing

/// How often the intervals of the report on an experiment hold what they are of.
struct ExperimentIntervalTests {
    private static let accounts = 700
    private static let chances = ["holdout": 0.25, "treated": 0.32]
    private static let harms = ["holdout": 0.02, "treated": 0.03]
    private static let effect = 0.07

    /// Three in ten held out, departures of both arms alike, complaints a point more of the treated.
    private static func world(_ seed: Int) throws -> ExperimentWorld {
        let text = ExperimentWorld.playbook("p", holdout: "30%", more: ["guardrail_metrics: { complained: 3% }"])
        let world = try ExperimentWorld(["p": text])
        try world.addAccounts(accounts)
        try world.execute(
            """
            UPDATE account SET mrr = 2000 + id * 7919 % 9000, created_at = created_at - id * 131 % 500 * 86400000,
                a_plan = CASE WHEN id % 2 = 0 THEN 'free' ELSE 'pro' END
            """)
        try world.launch("p", holdout: 0.3)
        try world.enroll(
            "p", accounts: 1...accounts, days: 0...60, holdout: 0.3, chances: chances, seed: "\(seed)")
        try world.touchAll()
        try world.churn(0.2, accounts: 1...accounts, days: 0...160, seed: "\(seed)")
        let arms = try world.store.read { connection in
            try connection.query("SELECT account_id, arm, entered_at FROM enrollment")
        }
        try world.store.write { connection in
            for row in arms {
                let (id, arm) = (row["account_id"].integer ?? 0, row["arm"].text ?? "")
                guard Draw.number(salt: "harm/\(seed)", key: "a\(id)") < harms[arm] ?? 0 else { continue }
                try connection.execute(
                    """
                    INSERT INTO outcome (account_id, touch_id, kind, at, dedup)
                    SELECT account_id, id, 'complained', settled_at + 1000, 'c' || id FROM touch WHERE account_id = :id
                    """, ["id": .integer(id)])
            }
        }
        return world
    }

    @Test func intervalsHoldWhatTheyAreOfAsOftenAsTheySay() throws {
        let worlds = Rounds.count(8, long: 1_000)
        var rates = Coverage("rate of an arm", independent: 2)
        var effects = ArmComparison.Rule.allCases.map { Coverage("effect, \($0.rawValue)") }
        var (relative, others) = (Coverage("relative effect"), Coverage("other outcomes"))
        var (bounds, reached) = (Coverage("bound of a harm"), Coverage("effect on the reached"))
        var (adjusted, groups) = (Coverage("adjusted effect"), Coverage("effect of a group", independent: 2))
        for seed in 0..<worlds {
            let world = try Self.world(seed)
            for (place, rule) in ArmComparison.Rule.allCases.enumerated() {
                let report = try world.report("p", day: 160, rule: rule)
                func rows(_ title: String) throws -> [[Report.Cell]] {
                    try #require(report.table(named: title), "\(report.tables.map(\.title))").rows
                }
                let against = try #require(try rows("Against holdout").first)
                effects[place].add(against[2], of: Self.effect, "\(seed)")
                if case .number(let upper, _) = try rows("Guardrail metrics")[1][7] {
                    bounds.add(upper >= 0.01, "\(seed): \(upper)")
                }
                // The rest is of this look, whatever the rule.
                guard rule == .fixed else { continue }
                for row in try rows("Arms") { rates.add(row[6], of: Self.chances[row[0].text] ?? 0, "\(seed)") }
                relative.add(against[4], of: Self.effect / 0.25, "\(seed)")
                for row in try rows("Other outcomes") where row[0].text.isEmpty { others.add(row[7], of: 0, "\(seed)") }
                reached.add(try rows("Where the message arrived")[1][5], of: Self.effect, "\(seed)")
                for row in try rows("Adjusted for tenure, MRR and earlier departures (CUPED)") {
                    adjusted.add(row[2], of: Self.effect, "\(seed)")
                }
                for row in try rows("By group") { groups.add(row[8], of: Self.effect, "\(seed): \(row[1].text)") }
            }
        }
        for said in [rates, relative, others, bounds, reached, adjusted, groups] + effects {
            said.tell()
            #expect(said.all >= worlds, "\(said.name)")
            #expect(said.share >= said.least(worlds: worlds), "\(said.name): \(said.missed)")
        }
    }

    /// Prices, of which few are high: what most tests of means are worst at.
    @Test(arguments: [(control: 50, treatment: 450), (250, 250)])
    func intervalsOfMeansHoldWhatTheyAreOf(size: (control: Int, treatment: Int)) {
        var dice = Dice(UInt64(size.control))
        let prices = [0.0, 0, 19, 19, 19, 19, 19, 49, 49, 199]
        // E exp(U), U even between -1 and 2.
        let factor = (exp(2.0) - exp(-1.0)) / 3
        let mean = prices.reduce(0, +) / 10 * factor
        func draw(_ count: Int, _ scale: Double) -> [Double] {
            (0..<count).map { _ in prices[dice.below(10)] * exp(Double.random(in: -1...2, using: &dice)) * scale }
        }
        let worlds = Rounds.count(400, long: 10_000)
        var (means, effects) = (Coverage("mean of an arm", independent: 2), Coverage("effect on a mean"))
        var lifts = Coverage("relative effect on a mean")
        for _ in 0..<worlds {
            let (control, treatment) = (Sample(draw(size.control, 1)), Sample(draw(size.treatment, 1.2)))
            let pooled = Sample.pooledVariance([control, treatment])
            for (sample, truth) in [(control, mean), (treatment, 1.2 * mean)] {
                guard let interval = sample.interval(variance: pooled) else { continue }
                means.add(interval.contains(truth), "\(interval)")
            }
            let contrast = ArmContrast(control: .mean(control), treatment: .mean(treatment))
            if let interval = contrast.interval(alpha: 0.05) {
                effects.add(interval.contains(0.2 * mean), "\(interval)")
            }
            if let interval = contrast.liftInterval() { lifts.add(interval.contains(0.2), "\(interval)") }
        }
        for said in [means, effects, lifts] {
            said.tell(test: "intervalsOfMeans, \(size.control) and \(size.treatment)")
            #expect(said.all >= worlds * 9 / 10, "\(said.name)")
            #expect(said.share >= said.least(worlds: worlds), "\(said.name): \(said.share)")
        }
    }
}

extension Coverage {
    fileprivate mutating func add(_ cell: Report.Cell, of truth: Double, _ name: String) {
        guard case .interval(let interval, let unit) = cell else { return }
        add(interval.contains(truth), "\(name): \(unit.text(truth)) is not in \(cell.text)")
    }
}
