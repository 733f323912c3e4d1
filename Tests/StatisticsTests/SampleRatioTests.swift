import Statistics
import Testing

@Test func sampleRatiosMatchTheirVectors() throws {
    for item in try VectorCase.read("experiments", "4_srm") {
        let check = SampleRatio(observed: try item.inputs.observed.integers, weights: try item.inputs.weights.doubles)
        item.expect(check.chiSquared, item.outputs.chi2)
        item.expect(Double(check.degrees), item.outputs.df)
        item.expect(ChiSquared.above(check.chiSquared, degrees: check.degrees), item.outputs.p_value)
        if !item.outputs.binomial_exact_p.isNull { item.expect(check.exactP, item.outputs.binomial_exact_p) }
        #expect(check.isAlarm == (try item.outputs.p_value.double < 0.001))
    }
}

@Test func sequentialSampleRatiosMatchTheirVectors() throws {
    for item in try VectorCase.read("experiments", "4b_srm_sequential") {
        let running = SampleRatio.running(
            try item.inputs.batches.items.map { try $0.integers }, weights: try item.inputs.weights.doubles,
            concentration: try item.inputs.dirichlet_concentration.double)
        for (index, row) in running.enumerated() {
            // The file's own two ways differ by 1e-11.
            item.expect(row.logBayesFactor, item.outputs.log_bayes_factor_direct[index], floor: 1e-10)
            item.expect(row.p, item.outputs.running_p[index], floor: 1e-10)
        }
    }
}

@Test func accountsInAnArmOfWeightZeroAreALeak() {
    let check = SampleRatio(observed: [480, 520, 3], weights: [1, 1, 0])
    #expect(check.leaked == 3 && check.isAlarm && check.degrees == 1 && check.p > 0.1)
}

@Test func smallSamplesAreJudgedExactly() {
    let small = SampleRatio(observed: [0, 8], weights: [0.5, 0.5])
    #expect(isClose(small.p, 2.0 / 256))
    // Nine in one of three equal arms: 3 of the 3^9 outcomes are as unlikely.
    let three = SampleRatio(observed: [9, 0, 0], weights: [1, 1, 1])
    #expect(isClose(three.p, 3.0 / 19683))
    #expect(SampleRatio(observed: [], weights: []).p == 1)
    #expect(SampleRatio(observed: [5], weights: [1]).p == 1)
    #expect(SampleRatio(observed: [-1, 4], weights: [.nan, -1]).p == 1)
}

/// χ² gives 17 of 29 for a share of 30 % a p of 0.0008, which would be an alarm.
@Test func theAlarmOfAFewDozenIsExact() {
    let check = SampleRatio(observed: [17, 12], weights: [0.3, 0.7])
    #expect(ChiSquared.above(check.chiSquared, degrees: 1) < SampleRatio.threshold)
    #expect(isClose(check.p, 0.0017079469696747904) && !check.isAlarm)
}

@Test func weightsThatAreNoNumbersCountAsZero() {
    let check = SampleRatio(observed: [5, 5, 1], weights: [1, 1, .infinity])
    #expect(check.leaked == 1 && check.degrees == 1 && check.p == 1)
    #expect(SampleRatio(observed: [5, 5], weights: [1e-300, 1e300]).p.isFinite)
    #expect(SampleRatio.running([[1, 2], [3]], weights: [.nan, 0]).map(\.p) == [1, 1])
}
