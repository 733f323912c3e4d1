import Decisions
import Playbooks
import Storage

/// Finds out whose turn it is in a cycle, and what their triggers look at.
struct TurnFinder {
    let workspace: Workspace
    let connection: Connection
    let now: Instant
    let matching: Cycle.Matching
    let context: EvaluationContext

    /// - Parameter works: those that take part, in the order in which they arbitrate.
    func find(_ works: [PlaybookAtWork]) throws -> [Turn] {
        let check = SafetyCheck(workspace: workspace, connection: connection, context: context)
        return try works.map { work in
            var turn = Turn(work)
            turn.canaryBefore = try canary(of: work)
            turn.endsHold = try check.isOver(work)
            turn.stale = work.registered.heldByHand ?? context.staleness(of: work.playbook.decidingTerms)
            switch work.playbook.trigger {
            case .when: try take(&turn, when: work)
            case .on(let event, _): try take(&turn, on: event)
            case .at(let schedule): try take(&turn, at: schedule)
            }
            return turn
        }
    }

    /// A `when` playbook is matched when `evaluate` comes round, and at once when a person has released it.
    private func take(_ turn: inout Turn, when work: PlaybookAtWork) throws {
        guard matching != .events else { return }
        let schedule = work.playbook.evaluate ?? workspace.configuration.evaluate
        let occurrences = Occurrences(schedule, misfire: work.playbook.misfire, zone: workspace.configuration.zone)
        let occurrence = try due(&turn, schedule, occurrences)
        if matching == .all {
            turn.missed = []
            let next = occurrences.next(after: now)
            turn.schedule = (occurrences.key, next, next)
        }
        let isReleased = work.registered.isLetThrough || isCanaryDue(turn)
        guard matching == .all || occurrence != nil || (isReleased && turn.stale == nil) else { return }
        (turn.isDue, turn.isNews) = (true, true)
    }

    /// Events that arrived since the last cycle, and those whose moment has come since then.
    private func take(_ turn: inout Turn, on event: String) throws {
        let registered = turn.work.registered
        turn.isDue = true
        turn.eventCursor = try CycleRecords.eventCursor(after: registered.eventCursor, at: now, connection)
        turn.events = try NewEvents(connection, context).find(
            event, of: turn.work, now: now, withThoseThatLayAhead: matching != .events)
        // A cursor far behind makes the next look at the events long.
        turn.isNews = matching == .all || !turn.events.isEmpty || turn.eventCursor - registered.eventCursor > 10_000
    }

    private func take(_ turn: inout Turn, at schedule: Schedule) throws {
        guard matching != .events else { return }
        let occurrences = Occurrences(
            schedule, misfire: turn.playbook.misfire, zone: workspace.configuration.zone,
            zones: schedule.isLocal ? try zonesInUse() : [])
        let due = try due(&turn, schedule, occurrences)
        turn.keptKeys = Set([due, turn.schedule?.nextAt].compactMap { $0.flatMap(turn.key) })
        guard let occurrence = due else { return }
        turn.keptUntil = occurrences.end(of: occurrence, waits: max(patience(of: turn), turn.playbook.misfire.patience))
        if try isStillHeld(occurrence, turn) {
            turn.schedule = turn.schedule.map { ($0.text, occurrence, $0.begins) }
            (turn.isDue, turn.isNews) = (false, !turn.missed.isEmpty)
            return
        }
        turn.occurrence = occurrence
        turn.isNews = true
    }

    /// What a schedule missed, when it comes round next, and the occurrence that is due, if one is.
    ///
    /// A schedule that is new or was edited comes round next; the edit itself fires nothing but, on local clocks, an hour
    /// that is still to come for some.
    private func due(_ turn: inout Turn, _ schedule: Schedule, _ occurrences: Occurrences) throws -> Instant? {
        let known = try Registry(connection).schedule(of: turn.id)
        // Earlier versions of the program wrote no zone.
        let isKnown = known == occurrences.key || known == schedule.text
        let stored = isKnown ? turn.work.registered.nextAt : nil
        let moved = try isKnown ? nil : known.flatMap { try self.moved(turn, $0, occurrences) }
        let waits = try stored.flatMap { try isHeld($0, turn) ? patience(of: turn) : nil }
        var due =
            moved
            ?? occurrences.due(stored: stored, looked: turn.work.registered.lastMatchAt, waits: waits, now: now)
        if stored == nil, moved == nil { turn.scheduledSince = now }
        if let stored, waits != nil, isInParts(turn), due.missed.contains(stored) {
            due.missed.removeAll { $0 == stored }
            turn.cutOff = [stored]
        }
        if turn.trigger == .at, known != nil, !isKnown, moved == nil, let next = due.next,
            let last = try SchedulerQueries(connection).lastOccurrence(of: turn.id),
            let later = occurrences.later(next, than: last)
        {
            (due.occurrence, due.next, due.begins) = (nil, later, occurrences.instant(later))
        }
        turn.missed = due.missed
        turn.schedule = (occurrences.key, due.next, due.begins)
        turn.isDue = due.occurrence != nil
        turn.isNews = known != occurrences.key || due.next != stored
        return due.occurrence
    }

    /// A campaign whose time zone was edited goes on with the next occurrence at the same time of the new clock: no day has
    /// it twice, and none is lost. Nil where it is another schedule, or no campaign.
    private func moved(_ turn: Turn, _ known: String, _ occurrences: Occurrences) throws -> Occurrences.Due? {
        guard turn.trigger == .at, let before = occurrences.zone(before: known) else { return nil }
        guard let stored = turn.work.registered.nextAt else { return Occurrences.Due() }
        // One that is held is known by its moment.
        let isHeld = try SchedulerQueries(connection).state(ofOccurrence: stored, of: turn.id) == .held
        return occurrences.due(stored: isHeld ? stored : occurrences.moved(stored, from: before), now: now)
    }

    /// Whether an occurrence is held for the reason for which an earlier cycle held it, so that there is nothing to do.
    private func isStillHeld(_ occurrence: Instant, _ turn: Turn) throws -> Bool {
        guard matching == .due,
            turn.stale != nil || turn.standing != nil || isCanaryWaiting(turn)
        else { return false }
        return try SchedulerQueries(connection).state(ofOccurrence: occurrence, of: turn.id) == .held
    }

    /// Whether an occurrence was looked at in time, and a safety rule or a canary has held it.
    private func isHeld(_ occurrence: Instant, _ turn: Turn) throws -> Bool {
        guard turn.trigger == .at, turn.stale == nil else { return false }
        return try SchedulerQueries(connection).state(ofOccurrence: occurrence, of: turn.id) == .held
    }

    /// How long an occurrence that is held keeps its turn: what has begun in parts goes on however far apart the runs are, and
    /// what a person is asked about waits as long as other matches do.
    private func patience(of turn: Turn) -> TimeSpan {
        if turn.stale != nil { return turn.playbook.misfire.patience }
        if isInParts(turn) { return Playbook.Misfire.run.patience }
        return turn.playbook.misfire == .skip ? turn.playbook.misfire.patience : turn.playbook.maxAge
    }

    private func zonesInUse() throws -> [Zone] {
        [workspace.configuration.zone] + (try CycleRecords.zonesInUse(connection).compactMap { Zone($0) })
    }

    // MARK: Canaries

    private func canary(of work: PlaybookAtWork) throws -> Canary? {
        try CanaryTable.stage(of: work.id, versionID: work.registered.versionID, connection).flatMap { row in
            Canary.Stage(rawValue: row.stage).map { Canary(stage: $0, since: row.since) }
        }
    }

    /// Whether a first large batch is under way.
    private func isInParts(_ turn: Turn) -> Bool {
        guard turn.work.registered.heldAt == nil, let canary = turn.canaryBefore else { return false }
        return canary.stage != .all
    }

    /// Whether the next part of a first large batch may enter now.
    private func isCanaryDue(_ turn: Turn) -> Bool {
        isInParts(turn) && turn.canaryBefore.map { now >= $0.nextAt } == true
    }

    private func isCanaryWaiting(_ turn: Turn) -> Bool {
        guard !turn.work.registered.isLetThrough, let canary = turn.canaryBefore else { return false }
        return canary.stage != .all && now < canary.nextAt
    }
}
