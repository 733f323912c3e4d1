import Decisions
import Playbooks
import Statistics
import Storage

/// What is the same for all accounts at the moments of a trial: complete days, and figures of whole populations.
struct TrialContexts {
    /// A figure that a moment needs and that nobody has worked out yet.
    struct Question: Sendable {
        var key: Key
        var audience: Term?
        var moment: Instant
    }

    struct Key: Hashable, Sendable {
        var benchmark: EvaluationContext.BenchmarkKey
        /// The last complete day of the metric.
        var day: Day
    }

    private let base: EvaluationContext
    private let reports: [String: [CompleteDays.Report]]
    let isMeasured: Bool
    /// The figures that the playbooks ask for, with the audiences that they are of.
    private let benchmarks: [(key: EvaluationContext.BenchmarkKey, audience: Term?)]
    /// The last complete days by yesterday.
    private var complete: [Day: [String: Day]] = [:]
    private var populations: [Key: UsageDrop.Population] = [:]
    /// The figures of the stages, and the day on which they were measured.
    var stages: [StageKey: StageFigures] = [:]
    var stagesDay: Day?

    /// - Parameter figures: neutral ones are those of nobody.
    init(
        _ base: EvaluationContext, reports: [String: [CompleteDays.Report]], _ workspace: Workspace,
        figures: EvaluationContext.Figures
    ) {
        self.base = base
        self.reports = reports
        isMeasured = figures == .measured
        benchmarks = isMeasured ? Self.benchmarks(of: workspace.playbooks) : []
        for journey in workspace.journeys {
            for stage in journey.stages {
                stages[StageKey(journey.name, stage.name)] = StageFigures(expected: stage.expected)
            }
        }
    }

    mutating func context(at now: Instant) -> EvaluationContext {
        var context = base
        context.now = now
        let yesterday = context.zone.day(of: now) - 1
        let known = complete[yesterday] ?? reports.compactMapValues { CompleteDays.last(of: $0, until: yesterday) }
        complete[yesterday] = known
        context.lastCompleteDay = known
        context.stages = stages
        for (key, _, day) in asked(known) {
            context.benchmarks[key] = populations[Key(benchmark: key, day: day)]
        }
        return context
    }

    /// The figures that a moment needs and that are not known yet.
    mutating func questions(at now: Instant) -> [Question] {
        let context = context(at: now)
        return asked(context.lastCompleteDay).compactMap { key, audience, day in
            let key = Key(benchmark: key, day: day)
            return populations[key] == nil ? Question(key: key, audience: audience, moment: now) : nil
        }
    }

    mutating func answer(_ question: Question, _ population: UsageDrop.Population) {
        populations[question.key] = population
    }

    private func asked(_ complete: [String: Day]) -> [(EvaluationContext.BenchmarkKey, Term?, Day)] {
        benchmarks.compactMap { benchmark in
            complete[benchmark.key.metric].map { (benchmark.key, benchmark.audience, $0) }
        }
    }

    private static func benchmarks(
        of playbooks: [Playbook]
    ) -> [(key: EvaluationContext.BenchmarkKey, audience: Term?)] {
        var known: Set<EvaluationContext.BenchmarkKey> = []
        return playbooks.flatMap { playbook in
            playbook.terms.flatMap(\.usageDrops).compactMap { signal in
                let key = EvaluationContext.BenchmarkKey(
                    audience: playbook.audienceKey, metric: signal.metric, window: signal.window,
                    baseline: signal.baseline)
                return known.insert(key).inserted ? (key, playbook.audience?.term) : nil
            }
        }
    }
}

/// The sums over the accounts of an audience that `usage_drop` compares each account with.
struct PopulationSums {
    private let windows: UsageDrop.Windows
    private let question: TrialContexts.Question
    private var (variances, means, current, baseline) = (0.0, 0.0, 0.0, 0.0)
    private var established = 0

    init(_ question: TrialContexts.Question) {
        self.question = question
        windows = UsageDrop.Windows(
            current: question.key.benchmark.window, baseline: question.key.benchmark.baseline)
    }

    /// Takes in the accounts of a block that are as old as both windows.
    mutating func add(_ evaluator: Evaluator) {
        let block = evaluator.block
        let usages = evaluator.usages(
            question.key.benchmark.metric, windows, endingAt: question.key.day.number, block.ids.indices
        ) { _ in false }
        let audience = question.audience.map { evaluator.column($0, of: .accounts) }
        let zone = evaluator.context.zone
        let limit = Double(zone.start(of: question.key.day - windows.days + 2).milliseconds)
        let created = block.attributes["created_at"]?.numbers ?? []
        for (index, usage) in usages.enumerated() where created[index] < limit {
            guard audience?.holds(index) ?? (block.text("status", index) == "active") else { continue }
            variances += usage.weekVariance
            means += usage.weekMean
            current += usage.current
            baseline += usage.baseline
            if usage.baseline >= 8 { established += 1 }
        }
    }

    var population: UsageDrop.Population {
        UsageDrop.Population(
            variances: variances, means: means, current: current, baseline: baseline, established: established,
            windows: windows)
    }
}
