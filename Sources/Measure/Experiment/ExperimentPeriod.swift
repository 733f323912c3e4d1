import Decisions
import Playbooks
import Statistics
import Storage

/// One period of an experiment with all that is known of it as of a moment.
struct ExperimentPeriod {
    /// A share of each arm, over those that had the time.
    struct Figure {
        var title: String
        var counts: [PlaybookEntries.Count]

        func proportion(_ arm: Int) -> Proportion {
            Proportion(successes: counts[arm].hits, total: counts[arm].matured)
        }

        func comparison(_ arm: Int) -> ProportionComparison {
            ProportionComparison(control: proportion(0), treatment: proportion(arm))
        }
    }

    struct Guardrail {
        var figure: Figure
        var margin: Double
    }

    /// Whether the arms got what their weights promise, at one point of the way.
    struct Check {
        var point: String
        var observed: [Int]
        var ratio: SampleRatio
    }

    let period: PlaybookEntries.Period
    let arms: ExperimentArms
    let rule: ArmComparison.Rule
    let asOf: Instant
    let playbook: Playbook?
    /// The moment of the figures: the last look that counts.
    private(set) var moment: Instant
    private(set) var plan: Result<ExperimentPlan, Unmeasurable>?
    private(set) var primaryComparison: ArmComparison
    private(set) var facts = PlaybookEntries.Facts()
    private(set) var primary: Figure
    private(set) var secondary: [Figure] = []
    private(set) var guardrails: [Guardrail] = []
    /// Where each guardrail metric stands, for each arm behind the control.
    private(set) var guardrailStandings: [[ExperimentVerdict.Guardrail]] = []
    /// The bound of harms by weekly looks, which is the same for all of them.
    private var weeklyHarmBound: Double?
    private(set) var checks: [Check] = []
    private(set) var delivery: [(reached: PlaybookEntries.Count, not: PlaybookEntries.Count)] = []
    private(set) var usage: (metric: String, rows: [PlaybookEntries.Usage])?
    private(set) var before: [PlaybookEntries.Arm: Cuped.Arm] = [:]
    private(set) var repeats: [PlaybookEntries.Arm: PlaybookEntries.Repeats] = [:]
    private(set) var groupings: [PlaybookEntries.Grouping] = []
    private(set) var edits: [PlaybookEntries.Edit] = []
    private(set) var maturing: [(first: Instant, last: Instant, accounts: Int)] = []
    private(set) var globalHoldout = 0
    private(set) var verdict = ExperimentVerdict.keepRunning(days: nil)

    /// Figures that are looked at so many days after the entry.
    static let horizons = [30, 60, 90]

    /// How long an entry is watched.
    var window: TimeSpan { playbook?.goal?.within ?? PlaybookEntries.watch }
    var goalName: String { Self.goalName(of: period) }

    private static func goalName(of period: PlaybookEntries.Period) -> String {
        period.hasGoal ? "goal" : "kept \(PlaybookEntries.watch.milliseconds / 86_400_000) days"
    }

    init(
        _ period: PlaybookEntries.Period, of entries: PlaybookEntries, rule: ArmComparison.Rule, playbook: Playbook?,
        sharing: [String],
        metrics: [Metric] = [], measuredAlike: [Int64]? = nil
    ) throws {
        self.period = period
        self.rule = rule
        self.playbook = playbook
        asOf = entries.asOf
        let assigned = try entries.counts(of: .reached, in: period, matured: entries.asOf)
        arms = ExperimentArms(design: period.design, seen: assigned.keys, playbook: playbook, sharing: sharing)
        globalHoldout = assigned.filter { $0.key.arm == .globalHoldout }.reduce(0) { $0 + $1.value.matured }
        let weekly = Self.looks(try entries.weekly(period), arms, period, asOf: entries.asOf)
        let history = try entries.history(before: period.startedAt, hasGoal: period.hasGoal, in: measuredAlike)
        let (plan, first) = Self.plan(history, weekly.looks, arms)
        self.plan = plan
        let planned: Int? = if case .success(let plan) = plan { plan.accounts } else { nil }
        switch rule {
        case .groupSequential:
            primaryComparison = ArmComparison(rule: rule, looks: Array(weekly.looks.dropFirst(first)), planned: planned)
            moment = primaryComparison.looks.last?.at ?? weekly.looks.last?.at ?? period.startedAt
        case .alwaysValid:
            primaryComparison = ArmComparison(
                rule: rule, looks: weekly.looks.dropFirst(first) + [weekly.present], planned: planned)
            moment = entries.asOf
        case .fixed:
            primaryComparison = ArmComparison(rule: rule, looks: [weekly.present], planned: planned)
            moment = entries.asOf
        }
        primary = Figure(title: Self.goalName(of: period), counts: [])
        facts = try entries.facts(of: period, planned: planned)
        let look = rule == .groupSequential ? primaryComparison.looks.last ?? weekly.looks.last : weekly.present
        let none = ArmComparison.Look(at: moment, arms: arms.arms.map { _ in Proportion(successes: 0, total: 0) })
        primary.counts = primaryCounts(look ?? none, assigned: assigned)
        edits = try entries.edits(in: period)
        maturing = try entries.maturing(in: period)
        try readFigures(entries)
        if rule == .groupSequential {
            weeklyHarmBound = guardrails.first.flatMap { primaryComparison.harmBound($0.figure.comparison(1)) }
        }
        guardrailStandings = standings
        try check(entries, assigned: assigned)
        delivery = try readDelivery(entries)
        if let name = playbook?.goal?.condition.reads.metrics.sorted().first,
            let metric = metrics.first(where: { $0.name == name }),
            let rows = try entries.usage(of: metric, in: period, matured: moment)
        {
            usage = (name, rows)
        } else {
            before = try entries.before(in: period, matured: moment)
        }
        if facts.again > 0 { repeats = try entries.repeats(in: period, matured: moment) }
        verdict = ExperimentVerdict(
            primaryComparison, detect: (try? plan?.get())?.detect ?? 0, guardrails: guardrailStandings,
            isBroken: checks.contains { $0.ratio.isAlarm }, days: daysToFull,
            daysSoFar: Int((asOf - period.startedAt).milliseconds / 86_400_000))
    }

    /// Weekly looks up to the moment, and what had matured at the moment itself.
    private static func looks(
        _ weekly: [PlaybookEntries.Weekly], _ arms: ExperimentArms, _ period: PlaybookEntries.Period, asOf: Instant
    ) -> (looks: [ArmComparison.Look], present: ArmComparison.Look) {
        var sums = Array(repeating: (matured: 0, goals: 0), count: arms.arms.count)
        let weeks = max(0, Int((asOf - period.startedAt).milliseconds / PlaybookEntries.week))
        var looks: [ArmComparison.Look] = []
        var rest = weekly[...]
        func take(upTo week: Int) {
            while let next = rest.first, next.week <= week {
                rest.removeFirst()
                guard let place = arms.place(next.arm) else { continue }
                sums[place].matured += next.matured
                sums[place].goals += next.goals
            }
        }
        func look(at moment: Instant) -> ArmComparison.Look {
            ArmComparison.Look(at: moment, arms: sums.map { Proportion(successes: $0.goals, total: $0.matured) })
        }
        for week in stride(from: 1, through: weeks, by: 1) {
            take(upTo: week)
            looks.append(
                look(at: Instant(milliseconds: period.startedAt.milliseconds + Int64(week) * PlaybookEntries.week)))
        }
        take(upTo: .max)
        return (looks, look(at: asOf))
    }

    /// The plan, and the first weekly look that comes after it was made.
    private static func plan(
        _ history: PlaybookEntries.Count, _ looks: [ArmComparison.Look], _ arms: ExperimentArms
    ) -> (Result<ExperimentPlan, Unmeasurable>?, first: Int) {
        guard arms.isComparison else { return (nil, 0) }
        let least = ExperimentPlan.leastHistory
        if history.matured >= least {
            let base = Double(history.hits) / Double(history.matured)
            return (ExperimentPlan.make(base: base, weights: arms.weights), 0)
        }
        for (index, look) in looks.enumerated() where look.total >= least {
            let all = look.arms.reduce(Proportion(successes: 0, total: 0), +)
            guard let base = all.rate, ConfidenceSequence.permitsVerdict([all]) else { continue }
            return (ExperimentPlan.make(base: base, weights: arms.weights, isFromHistory: false), index)
        }
        return (nil, looks.count)
    }

    /// The table counts what the verdict counts: the look of the moment, and who entered and has time left.
    private func primaryCounts(_ look: ArmComparison.Look, assigned: [PlaybookEntries.Arm: PlaybookEntries.Count])
        -> [PlaybookEntries.Count]
    {
        zip(arms.counts(assigned), look.arms).map { entered, matured in
            var count = PlaybookEntries.Count()
            (count.matured, count.hits) = (matured.total, matured.successes)
            count.open = max(0, entered.matured - matured.total)
            return count
        }
    }

    private mutating func readFigures(_ entries: PlaybookEntries) throws {
        func figure(_ title: String, _ figure: PlaybookEntries.Figure) throws -> Figure {
            Figure(title: title, counts: arms.counts(try entries.counts(of: figure, in: period, matured: moment)))
        }
        for days in Self.horizons {
            secondary.append(try figure("churned within \(days) days", .churned(days: days)))
        }
        let last = Self.horizons.last ?? 90
        secondary.append(try figure("contraction at \(last) days", .contracted(days: last)))
        secondary.append(try figure("expansion at \(last) days", .expanded(days: last)))
        for goal in playbook?.also ?? [] { secondary.append(try figure("also \(goal.name)", .also(goal.name))) }
        let declared = playbook?.guardrails ?? []
        for kind in ["bounced", "complained", "unsubscribed"] where !declared.contains(where: { $0.outcome == kind }) {
            secondary.append(try figure(kind, .harm(kind)))
        }
        for guardrail in declared {
            let days = Int(window.milliseconds / 86_400_000)
            let kind: PlaybookEntries.Figure =
                guardrail.outcome == "churned" ? .churned(days: days) : .harm(guardrail.outcome)
            guardrails.append(Guardrail(figure: try figure(guardrail.outcome, kind), margin: guardrail.margin))
        }
    }

    private mutating func check(_ entries: PlaybookEntries, assigned: [PlaybookEntries.Arm: PlaybookEntries.Count])
        throws
    {
        guard arms.isComparison else { return }
        func add(_ point: String, _ observed: [Int], _ weights: [Double]) {
            guard weights.contains(where: { $0 > 0 }), observed.reduce(0, +) > 0 else { return }
            checks.append(
                Check(point: point, observed: observed, ratio: SampleRatio(observed: observed, weights: weights)))
        }
        add("assigned", arms.counts(assigned).map(\.matured), arms.weights)
        let sends = try entries.counts(of: .wouldSend, in: period, matured: asOf)
        if playbook?.variants.contains(where: { $0.steps != nil }) == true, let holdout = arms.arms.first,
            arms.hasHoldout
        {
            // Variants with steps of their own send at moments of their own: only the same variant can be compared.
            for variant in arms.names.dropFirst() {
                let observed = [Decisions.Arm.holdout, .treated].map {
                    sends[PlaybookEntries.Arm($0, variant)]?.hits ?? 0
                }
                add("would send, variant \(variant)", observed, [holdout.weight, 1 - holdout.weight])
            }
        } else {
            add("would send", arms.counts(sends).map(\.hits), arms.weights)
        }
        add("outcome observed", primary.counts.map(\.matured), arms.weights)
    }

    private func readDelivery(_ entries: PlaybookEntries) throws -> [(
        reached: PlaybookEntries.Count, not: PlaybookEntries.Count
    )] {
        let read = try entries.reached(period, matured: moment)
        let reached = arms.counts(read.mapValues(\.reached))
        let not = arms.counts(read.mapValues(\.not))
        return zip(reached, not).map { (reached: $0, not: $1) }
    }

    /// The difference of a harm with its bounds, by the rule of the experiment; nil when it cannot be said yet.
    func test(_ guardrail: Guardrail, _ arm: Int) -> (difference: Double, lower: Double, upper: Double)? {
        let comparison = guardrail.figure.comparison(arm)
        guard let difference = comparison.difference,
            let bound = rule == .groupSequential ? weeklyHarmBound : primaryComparison.harmBound(comparison)
        else { return nil }
        let alpha = Normal.above(bound)
        guard case .success(let test) = NonInferiority.test(comparison, margin: guardrail.margin, alpha: alpha) else {
            return nil
        }
        return (difference, comparison.newcombe(alpha: min(1, 2 * alpha)).lower, test.upper)
    }

    private var standings: [[ExperimentVerdict.Guardrail]] {
        arms.arms.indices.dropFirst().map { arm in
            guardrails.map { guardrail in
                var standing = ExperimentVerdict.Guardrail.Standing.open
                if let test = test(guardrail, arm) {
                    if test.upper < guardrail.margin { standing = .holds }
                    if test.lower > guardrail.margin { standing = .broken }
                }
                return ExperimentVerdict.Guardrail(outcome: guardrail.figure.title, standing: standing)
            }
        }
    }

    /// Reads what the groups of accounts did; it costs a look at each account as it was.
    mutating func readGroups(_ entries: PlaybookEntries, by workspace: Workspace) throws {
        groupings = try entries.groupings(by: workspace, in: period, matured: moment)
    }

    /// Accounts of the compared arms that entered, matured or not.
    var entered: Int { primary.counts.reduce(0) { $0 + $1.matured + $1.open } }

    /// Days from the moment until the plan is full; nil when that is not to be expected.
    var daysToFull: Int? {
        guard case .success(let plan) = plan else { return nil }
        if primaryComparison.isFull { return 0 }
        func days(_ span: TimeSpan) -> Int { max(1, Int((span.milliseconds + 86_399_999) / 86_400_000)) }
        if let fullAt = facts.fullAt { return days(fullAt - asOf) }
        guard facts.recent > 0 else { return nil }
        let missing = Double(max(0, plan.accounts - entered)) / facts.perDay
        guard missing.isFinite, missing < 1e6 else { return nil }
        return Int(missing.rounded(.up)) + days(window)
    }
}
