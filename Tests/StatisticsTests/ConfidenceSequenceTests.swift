import Statistics
import Testing

@Test func confidenceSequencesMatchTheirVectors() throws {
    for item in try VectorCase.read("experiments", "3_confidence_sequence") {
        let sequence = ConfidenceSequence(plannedAccounts: try item.inputs.tuning.integer)
        if !item.outputs.rho.isNull { item.expect(sequence.rho, item.outputs.rho) }
        let (control, treatment) =
            item.inputs.control_n.isNull
            ? (try item.sample("control"), try item.sample("treatment"))
            : (Sample(try item.proportion("control")), Sample(try item.proportion("treatment")))
        for (scale, expected) in [(Effect.Scale.absolute, item.outputs.absolute), (.relative, item.outputs.relative)] {
            guard expected.error.isNull, !expected.expected.isNull else { continue }
            let effect = try Effect.between(control, treatment, scale: scale).get()
            item.expect(effect.estimate, expected.expected)
            item.expect(effect.standardError, expected.stderr)
            item.expect(sequence.interval(effect), expected.ci)
            item.expect(sequence.p(effect), expected.p_value)
        }
    }
}

@Test func aVerdictNeedsTenEventsAndTenOthersInEveryArm() {
    let enough = Proportion(successes: 10, total: 20)
    #expect(ConfidenceSequence.permitsVerdict([enough, enough]))
    #expect(!ConfidenceSequence.permitsVerdict([enough, Proportion(successes: 9, total: 100)]))
    #expect(!ConfidenceSequence.permitsVerdict([enough, Proportion(successes: 11, total: 20)]))
}

/// A/A experiments of 400 accounts an arm with 20 looks: peeking must not find what is not there.
@Test func peekingDoesNotFindWinnersWhereThereAreNone() {
    let looks = 20
    let plan = GroupSequential(looks: looks)
    let sequence = ConfidenceSequence(plannedAccounts: 800)
    var generator = Lehmer(state: 20_260_817)
    var (naive, planned, always) = (0, 0, 0)
    let runs = 500
    for _ in 0..<runs {
        var counts = [0, 0]
        var found = (naive: false, planned: false, always: false)
        for look in 0..<looks {
            for arm in 0...1 { for _ in 0..<20 where generator.share() < 0.3 { counts[arm] += 1 } }
            let arms = counts.map { Proportion(successes: $0, total: 20 * (look + 1)) }
            let z = ProportionComparison(control: arms[0], treatment: arms[1]).pooledZ ?? 0
            if abs(z) > 1.96 { found.naive = true }
            if plan.stops(z, look: look) { found.planned = true }
            if ConfidenceSequence.permitsVerdict(arms),
                let effect = try? Effect.between(arms[0], arms[1], scale: .absolute).get(), sequence.p(effect) < 0.05
            {
                found.always = true
            }
        }
        naive += found.naive ? 1 : 0
        planned += found.planned ? 1 : 0
        always += found.always ? 1 : 0
    }
    #expect(Double(naive) / Double(runs) > 0.15)
    // 5 % of 500 is 25, with a standard deviation of 5.
    #expect(planned <= 40)
    #expect(always <= 15)
}

/// The generator of Park and Miller, enough for a test.
private struct Lehmer {
    var state: UInt64

    mutating func share() -> Double {
        state = state * 48_271 % 2_147_483_647
        return Double(state) / 2_147_483_647
    }
}
