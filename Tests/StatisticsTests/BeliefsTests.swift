import Foundation
import Statistics
import Testing

@Test func beliefsAboutTwoArmsMatchTheirVectors() throws {
    for item in try VectorCase.read("experiments", "2_beta_binomial") {
        let comparison = try item.comparison()
        let prior = Beta(a: try item.inputs.prior_alpha.double, b: try item.inputs.prior_beta.double)
        let beliefs = Beliefs(prior: prior, data: [comparison.control, comparison.treatment], better: .higher)
        let out = item.outputs
        item.expect(beliefs.chance(of: 1, toBeat: 0), out.prob_treatment_higher)
        item.expect(beliefs.expectedLoss(choosing: 1, insteadOf: 0), out.expected_loss_ship_treatment, floor: 0)
        item.expect(beliefs.expectedLoss(choosing: 0, insteadOf: 1), out.expected_loss_keep_control, floor: 0)
        guard !out.prob_treatment_lower.isNull else { continue }
        item.expect(beliefs.chance(of: 0, toBeat: 1), out.prob_treatment_lower, floor: 0)
        item.expect(beliefs.arms[0].mean, out.posterior_mean_control)
        item.expect(beliefs.arms[1].mean, out.posterior_mean_treatment)
        item.expect(beliefs.arms[0].credible(), out.cred95_control)
        item.expect(beliefs.arms[1].credible(), out.cred95_treatment)
        item.expect(beliefs.difference(of: 1, less: 0), out.cred95_difference, to: 1e-6, floor: 5e-8)
        let churn = Beliefs(prior: prior, data: [comparison.control, comparison.treatment], better: .lower)
        item.expect(churn.chance(of: 1, toBeat: 0), out.prob_treatment_lower, floor: 0)
        item.expect(churn.expectedLoss(choosing: 1, insteadOf: 0), out.expected_loss_keep_control, floor: 0)
    }
}

@Test func beliefsAboutManyArmsMatchTheirVectors() throws {
    for item in try VectorCase.read("experiments", "10_prob_best_thompson") {
        let data = try item.inputs.arms.items.map {
            Proportion(successes: try $0.conversions.integer, total: try $0.n.integer)
        }
        for (better, name) in [(Beliefs.Better.higher, "prob_highest"), (.lower, "prob_lowest_ie_best_for_churn")] {
            let chances = Beliefs(prior: .uniform, data: data, better: better).chancesToBeBest
            for (index, chance) in chances.enumerated() { item.expect(chance, item.outputs[name][index], name) }
            #expect(abs(chances.reduce(0, +) - 1) < 1e-11)
        }
    }
}

/// The finite sum of Miller (2015), which needs a whole `a` of the second arm.
@Test func chancesMatchTheExactSum() {
    for (c, t) in [((3, 1000), (9, 900)), ((40, 60), (30, 70)), ((1, 5000), (12, 6000))] {
        let (aC, bC) = (Double(c.0) + 1, Double(c.1 - c.0) + 1)
        let bT = Double(t.1 - t.0) + 1
        func logBeta(_ a: Double, _ b: Double) -> Double { lgamma(a) + lgamma(b) - lgamma(a + b) }
        var sum = 0.0
        for step in 0...t.0 {
            let i = Double(step)
            sum += exp(logBeta(aC + i, bT + bC) - logBeta(1 + i, bT) - logBeta(aC, bC)) / (bT + i)
        }
        let data = [Proportion(successes: c.0, total: c.1), Proportion(successes: t.0, total: t.1)]
        let beliefs = Beliefs(prior: .uniform, data: data, better: .higher)
        #expect(isClose(beliefs.chance(of: 1, toBeat: 0), sum, to: 1e-9))
    }
}

@Test func beliefsAboutABillionAccountsAreFinite() {
    let data = [
        Proportion(successes: 50_000_000, total: 1_000_000_000),
        Proportion(successes: 50_010_000, total: 1_000_000_000),
        Proportion(successes: 400_000_000, total: 1_000_000_000),
    ]
    let beliefs = Beliefs(prior: Beta(rate: 0.05, weight: 30), data: data, better: .higher)
    let z = 1e-5 / (2 * 0.05 * 0.95 / 1e9).squareRoot()
    #expect(isClose(beliefs.chance(of: 1, toBeat: 0), Normal.below(z), to: 1e-4))
    #expect(beliefs.chance(of: 0, toBeat: 2) == 0)
    #expect(abs(beliefs.chancesToBeBest[2] - 1) < 1e-9)
    #expect(beliefs.expectedLoss(choosing: 2, insteadOf: 0) == 0)
    #expect(beliefs.chance(of: 0, toBeat: 7) == 0.5 && beliefs.difference(of: 0, less: -1) == nil)
}

@Test func normalBeliefsMatchTheirVectors() throws {
    for item in try VectorCase.read("experiments", "2b_gaussian_effect_bayes") {
        let comparison = try item.comparison()
        let effect = Effect.between(comparison.control, comparison.treatment, scale: .relative)
        guard item.outputs.error.isNull else {
            #expect((try? effect.get()) == nil)
            continue
        }
        let isProper = item.inputs.prior.proper.flag == true
        let prior = GaussianBelief(
            mean: try item.inputs.prior.mean.double, deviation: try item.inputs.prior.variance.double.squareRoot())
        let belief = GaussianBelief(try effect.get(), prior: isProper ? prior : nil)
        item.expect(belief.chanceAboveZero, item.outputs.chance_to_win)
        item.expect(belief.mean, item.outputs.expected)
        item.expect(belief.deviation, item.outputs.stddev)
        item.expect(belief.credible(), item.outputs.ci95)
        item.expect(belief.lossOfControl, item.outputs.closed_form_risk[0])
        item.expect(belief.lossOfTreatment, item.outputs.closed_form_risk[1])
    }
}
