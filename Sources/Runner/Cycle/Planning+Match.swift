import Playbooks
import Storage

extension Planning {
    /// Matches one playbook into `plan_match` and applies the safety rules; nil when it is not its turn.
    func match(_ work: PlaybookAtWork, _ compiler: ConditionSQL, _ context: EvaluationContext) throws -> Match? {
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
            let schedule = playbook.evaluate ?? workspace.configuration.evaluate
            let next = schedule.next(after: now, in: workspace.configuration.zone)
            if self.matching == .due, try !isDue(schedule, work) { return nil }
            found.schedule = (schedule.text, next, next)
            try matching.matchCondition(conjunction(audience, condition), of: work, now: now)
        case .on(let event, let condition):
            trigger = .on
            found.eventCursor = try CycleRecords.newestEvent(connection)
            try matching.matchEvents(event, condition.map { conjunction(audience, $0) } ?? audience, of: work, now: now)
        case .at(let schedule):
            trigger = .at
            let occurrences = Occurrences(
                schedule, zone: workspace.configuration.zone, zones: schedule.isLocal ? try zonesInUse() : [])
            let stored =
                try Registry(connection).schedule(of: work.registered.id) == schedule.text
                ? work.registered.nextAt : nil
            let due = occurrences.due(stored: stored, now: now)
            found.missed = due.missed
            found.schedule = (schedule.text, due.next, due.next.map(occurrences.instant))
            guard let occurrence = due.occurrence else {
                found.isDue = false
                return found
            }
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

    private func isDue(_ schedule: Schedule, _ work: PlaybookAtWork) throws -> Bool {
        guard let next = work.registered.nextAt,
            try Registry(connection).schedule(of: work.registered.id) == schedule.text
        else { return true }
        return next <= now
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
