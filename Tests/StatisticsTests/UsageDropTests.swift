import Foundation
import Reliability
import Statistics
import Testing

/// Vectors of the binomial test of two counts: what the rule comes to where counts scatter as Poisson's do.
@Test func theDropProbabilityMatchesItsVectors() throws {
    let cases = try Vectors.read("triggers", as: Vectors.Triggers.self).cases
        .filter { $0.section == "count_drop_conditional_binomial" && $0.inputs.phi == 1 }
    #expect(cases.count >= 3)
    for item in cases {
        let (current, days) = (try #require(item.inputs.current_count), try #require(item.inputs.current_days))
        let (baseline, baselineDays) = (
            try #require(item.inputs.baseline_count), try #require(item.inputs.baseline_days)
        )
        let p = UsageDrop.probability(
            atMost: current, mean: baseline * days / baselineDays, dispersion: 1 + days / baselineDays)
        #expect(isClose(p, try #require(item.outputs.p_drop)), "\(item.case): \(p)")
    }
}

@Test func bothPassesOfTheUsageDropMatchTheirVectors() throws {
    let cases = try Vectors.read("usage_drop", as: Vectors.UsageDrops.self).cases
    #expect(cases.count == 9)
    for item in cases {
        let windows = UsageDrop.Windows(current: item.inputs.window, baseline: item.inputs.baseline)
        let usages = item.inputs.daily_values_oldest_first.map { usage($0, windows) }
        let population = population(of: usages, windows)
        #expect(abs(population.unit - item.outputs.unit) < 2e-6, "\(item.case): \(population)")
        #expect(abs(population.scatter - item.outputs.scatter) < 2e-6, "\(item.case): \(population)")
        #expect(population.shock == item.outputs.shock, "\(item.case)")
        #expect(isClose(population.limit, item.outputs.limit), "\(item.case)")
        #expect(isClose(population.strictLimit, item.outputs.strict_limit), "\(item.case)")
        // What is rounded may differ in the sixth digit, and the tails of a distribution are steep there.
        var expectedPopulation = population
        (expectedPopulation.unit, expectedPopulation.scatter) = (item.outputs.unit, item.outputs.scatter)
        for (usage, expected) in zip(usages, item.outputs.accounts) {
            #expect(usage.baseline == expected.B && usage.current == expected.C)
            #expect(usage.days == expected.days, "\(item.case): \(expected)")
            #expect(isClose(usage.dispersion, expected.dispersion))
            #expect(isClose(usage.dispersion(in: expectedPopulation), expected.phi))
            #expect(isClose(usage.expected(in: expectedPopulation), expected.expected))
            let p = usage.probability(in: expectedPopulation)
            #expect(isClose(p, expected.p), "\(item.case): \(p), \(expected)")
            #expect(usage.holds(in: population) == expected.drop, "\(item.case): \(expected)")
            #expect(usage.holds(in: population, strictly: true) == expected.strict, "\(item.case): \(expected)")
        }
    }
}

@Test func theOrderOfTheAccountsDoesNotMatter() {
    var dice = Dice(3)
    let usages = SimulatedUsage(accounts: 300, spread: 1.2, scatter: 0.32, days: 70, &dice).usages(before: 70)
    #expect(population(of: usages) == population(of: usages.reversed()))
}

@Test func whoStopsBesideLargeAccountsIsSeen() {
    // The old rule took the noise of ten accounts of 3,000 a week for everybody's.
    var dice = Dice(4)
    let sizes = [Double](repeating: 3_000, count: 10) + (0..<40).map { 18 + 12 * Double($0) / 39 }
    var world = SimulatedUsage(
        accounts: 50, spread: 0, scatter: 0.3, days: 70, size: { sizes[$0] }, &dice)
    for account in 46..<50 { world.stop(account, onDay: 42) }
    let usages = world.usages(before: 70)
    let population = population(of: usages)
    #expect((46..<50).allSatisfy { usages[$0].holds(in: population) })
    #expect((46..<50).allSatisfy { usages[$0].holds(in: population, strictly: true) })
    #expect((0..<46).allSatisfy { !usages[$0].holds(in: population) })
}

/// Sizes by weekly scatter; the short form takes the middle of them, on which the rule before this one found 56 %.
private let cells: [(Double, Double)] = [
    (1.2, 0.32), (1.2, 0.5), (1.8, 0.32), (1.8, 0.5), (0.6, 0.5), (0.6, 0.32), (0.6, 0.15), (1.2, 0.15), (1.8, 0.15),
]

@Test(arguments: Array(cells.prefix(Rounds.count(1, long: 9))))
func stopsAreFoundAndFewFalseAlarmsRaised(_ spread: Double, _ scatter: Double) {
    var dice = Dice(5)
    let accounts = 600
    let world = SimulatedUsage(
        accounts: accounts, spread: spread, scatter: scatter, days: 434, attrition: 0.02, &dice)
    var (alarms, strict, halves) = (
        SimulatedAlarms(accounts: accounts), SimulatedAlarms(accounts: accounts), SimulatedAlarms(accounts: accounts)
    )
    for day in 70...434 {
        let usages = world.usages(before: day)
        let population = population(of: zip(usages, world.stops).filter { day <= $1 + 60 }.map(\.0))
        alarms.add(day, usages.map { $0.holds(in: population) }, stops: world.stops)
        strict.add(day, usages.map { $0.holds(in: population, strictly: true) }, stops: world.stops)
        halves.add(
            day, usages.map { $0.baseline > 0 && $0.current / 14 <= 0.5 * $0.baseline / 56 }, stops: world.stops)
    }
    let small = world.stops.indices.filter { world.stops[$0] + 28 <= 434 && (3...10).contains(world.sizes[$0]) }
    func found(_ alarms: SimulatedAlarms) -> Double {
        Double(small.count { alarms.found.contains($0) }) / Double(small.count)
    }
    let text = """
        \(spread)/\(scatter): of \(small.count) found \(found(alarms)), strictly \(found(strict)); \
        false a year \(alarms.falseAYear), \(strict.falseAYear), halves \(halves.falseAYear); \
        precision \(alarms.precision), \(strict.precision), halves \(halves.precision)
        """
    Rounds.tell(1, text)
    #expect(small.count >= 25)
    #expect(found(alarms) >= 0.85, "\(text)")
    #expect(alarms.falseAYear <= 0.5, "\(text)")
    #expect(alarms.precision >= 3 * halves.precision, "\(text)")
    #expect(strict.falseAYear <= 0.1 && strict.precision > alarms.precision, "\(text)")
}

@Test(arguments: [(0.9, 28), (0.5, 7), (0.1, 14), (0, 7)])
func aHolidayAlarmsNobody(_ factor: Double, _ length: Int) {
    func alarms(_ everybody: @escaping (Int) -> Double) -> Int {
        var dice = Dice(6)
        let accounts = 1_500
        let world = SimulatedUsage(
            accounts: accounts, spread: 1, scatter: 0.25, days: 126, everybody: everybody, &dice)
        var alarms = SimulatedAlarms(accounts: accounts)
        for day in 99...126 {
            let usages = world.usages(before: day)
            // The limit that a month has in which some do stop.
            var population = population(of: usages)
            population.limit = 0.005
            alarms.add(day, usages.map { $0.holds(in: population) }, stops: world.stops)
        }
        return alarms.isFalse
    }
    let quiet = alarms { _ in 1 }
    let holiday = alarms { (98..<98 + length).contains($0) ? factor : 1 }
    #expect(quiet > 10)
    #expect(holiday <= quiet, "\(holiday) alarms instead of \(quiet)")
}

@Test func anAccountThatIsUsedALittleIsJudgedByItsSilence() {
    // Three a week: two empty weeks are chance too often, four are not.
    func account(silent: Int) -> UsageDrop {
        usage((0..<70).map { day in day < 70 - silent && [1, 3, 4].contains(day % 7) ? 1 : 0 })
    }
    #expect(account(silent: 28).holds(in: .neutral))
    #expect(!account(silent: 14).holds(in: UsageDrop.Population(unit: 1, scatter: 0.25, shock: 1)))
    #expect(account(silent: 28).holds(in: UsageDrop.Population(unit: 1, scatter: 0.25, shock: 1)))
    // Once a week, nothing ever, and one day ever: too little to tell.
    #expect(!usage((0..<70).map { $0 < 42 && $0 % 7 == 0 ? 1 : 0 }).holds(in: .neutral))
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
    #expect(population(of: []) == .neutral)
}

@Test(arguments: [Double.nan, .infinity, -.infinity, 1e308, -1e308, -1, Double.leastNonzeroMagnitude])
func extremesNeitherTrapNorDrop(_ value: Double) {
    let windows = UsageDrop.Windows()
    let days = [Double](repeating: value, count: 70)
    let usages = [usage(days), usage(days.map { _ in 3 }), usage([value] + [Double](repeating: 0, count: 69))]
    let population = population(of: usages, windows)
    #expect(population.unit.isFinite && population.scatter.isFinite && population.shock.isFinite)
    #expect(!usages[0].holds(in: population) && !usages[1].holds(in: population))
}

// MARK: Reading

private func population(
    of usages: [UsageDrop], _ windows: UsageDrop.Windows = UsageDrop.Windows()
) -> UsageDrop.Population {
    var movements = UsageDrop.Movements(windows)
    for usage in usages { movements.add(usage) }
    var chances = UsageDrop.Chances(movements.population)
    for usage in usages { chances.add(usage) }
    return chances.limited
}

/// The plainest reading of the definition.
private func usage(_ days: [Double], _ windows: UsageDrop.Windows = UsageDrop.Windows()) -> UsageDrop {
    let baseline = Array(days.prefix(windows.baseline))
    let blocks = (0..<windows.blocks).map { block in
        baseline.dropLast(block * windows.block).suffix(windows.block).reduce(0, +)
    }
    let mean = blocks.reduce(0, +) / Double(blocks.count)
    let variance = blocks.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(blocks.count - 1)
    return UsageDrop(
        current: days.suffix(windows.current).reduce(0, +), baseline: baseline.reduce(0, +),
        dispersion: mean > 0 ? variance / mean : 1,
        silence: days.count - 1 - (days.lastIndex { $0 != 0 } ?? -1), windows: windows)
}
