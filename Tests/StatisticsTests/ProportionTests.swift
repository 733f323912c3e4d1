import Statistics
import Testing

@Test func proportionIntervalsMatchTheirVectors() throws {
    for item in try VectorCase.read("journey", "wilson") {
        let proportion = Proportion(successes: try item.inputs.x.integer, total: try item.inputs.n.integer)
        item.expect(proportion.rate, item.outputs.p)
        item.expect(proportion.wilson(), item.outputs.wilson)
        item.expect(proportion.exact(), item.outputs.clopper_pearson)
        let jeffreys = Beta(a: 0.5, b: 0.5).updated(with: proportion)
        item.expect(jeffreys.credible(), item.outputs.jeffreys)
    }
}

@Test func aProportionOfNobodyAllowsEverything() {
    let nobody = Proportion(successes: 0, total: 0)
    #expect(nobody.rate == nil)
    #expect(nobody.wilson() == Interval(lower: 0, upper: 1))
    #expect(nobody.exact() == Interval(lower: 0, upper: 1))
}

@Test func countsThatMakeNoProportionAreDrawnIn() {
    #expect(Proportion(successes: 7, total: 5) == Proportion(successes: 5, total: 5))
    #expect(Proportion(successes: -1, total: -3) == Proportion(successes: 0, total: 0))
    #expect(Proportion(successes: 3, total: 5).complement.rate == 0.4)
}

@Test func wilsonHoldsItsDigitsForABillion() {
    let few = Proportion(successes: 3, total: 1_000_000_000).wilson()
    let most = Proportion(successes: 999_999_997, total: 1_000_000_000).wilson()
    #expect(isClose(few.lower, 1.02027072887692356e-9))
    #expect(abs(1 - most.upper - few.lower) < 1e-16)
    #expect(few.upper < 1e-8)
}
