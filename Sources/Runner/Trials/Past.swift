import Decisions
import Playbooks
import Storage

/// Blocks of real accounts as they were at the first moment of a backtest, with all that happened to them after it.
struct Past {
    let needs: Needs
    let blocks: [ClosedRange<Int64>]
    private let workspace: Workspace
    private let rows: PastRows
    private let tracked: [Attribute]
    private let start: Instant

    init(
        _ connection: Connection, _ workspace: Workspace, _ context: EvaluationContext, needs: Needs,
        tracked: [Attribute], from start: Instant
    ) throws {
        self.needs = needs
        self.workspace = workspace
        self.tracked = tracked
        self.start = start
        rows = try PastRows(connection, context)
        blocks = try rows.blocks()
    }

    private var hasJourneys: Bool { !workspace.journeys.isEmpty }
    private var earliest: Instant { start - .lookBack }

    // MARK: Blocks

    func block(_ range: ClosedRange<Int64>, keepsDaily: Bool) throws -> TrialBlock {
        var needs = needs
        if !keepsDaily { needs.metrics = [:] }
        let (block, asOf) = try load(range, needs)
        var trial = TrialBlock(block, asOf)
        var keys: [String: Set<String>] = [:]
        for playbook in workspace.playbooks {
            if case .on(let event, _) = playbook.trigger {
                keys[event, default: []].formUnion([playbook.per].compactMap { $0 })
            }
        }
        for (event, keys) in keys { trial.add(try rows.triggers(event, keys: keys, of: block, from: start), of: event) }
        if hasJourneys {
            let entries = try rows.stageEntries(of: block.ids, before: start)
            for (index, id) in block.ids.enumerated() { trial.put(entries[id] ?? [], of: index) }
        }
        return trial
    }

    func daily(_ block: Block, _ now: Instant) throws -> [String: Block.DailyValues] {
        try rows.metrics(block.ids, needs, asOf: now)
    }

    private func load(_ range: ClosedRange<Int64>, _ wanted: Needs) throws -> (Block, AsOf) {
        var needs = wanted
        // What playbooks did is what they do in the trial.
        (needs.risks, needs.touches, needs.enrollments) = ([], false, false)
        needs.history.formUnion(tracked.map(\.name) + ["status"])
        if needs.attributes.contains("cancel_requested_at") {
            for kind in AsOf.cancelEvents {
                needs.events[kind] = Needs.OfEvents(window: nil, properties: needs.events[kind]?.properties ?? [])
            }
        }
        var block = try rows.block(range, needs, from: earliest)
        let asOf = AsOf(
            block, tracked: tracked, hasJourneys: hasJourneys, contactEvents: try rows.contactEvents(block), from: start
        )
        asOf.rewind(&block)
        block.clear(Block.journey)
        if hasJourneys {
            block.clear("stage")
            block.clear("stage_since")
        }
        block.contacts?.suppressions = [:]
        return (block, asOf)
    }

    // MARK: Which blocks depend on each other

    /// Whether what becomes of one account depends on all others.
    func isCoupled(_ contexts: TrialContexts) -> Bool {
        // Who enters next of a stratum has its next seat, whichever block it is in.
        if hasJourneys || workspace.playbooks.contains(where: { $0.stratify != nil }) { return true }
        let audiences = workspace.playbooks.filter { !$0.terms.flatMap(\.usageDrops).isEmpty }
            .compactMap { $0.audience?.term }
        let needs = Needs(of: audiences, in: workspace.dataMap, risks: workspace.risks)
        return needs.touches || needs.enrollments || needs.steps || !needs.risks.isEmpty
    }

    /// The blocks that caps join, or campaigns that each person gets once, because contacts have an address in common; most
    /// stand alone.
    func groups() throws -> [[ClosedRange<Int64>]] {
        let isOncePerPerson = workspace.playbooks.contains { $0.oncePer == .person }
        guard isOncePerPerson || !workspace.configuration.caps.isEmpty else { return blocks.map { [$0] } }
        var groups = blocks.map { [$0] }
        for numbers in try rows.blocksWithCommonAddresses() {
            let joined = groups.indices.filter { index in
                groups[index].contains { numbers.contains($0.lowerBound / SeriesKey.blockSize) }
            }
            guard let first = joined.first else { continue }
            for index in joined.dropFirst().reversed() {
                groups[first] += groups.remove(at: index)
            }
            groups[first].sort { $0.lowerBound < $1.lowerBound }
        }
        return groups
    }

    // MARK: Figures of whole populations

    /// Works out the figures of all moments, where they do not depend on what playbooks do.
    func answerAll(_ contexts: inout TrialContexts, _ moments: [Instant]) throws {
        var known: Set<TrialContexts.Key> = []
        var questions: [TrialContexts.Question] = []
        for moment in moments {
            questions += contexts.questions(at: moment).filter { known.insert($0.key).inserted }
        }
        guard !questions.isEmpty else { return }
        var needs = Needs(of: questions.compactMap(\.audience), in: workspace.dataMap)
        for question in questions {
            let key = question.key.benchmark
            needs.metrics[key.metric] = max(needs.metrics[key.metric] ?? 0, key.window + key.baseline)
        }
        var sums = questions.map(\.sums)
        try PopulationSums.complete(&sums) { sums in
            for range in blocks {
                var (block, asOf) = try load(range, needs)
                for (index, question) in questions.enumerated() {
                    asOf.advance(&block, to: question.moment)
                    sums[index].add(Evaluator(contexts.context(at: question.moment), block))
                }
            }
        }
        for (question, sum) in zip(questions, sums) { contexts.answer(question, sum.population) }
    }
}

extension Block {
    /// Makes an attribute missing for all accounts.
    fileprivate mutating func clear(_ name: String) {
        switch attributes[name] {
        case .texts?: attributes[name] = .texts(Array(repeating: nil, count: count))
        case .numbers?: attributes[name] = .numbers(Array(repeating: .nan, count: count))
        case nil: break
        }
    }
}
