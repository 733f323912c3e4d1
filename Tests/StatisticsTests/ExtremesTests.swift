import Statistics
import Testing

/// Counts from none to a billion, with none, one, some, all but one and all of them.
private let proportions: [Proportion] = [0, 1, 2, 7, 1000, 1_000_000_000].flatMap { total in
    Set([0, 1, total / 3, total - 1, total]).sorted().map { Proportion(successes: $0, total: total) }
}

private func isProbability(_ value: Double) -> Bool { (0...1).contains(value) }

private func isFinite(_ interval: Interval?) -> Bool {
    interval.map { $0.lower.isFinite && $0.upper.isFinite && $0.lower <= $0.upper } ?? true
}

@Test func noPairOfArmsMakesAFigureThatIsNoNumber() {
    let sequence = ConfidenceSequence(plannedAccounts: 1000)
    for control in proportions {
        #expect(isFinite(control.wilson()) && isFinite(control.exact()), "\(control)")
        for treatment in proportions {
            let both = ProportionComparison(control: control, treatment: treatment)
            for alternative in [Alternative.less, .greater, .unequal] {
                #expect(isProbability(both.test(alternative).p), "\(both)")
            }
            #expect(isProbability(both.fisher()), "\(both)")
            #expect(isFinite(both.newcombe()) && isFinite(both.wald()) && isFinite(both.agrestiCaffo()), "\(both)")
            if let effect = try? Effect.between(control, treatment, scale: .absolute).get() {
                #expect(isProbability(effect.p) && isFinite(effect.interval()), "\(both)")
                #expect(isFinite(sequence.interval(effect)) && isProbability(sequence.p(effect)), "\(both)")
            }
            if let lift = try? Effect.between(control, treatment, scale: .relative).get() {
                #expect(isProbability(lift.p) && isFinite(lift.interval()), "\(both)")
                let belief = GaussianBelief(lift)
                #expect(isProbability(belief.chanceAboveZero) && belief.lossOfTreatment.isFinite, "\(both)")
            }
            if let guardrail = try? NonInferiority.test(both, margin: 0.01).get() {
                #expect(guardrail.upper.isFinite && isProbability(guardrail.p ?? 0), "\(both)")
            }
            let ratio = SampleRatio(observed: [control.total, treatment.total], weights: [1, 1])
            #expect(isProbability(ratio.p) && isProbability(ratio.exactP ?? 0), "\(both)")
            let split = ComplierEffect.Arm(delivered: treatment, undelivered: control)
            let none = ComplierEffect.Arm(delivered: Proportion(successes: 0, total: 0), undelivered: control)
            if let complier = try? ComplierEffect.between(none, split).get() {
                #expect(complier.estimate.isFinite && isFinite(complier.interval()), "\(both)")
            }
        }
    }
}

@Test func noBeliefMakesAChanceThatIsNoNumber() {
    let some = [(0, 0), (1, 1), (0, 1000), (333, 1000), (999, 1000), (0, 1_000_000), (333_333, 1_000_000)].map {
        Proportion(successes: $0.0, total: $0.1)
    }
    for control in some {
        for treatment in some {
            let beliefs = Beliefs(prior: Beta(rate: 0.05, weight: 30), data: [control, treatment], better: .higher)
            let (lower, higher) = (beliefs.chance(of: 0, toBeat: 1), beliefs.chance(of: 1, toBeat: 0))
            #expect(isProbability(lower) && isProbability(higher), "\(control) \(treatment)")
            #expect(abs(lower + higher - 1) < 1e-8, "\(control) \(treatment): \(lower) \(higher)")
            let loss = beliefs.expectedLoss(choosing: 1, insteadOf: 0)
            let gain = beliefs.expectedLoss(choosing: 0, insteadOf: 1)
            let difference = beliefs.arms[1].mean - beliefs.arms[0].mean
            let error = gain - loss - difference
            #expect(loss >= 0 && abs(error) < 1e-9, "\(control) \(treatment): \(gain) \(loss) \(error)")
        }
    }
}

@Test func noDesignMakesASizeThatIsNoNumber() {
    for alpha in [0, 1e-9, 0.05, 1, .nan] {
        for share in [0, 1e-9, 0.3, 1, 2, .nan] {
            let design = Design(alpha: alpha, power: 0.8, ratio: 1)
            _ = design.size(control: share, treatment: 0.31)
            _ = design.size(difference: share, deviation: 1)
            let size = Design.Size(control: 1_000_000_000, treatment: 1)
            let found = design.detectable(control: share, size: size, change: .up)
            if let found = try? found.get() { #expect(isProbability(found)) }
            let bounds = GroupSequential(fractions: [share, 0.5, 1], alpha: alpha).bounds
            #expect(bounds.allSatisfy { $0.isFinite }, "\(alpha) \(share)")
        }
    }
    #expect(Design.days(smallerArm: .max, eligiblePerDay: 1e-300, share: 1, outcomeWindow: 3) == nil)
    #expect(Design.days(smallerArm: 5, eligiblePerDay: .nan, share: 1, outcomeWindow: 3) == nil)
}
