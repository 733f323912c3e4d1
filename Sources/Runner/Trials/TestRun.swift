import Decisions
import Playbooks
import Storage

/// One test on its way through time: a world with one account.
struct TestRun {
    private let workspace: Workspace
    private let store: Store
    private let facts: TestFacts
    private let start: Instant
    private var world: World
    private var clock: Instant
    /// The touches that were told of in earlier stretches.
    private var known: Set<Int64> = []

    /// - Parameter workspace: on trial, with the playbook of the test.
    init(_ workspace: Workspace, store: Store, facts: TestFacts) throws {
        self.workspace = workspace
        self.store = store
        self.facts = facts
        start = workspace.configuration.zone.instant(of: PlaybookTest.firstDay, minute: 6 * 60)
        let begin = start
        clock = begin
        // What has happened already can trigger, as far as it is not too old.
        world = try store.read { connection in
            let rows = try TestRows(connection, workspace, asOf: begin)
            var world = World(
                workspace, [TrialBlock(Block(ids: []))], rows.contexts, since: Instant(milliseconds: 0),
                needs: rows.needs, isWhole: true, grain: TimeSpan(milliseconds: 1), eventsComeInOneByOne: true)
            world.lookBack = .lookBack
            return world
        }
    }

    /// Brings the account in and lasts until what the first cycle makes has gone out, at most until the day is over.
    mutating func begin(_ stretch: PlaybookTest.Stretch) throws -> TestStretch {
        let reached = try facts.begin(with: stretch.facts, at: start)
        try facts.importUsage(stretch.facts.metrics, until: start)
        for event in stretch.facts.events where facts.moment(of: event, anchor: start) <= start {
            try facts.importEvent(event, anchor: start, now: start)
        }
        let zone = workspace.configuration.zone
        try store.write { try TrialAccount.close((zone.day(of: start) - 1)...zone.day(of: start), $0) }
        try look(at: start)
        world.change(0) { $0.reach(reached, at: clock) }
        // The journey so far: an account is in its stage since it was created, or since the event that brought it there.
        let created = world.blocks[0].block.instant("created_at", 0) ?? start
        let moments = stretch.facts.events.map { facts.moment(of: $0, anchor: start) } + [start]
        for moment in ([created] + moments).sorted() where created <= moment && moment <= start {
            world.enterStages(at: moment)
        }
        var tallies = try world.step(to: start, matching: .all)
        let end = zone.start(of: zone.day(of: start) + 1)
        while world.blocks[0].hasOpenTouches, let next = world.next(after: clock), next < end {
            clock = next
            try look(at: next)
            tallies += try world.step(to: next)
        }
        return try happenings(tallies)
    }

    /// Brings in what comes meanwhile, each thing at its time, and does whatever is due until the stretch is over.
    mutating func goOn(_ stretch: PlaybookTest.Stretch) throws -> TestStretch {
        let end = self.end(of: stretch)
        let zone = workspace.configuration.zone
        let reached = try facts.change(stretch.facts, anchor: end, now: clock)
        world.change(0) { $0.reach(reached, at: clock) }
        try facts.importUsage(stretch.facts.metrics, until: end)
        try store.write { try TrialAccount.close(zone.day(of: clock)...zone.day(of: end), $0) }
        var arrivals = stretch.facts.events
            .map { (event: $0, at: max(clock, facts.moment(of: $0, anchor: end))) }
            .filter { $0.at <= end }
            .sorted { $0.at < $1.at }[...]
        var tallies: [Tally] = []
        if !stretch.replies.isEmpty {
            clock = min(clock + .minutes(1), end)
            try look(at: clock)
            let moment = clock
            world.change(0) { known in
                known.change(0, at: moment) { $0.reply(to: stretch.replies, at: moment) }
            }
            tallies += try world.step(to: clock)
        }
        while true {
            let next = world.next(after: clock)
            guard let moment = [next, arrivals.first?.at].compactMap({ $0 }).min(), moment <= end else { break }
            clock = moment
            while let arrival = arrivals.first, arrival.at <= moment {
                try facts.importEvent(arrival.event, anchor: end, now: moment)
                arrivals = arrivals.dropFirst()
            }
            try look(at: moment)
            tallies += try world.step(to: moment)
        }
        clock = end
        try look(at: end)
        return try happenings(tallies)
    }

    /// Whole days end with their last minute.
    private func end(of stretch: PlaybookTest.Stretch) -> Instant {
        let day = TimeSpan.days(1).milliseconds
        guard stretch.length.milliseconds % day == 0 else { return clock + stretch.length }
        let zone = workspace.configuration.zone
        let last = zone.day(of: clock) + Int(stretch.length.milliseconds / day)
        return zone.start(of: last + 1) - .minutes(1)
    }

    /// Lets the world see what is known at a moment.
    private mutating func look(at moment: Instant) throws {
        try store.read { connection in
            let rows = try TestRows(connection, workspace, asOf: moment)
            world.contexts = rows.contexts
            world.newestEvent = try CycleRecords.newestEvent(connection)
            world.turns.use(zones: try CycleRecords.zonesInUse(connection).compactMap { Zone($0) })
            let (block, triggers) = try rows.block()
            world.change(0) { known in
                known.renew(block)
                for (kind, found) in triggers { known.add(found, of: kind) }
            }
        }
    }

    private mutating func happenings(_ tallies: [Tally]) throws -> TestStretch {
        let found = TestStretch(&world, tallies, known: known, now: clock)
        known.formUnion(found.touches.filter { $0.state == .sent }.compactMap(\.id))
        return found
    }
}

extension TrialBlock {
    /// Lets the account have reached stages, whatever the conditions of its journey say.
    fileprivate mutating func reach(_ entries: [StageEntry], at now: Instant) {
        change(0, at: now) { history in
            for entry in entries
            where !history.stageEntries.contains(where: { $0.journey == entry.journey && $0.stage == entry.stage }) {
                history.stageEntries.append(entry)
            }
        }
    }
}

/// What is known of the account of a test at a moment.
private struct TestRows {
    let contexts: TrialContexts
    let needs: Needs
    private let workspace: Workspace
    private let rows: PastRows
    private let connection: Connection
    private let now: Instant

    init(_ connection: Connection, _ workspace: Workspace, asOf now: Instant) throws {
        self.workspace = workspace
        self.now = now
        let configuration = workspace.configuration
        let yesterday = configuration.zone.day(of: now) - 1
        var context = try EvaluationContext(
            connection, dataMap: workspace.dataMap, now: now, zone: configuration.zone,
            currency: configuration.currency, lastCompleteDay: try CompleteDays.load(until: yesterday, connection),
            risks: workspace.risks)
        context.channelVariables = workspace.channels.mapValues(\.variables)
        contexts = TrialContexts(
            context, reports: try CompleteDays.reports(until: yesterday, connection), workspace, figures: .neutral)
        var needs = World.needs(workspace, context)
        for playbook in workspace.playbooks {
            needs.formUnion(Needs(of: playbook.terms, in: workspace.dataMap, risks: workspace.risks))
        }
        needs.contacts = (needs.contacts ?? []).union(["key", "role"])
        self.needs = needs
        rows = try PastRows(connection, context)
        self.connection = connection
    }

    func block() throws -> (Block, [String: [(account: Int, event: TriggeringEvent)]]) {
        var wanted = needs
        (wanted.risks, wanted.touches, wanted.enrollments) = ([], false, false)
        let account = try TrialAccount.id(connection)
        let block = try rows.block(account...account, wanted, from: now - .lookBack)
        var triggers: [String: [(account: Int, event: TriggeringEvent)]] = [:]
        for playbook in workspace.playbooks {
            guard case .on(let event, _) = playbook.trigger else { continue }
            triggers[event] = try rows.triggers(
                event, keys: Set([playbook.per].compactMap { $0 }), of: block, from: Instant(milliseconds: 0),
                withHistory: false)
        }
        return (block, triggers)
    }
}
