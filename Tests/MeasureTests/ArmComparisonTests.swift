import Measure
import Playbooks
import Statistics
import Testing

struct ArmComparisonTests {
    private func look(_ week: Int64, _ arms: [(Int, Int)]) -> ArmComparison.Look {
        ArmComparison.Look(
            at: Instant(milliseconds: week * 604_800_000),
            arms: arms.map { Proportion(successes: $0.0, total: $0.1) })
    }

    @Test func aLookThatPassesItsBoundDecidesAndStaysDecided() {
        let looks = [
            look(1, [(20, 200), (25, 200)]), look(2, [(40, 400), (90, 400)]), look(3, [(100, 600), (110, 600)]),
        ]
        let comparison = ArmComparison(rule: .groupSequential, looks: looks, planned: 2_000)
        #expect(comparison.readings[0].standing == .better)
        #expect(comparison.readings[0].look == 1)
        #expect((comparison.readings[0].interval?.lower ?? -1) > 0)
    }

    @Test func nothingIsDecidedBeforeEveryArmHasTenOfEach() {
        let comparison = ArmComparison(rule: .groupSequential, looks: [look(1, [(9, 400), (120, 400)])], planned: 800)
        #expect(comparison.readings[0].standing == .undecided)
        let fixed = ArmComparison(rule: .fixed, looks: [look(1, [(9, 400), (120, 400)])], planned: 800)
        #expect(fixed.readings[0].standing == .undecided)
        let sequence = ArmComparison(rule: .alwaysValid, looks: [look(1, [(9, 400), (120, 400)])], planned: 800)
        #expect(sequence.readings[0].standing == .undecided)
    }

    @Test func whatMaturesAfterThePlanIsFullChangesNothing() {
        let full = [look(1, [(50, 500), (55, 500)])]
        let later = full + [look(2, [(60, 600), (300, 600)])]
        let comparison = ArmComparison(rule: .groupSequential, looks: later, planned: 1_000)
        #expect(comparison.readings == ArmComparison(rule: .groupSequential, looks: full, planned: 1_000).readings)
        #expect(comparison.isFull && comparison.looks.count == 1)
    }

    @Test func aSecondVariantIsHeldToLessAlphaUntilTheFirstIsDecided() {
        // z of about 2.1 alone passes 1.96 at the only look, but not with another undecided one.
        let alone = ArmComparison(
            rule: .groupSequential, looks: [look(1, [(200, 2_000), (241, 2_000)])], planned: 4_000)
        #expect(alone.readings[0].standing == .better)
        let both = ArmComparison(
            rule: .groupSequential, looks: [look(1, [(200, 2_000), (241, 2_000), (205, 2_000)])], planned: 6_000)
        #expect(both.readings.map(\.standing) == [.undecided, .undecided])
        let freed = ArmComparison(
            rule: .groupSequential, looks: [look(1, [(200, 2_000), (241, 2_000), (320, 2_000)])], planned: 6_000)
        #expect(freed.readings.map(\.standing) == [.better, .better])
    }

    @Test func harmIsNamedAndNeverShipped() {
        let comparison = ArmComparison(rule: .fixed, looks: [look(1, [(200, 1_000), (120, 1_000)])], planned: 2_000)
        #expect(ExperimentVerdict(comparison, detect: 0.04, days: 0, daysSoFar: 90) == .harmful([0]))
    }

    @Test func harmIsNotHiddenByABetterArmThatWaitsForItsGuardrails() {
        let comparison = ArmComparison(
            rule: .fixed, looks: [look(1, [(200, 1_000), (320, 1_000), (90, 1_000)])], planned: 3_000)
        func verdict(_ x: ExperimentVerdict.Guardrail.Standing) -> ExperimentVerdict {
            ExperimentVerdict(
                comparison, detect: 0.04,
                guardrails: [[.init(outcome: "churned", standing: x)], [.init(outcome: "churned", standing: .broken)]],
                days: 0, daysSoFar: 90)
        }
        #expect(verdict(.open) == .harmful([1]))
        #expect(verdict(.holds) == .ship(0))
        #expect(verdict(.broken) == .breaksGuardrail(0, outcome: "churned"))
    }

    @Test func aGuardrailMetricHoldsTheWinnerBack() {
        let comparison = ArmComparison(rule: .fixed, looks: [look(1, [(120, 1_000), (200, 1_000)])], planned: 2_000)
        func verdict(_ standing: ExperimentVerdict.Guardrail.Standing) -> ExperimentVerdict {
            ExperimentVerdict(
                comparison, detect: 0.04, guardrails: [[.init(outcome: "unsubscribed", standing: standing)]], days: 0,
                daysSoFar: 90)
        }
        #expect(verdict(.holds) == .ship(0))
        #expect(verdict(.open) == .awaitsGuardrail(0, outcome: "unsubscribed"))
        #expect(verdict(.broken) == .breaksGuardrail(0, outcome: "unsubscribed"))
    }

    @Test func armsThatAreNotAsDrawnGetNoVerdict() {
        let comparison = ArmComparison(rule: .fixed, looks: [look(1, [(120, 1_000), (200, 1_000)])], planned: 2_000)
        #expect(ExperimentVerdict(comparison, detect: 0.04, isBroken: true, days: 0, daysSoFar: 90) == .broken)
    }

    @Test func whatAYearCannotShowIsNotWaitedFor() {
        let comparison = ArmComparison(
            rule: .groupSequential, looks: [look(1, [(20, 200), (22, 200)])], planned: 100_000)
        #expect(ExperimentVerdict(comparison, detect: 0.02, days: 4_000, daysSoFar: 7) == .undetectable(days: 4_000))
        #expect(ExperimentVerdict(comparison, detect: 0.02, days: 100, daysSoFar: 7) == .keepRunning(days: 100))
    }

    @Test(arguments: ArmComparison.Rule.allCases)
    func armsWithoutAnybodyOrWithoutDifferencesGiveNoNumbersThatAreNone(rule: ArmComparison.Rule) {
        let looks = [
            [look(1, [])], [look(1, [(0, 0)])], [look(1, [(0, 0), (0, 0)])], [look(1, [(0, 500), (0, 500)])],
            [look(1, [(500, 500), (500, 500)])], [look(1, [(1, 1), (20, 900)])], [],
        ]
        for case let looks in looks {
            for planned in [nil, 0, 1, 1_000] as [Int?] {
                let comparison = ArmComparison(rule: rule, looks: looks, planned: planned)
                for reading in comparison.readings {
                    #expect(reading.standing == .undecided)
                    for number in [reading.interval?.lower, reading.interval?.upper, reading.z, reading.p] {
                        #expect(number?.isFinite ?? true)
                    }
                }
            }
        }
    }

    /// The long version of this, with 2,000 experiments, is `Benchmarks/run experiments`.
    @Test func ofExperimentsWithoutAnEffectFewClaimOneAndOfThoseWithTheEffectMostDo() throws {
        let plan = try ExperimentPlan.make(base: 0.4, weights: [0.5, 0.5]).get()
        let step = (plan.accounts + 9) / 10
        let bounds = [
            GroupSequential(fractions: (1...10).map { min(1, Double($0 * step) / Double(plan.accounts)) }).bounds
        ]
        var state: UInt64 = 7
        func draw() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 11) / 9_007_199_254_740_992
        }
        func claims(_ effect: Double) -> Int {
            (0..<150).filter { _ in
                var (x, n) = ([0, 0], [0, 0])
                let looks = (1...10).map { week in
                    for _ in 0..<step {
                        let arm = draw() < 0.5 ? 0 : 1
                        n[arm] += 1
                        if draw() < 0.4 + (arm == 1 ? effect : 0) { x[arm] += 1 }
                    }
                    return look(Int64(week), [(x[0], n[0]), (x[1], n[1])])
                }
                let comparison = ArmComparison(
                    rule: .groupSequential, looks: looks, planned: plan.accounts, bounds: bounds)
                return comparison.readings[0].standing != .undecided
            }.count
        }
        // Three standard errors around 5 % and 80 %.
        #expect(claims(0) <= 15)
        #expect(claims(plan.detect) >= 105)
    }
}
