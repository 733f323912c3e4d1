import Measure
import Playbooks
import Statistics

/// Experiments without and with an effect, each with 20 looks, through the very rule that gives verdicts.
struct ExperimentsCommand {
    struct Answer: Encodable {
        var experiments: Int
        var looks: Int
        /// Shares of experiments without an effect that end with a claim.
        var falseWeekly: Double
        var falseWeeklyThreeVariants: Double
        var falseAlwaysValid: Double
        /// The same experiments by a z test at every look, which is what none of the rules does.
        var falsePeeking: Double
        /// The share of experiments with the planned effect that end with the right claim, and with the wrong one.
        var power: Double
        var wrong: Double
        /// The share of experiments with nothing to find that end with "no difference".
        var noDifference: Double
        var accounts: Int
    }

    private static let looks = 20
    private static let base = 0.10

    let experiments: Int

    func run() throws -> Answer {
        let two = [0.2, 0.8]
        let four = [0.1, 0.3, 0.3, 0.3]
        let plan = try ExperimentPlan.make(base: Self.base, weights: two).get()
        let wide = try ExperimentPlan.make(base: Self.base, weights: four).get()
        let null = simulate(.groupSequential, plan, weights: two, effect: 0, seed: 1)
        let real = simulate(.groupSequential, plan, weights: two, effect: plan.detect, seed: 2)
        let variants = simulate(.groupSequential, wide, weights: four, effect: 0, seed: 3)
        let valid = simulate(.alwaysValid, plan, weights: two, effect: 0, seed: 4)
        return Answer(
            experiments: experiments, looks: Self.looks, falseWeekly: null.claims,
            falseWeeklyThreeVariants: variants.claims, falseAlwaysValid: valid.claims, falsePeeking: null.peeking,
            power: real.ships, wrong: real.claims - real.ships, noDifference: null.noDifference,
            accounts: plan.accounts)
    }

    private struct Shares {
        var claims = 0.0
        var ships = 0.0
        var noDifference = 0.0
        var peeking = 0.0
    }

    private func simulate(
        _ rule: ArmComparison.Rule, _ plan: ExperimentPlan, weights: [Double], effect: Double, seed: UInt64
    ) -> Shares {
        var random = SplitMix64(state: seed)
        let step = (plan.accounts + Self.looks - 1) / Self.looks
        let fractions = (1...Self.looks).map { min(1, Double($0 * step) / Double(plan.accounts)) }
        let bounds = (1..<weights.count).map {
            GroupSequential(fractions: fractions, alpha: 0.05 / Double($0)).bounds
        }
        var (claims, ships, flat, peeking) = (0, 0, 0, 0)
        for _ in 0..<experiments {
            var totals = [Int](repeating: 0, count: weights.count)
            var goals = totals
            var peeked = false
            let looks = (1...Self.looks).map { week -> ArmComparison.Look in
                for _ in 0..<step {
                    var draw = random.share()
                    var arm = 0
                    while arm < weights.count - 1, draw >= weights[arm] {
                        draw -= weights[arm]
                        arm += 1
                    }
                    totals[arm] += 1
                    if random.share() < plan.base + (arm == 0 ? 0 : effect) { goals[arm] += 1 }
                }
                let arms = zip(goals, totals).map { Proportion(successes: $0, total: $1) }
                let comparison = ProportionComparison(control: arms[0], treatment: arms[1])
                peeked = peeked || abs(comparison.pooledZ ?? 0) >= Normal.upperQuantile(0.025)
                return ArmComparison.Look(at: Instant(milliseconds: Int64(week)), arms: arms)
            }
            let comparison = ArmComparison(rule: rule, looks: looks, planned: plan.accounts, bounds: bounds)
            let verdict = ExperimentVerdict(comparison, detect: plan.detect, days: 0, daysSoFar: 0)
            if verdict.isClaim { claims += 1 }
            if case .ship = verdict { ships += 1 }
            if case .noDifference = verdict { flat += 1 }
            if peeked { peeking += 1 }
        }
        func share(_ count: Int) -> Double { Double(count) / Double(max(1, experiments)) }
        return Shares(
            claims: share(claims), ships: share(ships), noDifference: share(flat), peeking: share(peeking))
    }
}

/// Numbers that are the same in each run.
struct SplitMix64 {
    var state: UInt64

    /// From 0 up to, but not, 1.
    mutating func share() -> Double {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return Double((mixed ^ (mixed >> 31)) >> 11) / 9_007_199_254_740_992
    }
}
