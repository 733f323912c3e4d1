import Foundation
import Statistics
import Testing

@Test func theDropProbabilityMatchesItsVectors() throws {
    let cases = try Vectors.read("triggers", as: Vectors.Triggers.self).cases
        .filter { $0.section == "count_drop_conditional_binomial" }
    #expect(cases.count == 8)
    for item in cases {
        let (current, days) = (try #require(item.inputs.current_count), try #require(item.inputs.current_days))
        let (baseline, baselineDays) = (
            try #require(item.inputs.baseline_count), try #require(item.inputs.baseline_days)
        )
        let p = UsageDrop.probability(
            current: current, baseline: baseline, share: days / (days + baselineDays),
            phi: try #require(item.inputs.phi))
        #expect(isClose(p, try #require(item.outputs.p_drop)), "\(item.case): \(p)")
    }
}

@Test func theProbabilityOfSilenceMatchesItsVectors() throws {
    let cases = try Vectors.read("triggers", as: Vectors.Triggers.self).cases.filter { $0.section == "inactivity_gap" }
    #expect(cases.count == 3)
    for item in cases {
        let gaps = try #require(item.inputs.gaps_days)
        let p = UsageDrop.silenceProbability(
            try #require(item.inputs.days_since_last), span: gaps.reduce(0, +), gaps: gaps.count)
        #expect(isClose(p, try #require(item.outputs.p_predictive_lomax)), "\(item.case): \(p)")
    }
}

@Test func bothPassesOfTheUsageDropMatchTheirVectors() throws {
    let cases = try Vectors.read("usage_drop", as: Vectors.UsageDrops.self).cases
    #expect(cases.count == 6)
    for item in cases {
        let usages = item.inputs.daily_values_oldest_first.map(usage)
        let population = UsageDrop.Population(
            variances: usages.map(\.weekVariance).reduce(0, +), means: usages.map(\.weekMean).reduce(0, +),
            current: usages.map(\.current).reduce(0, +), baseline: usages.map(\.baseline).reduce(0, +),
            established: usages.count { $0.baseline >= 8 })
        #expect(population.phi == item.outputs.phi_segment, "\(item.case)")
        #expect(population.shock == item.outputs.shock, "\(item.case)")
        for (usage, expected) in zip(usages, item.outputs.accounts) {
            #expect(usage.baseline == expected.B && usage.current == expected.C)
            #expect(isClose(usage.dispersion(in: population), expected.phi))
            if let ratio = expected.ratio { #expect(isClose(try #require(usage.ratio(in: population)), ratio)) }
            if let p = expected.p { #expect(isClose(usage.probability(in: population), p)) }
            if let drop = expected.usage_drop {
                #expect(usage.holds(in: population) == drop, "\(item.case): \(expected)")
            }
        }
    }
}

@Test func aLowBaselineIsJudgedByItsSilence() {
    // Active every 7 days, then nothing for 40: (1 + 40/28)^-4 = 0.029.
    var days = [Double](repeating: 0, count: 70)
    for day in stride(from: 1, through: 29, by: 7) { days[day] = 1 }
    #expect(usage(days).holds(in: .neutral))
    // The same rhythm without the silence.
    for day in stride(from: 36, to: 70, by: 7) { days[day] = 1 }
    days[0] = 0
    #expect(!usage(days).holds(in: .neutral))
    // Nothing ever, and one day ever: no rhythm to fall out of.
    #expect(!usage([Double](repeating: 0, count: 70)).holds(in: .neutral))
    #expect(!usage([1] + [Double](repeating: 0, count: 69)).holds(in: .neutral))
}

@Test func aSmallFallOfABusyAccountIsNoDrop() {
    // 35 % below with tiny p: certain, but not large.
    let days = [Double](repeating: 100, count: 56) + [Double](repeating: 65, count: 14)
    let account = usage(days)
    #expect(account.probability(in: .neutral) < 1e-9)
    #expect(!account.holds(in: .neutral))
    #expect(usage([Double](repeating: 100, count: 56) + [Double](repeating: 59, count: 14)).holds(in: .neutral))
}

@Test func thePopulationOfNobodyIsNeutral() {
    #expect(
        UsageDrop.Population(variances: 0, means: 0, current: 0, baseline: 0, established: 0) == .neutral)
}

/// The plainest reading of the definition.
private func usage(_ days: [Double]) -> UsageDrop {
    let baseline = days.prefix(56)
    let weeks = (0..<8).map { week in baseline[(week * 7)..<(week * 7 + 7)].reduce(0, +) }
    let mean = weeks.reduce(0, +) / 8
    let active = days.indices.filter { days[$0] != 0 }
    return UsageDrop(
        current: days.suffix(14).reduce(0, +), baseline: baseline.reduce(0, +),
        weekVariance: weeks.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 7, weekMean: mean,
        activeDays: active.count,
        activeSpan: (active.last ?? 0) - (active.first ?? 0), silence: 69 - (active.last ?? -1))
}
