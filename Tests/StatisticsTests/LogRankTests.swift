import Statistics
import Testing

@Test func logRankTestsMatchTheirVectors() throws {
    for item in try VectorCase.read("attrition", "logrank") {
        let ledger = try Ledger(try #require(item.inputs.csv.text))
        let groups = try item.inputs.groups.items.map { try ledger.table(of: $0.text) }
        let test = try LogRank.test(groups).get()
        let out = item.outputs
        item.expect(test.chiSquared, out.chi2)
        item.expect(Double(test.degrees), out.df)
        item.expect(test.p, out.p_value)
        item.expect(test.observed[0], out.observed_first)
        item.expect(test.expected[0], out.expected_first)
        item.expect(test.covariance[0][0], out.variance)
        let ratio = test.hazardRatio(of: 1)
        item.expect(ratio?.ratio, out.hr_peto_second_vs_first)
        item.expect(ratio?.interval, out.hr_peto_ci95)
        let wilcoxon = try LogRank.test(groups, weighting: .atRisk).get()
        item.expect(wilcoxon.chiSquared, out.wilcoxon_chi2)
        item.expect(wilcoxon.p, out.wilcoxon_p)
        let early = try LogRank.test(groups, weighting: .survival).get()
        item.expect(early.chiSquared, out.fleming_harrington_1_0_chi2)
        let horizon = try out.rmst_tau.double
        let means = try groups.map { try SurvivalCurve($0).restrictedMean(to: horizon).get() }
        let difference = try means[1].difference(from: means[0]).get()
        item.expect(difference.estimate, out.rmst_diff_second_minus_first)
        item.expect(difference.standardError, out.rmst_diff_se)
        item.expect(difference.p, out.rmst_diff_p)
    }
}

@Test func logRankTestsOfManyGroupsMatchTheirVectors() throws {
    for item in try VectorCase.read("attrition", "logrank_k_groups") {
        let ledger = try Ledger(try #require(item.inputs.csv.text))
        let names = ["I", "II", "III"]
        let tables = try names.map(ledger.table)
        let test = try LogRank.test(tables).get()
        item.expect(test.chiSquared, item.outputs.chi2)
        item.expect(Double(test.degrees), item.outputs.df)
        item.expect(test.p, item.outputs.p_value)
        for (first, second) in [(0, 1), (0, 2), (1, 2)] {
            let pair = try LogRank.test([tables[first], tables[second]]).get()
            let expected = item.outputs.pairwise["('\(names[first])', '\(names[second])')"]
            item.expect(pair.chiSquared, expected.chi2)
            item.expect(pair.p, expected.p)
        }
    }
}

@Test func groupsThatCannotBeComparedSayWhy() {
    let stay = RiskTable([Lifetime(duration: 9, left: false, count: 5)])
    let leave = RiskTable([Lifetime(duration: 3, left: true, count: 5)])
    #expect(LogRank.test([]) == .failure(.noAccounts))
    #expect(LogRank.test([leave, RiskTable([])]) == .failure(.noAccounts))
    #expect(LogRank.test([stay, stay]) == .failure(.noEvents))
    // Everybody leaves at once.
    #expect(LogRank.test([leave, leave]) == .failure(.noVariance))
    let test = try? LogRank.test([stay, leave, RiskTable([])]).get()
    #expect(test?.degrees == 1)
    #expect(test?.hazardRatio(of: 2) == nil && test?.hazardRatio(of: 9) == nil)
}
