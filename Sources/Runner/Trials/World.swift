package import Decisions
import Playbooks
import Statistics
import Storage

/// The accounts of a trial and a runner under a virtual clock, all of it in memory: the cycles that `serve` would do, with
/// touches that go nowhere.
package struct World {
    package private(set) var blocks: [TrialBlock]
    let workspace: Workspace
    var contexts: TrialContexts
    var turns: TrialTurns
    /// What becomes due within so long is done together.
    private let grain: TimeSpan
    private var ids = PlaybookHistory.IDs()
    var claims: PretendedClaims
    private var lastCycle: Instant?
    /// The newest event that is known by now; nil in a past in which nothing came late.
    var newestEvent: Int64?
    /// When the journeys were last looked at.
    private var stagesAt: Instant?
    private let rotating: Set<Int64>
    private let needs: Needs
    private let freezes = FreezeCache()
    /// Accounts go on where the seats of earlier moments end.
    private let seats = Seats()
    /// The names of the playbooks by their ids, and whether they ask what became of touches and waits.
    private let names: [Int64: String]
    private let asksSteps: Bool
    /// What is the same for all accounts at the present moment.
    var momentRules: CycleRules?
    /// Whether figures of whole populations are worked out from the blocks of this world.
    private let isWhole: Bool
    private var holdouts: [String: Int64] = [:]
    /// The accounts that have an address in common with another, by block, where a campaign asks for that.
    private(set) var sharing: [[Int]] = []
    /// How long before each moment the block tells all that windows look at; nil for always.
    var lookBack: TimeSpan?
    /// Brings the daily values of a block as of a moment, where there are too many to keep.
    var daily: ((Block, Instant) throws -> [String: Block.DailyValues])?

    /// - Parameters:
    ///   - workspace: on trial.
    ///   - needs: what is asked of what playbooks did with accounts.
    ///   - isWhole: whether the blocks are all that there are, so that figures of whole populations are theirs.
    init(
        _ workspace: Workspace, _ blocks: [TrialBlock], _ contexts: TrialContexts, since moment: Instant, needs: Needs,
        zones: [Zone] = [], isWhole: Bool, grain: TimeSpan, eventsComeInOneByOne: Bool = false
    ) {
        self.workspace = workspace
        self.blocks = blocks
        self.contexts = contexts
        self.needs = needs
        self.isWhole = isWhole
        self.grain = grain
        turns = TrialTurns(
            Self.works(workspace, since: moment), workspace.configuration, zones: zones,
            comeInOneByOne: eventsComeInOneByOne)
        claims = PretendedClaims(workspace)
        names = Dictionary(uniqueKeysWithValues: turns.works.map { ($0.id, $0.playbook.name) })
        asksSteps = turns.works.contains { $0.playbook.terms.contains(where: \.asksAboutSteps) }
        rotating = Set(turns.works.filter { !$0.playbook.rotations.isEmpty }.map(\.id))
        if turns.works.contains(where: { $0.playbook.oncePer == .person }) { sharing = sharingAddresses }
    }

    /// The playbooks as a database would know them that have been live since a moment.
    static func works(_ workspace: Workspace, since moment: Instant) -> [PlaybookAtWork] {
        var experiments: [String: Int64] = [:]
        return workspace.playbooks.enumerated().map { index, playbook in
            let experiment = experiments[playbook.experiment] ?? Int64(experiments.count + 1)
            experiments[playbook.experiment] = experiment
            return PlaybookAtWork(
                playbook: playbook,
                registered: RegisteredPlaybook(
                    id: Int64(index + 1), versionID: Int64(index + 1), experimentID: experiment, liveSince: moment))
        }
    }

    package var works: [PlaybookAtWork] { turns.works }

    /// What a block must hold so that its days can be decided.
    static func needs(_ workspace: Workspace, _ context: EvaluationContext) -> Needs {
        let works = works(workspace, since: context.now)
        let versions = works.map { work in
            (work.id, Version(id: work.id, playbookID: work.id, playbook: work.playbook, in: context))
        }
        let rules = CycleRules(
            context: context, versions: Dictionary(uniqueKeysWithValues: versions), matching: works,
            channels: workspace.configuration.channels, times: SendTimes(workspace))
        let turns = works.map { work in
            var turn = Turn(work)
            turn.isDue = true
            return turn
        }
        let day = BlockDay(rules: rules, turns: turns, journeys: workspace.journeys, heldJourneys: [])
        return day.findingNeeds.union(day.dayNeeds)
    }

    mutating func change<T>(_ block: Int, _ body: (inout TrialBlock) throws -> T) rethrows -> T {
        try body(&blocks[block])
    }

    /// Brings the daily values of a block for as long as they are looked at.
    mutating func bring(_ block: Int, at now: Instant) throws {
        if let daily { blocks[block].block.metrics = try daily(blocks[block].block, now) }
    }

    mutating func leave(_ block: Int) {
        if daily != nil { blocks[block].block.metrics = [:] }
    }

    // MARK: A moment

    /// How often a moment is gone through at most: enrollments that need not wait take a step each time.
    private static let mostPasses = 100

    /// A cycle, what may go out then, and cycles for those who go on at once.
    ///
    /// - Parameter matching: what the first cycle matches.
    mutating func step(to now: Instant, matching: Cycle.Matching = .due) throws -> [Tally] {
        for index in blocks.indices { blocks[index].advance(to: now) }
        if isWhole { try answer(contexts.questions(at: now)) }
        momentRules = nil
        var tallies: [Tally] = []
        for _ in 0..<Self.mostPasses {
            tallies.append(try cycle(at: now, matching: tallies.isEmpty ? matching : .due))
            guard blocks.contains(where: { $0.hasTouches(at: now) }), try drain(at: now) > 0,
                blocks.contains(where: { $0.hasDue(at: now) })
            else { break }
        }
        return tallies
    }

    /// The next moment at which something is to do: a match, an enrollment, or a touch.
    func next(after now: Instant) -> Instant? {
        let configuration = workspace.configuration
        var moments = [turns.nextRound].compactMap { $0 }.filter { $0 > now }
        if let match = configuration.evaluate.next(after: now, in: configuration.zone) { moments.append(match) }
        if let due = blocks.compactMap({ $0.next(after: now) }).min() { moments.append(due.roundedUp(to: grain)) }
        return moments.min()
    }

    /// Works out figures of whole populations that a moment needs.
    private mutating func answer(_ questions: [TrialContexts.Question]) throws {
        for question in questions {
            var sums = [question.sums]
            let context = contexts.context(at: question.moment)
            try PopulationSums.complete(&sums) { sums in
                for index in blocks.indices {
                    try bring(index, at: question.moment)
                    sums[0].add(Evaluator(context, blocks[index].block))
                    leave(index)
                }
            }
            contexts.answer(question, sums[0].population)
        }
    }

    private mutating func cycle(at now: Instant, matching: Cycle.Matching) throws -> Tally {
        let isTurnOfJourneys = isTurnOfJourneys(at: now, matching: matching)
        if isTurnOfJourneys, try measureStages(at: now) { momentRules = nil }
        var rules = momentRules ?? rules(contexts.context(at: now))
        momentRules = rules
        let context = rules.context
        let found = turns.find(at: now, matching: matching, context)
        rules.lastCycle = lastCycle
        rules.scheduledSince = found.scheduledSince
        rules.stale = Set(found.filter { $0.stale != nil }.map(\.id))
        rules.movesThroughStages = isTurnOfJourneys
        rules.stagesAt = stagesAt
        rules.holds = Dictionary(
            uniqueKeysWithValues: found.compactMap { turn in turn.stale.map { (turn.id, Hold.all($0)) } })
        let held = Set(workspace.journeys.filter { context.staleness(of: $0.terms) != nil }.map(\.name))
        let isForAll =
            matching == .all || isTurnOfJourneys || found.contains { $0.isDue && $0.trigger != .on }
        var tally = Tally()
        let persons = persons(at: now)
        for index in blocks.indices {
            let own = found.map { turn in
                guard case .on(let event, _) = turn.playbook.trigger else { return turn }
                var turn = turn
                turn.events = blocks[index].triggers(of: event, behind: turns.seen(by: turn), until: now)
                return turn
            }
            var day = BlockDay(rules: rules, turns: own, journeys: workspace.journeys, heldJourneys: held)
            (day.seats, day.persons) = (seats, persons)
            try decide(index, day, looksAtAll: isForAll, &tally)
        }
        let errors = Books(tally, found).errors
        guard errors.isEmpty else { throw UnbalancedBooks(errors: errors) }
        turns.see(found, until: now, newest: blocks.map(\.newestEvent).max() ?? 0)
        if isTurnOfJourneys { stagesAt = now }
        lastCycle = now
        return tally
    }

    func looks(_ rules: CycleRules) -> TrialBlock.Looks {
        let lateness = rules.versions.values.map(\.longestLateness).max() ?? DataMap.usualLateness
        return TrialBlock.Looks(
            watchedSince: rules.now - max(lateness, DataMap.usualLateness), rotating: rotating, needs: needs,
            names: names, asksSteps: asksSteps)
    }

    private mutating func rules(_ context: EvaluationContext) -> CycleRules {
        let versions = works.map { work in
            (work.id, Version(id: work.id, playbookID: work.id, playbook: work.playbook, in: context))
        }
        var rules = CycleRules(
            context: context, versions: Dictionary(uniqueKeysWithValues: versions), matching: works,
            globalHoldout: globalHoldout(on: context.today),
            channels: workspace.configuration.channels, declaredChannels: Set(workspace.channels.keys),
            times: SendTimes(workspace))
        rules.freezes = freezes
        rules.newestEvent = newestEvent
        return rules
    }

    /// Each period has a draw of its own; their experiments have ids behind those of the playbooks.
    private mutating func globalHoldout(on day: Day) -> CycleRules.GlobalHoldout? {
        guard let draw = GlobalDraw(workspace.configuration, on: day) else { return nil }
        let id = holdouts[draw.period] ?? Int64(works.count + holdouts.count + 1)
        holdouts[draw.period] = id
        return CycleRules.GlobalHoldout(experimentID: id, salt: draw.salt, share: draw.share)
    }

    /// Decides the day of those accounts of a block to which anything may happen.
    ///
    /// - Parameter looksAtAll: whether a condition, a campaign or a journey looks at everybody.
    private mutating func decide(
        _ index: Int, _ day: BlockDay, looksAtAll: Bool, _ tally: inout Tally
    ) throws {
        let now = day.rules.now
        let looks = looks(day.rules)
        blocks[index].refresh(looks, at: now)
        var moves: [Int: StageMove] = [:]
        var found = day.turns.map { BlockDay.Found(turn: $0) }
        defer { leave(index) }
        if looksAtAll {
            try bring(index, at: now)
            moves = blocks[index].moveThroughStages(day, knownFor: lookBack)
            found = day.find(in: blocks[index].block, countsAudiences: false)
        }
        let concerned = blocks[index].concerned(day, found, looks, isAgain: lastCycle == now).union(moves.keys)
        guard !concerned.isEmpty else { return }
        if !looksAtAll { try bring(index, at: now) }
        let accounts = blocks[index].live(day, concerned.sorted(), found, moves, looks, &tally)
        for account in accounts where account.isChanged { take(account, of: index, at: now) }
    }

    /// The first block with the context of a moment, for somebody who asks why.
    mutating func look(at now: Instant) -> (TrialBlock, EvaluationContext) {
        let context = contexts.context(at: now)
        blocks[0].refresh(looks(rules(context)), at: now)
        return (blocks[0], context)
    }

    mutating func take(_ account: Account, of block: Int, at now: Instant) {
        blocks[block].take(account, at: now, &ids)
    }

    // MARK: Stages

    private func isTurnOfJourneys(at now: Instant, matching: Cycle.Matching) -> Bool {
        guard !workspace.journeys.isEmpty else { return false }
        if matching == .all { return true }
        guard let stagesAt, stagesAt <= now else { return true }
        let configuration = workspace.configuration
        return configuration.evaluate.next(after: stagesAt, in: configuration.zone).map { $0 <= now } ?? false
    }

    /// Once a day, how long accounts stay in their stages; true when that is now.
    private mutating func measureStages(at now: Instant) throws -> Bool {
        let today = workspace.configuration.zone.day(of: now)
        guard isWhole, contexts.isMeasured, contexts.stagesDay != today else { return false }
        contexts.stagesDay = today
        let stages = StagesOfTrial(blocks: blocks, now: now, weak: contexts.weakSince)
        for step in try StageBenchmarks(stages, now: now, today: today).steps(workspace.journeys) {
            contexts.keep(step.figures, of: step.key, on: today)
        }
        return true
    }

    /// Brings accounts into their stages and does nothing else.
    ///
    /// - Parameter onlyKnown: whether they only go back to where their entries say that they are.
    mutating func enterStages(at now: Instant, onlyKnown: Bool = false) {
        guard !workspace.journeys.isEmpty else { return }
        var journeys = workspace.journeys
        if onlyKnown {
            for journey in journeys.indices {
                for stage in journeys[journey].stages.indices { journeys[journey].stages[stage].enter = nil }
            }
            // Accounts come into stages at `evaluate`, as they did then, and not at the first moment.
            stagesAt = Instant(milliseconds: now.milliseconds - 1)
        }
        let day = BlockDay(
            rules: CycleRules(context: contexts.context(at: now)), turns: [], journeys: journeys, heldJourneys: [])
        for index in blocks.indices {
            let before = blocks[index].block
            for (account, move) in blocks[index].moveThroughStages(day, knownFor: lookBack) {
                if onlyKnown, !move.entries.isEmpty {
                    blocks[index].block.takeStage(of: account, from: before)
                    continue
                }
                blocks[index].change(account, at: now) { $0.enter(move.entries) }
            }
        }
    }
}

extension TrialBlock {
    /// The accounts that match, that wait for a verdict, or in which an enrollment goes on.
    ///
    /// - Parameter isAgain: whether all of them have been looked at in this moment, so that only those are concerned with
    ///   which something has happened since.
    fileprivate func concerned(
        _ day: BlockDay, _ found: [BlockDay.Found], _ looks: Looks, isAgain: Bool
    ) -> Set<Int> {
        var concerned: Set<Int> = []
        for item in found {
            concerned.formUnion(item.concerned(in: block).filter { exists($0, at: day.rules.now) })
        }
        for (account, nextMoments) in nextMoments.enumerated() {
            let isRunning =
                isAgain
                ? nextMoments.due <= day.rules.now || nextMoments.changedAt == day.rules.now
                : nextMoments.watchedUntil >= looks.watchedSince
            if isRunning || nextMoments.hasWaiting
                || nextMoments.hasStandings && day.mayEnd(histories[account].standings, account, found)
            {
                concerned.insert(account)
            }
        }
        return concerned
    }

    fileprivate func live(
        _ day: BlockDay, _ accounts: [Int], _ found: [BlockDay.Found], _ moves: [Int: StageMove], _ looks: Looks,
        _ tally: inout Tally
    ) -> [Account] {
        let loaded = load(accounts, day.rules, looks) { account in
            found.map { $0.finding(account, block.ids[account]) }
        }
        return day.live(loaded, in: block, moves: { moves[$0] }, freezes: true, &tally)
    }

    fileprivate mutating func moveThroughStages(_ day: BlockDay, knownFor lookBack: TimeSpan?) -> [Int: StageMove] {
        guard !day.journeys.isEmpty else { return [:] }
        var block = self.block
        let before = block
        var places: [Int64: Int] = [:]
        for (index, id) in block.ids.enumerated() { places[id] = index }
        var moves = day.moveThroughStages(&block) { ids in
            var entries: [Int64: [StageEntry]] = [:]
            for id in ids { entries[id] = places[id].map { histories[$0].stageEntries } }
            return entries
        } look: { _, _ in
            BlockDay.Looked(block: before, earliest: lookBack.map { day.rules.now - $0 })
        }
        for account in moves.keys where !exists(account, at: day.rules.now) {
            block.takeStage(of: account, from: before)
            moves[account] = nil
        }
        self.block = block
        return moves
    }
}

extension Block {
    /// Puts an account back to where it was.
    mutating func takeStage(of account: Int, from before: Block) {
        for name in [Self.journey, "stage", "stage_since"] {
            if let cell = before.attributes[name]?.cell(account) { set(name, cell, at: account) }
        }
    }
}

extension BlockDay {
    /// Whether a standing match stops to hold, or has for long enough.
    fileprivate func mayEnd(_ standings: [Standing], _ account: Int, _ found: [Found]) -> Bool {
        found.indices.contains { index in
            guard let column = found[index].column, column.fails(account), turns[index].trigger == .when else {
                return false
            }
            let id = turns[index].id
            let own = standings.lazy.filter { $0.playbookID == id }
            let rearm = turns[index].playbook.rearm
            return own.contains { standing in standing.falseSince.map { rules.now - $0 >= rearm } ?? true }
        }
    }
}

extension Instant {
    /// The first whole multiple of a step that is not earlier.
    func roundedUp(to step: TimeSpan) -> Instant {
        guard step.milliseconds > 1 else { return self }
        let rest = milliseconds % step.milliseconds
        return rest == 0 ? self : Instant(milliseconds: milliseconds + (rest > 0 ? step.milliseconds - rest : -rest))
    }
}
