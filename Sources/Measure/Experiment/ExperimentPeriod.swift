import Decisions
import Playbooks
import Statistics
import Storage

/// One period of an experiment with all that is known of it as of a moment.
struct ExperimentPeriod {
    /// A share of each arm, over those that had the time.
    struct Figure {
        var title: String
        var kind: PlaybookEntries.Figure
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
        /// The arms at each look that counts, the last as the figure has them.
        var looks: [[PlaybookEntries.Count]]
    }

    /// Whether the arms got what their weights promise, at one point of the way.
    struct Check {
        var point: String
        var observed: [Int]
        var ratio: SampleRatio
    }

    private(set) var period: PlaybookEntries.Period
    let arms: ExperimentArms
    let rule: ArmComparison.Rule
    let asOf: Instant
    let playbook: Playbook?
    /// By whose name the report was asked for.
    let name: String
    /// The moment of the figures: the last look that counts.
    private(set) var moment: Instant
    private(set) var plan: Result<ExperimentPlan, Unmeasurable>?
    private(set) var primaryComparison: ArmComparison
    private(set) var facts = PlaybookEntries.Facts()
    private(set) var primary: Figure
    /// The arms at the look that the figures are of, the control first.
    let figures: [ArmFigure]
    /// The entries with their figures, where the goal is a mean.
    let measured: MeasuredEntries?
    let currency: String
    /// On whose clock moments are written.
    let zone: Zone
    /// The attribute within whose values the arms were drawn.
    let stratify: String?
    /// How long after its window the outcome of an entry is waited for.
    let lateness: TimeSpan
    private(set) var secondary: [Figure] = []
    private(set) var guardrails: [Guardrail] = []
    /// Where each guardrail metric stands, for each arm behind the control.
    private(set) var guardrailStandings: [[ExperimentVerdict.Guardrail]] = []
    /// The bounds of harms by weekly looks, which are the same for all of them.
    private(set) var weeklyHarmBounds: [Double] = []
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
    var window: TimeSpan { playbook?.goalWindow ?? PlaybookEntries.watch }
    var goalName: String {
        if let measured { return measured.goal.figure.words }
        return period.hasGoal ? "goal" : "kept \(PlaybookEntries.watch.milliseconds / 86_400_000) days"
    }

    /// - Parameter measuredAlike: the periods that had the same goal.
    init(
        _ period: PlaybookEntries.Period, of entries: PlaybookEntries, rule: ArmComparison.Rule, name: String,
        playbook: Playbook?, sharing: [String], in workspace: Workspace, measuredAlike: [Int64]
    ) throws {
        self.period = period
        // Before anybody has entered the file says what will be measured.
        if period.entered == 0 { self.period.hasGoal = playbook?.goalWindow != nil }
        self.rule = rule
        self.playbook = playbook
        self.name = name
        asOf = entries.asOf
        currency = workspace.configuration.currency
        zone = workspace.configuration.zone
        stratify = ExperimentArms.Design.of(playbook, in: period.design, sharing: sharing)?.stratify
        let metrics = workspace.dataMap.metrics
        let assigned = try entries.counts(of: .reached, in: period, matured: entries.asOf)
        arms = ExperimentArms(design: period.design, seen: assigned.keys, playbook: playbook, sharing: sharing)
        globalHoldout = assigned.filter { $0.key.arm == .globalHoldout }.reduce(0) { $0 + $1.value.matured }
        measured = try ExperimentArms.meanGoal(period.design, playbook: playbook, sharing: sharing).map { goal in
            MeasuredEntries(
                goal,
                try entries.measured(goal, metrics: metrics, zone: workspace.configuration.zone, in: measuredAlike),
                period: period)
        }
        lateness = entries.lateness
        let looks =
            if let measured {
                ExperimentLooks(measured, arms, period, asOf: asOf)
            } else {
                ExperimentLooks(
                    try entries.weekly(period),
                    history: try entries.history(
                        before: period.startedAt, hasGoal: period.hasGoal, in: measuredAlike),
                    arms, period, asOf: asOf)
            }
        plan = looks.plan
        let planned: Int? = if case .success(let plan) = looks.plan { plan.accounts } else { nil }
        switch rule {
        case .groupSequential:
            primaryComparison = ArmComparison(
                rule: rule, looks: Array(looks.weekly.dropFirst(looks.first)), planned: planned)
            moment = primaryComparison.looks.last?.at ?? looks.weekly.last?.at ?? period.startedAt
        case .alwaysValid:
            primaryComparison = ArmComparison(
                rule: rule, looks: looks.weekly.dropFirst(looks.first) + [looks.present], planned: planned)
            moment = entries.asOf
        case .fixed:
            primaryComparison = ArmComparison(rule: rule, looks: [looks.present], planned: planned)
            moment = entries.asOf
        }
        let look = rule == .groupSequential ? primaryComparison.looks.last ?? looks.weekly.last : looks.present
        figures = look?.arms ?? arms.arms.map { _ in .share(Proportion(successes: 0, total: 0)) }
        primary = Figure(title: "", kind: .outcome, counts: [])
        primary.title = goalName
        primary.counts = primaryCounts(assigned: assigned)
        facts = try entries.facts(of: period, planned: planned)
        edits = try entries.edits(in: period)
        maturing = try entries.maturing(in: period)
        try readFigures(entries)
        if !guardrails.isEmpty { weeklyHarmBounds = primaryComparison.weeklyHarmBounds }
        guardrailStandings = standings
        try check(entries, assigned: assigned)
        delivery = try readDelivery(entries)
        if measured != nil {
            // What the entry paid or used before stands with its figure.
        } else if let name = playbook?.goal?.condition.reads.metrics.sorted().first,
            let metric = metrics.first(where: { $0.name == name }),
            let rows = try entries.usage(of: metric, in: period, matured: moment)
        {
            usage = (name, rows)
        } else {
            before = try entries.before(in: period, matured: moment)
        }
        if facts.again > 0, measured == nil { repeats = try entries.repeats(in: period, matured: moment) }
        verdict = ExperimentVerdict(
            primaryComparison, detect: (try? plan?.get())?.detect ?? 0, guardrails: guardrailStandings,
            isBroken: checks.contains { $0.ratio.isAlarm }, days: daysToFull,
            daysSoFar: Int((asOf - period.startedAt).milliseconds / 86_400_000))
    }

    /// The table counts what the verdict counts: the look of the moment, and who entered and has time left.
    private func primaryCounts(
        assigned: [PlaybookEntries.Arm: PlaybookEntries.Count]
    ) -> [PlaybookEntries.Count] {
        zip(arms.counts(assigned), figures).map { entered, matured in
            var count = PlaybookEntries.Count()
            count.matured = matured.total
            if case .share(let share) = matured.plain { count.hits = share.successes }
            count.open = max(0, entered.matured - matured.total)
            return count
        }
    }

    private mutating func readFigures(_ entries: PlaybookEntries) throws {
        func figure(_ title: String, _ figure: PlaybookEntries.Figure) throws -> Figure {
            Figure(
                title: title, kind: figure,
                counts: arms.counts(try entries.counts(of: figure, in: period, matured: moment)))
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
            let now = try figure(guardrail.outcome, kind)
            guardrails.append(
                Guardrail(figure: now, margin: guardrail.margin, looks: try looks(of: kind, now.counts, entries)))
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
        if let stratify {
            for (stratum, counts) in try entries.strata(of: period).sorted(by: { $0.key < $1.key }) {
                add(
                    "assigned, \(stratify) \(stratum.isEmpty ? "(none)" : stratum)", arms.counts(counts).map(\.matured),
                    arms.weights)
            }
        }
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

    /// Reads what the groups of accounts did; it costs a look at each account as it was.
    mutating func readGroups(_ entries: PlaybookEntries, by workspace: Workspace) throws {
        groupings = try entries.groupings(
            by: workspace, in: period, matured: moment, values: measured?.values(knownBy: moment))
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
        return Int(missing.rounded(.up)) + days(TimeSpan(milliseconds: window.milliseconds + lateness.milliseconds))
    }
}
