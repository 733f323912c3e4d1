import Statistics
import Testing

extension VectorCase {
    /// An arm by its sums.
    func sample(_ arm: String) throws -> Sample {
        let arm = inputs[arm]
        return Sample(
            count: try arm.n.integer, sum: try arm.sum.double, sumOfSquares: try arm.sum_squares.double)
    }

    /// Expects an effect; where gbstats refuses, that it is refused or more can be said than gbstats does.
    func expect(_ effect: Result<Effect, Unmeasurable>, _ expected: VectorValue, floor: Double = 0) {
        guard expected.error.isNull else { return }
        guard case .success(let effect) = effect else {
            Issue.record("\(testDescription): \(effect)")
            return
        }
        expect(effect.estimate, expected.expected, floor: floor, "estimate")
        expect(effect.standardError, expected.stderr, "error")
        if !expected.dof.isNull { expect(effect.degrees, expected.dof, "degrees") }
        if !expected.t.isNull { expect(effect.t, expected.t, "t") }
        if !expected.ci95.isNull { expect(effect.interval(), expected.ci95, floor: 1e-14, "interval") }
        // Where it is less precise, the p-value of gbstats is one less a distribution function.
        if !expected.p_value_sf.isNull {
            expect(effect.p, expected.p_value_sf, "p")
        } else if !expected.p_value.isNull {
            expect(effect.p, expected.p_value, floor: 1e-14, "p")
        }
        if !expected.ci95_normal.isNull {
            let half = Normal.upperQuantile(0.025) * effect.standardError
            expect(Interval(around: effect.estimate, by: half), expected.ci95_normal, floor: 1e-14, "normal")
        }
    }
}

@Test(arguments: [
    ("1_two_proportion_delta_relative", Effect.Scale.relative), ("1_two_proportion_delta_absolute", .absolute),
])
func effectsOnSharesMatchTheirVectors(_ section: String, _ scale: Effect.Scale) throws {
    for item in try VectorCase.read("experiments", section) {
        let comparison = try item.comparison()
        item.expect(Effect.between(comparison.control, comparison.treatment, scale: scale), item.outputs)
    }
}

@Test func effectsOnMeansMatchTheirVectors() throws {
    for item in try VectorCase.read("experiments", "1b_two_means") {
        let (control, treatment) = (try item.sample("control"), try item.sample("treatment"))
        item.expect(control.mean, item.outputs.mean_control)
        item.expect(control.variance, item.outputs.var_control)
        item.expect(treatment.mean, item.outputs.mean_treatment)
        item.expect(treatment.variance, item.outputs.var_treatment)
        item.expect(Effect.between(control, treatment, scale: .absolute), item.outputs.absolute)
        item.expect(Effect.between(control, treatment, scale: .relative), item.outputs.relative)
    }
}

@Test func effectsThatCannotBeMeasuredSayWhy() {
    func effect(_ c: (Int, Int), _ t: (Int, Int), _ scale: Effect.Scale) -> Result<Effect, Unmeasurable> {
        Effect.between(
            Proportion(successes: c.0, total: c.1), Proportion(successes: t.0, total: t.1), scale: scale)
    }
    #expect(effect((0, 0), (1, 9), .absolute) == .failure(.noAccounts))
    #expect(effect((1, 1), (1, 9), .absolute) == .failure(.tooFew))
    #expect(effect((9, 9), (9, 9), .absolute) == .failure(.noVariance))
    #expect(effect((0, 50), (3, 50), .relative) == .failure(.zeroControl))
    // One arm without variance is still measured by the other's.
    let one = try? effect((0, 50), (3, 50), .absolute).get()
    #expect(one?.estimate == 0.06)
    #expect(isClose(one?.degrees ?? 0, 49))
    for reason in Unmeasurable.allCases { #expect(reason.sentence.hasSuffix(".")) }
}

@Test func anEffectOnABillionAccountsIsFinite() throws {
    let billion = 1_000_000_000
    let effect = try Effect.between(
        Proportion(successes: 50_000_000, total: billion), Proportion(successes: 50_100_000, total: billion),
        scale: .relative
    ).get()
    #expect(isClose(effect.estimate, 0.002, to: 1e-12))
    #expect(effect.p < 1e-20 && effect.p > 0 && effect.interval().lower > 0)
}

@Test func ratiosClusteredByAccountMatchTheirVectors() throws {
    for item in try VectorCase.read("experiments", "7b_ratio_cluster") {
        func sample(_ arm: Int) throws -> Sample {
            let rows = try item.inputs.rows.items.map { try $0.doubles }.filter { $0[0] == Double(arm) }
            func sum(_ term: ([Double]) -> Double) -> Double { rows.map(term).reduce(0, +) }
            return try #require(
                Sample(
                    count: rows.count, numerator: sum { $0[2] }, denominator: sum { $0[1] },
                    numeratorSquares: sum { $0[2] * $0[2] }, denominatorSquares: sum { $0[1] * $0[1] },
                    products: sum { $0[1] * $0[2] }))
        }
        let (control, treatment) = (try sample(0), try sample(1))
        item.expect(control.mean, item.outputs.control.ratio)
        item.expect(control.meanVariance, item.outputs.control.delta_variance)
        item.expect(treatment.mean, item.outputs.treatment.ratio)
        item.expect(treatment.meanVariance, item.outputs.treatment.delta_variance)
        let effect = try Effect.between(control, treatment, scale: .absolute).get()
        item.expect(effect.estimate, item.outputs.diff)
        item.expect(effect.standardError, item.outputs.se_delta)
    }
    #expect(
        Sample(
            count: 3, numerator: 1, denominator: 0, numeratorSquares: 1, denominatorSquares: 0, products: 0) == nil)
}

@Test func cupedMatchesItsVectors() throws {
    for item in try VectorCase.read("experiments", "5_cuped") {
        func arm(_ name: String) throws -> Cuped.Arm {
            let arm = item.inputs[name]
            return Cuped.Arm(
                count: try arm.n.integer, preSum: try arm.pre_sum.double, preSquares: try arm.pre_sum_sq.double,
                postSum: try arm.post_sum.double, postSquares: try arm.post_sum_sq.double,
                products: try arm.cross.double)
        }
        let cuped = Cuped(control: try arm("control"), treatment: try arm("treatment"))
        item.expect(cuped.theta[0], item.outputs.theta)
        item.expect(cuped.effect(.absolute), item.outputs.absolute)
        let plain = try cuped.unadjusted(.absolute).get()
        item.expect(plain.estimate, item.outputs.absolute.unadjusted_expected)
        item.expect(plain.standardError, item.outputs.absolute.unadjusted_stderr)
        // The variance of the lift is that of the newer version.
        guard item.case.hasSuffix("/head") else { continue }
        item.expect(cuped.effect(.relative), item.outputs.relative)
        let lift = try cuped.unadjusted(.relative).get()
        item.expect(lift.estimate, item.outputs.relative.unadjusted_expected)
        item.expect(lift.standardError, item.outputs.relative.unadjusted_stderr)
    }
}

@Test func complierEffectsMatchTheirVectors() throws {
    for item in try VectorCase.read("experiments", "7_itt_cace") {
        func arm(_ name: String) throws -> ComplierEffect.Arm {
            func proportion(_ value: VectorValue) throws -> Proportion {
                Proportion(successes: try value.events.integer, total: try value.n.integer)
            }
            return ComplierEffect.Arm(
                delivered: try proportion(item.inputs["\(name)_delivered"]),
                undelivered: try proportion(item.inputs["\(name)_not_delivered"]))
        }
        let effect = try ComplierEffect.between(try arm("control"), try arm("treat")).get()
        item.expect(effect.intentionToTreat, item.outputs.itt)
        item.expect(effect.intentionToTreatError, item.outputs.itt_se)
        item.expect(effect.intentionToTreatInterval(), item.outputs.itt_ci95)
        item.expect(effect.compliance, item.outputs.compliance)
        item.expect(effect.estimate, item.outputs.cace)
        item.expect(effect.standardError, item.outputs.cace_se_delta)
        item.expect(effect.standardError, item.outputs.iv2sls_robust_se)
        item.expect(effect.interval(), item.outputs.cace_ci95)
    }
    let nobody = Proportion(successes: 0, total: 0)
    let some = Proportion(successes: 1, total: 10)
    let none = ComplierEffect.Arm(delivered: nobody, undelivered: some)
    #expect(ComplierEffect.between(none, none) == .failure(.noCompliance))
    #expect(ComplierEffect.between(none, .init(delivered: nobody, undelivered: nobody)) == .failure(.noAccounts))
}

@Test func guardrailsMatchTheirVectors() throws {
    for item in try VectorCase.read("experiments", "9_noninferiority_guardrail") {
        let test = try NonInferiority.test(
            try item.comparison(of: "events"), margin: try item.inputs.margin.double
        ).get()
        item.expect(test.difference, item.outputs.diff)
        item.expect(test.z, item.outputs.z, floor: 1e-14)
        item.expect(test.p, item.outputs.p_noninferior)
        if test.z != nil { item.expect(test.upper, item.outputs.upper95_one_sided) }
        #expect(test.holds == (test.p.map { $0 < 0.05 } ?? test.holds))
    }
    // Nobody of 50 in either arm: the margin of 5 points is not yet excluded, one of 10 is.
    let none = ProportionComparison(
        control: Proportion(successes: 0, total: 50), treatment: Proportion(successes: 0, total: 50))
    #expect(try !NonInferiority.test(none, margin: 0.05).get().holds)
    #expect(try NonInferiority.test(none, margin: 0.10).get().holds)
}

@Test func figuresThatAreAllEqualHaveNoVariance() {
    let tenths = [Double](repeating: 0.1, count: 1000)
    let equal = Sample(
        count: 1000, sum: tenths.reduce(0, +), sumOfSquares: tenths.reduce(0) { $0 + $1 * $1 })
    #expect(equal.variance == 0)
    #expect(Effect.between(equal, equal, scale: .absolute) == .failure(.noVariance))
    let wild = Sample(count: 10, mean: .nan, variance: 1)
    #expect(Effect.between(equal, wild, scale: .absolute) == .failure(.outOfRange))
    #expect(
        Effect.between(Sample(count: 10, mean: 1e-300, variance: 1), equal, scale: .relative) == .failure(.outOfRange))
}

/// Numbers of numpy: cov(X, X) θ = cov(X, Y) over both arms, and Welch's test of Y - Xθ.
@Test func cupedTakesSeveralFiguresBeforeTogether() throws {
    func arm(_ accounts: [([Double], Double)]) -> Cuped.Arm {
        accounts.reduce(into: Cuped.Arm(figures: 3)) { $0.add($1.0, $1.1) }
    }
    let control = arm([
        ([1, 2, 0], 0), ([2, 1, 1], 1), ([3, 5, 0], 1), ([4, 3, 0], 0), ([6, 2, 1], 1), ([5, 8, 0], 0), ([2, 7, 0], 0),
    ])
    let treatment = arm([
        ([2, 3, 0], 1), ([1, 1, 1], 1), ([5, 4, 0], 1), ([3, 6, 0], 0), ([7, 2, 1], 1), ([4, 4, 1], 1),
    ])
    let cuped = Cuped(control: control, treatment: treatment)
    for (theta, expected) in zip(cuped.theta, [0.03923374470436545, -0.07386258979554243, 0.3875483514459385]) {
        #expect(abs(theta - expected) < 1e-12)
    }
    let effect = try cuped.effect(.absolute).get()
    #expect(abs(effect.estimate - 0.2575279144628934) < 1e-12)
    #expect(abs(effect.standardError - 0.20028447376753103) < 1e-12)
    #expect(abs(effect.degrees - 10.996872953781725) < 1e-9)
}

@Test func aFigureThatFollowsFromAnotherCountsOnce() throws {
    func arm(_ values: [(Double, Double)]) -> Cuped.Arm {
        values.reduce(into: Cuped.Arm(figures: 3)) { $0.add([$1.0, 3 * $1.0, 7], $1.1) }
    }
    func plain(_ values: [(Double, Double)]) -> Cuped.Arm {
        values.reduce(into: Cuped.Arm(figures: 1)) { $0.add([$1.0], $1.1) }
    }
    let (c, t): ([(Double, Double)], [(Double, Double)]) = (
        [(1, 0), (2, 1), (4, 1), (3, 0)], [(2, 1), (5, 1), (1, 0)]
    )
    let (both, one) = (
        Cuped(control: arm(c), treatment: arm(t)), Cuped(control: plain(c), treatment: plain(t))
    )
    #expect(both.theta[1] == 0 && both.theta[2] == 0)
    let (estimate, alone) = (try both.effect(.absolute).get().estimate, try one.effect(.absolute).get().estimate)
    #expect(abs(estimate - alone) < 1e-12)
}

/// `statsmodels.stats.meta_analysis.combine_effects`.
@Test func groupsWhoseEffectsDifferAreToldFromChance() throws {
    let effects = [(0.05, 0.02), (-0.02, 0.03), (0.11, 0.05), (0.03, 0.015)].map {
        Effect(estimate: $0.0, standardError: $0.1, degrees: 100, accounts: 102)
    }
    let test = try Heterogeneity.test(effects).get()
    #expect(abs(test.q - 6.255073733391736) < 1e-12)
    #expect(test.degrees == 3)
    #expect(abs(test.p - 0.09983873504879665) < 1e-12)
    #expect(throws: Unmeasurable.self) { try Heterogeneity.test(Array(effects.prefix(1))).get() }
}
