import Basics
import Decisions
import Playbooks
import Storage

/// The first pass of a cycle and the safety rules, on one snapshot; nothing is written.
struct Planning {
    let workspace: Workspace
    let connection: Connection
    let pinned: PinnedVersions
    let now: Instant
    let matching: Cycle.Matching
    let figures: EvaluationContext.Figures
    /// The playbooks asked for; all of them when empty.
    let only: Set<String>
    /// Whether every running enrollment is looked at, or only what is due.
    let isEverybodyLookedAt: Bool
    /// Whether somebody has asked for the end of the work.
    let isStopped: @Sendable () -> Bool

    struct Plan {
        var rules: CycleRules
        var turns: [Turn]
        var scope: FirstPass.Scope
        var journeys: [Journey]
        var heldJourneys: Set<String>
        var tally: Tally
        /// The newest event that the stages know of, where they were looked at.
        var stagesEvent: Int64?
        /// Whether there is anything to write.
        var isNews = true
        /// Whether everything was paused already.
        var wasPaused: Bool
        var report: CycleReport
        var doubts: AttributeDoubts
        var metricDoubts: MetricDoubts

        func deciding(_ connection: Connection) throws -> BlockDeciding {
            try BlockDeciding(connection, rules, turns: turns, journeys: journeys, heldJourneys: heldJourneys)
        }
    }

    func plan(_ known: Registration.Registered) throws -> Plan {
        let isTurnOfJourneys = try isTurnOfJourneys()
        if isTurnOfJourneys, figures == .measured {
            try StageBenchmarks.compute(
                workspace.journeys, on: workspace.configuration.zone.day(of: now), now: now, connection)
        }
        let context = try EvaluationContext(connection, workspace: workspace, now: now, figures: figures)
        let pauses = try Pauses(connection)
        let taking = arbitrationOrder(known.works).filter { pauses.reason(for: $0.playbook.name) == nil }
        var turns = try TurnFinder(
            workspace: workspace, connection: connection, now: now, matching: matching, context: context
        ).find(taking)
        // Events come every few seconds; for them it is enough to look when accounts have been imported since.
        let isEvaluating =
            matching == .all || isTurnOfJourneys || turns.contains { $0.isDue && $0.trigger != .on }
        var found = try versions(known, taking, pauses, context)
        let walked = found.versions.values.reduce(into: Term.Reads()) { $0.formUnion($1.walkedReads) }
        let doubts = try AttributeDoubts(
            walked.attributes, workspace, isLookedAt: isEvaluating, connection)
        let metricDoubts = try MetricDoubts(walked.metrics, workspace, context, connection)
        // What enrollments ask for waits; whether a playbook is matched is for the rules of safety to say.
        var believed = context
        believed.doubtfulAttributes = doubts.reasons
        believed.doubtfulMetrics = metricDoubts.reasons
        if !doubts.reasons.isEmpty || !metricDoubts.reasons.isEmpty {
            found = try versions(known, taking, pauses, believed)
        }
        var rules = CycleRules(
            context: believed, lastCycle: try Meta.lastNow(connection),
            versions: found.versions, matching: turns.map(\.work),
            globalHoldout: known.globalHoldout, channels: workspace.configuration.channels,
            declaredChannels: Set(workspace.channels.keys), times: SendTimes(workspace))
        rules.unsureSince = try LostSends(connection).unsureSince(at: now)
        rules.newestEvent = try CycleRecords.newestEvent(connection)
        rules.stale = Set(turns.filter { $0.stale != nil }.map(\.id))
        rules.keptOccurrences = Dictionary(
            uniqueKeysWithValues: turns.compactMap { turn in turn.keptKeys.map { (turn.id, $0) } })
        rules.scheduledSince = turns.scheduledSince
        rules.movesThroughStages = isTurnOfJourneys
        let late = isTurnOfJourneys ? try lateEvents() : nil
        rules.stagesAt = try Meta.instant(of: .stagesAt, connection)
        rules.lateEvents = late?.moments ?? [:]
        rules.holds = Dictionary(
            uniqueKeysWithValues: turns.compactMap { turn in
                (turn.standing ?? turn.stale).map { (turn.id, Hold.all($0)) }
            })
        var heldJourneys: [String: String] = [:]
        for journey in workspace.journeys { heldJourneys[journey.name] = context.staleness(of: journey.terms) }
        let scope = try scope(turns, isTurnOfJourneys)
        var plan = Plan(
            rules: rules, turns: turns, scope: scope, journeys: workspace.journeys,
            heldJourneys: Set(heldJourneys.keys), tally: Tally(), stagesEvent: late?.newest,
            wasPaused: pauses.all != nil, report: CycleReport(now: now, playbooks: [], balanced: true), doubts: doubts,
            metricDoubts: metricDoubts)
        let deciding = try plan.deciding(connection)
        var pass = try FirstPass(scope, deciding, isStopped: isStopped)
        if pass.isWorthTwoThreads {
            pass.second = try SecondThread(beside: connection, for: Cycle.longestPlan, plan.deciding)
        }
        defer { pass.second?.end() }
        var tally = try pass.run(rules.holds)
        let check = SafetyCheck(workspace: workspace, connection: connection, context: context)
        let holds = try self.holds(&turns, tally, deciding, check)
        if holds != rules.holds {
            deciding.hold(holds)
            rules.holds = holds
            tally = try pass.run(holds)
        }
        let errors = Books(tally, turns).errors
        guard errors.isEmpty else { throw UnbalancedBooks(errors: errors) }
        (plan.rules, plan.turns, plan.tally) = (rules, turns, tally)
        plan.report = try report(plan, isTurnOfJourneys ? heldJourneys : nil)
        plan.report.standingStill = try found.standingStill + waits(for: doubts, metricDoubts, found.versions)
        plan.isNews =
            try matching == .all || isTurnOfJourneys || !tally.changed.isEmpty
            || turns.contains { $0.isNews || tally.playbooks[$0.id]?.isNews == true }
            || doubts.isNews || metricDoubts.isNews || Benchmarks.areUnsaved(connection)
        return plan
    }

    // MARK: The pass

    /// A condition, a campaign or a journey looks at everybody; else only those are looked at to whom something may have
    /// happened.
    private func scope(_ turns: [Turn], _ isTurnOfJourneys: Bool) throws -> FirstPass.Scope {
        if matching == .all || isTurnOfJourneys || turns.contains(where: { $0.isDue && $0.trigger != .on }) {
            return .all
        }
        var ids: Set<Int64> = []
        for turn in turns {
            ids.formUnion(turn.events.keys)
            ids.formUnion(try StandingRecords(connection).accounts(of: turn.id, waiting: true, in: 0...Int64.max))
        }
        if matching == .due {
            let enrollments = EnrollmentRecords(connection)
            ids.formUnion(try enrollments.due(at: now))
            ids.formUnion(try TouchRecords(connection).accountsWithHeld())
            if isEverybodyLookedAt {
                ids.formUnion(
                    try enrollments.running(watchedSince: now - workspace.dataMap.longestLateness, in: 0...Int64.max))
            }
        }
        return .some(ids.sorted())
    }

    // MARK: Safety

    /// The holds that follow from what the pass found; `turns` keep why.
    private func holds(
        _ turns: inout [Turn], _ tally: Tally, _ deciding: BlockDeciding, _ check: SafetyCheck
    ) throws -> [Int64: Hold] {
        var holds: [Int64: Hold] = [:]
        for index in turns.indices {
            let id = turns[index].id
            let found = tally.playbooks[id] ?? Tally.OfPlaybook()
            guard turns[index].isDue || found.matched > 0 else { continue }
            turns[index].audience =
                try deciding.audiences[id] ?? audience(of: turns[index], isNeeded: found.matched > 0)
            try check.check(&turns[index], found)
            if let reason = turns[index].hold {
                // What an account is told stays as it was; the playbook says today's numbers.
                holds[id] = .all(turns[index].standing ?? reason)
            } else if turns[index].isDue {
                holds[id] = check.holdBack(&turns[index], entering: found.entering)
            }
        }
        return holds
    }

    /// How many accounts the audience held when it was last counted; all accounts, where it is everybody and one matches.
    private func audience(of turn: Turn, isNeeded: Bool) throws -> Int {
        guard isNeeded, turn.playbook.audience == nil else {
            return try CycleRecords.lastAudience(connection, of: turn.id) ?? 0
        }
        return try CycleRecords.accounts(connection)
    }

    // MARK: Who takes part

    /// The versions that somebody walks or may enter; one that can no longer be read is left out, and its enrollments
    /// stand still, which is said.
    private func versions(
        _ known: Registration.Registered, _ taking: [PlaybookAtWork], _ pauses: Pauses, _ context: EvaluationContext
    ) throws -> (versions: [Int64: Version], standingStill: [String]) {
        var versions: [Int64: Version] = [:]
        var standingStill: [String] = []
        for running in try Registry(connection).runningVersions(now: now - workspace.dataMap.longestLateness) {
            let ending =
                pinned.isGone(running.playbook, from: workspace)
                ? Version.deleted
                : workspace.playbook(running.playbook)?.state == .retired ? Version.retired : nil
            let current = known.works.first { $0.registered.versionID == running.versionID }?.playbook
            let version =
                current ?? pinned.playbook(running.playbook, source: running.source, files: running.files)
            // What is to end needs no steps.
            let hash = Registry.hash(running.source).prefix(8)
            guard let playbook = version ?? ending.map({ _ in Playbook.stub(running.playbook) }) else {
                standingStill.append(
                    "\(running.playbook): version \(hash) cannot be read with the files of today, and its enrollments stand "
                        + "still until it can")
                continue
            }
            if current == nil, ending == nil, let gone = context.gone(from: playbook.terms) {
                standingStill.append(
                    "\(running.playbook): enrollments by version \(hash) wait where they ask for it: \(gone)")
            }
            versions[running.versionID] = Version(
                id: running.versionID, playbookID: running.playbookID, playbook: playbook, in: context,
                ending: ending, isPaused: pauses.reason(for: running.playbook) != nil)
        }
        for work in taking where versions[work.registered.versionID] == nil {
            versions[work.registered.versionID] = Version(
                id: work.registered.versionID, playbookID: work.id, playbook: work.playbook, in: context)
        }
        return (versions, standingStill)
    }

    // MARK: Order

    private func arbitrationOrder(_ works: [PlaybookAtWork]) -> [PlaybookAtWork] {
        works.filter { only.isEmpty ? $0.playbook.state == .live : only.contains($0.playbook.name) }
            .filter { matching != .events || $0.playbook.isTriggeredByEvents }
            .sorted { $0.playbook.arbitration < $1.playbook.arbitration }
    }

    private func lateEvents() throws -> LateEvents {
        let kinds = workspace.journeys.flatMap(\.stages).compactMap(\.enter?.reads.events)
        return try LateEvents(
            connection, of: kinds.reduce(into: []) { $0.formUnion($1) },
            since: try Meta.instant(of: .stagesAt, connection))
    }

    /// Whether the journeys are looked at in this cycle: at `evaluate`, or whenever everything is matched.
    private func isTurnOfJourneys() throws -> Bool {
        guard only.isEmpty, matching != .events else { return false }
        if matching == .all { return true }
        guard let last = try Meta.instant(of: .stagesAt, connection), last <= now else { return true }
        let configuration = workspace.configuration
        return configuration.evaluate.next(after: last, in: configuration.zone).map { $0 <= now } ?? false
    }
}
