import Foundation
import Measure
import Statistics
import Storage
import Testing

/// Experiments whose arms were drawn within the values of an attribute.
struct StratifiedExperimentTests {
    /// Plans with very different rates: one in ten of the free, six in ten of the others.
    private func world(holdouts: String = "account_id % 4 = 0") throws -> ExperimentWorld {
        let text = ExperimentWorld.playbook("p", holdout: "25%", more: ["experiment: { stratify: plan }"])
        let world = try ExperimentWorld(["p": text])
        try world.addAccounts(2_000)
        try world.launch("p", holdout: 0.25, more: ",\"stratify\":\"plan\"")
        try world.enroll("p", accounts: 1...2_000, days: 0...60, holdout: 0.25, chances: [:])
        try world.execute("UPDATE enrollment SET arm = CASE WHEN \(holdouts) THEN 'holdout' ELSE 'treated' END")
        try world.touchAll()
        try world.execute(
            """
            INSERT INTO assignment (experiment_id, account_id, arm, at, stratum)
            SELECT experiment_id, account_id, arm, entered_at, CASE WHEN account_id % 3 = 0 THEN 'pro' ELSE 'free' END
            FROM enrollment
            """)
        try world.execute(
            """
            UPDATE enrollment SET goal_at = entered_at + 1000 WHERE account_id * 7919 % 1000 <
                CASE WHEN account_id % 3 = 0 THEN 600 ELSE 100 END + CASE arm WHEN 'treated' THEN 60 ELSE 0 END
            """)
        return world
    }

    @Test func theEffectIsWeighedByTheStrataAndItsIntervalIsNarrower() throws {
        let world = try world()
        let report = try world.report("p", day: 120, rule: .fixed)
        let rows = try world.store.read { connection in
            try connection.query(
                """
                SELECT g.stratum AS stratum, e.arm AS arm, count(*) AS n, count(e.goal_at) AS hits
                FROM enrollment AS e JOIN assignment AS g ON g.account_id = e.account_id GROUP BY g.stratum, e.arm
                """)
        }
        func share(_ stratum: String, _ arm: String) throws -> (n: Double, p: Double) {
            let row = try #require(rows.first { $0["stratum"].text == stratum && $0["arm"].text == arm })
            let n = Double(row["n"].integer ?? 0)
            return (n, Double(row["hits"].integer ?? 0) / n)
        }
        var (effect, variance, plain) = (0.0, 0.0, 0.0)
        for stratum in ["free", "pro"] {
            let (c, t) = (try share(stratum, "holdout"), try share(stratum, "treated"))
            let weight = (c.n + t.n) / 2_000
            effect += weight * (t.p - c.p)
            variance += weight * weight * (t.p * (1 - t.p) / t.n + c.p * (1 - c.p) / c.n)
        }
        let arms = ["holdout", "treated"].map { arm in
            rows.filter { $0["arm"].text == arm }.reduce((0.0, 0.0)) {
                ($0.0 + Double($1["n"].integer ?? 0), $0.1 + Double($1["hits"].integer ?? 0))
            }
        }
        plain = arms.reduce(0) { sum, arm in
            let p = arm.1 / arm.0
            return sum + p * (1 - p) / arm.0
        }
        #expect(variance < 0.9 * plain)
        let row = try #require(report.table(named: "Against holdout")?.rows.first)
        guard case .number(let found, .points) = row[1], case .interval(let interval, .points) = row[2] else {
            Issue.record("\(row)")
            return
        }
        #expect(abs(found - effect) < 1e-9)
        let half = interval.width / 2
        // As wide as its own error asks, or as the pooled one where that is larger; and narrower than without strata.
        #expect((1.95..<2.1).contains(half / variance.squareRoot()), "\(half / variance.squareRoot())")
        #expect(half < 1.96 * plain.squareRoot())
        let text = report.text(width: 1_000)
        #expect(text.contains("Drawn within plan. The effect weighs its values as all arms together have them"))
        #expect(text.contains("assigned, plan free") && text.contains("assigned, plan pro"))
        #expect(try world.verdict("p", day: 120, rule: .fixed).hasPrefix("Ship treated"))
    }

    @Test func armsThatAreNotAsDrawnWithinAStratumAreFound() throws {
        // In all a quarter is held out, but none of the others where every second of the free is.
        let world = try world(holdouts: "account_id % 3 <> 0 AND account_id % 8 IN (0, 1, 2)")
        let verdict = try world.verdict("p", day: 120)
        #expect(
            verdict.hasPrefix("No verdict: the arms are not as they were drawn. At \"assigned, plan "), "\(verdict)")
    }
}
