import Decisions
package import Playbooks
import Statistics
package import Storage

/// Runs a playbook over part of the history, as of each day, by the decisions and the claim that `run` uses.
///
/// It writes nothing: blocks of accounts are read and brought to what they were at each moment, and what is decided is
/// kept in memory until the block is through. Data count from their own dates on, however late they came in; safety rules
/// that compare runs with each other are off.
package struct Backtest {
    private let workspace: Workspace
    private let playbook: Playbook
    private let others: [Playbook]
    private let from: Day
    private let to: Day
    private let warnings: [String]

    /// What becomes due within an hour is done together.
    private static let grain = TimeSpan.hours(1)
    /// So many blocks that depend on each other may keep all their daily values.
    private static let mostKept = 20

    /// - Parameters:
    ///   - isWithAll: whether the live playbooks of the workspace run along and compete for caps.
    /// - Throws: `BacktestError` when the playbook reads what has no history.
    package init(
        _ playbook: Playbook, in workspace: Workspace, from: Day, to: Day, isWithAll: Bool
    ) throws {
        if let complaint = Self.complaint(about: playbook, in: workspace) { throw BacktestError(complaint) }
        var warnings: [String] = []
        others =
            isWithAll
            ? workspace.playbooks.filter { other in
                guard other.state == .live, other.name != playbook.name else { return false }
                guard let complaint = Self.complaint(about: other, in: workspace) else { return true }
                warnings.append("left out: \(complaint)")
                return false
            } : []
        for playbook in [playbook] + others {
            if let name = playbook.stratify, workspace.dataMap.attribute(name)?.track != true {
                warnings.append(
                    "\(playbook.name) draws within \(name) as it is now, for no history of it is kept; add `track: true` to it "
                        + "in data.yaml")
            }
        }
        var trial = workspace.onTrial([playbook] + others)
        // Nobody needs to know stages that no playbook asks for.
        if !trial.playbooks.flatMap(\.terms).contains(where: { $0.reads.attributes.contains("stage") }) {
            trial.journeys = []
        }
        self.workspace = trial
        self.playbook = playbook
        self.from = from
        self.to = to
        self.warnings = warnings
    }

    /// Why a playbook cannot be backtested; nil when it can.
    private static func complaint(about playbook: Playbook, in workspace: Workspace) -> String? {
        let names = workspace.attributes(readBy: playbook)
        let untracked = names.sorted().filter { name in
            !AsOf.known.contains(name) && workspace.dataMap.attribute(name)?.track != true
                && name != "stage_since"
        }
        guard let first = untracked.first else { return nil }
        let list = untracked.map { "\"\($0)\"" }.joined(separator: ", ")
        let isDeclared = workspace.dataMap.attributes.contains { $0.name == first }
        let remedy =
            isDeclared
            ? "add `track: true` to it in data.yaml, and later days can be tested"
            : "it is built in and keeps none; ask an event or a tracked attribute instead"
        return "\(playbook.name) reads \(list), of which no history is kept; \(remedy)"
    }

    private var tracked: [Attribute] {
        let playbooks = [playbook] + others
        let names = Set(playbooks.flatMap { workspace.attributes(readBy: $0) } + playbooks.compactMap(\.stratify))
        return names.sorted().compactMap { workspace.dataMap.attribute($0) }.filter(\.track)
    }

    /// - Parameters:
    ///   - progress: called with the number of days that are done.
    ///   - observe: may look at each part of the accounts when it is through.
    package func run(
        on store: Store, progress: (Int) -> Void = { _ in }, observe: (World) throws -> Void = { _ in }
    ) throws -> BacktestReport {
        let zone = workspace.configuration.zone
        let (start, end) = (zone.start(of: from), zone.start(of: to + 1) - TimeSpan(milliseconds: 1))
        // One snapshot from first to last.
        return try store.read { connection in
            let base = try context(connection, at: end)
            let past = try Past(
                connection, workspace, base, needs: World.needs(workspace, base), tracked: tracked, from: start)
            var contexts = TrialContexts(
                base, reports: try CompleteDays.reports(until: base.today - 1, connection), workspace,
                figures: .measured)
            let zones = try CycleRecords.zonesInUse(connection).compactMap { Zone($0) }
            let isWhole = past.isCoupled(contexts)
            let groups = isWhole ? [past.blocks] : try past.groups()
            if !isWhole { try past.answerAll(&contexts, figureMoments(start, end)) }
            var counts = BacktestCounts(playbook: playbook, from: from, to: to, end: end, zone)
            for (index, group) in groups.enumerated() {
                let keepsDaily = group.count <= Self.mostKept
                var world = World(
                    workspace, try group.map { try past.block($0, keepsDaily: keepsDaily) }, contexts, since: start,
                    needs: past.needs, zones: zones, isWhole: isWhole, grain: Self.grain)
                if !keepsDaily { world.daily = past.daily }
                world.lookBack = .lookBack
                try go(&world, from: start, until: end, &counts) { day in
                    progress((index * (to - from + 1) + day) / groups.count)
                }
                counts.add(world)
                try observe(world)
            }
            return report(counts)
        }
    }

    private func go(
        _ world: inout World, from start: Instant, until end: Instant, _ counts: inout BacktestCounts,
        progress: (Int) -> Void
    ) throws {
        let zone = workspace.configuration.zone
        world.enterStages(at: start, onlyKnown: true)
        let id = world.works.first { $0.playbook.name == playbook.name }?.id ?? 0
        var arrivals = Set(world.blocks.flatMap(\.arrivals).map { $0.roundedUp(to: Self.grain) }).sorted()[...]
        // The playbooks go live, and their schedules begin.
        var moment: Instant? = start
        while let now = moment, now <= end {
            for tally in try world.step(to: now) { counts.add(matched: tally.playbooks[id]?.fresh ?? 0, at: now) }
            progress(zone.day(of: now) - from)
            arrivals = arrivals.drop { $0 <= now }
            moment = [world.next(after: now), arrivals.first].compactMap { $0 }.min()
        }
    }

    /// The context as of the last moment, without figures of populations.
    private func context(_ connection: Connection, at end: Instant) throws -> EvaluationContext {
        let configuration = workspace.configuration
        let yesterday = configuration.zone.day(of: end) - 1
        var context = try EvaluationContext(
            connection, dataMap: workspace.dataMap, now: end, zone: configuration.zone,
            currency: configuration.currency, lastCompleteDay: try CompleteDays.load(until: yesterday, connection),
            risks: workspace.risks)
        context.firstDay = try CompleteDays.first(connection)
        context.channelVariables = workspace.channels.mapValues(\.variables)
        return context
    }

    /// The moments at which figures of a whole population are worked out: the first, and every evaluation.
    private func figureMoments(_ start: Instant, _ end: Instant) -> [Instant] {
        let configuration = workspace.configuration
        var moments = [start]
        while let next = configuration.evaluate.next(after: moments[moments.count - 1], in: configuration.zone),
            next <= end
        {
            moments.append(next)
        }
        return moments
    }

    private func report(_ counts: BacktestCounts) -> BacktestReport {
        var seen: Set<String> = []
        let steps = playbook.programs.joined().filter { step in
            guard case .send = step.action else { return false }
            return seen.insert(step.id).inserted
        }.map(\.id)
        let entered = counts.days.reduce(0) { $0 + $1.entered }
        return BacktestReport(
            playbook: playbook.name, title: playbook.title, from: from, to: to, steps: steps,
            others: others.map(\.name).sorted(), days: counts.days, verdicts: counts.verdicts,
            goalRate: playbook.goal == nil ? nil : Proportion(successes: counts.goals, total: counts.entrants),
            immature: playbook.goal == nil ? 0 : entered - counts.entrants, warnings: warnings)
    }
}

/// Why there is no backtest, for the person who asked for one.
package struct BacktestError: Error, CustomStringConvertible {
    package var description: String

    init(_ description: String) {
        self.description = description
    }
}

extension Workspace {
    /// The attributes by which a playbook decides, and those by which its accounts come into their stages.
    fileprivate func attributes(readBy playbook: Playbook) -> Set<String> {
        let names = Set(playbook.terms.flatMap(\.reads.attributes))
        return names.contains("stage") ? names.union(journeys.flatMap(\.terms).flatMap(\.reads.attributes)) : names
    }
}
