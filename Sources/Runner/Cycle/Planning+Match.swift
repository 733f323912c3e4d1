import Decisions
import Playbooks
import Storage

extension Planning {
    /// Matches one playbook into `plan_match`, if it is its turn, and applies the safety rules.
    func match(_ work: PlaybookAtWork, _ compiler: ConditionSQL, _ context: EvaluationContext) throws -> Match {
        let matching = Matching(connection, compiler)
        let playbook = work.playbook
        let audience = playbook.audience?.term
        var found = Match(
            playbookID: work.registered.id, hold: nil,
            counts: Safety.Counts(fresh: 0, matched: 0, audience: 0, recent: []), verdicts: [:], schedule: nil,
            occurrence: nil, eventCursor: work.registered.eventCursor)
        let stale = context.staleness(of: playbook.terms)
        let trigger: Safety.Trigger
        switch playbook.trigger {
        case .when(let condition):
            trigger = .when
            guard try isTurn(of: work, stale: stale, &found) else { return found }
            try matching.matchCondition(conjunction(audience, condition), of: work, now: now)
        case .on(let event, let condition):
            trigger = .on
            found.eventCursor = try CycleRecords.newestEvent(connection)
            let seen = try matching.matchEvents(
                event, condition.map { conjunction(audience, $0) } ?? audience, of: work, now: now)
            // A cursor far behind makes the next look at the events long.
            found.isNews =
                self.matching == .all || seen > 0 || found.eventCursor - work.registered.eventCursor > 10_000
            if self.matching != .all, try !matching.hasMatches(of: work) {
                found.isStale = stale != nil
                found.isDue = found.isNews
                return found
            }
        case .at(let schedule):
            trigger = .at
            let occurrences = Occurrences(
                schedule, misfire: playbook.misfire, zone: workspace.configuration.zone,
                zones: schedule.isLocal ? try zonesInUse() : [])
            guard let occurrence = try dueOccurrence(of: work, schedule, occurrences, &found) else { return found }
            if try isStillHeld(occurrence, of: work, stale: stale, &found) { return found }
            found.occurrence = (occurrence, "done")
            try matching.matchOccurrence(
                schedule.isLocal ? "\(occurrence) local" : "\(occurrence)", at: occurrence, audience: audience,
                of: work,
                now: now)
        }
        let counts = try matching.counts(of: work, audience: audience)
        found.counts = Safety.Counts(
            fresh: counts.fresh, matched: counts.matched, audience: counts.audience, recent: [])
        let seen = try countsToCompare(trigger, found.counts, work, matching)
        if found.counts.matched > 0 { found.nulls = try countNulls(of: playbook) }
        let looksWrong = found.counts.matched > 0 ? try holdForData(work, context) : nil
        applySafety(to: &found, trigger, work, stale: stale, looksWrong: looksWrong, seen: seen)
        if case .when(let condition) = playbook.trigger, found.hold == nil {
            try matching.findEnds(conjunction(audience, condition), of: work, now: now)
        }
        return found
    }

    /// What the safety rules look at: for `when` the new matches of a day, for `on` those of 24 hours, both with those
    /// of the days before; for `at` all that match, with the last occurrence.
    private func countsToCompare(
        _ trigger: Safety.Trigger, _ counts: Safety.Counts, _ work: PlaybookAtWork, _ matching: Matching
    ) throws -> Safety.Counts {
        var seen = counts
        let id = work.registered.id
        if trigger == .at {
            seen.fresh = counts.matched
            seen.recent = try CycleRecords.lastMatched(connection, of: id).map { [$0] } ?? []
            return seen
        }
        let zone = workspace.configuration.zone
        let moments = (0...8).map { index in
            trigger == .when
                ? zone.start(of: zone.day(of: now) - index)
                : now - .days(Int64(index) + 1) + TimeSpan(milliseconds: 1)
        }
        let earlier = try CycleRecords.freshCounts(connection, of: id, since: moments)
        seen.fresh += earlier[0] ?? 0
        seen.freshAccounts = seen.fresh
        if Double(seen.fresh) > workspace.configuration.safety.maxShare * Double(counts.audience) {
            seen.freshAccounts = try matching.freshAccounts(of: work, since: moments[0])
        }
        seen.recent = earlier.dropFirst().compactMap { $0 }
        return seen
    }

    private func applySafety(
        to found: inout Match, _ trigger: Safety.Trigger, _ work: PlaybookAtWork, stale: String?,
        looksWrong: String?, seen: Safety.Counts
    ) {
        found.isStale = stale != nil
        let registered = work.registered
        if let standing = registered.heldBecause, registered.heldAt != nil {
            found.hold = standing
        } else if let stale {
            // A late feed holds only as long as it is late.
            found.hold = stale
        } else if let reason = looksWrong
            ?? Safety(workspace.configuration.safety).hold(
                trigger, seen, wasReleased: registered.releasedAt != nil, isLetThrough: registered.isLetThrough)
        {
            found.hold = reason
            found.lasts = true
        }
        if found.hold != nil { found.keepOccurrence() }
    }

    /// Looks at a schedule: what it missed, when it comes round next, and the occurrence that is due, if one is.
    ///
    /// A schedule that is new or was edited comes round next; the edit itself fires nothing.
    private func dueOccurrence(
        of work: PlaybookAtWork, _ schedule: Schedule, _ occurrences: Occurrences, _ found: inout Match
    ) throws -> Instant? {
        let isKnown = try Registry(connection).schedule(of: work.registered.id) == schedule.text
        let stored = isKnown ? work.registered.nextAt : nil
        let due = occurrences.due(stored: stored, now: now)
        found.missed = due.missed
        found.schedule = (schedule.text, due.next, due.next.map(occurrences.instant))
        found.isDue = due.occurrence != nil
        found.isNews = !isKnown || due.next != stored
        return due.occurrence
    }

    /// Whether a `when` playbook is matched: always in a cycle that matches all; else when `evaluate` comes round, and at
    /// once when a person has released it.
    private func isTurn(of work: PlaybookAtWork, stale: String?, _ found: inout Match) throws -> Bool {
        let schedule = work.playbook.evaluate ?? workspace.configuration.evaluate
        let occurrences = Occurrences(
            schedule, misfire: work.playbook.misfire, zone: workspace.configuration.zone)
        let occurrence = try dueOccurrence(of: work, schedule, occurrences, &found)
        if matching == .all {
            found.missed = []
            let next = occurrences.next(after: now)
            found.schedule = (schedule.text, next, next)
        }
        let isDue = try work.registered.isLetThrough || isCanaryDue(work)
        guard matching == .all || occurrence != nil || (isDue && stale == nil) else { return false }
        (found.isDue, found.isNews) = (true, true)
        return true
    }

    /// Whether an occurrence is held for the reason for which an earlier cycle held it, so that there is nothing to do.
    private func isStillHeld(
        _ occurrence: Instant, of work: PlaybookAtWork, stale: String?, _ found: inout Match
    ) throws -> Bool {
        guard matching == .due, try stale != nil || work.registered.heldAt != nil || isCanaryWaiting(work),
            try Agenda(connection).state(ofOccurrence: occurrence, of: work.registered.id) == "held"
        else { return false }
        found.schedule = found.schedule.map { ($0.text, occurrence, $0.begins) }
        (found.isDue, found.isNews) = (false, !found.missed.isEmpty)
        return true
    }

    private func conjunction(_ audience: Term?, _ condition: Term) -> Term {
        guard let audience else { return condition }
        return Term(
            .binary(.and, audience, condition), .boolean, text: "(\(audience.text)) and (\(condition.text))")
    }

    private func zonesInUse() throws -> [Zone] {
        let names = try CycleRecords.zonesInUse(connection)
        return [workspace.configuration.zone] + names.compactMap { Zone($0) }
    }
}
