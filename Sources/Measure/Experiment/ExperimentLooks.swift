import Playbooks
import Statistics
import Storage

/// What a period had to compare at each weekly look and at the moment itself, with the plan that was made of it.
struct ExperimentLooks {
    /// Up to the moment.
    var weekly: [ArmComparison.Look] = []
    /// What had matured at the moment itself.
    var present: ArmComparison.Look
    /// Nil while too few have matured.
    var plan: Result<ExperimentPlan, Unmeasurable>?
    /// The first weekly look that comes after the plan was made.
    var first = 0

    /// By shares: who reached the goal, or was kept.
    init(
        _ weekly: [PlaybookEntries.Weekly], history: PlaybookEntries.Count, _ arms: ExperimentArms,
        _ period: PlaybookEntries.Period, asOf: Instant
    ) {
        let nobody = Array(repeating: Proportion(successes: 0, total: 0), count: arms.arms.count)
        var strata: [String: [Proportion]] = ["": nobody]
        var rest = weekly[...]
        func figures(upTo week: Int) -> [ArmFigure] {
            var counts: [String: [(matured: Int, goals: Int)]] = [:]
            while let next = rest.first, next.week <= week {
                rest.removeFirst()
                guard let place = arms.place(next.arm) else { continue }
                counts[next.stratum, default: nobody.map { _ in (0, 0) }][place].matured += next.matured
                counts[next.stratum, default: nobody.map { _ in (0, 0) }][place].goals += next.goals
            }
            for (stratum, counts) in counts {
                strata[stratum] = zip(strata[stratum] ?? nobody, counts).map { known, new in
                    // Goals may be taken back in a week in which nobody matures.
                    Proportion(successes: known.successes + new.goals, total: known.total + new.matured)
                }
            }
            let all = strata.values.reduce(nobody) { zip($0, $1).map(+) }
            return Self.stratified(all.map { .share($0) }, strata.mapValues { $0.map { Sample($0) } })
        }
        self.init(period, asOf: asOf, figures: figures)
        guard arms.isComparison else { return }
        let base = Proportion(successes: history.hits, total: history.matured)
        plan(.share(base), arms) { all in
            guard case .share(let share) = all, let base = share.rate else { return nil }
            return { ExperimentPlan.make(base: base, weights: arms.weights, isFromHistory: $0) }
        }
    }

    /// By means, of the figures as they are cut at the percentiles that stand with the plan.
    init(
        _ values: MeasuredEntries, _ arms: ExperimentArms, _ period: PlaybookEntries.Period, asOf: Instant
    ) {
        let nobody = Array(repeating: Sample([]), count: arms.arms.count)
        var strata: [String: [Sample]] = ["": nobody]
        var rest = values.own[...]
        func figures(upTo moment: Instant) -> [ArmFigure] {
            var found: [String: [[Double]]] = [:]
            while let next = rest.first, next.knownAt <= moment {
                rest.removeFirst()
                guard let place = arms.place(next.arm), let value = next.value else { continue }
                found[next.stratum, default: nobody.map { _ in [] }][place].append(values.limited(value))
            }
            for (stratum, found) in found {
                strata[stratum] = zip(strata[stratum] ?? nobody, found).map { $0 + Sample($1) }
            }
            let all = strata.sorted { $0.key < $1.key }.reduce(nobody) { zip($0, $1.value).map(+) }
            return Self.stratified(all.map { .mean($0) }, strata)
        }
        self.init(period, asOf: asOf) { week in
            figures(upTo: week == .max ? asOf : period.startedAt + .days(7 * Int64(week)))
        }
        guard arms.isComparison else { return }
        plan(.mean(values.history), arms) { all in
            guard case .mean(let sample) = all, sample.count > 0 else { return nil }
            return { ExperimentPlan.make(sample, weights: arms.weights, isFromHistory: $0) }
        }
    }

    /// The arms as they are, and where there are strata as if each had those of all.
    private static func stratified(_ plain: [ArmFigure], _ strata: [String: [Sample]]) -> [ArmFigure] {
        let present = strata.filter { $0.value.contains { $0.count > 0 } }.sorted { $0.key < $1.key }.map(\.value)
        guard present.count > 1 else { return plain }
        return zip(plain, PostStratification.samples(present)).map { .stratified($0, $1) }
    }

    private init(_ period: PlaybookEntries.Period, asOf: Instant, figures: (_ week: Int) -> [ArmFigure]) {
        let weeks = max(0, Int((asOf - period.startedAt).milliseconds / PlaybookEntries.week))
        for week in stride(from: 1, through: weeks, by: 1) {
            weekly.append(
                ArmComparison.Look(at: period.startedAt + .days(7 * Int64(week)), arms: figures(week)))
        }
        present = ArmComparison.Look(at: asOf, arms: figures(.max))
    }

    /// Made of what had matured before the period, or of all arms together at the first look with enough.
    private mutating func plan(
        _ history: ArmFigure, _ arms: ExperimentArms,
        _ make: (ArmFigure) -> ((_ isFromHistory: Bool) -> Result<ExperimentPlan, Unmeasurable>)?
    ) {
        let least = ExperimentPlan.leastHistory
        if history.total >= least {
            // Where everybody or nobody did, the plan says so.
            plan = make(history).map { $0(true) } ?? .failure(.noVariance)
            return
        }
        for (index, look) in weekly.enumerated() where look.total >= least {
            guard let all = look.arms.dropFirst().reduce(look.arms.first?.plain, { $0?.plus($1.plain) }),
                all.permitsVerdict,
                let make = make(all)
            else { continue }
            (plan, first) = (make(false), index)
            return
        }
        first = weekly.count
    }
}

/// What the entries of a period came to where the goal is a number, with the percentiles at which figures are cut.
struct MeasuredEntries {
    let goal: MeanGoal
    /// Of the period itself, by when they could be known.
    let own: [PlaybookEntries.Measured]
    /// Figures beyond these count as these; fixed with the plan, before the arms can be told apart.
    private(set) var limits: Interval?
    /// Entries that were known before the period began, cut.
    private(set) var history: Sample

    /// Entries whose outcome can be known, and is not.
    var unknown: Int { own.count { $0.value == nil } }

    init(_ goal: MeanGoal, _ values: [PlaybookEntries.Measured], period: PlaybookEntries.Period) {
        self.goal = goal
        own = values.filter { $0.experimentID == period.experimentID }
        let earlier = values.filter { $0.knownAt <= period.startedAt && $0.enteredAt < period.startedAt }
            .compactMap(\.value)
        let first = own.compactMap { value in value.value.map { (value.knownAt, $0) } }
        let least = ExperimentPlan.leastHistory
        history = Sample(earlier)
        guard goal.winsorize > 0 else { return }
        if earlier.count >= least {
            limits = Self.limits(earlier, goal.winsorize)
            history = Sample(earlier.map(limited))
        } else if first.count >= least {
            // All that was known at the first weekly look with enough.
            let weeks = (first[least - 1].0 - period.startedAt).milliseconds / PlaybookEntries.week + 1
            let look = period.startedAt + .days(7 * weeks)
            limits = Self.limits(first.filter { $0.0 <= look }.map(\.1), goal.winsorize)
        }
    }

    /// What each account came to by a moment, cut at the percentiles.
    func values(knownBy moment: Instant) -> [Int64: Double] {
        own.reduce(into: [:]) { values, entry in
            if entry.knownAt <= moment, let value = entry.value { values[entry.account] = limited(value) }
        }
    }

    func limited(_ value: Double) -> Double {
        limits.map { min(max(value, $0.lower), $0.upper) } ?? value
    }

    private static func limits(_ values: [Double], _ share: Double) -> Interval {
        Interval(
            lower: Percentile.of(values, share: share) ?? 0, upper: Percentile.of(values, share: 1 - share) ?? 0)
    }
}
