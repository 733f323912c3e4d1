import Statistics
import Testing

@Test func twoProportionsMatchTheirVectors() throws {
    for item in try VectorCase.read("experiments", "1_two_proportion") {
        let comparison = try item.comparison()
        item.expect(comparison.control.rate, item.outputs.p_control)
        item.expect(comparison.treatment.rate, item.outputs.p_treatment)
        item.expect(comparison.difference, item.outputs.diff)
        item.expect(comparison.standardError, item.outputs.se_unpooled)
        item.expect(comparison.wald(), item.outputs.wald_ci95)
        item.expect(comparison.pooledZ, item.outputs.z_pooled)
        item.expect(comparison.pooledZ.map(Normal.outside), item.outputs.p_value_z_pooled)
        item.expect(comparison.newcombe(), item.outputs.newcombe_ci95)
        item.expect(comparison.agrestiCaffo(), item.outputs.agresti_caffo_ci95)
        item.expect(comparison.fisher(), item.outputs.fisher_exact_p)
        item.expect(comparison.control.wilson(), item.outputs.wilson_ci95_control)
        item.expect(comparison.treatment.wilson(), item.outputs.wilson_ci95_treatment)
        item.expect(comparison.treatment.exact(), item.outputs.clopper_pearson_ci95_treatment)
    }
}

@Test func stepConversionsMatchTheirVectors() throws {
    for item in try VectorCase.read("journey", "step_conversion_vs_baseline") {
        func proportion(_ value: VectorValue) throws -> Proportion {
            Proportion(successes: try value[0].integer, total: try value[1].integer)
        }
        let comparison = ProportionComparison(
            control: try proportion(item.inputs.baseline), treatment: try proportion(item.inputs.current))
        item.expect(comparison.difference, item.outputs.diff)
        item.expect(comparison.newcombe(), item.outputs.newcombe95)
        item.expect(comparison.pooledZ, item.outputs.z)
        item.expect(comparison.pooledZ.map(Normal.below), item.outputs.p_one_sided_drop)
        item.expect(comparison.fisher(.less), item.outputs.fisher_less)
        item.expect(comparison.cohenH, item.outputs.cohen_h)
        let found = WeakPoint.search([.init(now: comparison.treatment, past: comparison.control)], rate: 1)
        if let point = found.first {
            item.expect(point.lost, item.outputs.lost_conversions)
            item.expect(point.lostAtLeast, item.outputs.lost_lower_bound)
        }
    }
}

@Test func theTestIsFishersWhereAnExpectedCountIsUnderFive() {
    let few = ProportionComparison(
        control: Proportion(successes: 3, total: 7), treatment: Proportion(successes: 7, total: 8))
    #expect(few.test().p == few.fisher() && few.test().method == .fisher)
    let many = ProportionComparison(
        control: Proportion(successes: 120, total: 1000), treatment: Proportion(successes: 150, total: 1000))
    #expect(isClose(many.test().p, 0.04964038686536878))
    #expect(isClose(many.test(.greater).p + many.test(.less).p, 1))
}

@Test func armsWithoutAccountsOrVarianceStillGetAResult() {
    let empty = Proportion(successes: 0, total: 0)
    let some = Proportion(successes: 3, total: 9)
    for comparison in [
        ProportionComparison(control: empty, treatment: some), ProportionComparison(control: some, treatment: empty),
        ProportionComparison(control: empty, treatment: empty),
    ] {
        #expect(comparison.difference == nil && comparison.standardError == nil && comparison.pooledZ == nil)
        #expect(comparison.wald() == nil && comparison.agrestiCaffo() == nil)
        #expect(comparison.newcombe() == Interval(lower: -1, upper: 1))
        #expect(comparison.test().p == 1)
    }
    let all = Proportion(successes: 40, total: 40)
    let same = ProportionComparison(control: all, treatment: all)
    #expect(same.pooledZ == nil && same.test().p == 1 && same.newcombe().upper > 0.08)
    let none = ProportionComparison(control: all, treatment: Proportion(successes: 0, total: 40))
    #expect(none.test().p < 1e-15 && none.newcombe().upper < -0.8)
}

@Test func fisherSumsABillionAccounts() {
    let billion = 1_000_000_000
    let rare = ProportionComparison(
        control: Proportion(successes: 2, total: billion), treatment: Proportion(successes: 9, total: billion))
    // 134/2048, the binomial with a half.
    #expect(isClose(rare.fisher(), 134.0 / 2048, to: 1e-6))
    let common = ProportionComparison(
        control: Proportion(successes: 500_000_000, total: billion),
        treatment: Proportion(successes: 500_100_000, total: billion))
    let p = common.fisher()
    #expect(isClose(p, Normal.outside(common.pooledZ ?? 0), to: 1e-3))
}
