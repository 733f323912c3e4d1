import Foundation
import Statistics
import Testing

@Test func survivalCurvesMatchTheirVectors() throws {
    for item in try VectorCase.read("attrition", "kaplan_meier") {
        let ledger = try Ledger(try #require(item.inputs.csv.text))
        let curve = SurvivalCurve(try ledger.table(of: item.inputs.group.text))
        #expect(curve.table.accounts == (try item.inputs.n.integer))
        #expect(curve.table.events == (try item.inputs.events.integer))
        for point in item.outputs.points.items {
            let t = try point.t.double
            item.expect(curve.survival(at: t), point.S, "S \(t)")
            item.expect(curve.logLogInterval(at: t), point.ci95_loglog, "interval \(t)")
            item.expect(curve.standardError(at: t), point.greenwood_se, "error \(t)")
            item.expect(Double(curve.table.atRisk(at: t)), point.at_risk, "at risk \(t)")
            // Once somebody has left, and not everybody, the honest interval is the same.
            if curve.survival(at: t) < 1, curve.survival(at: t) > 0 {
                item.expect(curve.interval(at: t), point.ci95_loglog)
            }
        }
        for point in item.outputs.nelson_aalen.items {
            let hazard = curve.hazard(at: try point.t.double)
            item.expect(hazard.value, point.H)
            item.expect(hazard.interval, point.ci95_log)
        }
        let interval = curve.quantileInterval(0.5)
        item.expect(curve.quantile(0.5) ?? .infinity, item.outputs.median)
        item.expect(interval.lower ?? .infinity, item.outputs.median_ci95[0])
        item.expect(interval.upper ?? .infinity, item.outputs.median_ci95[1])
        let mean = try curve.restrictedMean(to: try item.outputs.rmst.tau.double).get()
        item.expect(mean.mean, item.outputs.rmst.mean)
        item.expect(mean.standardError, item.outputs.rmst.se_greenwood)
        item.expect(mean.interval(), item.outputs.rmst.ci95)
    }
}

@Test func lateEntriesAreAtRiskFromWhenTheyWereSeen() throws {
    for item in try VectorCase.read("attrition", "kaplan_meier_left_truncation") {
        let lifetimes = try Ledger(try #require(item.inputs.csv.text)).lifetimes()
        let curve = SurvivalCurve(lifetimes)
        let naive = SurvivalCurve(lifetimes.map { Lifetime(duration: $0.duration, left: $0.left) })
        for (time, expected) in item.outputs.S.fields {
            item.expect(curve.survival(at: try #require(Double(time))), expected, time)
        }
        for (time, expected) in item.outputs.S_naive_ignoring_entry.fields {
            item.expect(naive.survival(at: try #require(Double(time))), expected, time)
        }
        for (time, expected) in item.outputs.at_risk.fields {
            item.expect(Double(curve.table.atRisk(at: try #require(Double(time)))), expected, time)
        }
        // Between two rows: those who enter after 4.5 are not there yet.
        let seen = lifetimes.count { ($0.entry ?? -1) < 4.5 && 4.5 <= $0.duration }
        #expect(curve.table.atRisk(at: 4.5) == seen)
    }
}

/// One account at risk must not make the share of everybody 0 or 1.
@Test func aCurveIsCutWhereFewerThanTenAreAtRisk() throws {
    // A hundred stay for 400 days; two get old, and one of them leaves.
    let old = [
        Lifetime(duration: 400, left: false, count: 98), Lifetime(duration: 90, left: true, count: 20),
        Lifetime(duration: 900, left: true), Lifetime(duration: 950, left: false),
    ]
    let curve = SurvivalCurve(old, least: 10)
    #expect(curve.end == 400)
    #expect(curve.steps.map(\.time) == [90])
    #expect(curve.quantile(0.5) == nil)
    #expect(!curve.holds(900))
    #expect(SurvivalCurve(old).quantile(0.5) == 900)
    // Those who are observed from an age on: the first of them leaves while it is alone.
    let late =
        [Lifetime(entry: 3, duration: 5, left: true)]
        + (0..<50).map { Lifetime(entry: 100 + Double($0), duration: 400, left: $0 % 5 == 0) }
    let cut = SurvivalCurve(late, least: 10)
    #expect(SurvivalCurve(late).survival(at: 300) == 0)
    #expect(cut.start == 109)
    #expect(isClose(cut.survival(at: 400), 0.8))
    #expect(throws: Unmeasurable.fewAtRisk) { try cut.restrictedMean(to: 365).get() }
    #expect(SurvivalCurve(Array(old.suffix(2)), least: 10).end == nil)
}

@Test func theBandOfAShareOfNoneHasAWidth() {
    let curve = SurvivalCurve([
        Lifetime(duration: 30, left: true, count: 12), Lifetime(duration: 10, left: true, count: 12),
    ])
    #expect(curve.survival(at: 30) == 0)
    #expect(isClose(curve.interval(at: 30).upper, 0.5 * (1 - pow(0.025, 1.0 / 12))))
}

@Test func nobodyLeavingStillLeavesDoubt() throws {
    let curve = SurvivalCurve([Lifetime(duration: 30, left: false, count: 100)])
    #expect(curve.survival(at: 20) == 1)
    #expect(isClose(curve.interval(at: 20).lower, pow(0.025, 0.01)))
    #expect(curve.interval(at: 31) == Interval(lower: 0, upper: 1))
    #expect(curve.quantile(0.5) == nil && curve.quantileInterval(0.5).lower == nil)
    #expect(curve.restrictedMean(to: 31) == .failure(.beyondObservation))
    #expect(curve.restrictedMean(to: 0) == .failure(.outOfRange))
    let mean = try curve.restrictedMean(to: 30).get()
    #expect(mean.mean == 30 && mean.difference(from: mean) == .failure(.noVariance))
}

@Test func lifetimesThatSayNothingAreLeftOut() {
    let table = RiskTable([
        Lifetime(duration: .nan, left: true), Lifetime(duration: -1, left: true),
        Lifetime(duration: 3, left: true, count: 0),
        Lifetime(entry: 5, duration: 5, left: true), Lifetime(entry: .nan, duration: 5, left: true),
        Lifetime(duration: 0, left: true), Lifetime(duration: 2, left: false),
    ])
    #expect(table.accounts == 2 && table.events == 1)
    let curve = SurvivalCurve(table)
    #expect(curve.survival(at: 0) == 0.5)
    let empty = SurvivalCurve([])
    #expect(empty.end == nil && empty.survival(at: 9) == 1 && empty.restrictedMean(to: 9) == .failure(.noAccounts))
    #expect(empty.interval(at: 1) == Interval(lower: 0, upper: 1))
}

@Test func lifetimesMayBeCountedTogether() throws {
    let single = try Ledger("rossi.csv").lifetimes()
    var counts: [Lifetime: Int] = [:]
    for lifetime in single { counts[lifetime, default: 0] += 1 }
    let together = counts.map { Lifetime(duration: $0.key.duration, left: $0.key.left, count: $0.value) }
    #expect(RiskTable(together) == RiskTable(single))
    // A quantile with some still inside: as many as 432 less the 114 arrests are censored at 52 weeks.
    #expect(SurvivalCurve(together).quantile(0.9) == nil)
    #expect(SurvivalCurve(together).quantile(0.25) == 50)
}
