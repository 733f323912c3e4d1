import Foundation
import Statistics
import Testing

@Test func theIncidentOfOneSegmentIsFoundAgainstItsPeers() throws {
    // The planted payment incident fell against its own past; the mobile one was always there.
    let steps = [
        WeakPoint.Step(
            now: Proportion(successes: 18, total: 95), past: Proportion(successes: 123, total: 244),
            peers: Proportion(successes: 200, total: 420), downstream: 0.5, value: 40),
        WeakPoint.Step(
            now: Proportion(successes: 60, total: 200), past: Proportion(successes: 120, total: 400),
            peers: Proportion(successes: 300, total: 500), downstream: 1, value: 40),
        WeakPoint.Step(
            now: Proportion(successes: 50, total: 100), past: Proportion(successes: 102, total: 200),
            peers: Proportion(successes: 51, total: 100)),
    ]
    let found = WeakPoint.search(steps)
    #expect(found.map(\.step) == [1, 0, 0])
    #expect(found.first?.against == .peers)
    let payment = try #require(found.first { $0.step == 0 && $0.against == .past })
    #expect(isClose(payment.lost, 29.889344262295072))
    #expect(isClose(payment.lostAtLeast, 19.469679952552767))
    #expect(isClose(payment.cost, 19.469679952552767 * 0.5 * 40))
    #expect(payment.adjusted >= payment.p)
}

@Test func fewEntrantsSayNothing() {
    let now = Proportion(successes: 0, total: 19)
    let past = Proportion(successes: 200, total: 200)
    #expect(WeakPoint.search([.init(now: now, past: past)]).isEmpty)
    let short = Proportion(successes: 59, total: 59)
    #expect(WeakPoint.search([.init(now: Proportion(successes: 0, total: 50), past: short)]).isEmpty)
    #expect(WeakPoint.search([]).isEmpty)
}

@Test func changePointsMatchTheirVectors() throws {
    for item in try VectorCase.read("journey", "cohort_change_point") {
        let cohorts = zip(try item.inputs.x.integers, try item.inputs.n.integers).map {
            Proportion(successes: $0, total: $1)
        }
        let (good, bad) = (try item.inputs.p0.double, try item.inputs.p1.double)
        let change = try #require(ChangePoint(cohorts, good: good, bad: bad))
        let chart = try #require(ControlChart(cohorts, target: good))
        for (index, row) in item.outputs.rows.items.enumerated() {
            item.expect(cohorts[index].rate, row.p)
            item.expect(change.sums[index], row.llr_cusum, floor: 1e-12)
            #expect((change.sums[index] > log(100)) == row.alarm.flag)
            item.expect(chart.points[index]?.limits.lower, row.lcl3)
            item.expect(chart.points[index]?.z, row.z, floor: 1e-12)
        }
        #expect(change.alarm == item.outputs.rows.items.firstIndex { $0.alarm.flag == true })
        if change.alarm != nil { #expect(change.start == 4) }
    }
}

@Test func chartsAndChangePointsNeedSharesInRange() {
    #expect(ChangePoint([], good: 0, bad: 0.5) == nil)
    #expect(ChangePoint([], good: 0.5, bad: 1) == nil)
    #expect(ChangePoint([], good: 0.5, bad: 0.3)?.alarm == nil)
    #expect(ControlChart([], target: 1) == nil)
    let chart = ControlChart(
        [Proportion(successes: 0, total: 0), Proportion(successes: 9, total: 10)], target: 0.025)
    #expect(chart?.points.first == .some(nil))
    #expect(chart?.points.last??.isAbove == true)
}
