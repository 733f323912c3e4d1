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

        /// The sums that answer it, over nobody yet.
        var sums: PopulationSums { PopulationSums(key.benchmark, day: key.day, audience: audience) }
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
    /// Since when steps have been weak against their past without a break.
    private(set) var weakSince: [StageKey: Day] = [:]

    /// Keeps what a stage was measured by on a day.
    mutating func keep(_ figures: StageFigures, of key: StageKey, on day: Day) {
        stages[key] = figures
        weakSince[key] = figures.isWeakAgainstPast ? weakSince[key] ?? day : nil
    }

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
