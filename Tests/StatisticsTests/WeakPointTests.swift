import Foundation
import Reliability
import Statistics
import Testing

@Test func theIncidentOfOneSegmentIsFoundAgainstItsPeers() throws {
    // The planted payment incident fell against its own past; the mobile one was always there.
    let weeks = Array(repeating: Proportion(successes: 15, total: 30), count: 8)
    let steps = [
        WeakPoint.Step(
            now: Proportion(successes: 18, total: 95), past: Proportion(successes: 123, total: 244),
            peers: Proportion(successes: 200, total: 420), weeks: weeks, downstream: 0.5, value: 40),
        WeakPoint.Step(
            now: Proportion(successes: 60, total: 200), past: Proportion(successes: 120, total: 400),
            peers: Proportion(successes: 300, total: 500), weeks: weeks, downstream: 1, value: 40),
        WeakPoint.Step(
            now: Proportion(successes: 50, total: 100), past: Proportion(successes: 102, total: 200),
            peers: Proportion(successes: 51, total: 100), weeks: weeks),
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

/// Entrants of a step, day by day, whose share scatters between weeks by 0.3 on the scale of logits.
private struct ScatteredStep {
    private var moved: [Int] = []
    private var came: [Int] = []

    /// - Parameter drop: the factor of the share from a day on.
    init(
        days: Int, perDay: Int, drop: (days: Range<Int>, factor: Double)? = nil,
        random: inout some RandomNumberGenerator
    ) {
        var share = 0.5
        for day in 0..<days {
            if day % 7 == 0 {
                let normal = (0..<12).reduce(-6.0) { sum, _ in sum + .random(in: 0..<1, using: &random) }
                share = 1 / (1 + exp(-0.3 * normal))
            }
            let now = drop.map { $0.days.contains(day) ? share * $0.factor : share } ?? share
            came.append(perDay)
            moved.append((0..<perDay).count { _ in Double.random(in: 0..<1, using: &random) < now })
        }
    }

    private func between(_ from: Int, _ to: Int) -> Proportion {
        Proportion(successes: moved[from..<to].reduce(0, +), total: came[from..<to].reduce(0, +))
    }

    /// - Parameter weakSince: its past is that from before that day.
    func step(on day: Int, weakSince: Int? = nil) -> WeakPoint.Step {
        let past = (weakSince ?? day) - 14
        return WeakPoint.Step(
            now: between(day - 14, day), past: between(past - 56, past), wasWeak: weakSince != nil,
            weeks: (0..<8).map { between(past - 7 - 7 * $0, past - 7 * $0) })
    }
}

@Test func weeksThatDifferAnywayRaiseOneFalseAlarmAYear() {
    var random = Dice(20_260_101)
    let years = Rounds.count(6, long: 300)
    var alarms = 0
    for _ in 0..<years {
        let steps = (0..<4).map { _ in ScatteredStep(days: 435, perDay: 10, random: &random) }
        var last = [Int](repeating: -99, count: 4)
        for day in 70...435 {
            for point in WeakPoint.search(steps.map { $0.step(on: day) }) {
                // One that stands for days is one.
                if day - last[point.step] > 7 { alarms += 1 }
                last[point.step] = day
            }
        }
    }
    #expect(alarms <= years, "\(alarms) in \(years) years")
    Rounds.tell(years, "\(alarms) false alarms")
}

@Test func aPlantedIncidentIsFoundWithinTwoWeeks() {
    var random = Dice(7)
    var found = 0
    for _ in 0..<20 {
        let steps = (0..<4).map { index in
            ScatteredStep(days: 84 + 14, perDay: 10, drop: index == 0 ? (84..<98, 0.38) : nil, random: &random)
        }
        let isFound = (85...98).contains { day in
            WeakPoint.search(steps.map { $0.step(on: day) }).contains { $0.step == 0 }
        }
        if isFound { found += 1 }
    }
    #expect(found >= 16, "\(found) of 20")
}

/// One of few days whose share is not so bad by chance would make the fall the measure of itself.
@Test func aFallIsWeakUntilItsShareIsBack() {
    var random = Dice(11)
    var (found, lost, back) = (0, 0, 0)
    for _ in 0..<20 {
        let fallen = ScatteredStep(days: 84 + 160 + 60, perDay: 10, drop: (84..<244, 0.5), random: &random)
        var since: Int?
        for day in 85..<304 {
            let isWeak = !WeakPoint.search([fallen.step(on: day, weakSince: since)]).isEmpty
            if since != nil, !isWeak, day < 244 { lost += 1 }
            if since != nil, !isWeak, day >= 244 { back += 1 }
            if since == nil, isWeak, day < 244 { found += 1 }
            since = isWeak ? since ?? day : nil
        }
    }
    #expect(found >= 18 && lost <= 1 && back >= 18, "found \(found), let go \(lost), back \(back)")
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
