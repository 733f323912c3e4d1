import Decisions
import Playbooks
import Storage

extension Planning {
    /// What the plan comes to, as `plan` and `run` print it.
    ///
    /// - Parameter heldJourneys: why journeys are held; nil when it was not their turn.
    func report(_ plan: Plan, _ heldJourneys: [String: String]?) throws -> CycleReport {
        var report = plan.report
        if let heldJourneys {
            report.journeys = workspace.journeys.map { journey in
                CycleReport.OfJourney(
                    journey: journey.name,
                    entered: Dictionary(
                        uniqueKeysWithValues: journey.stages.compactMap { stage in
                            plan.tally.stages[StageKey(journey.name, stage.name)].map { (stage.name, $0) }
                        }), heldBecause: heldJourneys[journey.name])
            }
        }
        for turn in plan.turns {
            report.comesRound(turn.schedule?.begins)
            let tally = plan.tally.playbooks[turn.id] ?? Tally.OfPlaybook()
            if matching != .all { guard turn.isDue || turn.isNews || tally.matched > 0 else { continue } }
            report.playbooks.append(try entry(turn, tally, plan))
        }
        report.entered = plan.turns.reduce(0) { $0 + (plan.tally.playbooks[$1.id]?.begun ?? 0) }
        (report.moved, report.ended) = (plan.tally.moved, plan.tally.ended)
        (report.goals, report.made, report.tooLate) = (plan.tally.goals, plan.tally.touches, plan.tally.tooLate)
        report.unsent = plan.tally.unsent
        report.endings = plan.tally.broughtToEnd.map { ending, count in
            let playbook = plan.rules.versions.values.first { $0.playbookID == ending.playbookID }?.playbook.name
            return CycleReport.Ending(playbook: playbook ?? "", reason: ending.reason, enrollments: count)
        }.sorted { $0.playbook < $1.playbook }
        report.playbooks.sort { $0.playbook < $1.playbook }
        return report
    }

    private func entry(_ turn: Turn, _ tally: Tally.OfPlaybook, _ plan: Plan) throws -> CycleReport.OfPlaybook {
        var entry = CycleReport.OfPlaybook(
            playbook: turn.playbook.name, version: String(Registry.hash(turn.playbook.source).prefix(8)),
            matched: tally.matched, verdicts: tally.verdicts.full, heldBecause: turn.hold,
            variants: tally.variants, warnings: [], audience: turn.audience, fresh: tally.fresh,
            nextAt: turn.schedule?.begins)
        entry.sets = tally.sets
        entry.texts = texts(of: turn.playbook, tally.texts)
        if turn.hold != nil, !only.isEmpty || matching == .all || turn.isDue {
            entry.ifReleased = tally.ifReleased.full
        }
        if let text = turn.canaryText ?? canaryAfterRelease(turn, tally) { entry.warnings.append(text) }
        entry.warnings += warnings(of: turn, tally, plan.rules)
        if tally.standIns > 0 {
            entry.warnings.append(
                tally.standIns == 1
                    ? "in 1 account nobody has a role of \"to:\"; its only or first contact stands in"
                    : "in \(tally.standIns) accounts nobody has a role of \"to:\"; their only or first contact stands in"
            )
        }
        if turn.hold != nil, turn.lasts, let occurrence = turn.occurrence, let until = turn.keptUntil {
            let (at, zone) = (time(of: occurrence, turn.playbook), workspace.configuration.zone)
            entry.warnings.append(
                "its occurrence of \(at) keeps its turn until \(until.text(in: zone)) \(zone.name), and is over then")
        }
        if let text = try missed(turn) { entry.warnings.append(text) }
        if !turn.isDue { entry.warnings.append(waiting(for: turn.schedule?.nextAt, of: turn.playbook)) }
        return entry
    }

    /// What a release would let in at once of a large batch, and when the others would follow.
    private func canaryAfterRelease(_ turn: Turn, _ tally: Tally.OfPlaybook) -> String? {
        guard turn.hold != nil, turn.lasts, workspace.configuration.safety.hasCanary else { return nil }
        let entering = Verdict.allCases.reduce(0) { $0 + ($1.arm == nil ? 0 : tally.ifReleased[$1] ?? 0) }
        let most = Canary.admit(turn.canaryBefore, entering: entering, now: now).most
        guard most < entering else { return nil }
        return
            "canary: after a release \(most) of \(entering) would enter at once, a tenth 30 minutes later, then the rest"
    }

    /// Goals and exits by which many would leave as soon as they have entered.
    private func warnings(of turn: Turn, _ tally: Tally.OfPlaybook, _ rules: CycleRules) -> [String] {
        guard tally.asked > 0, let version = rules.versions[turn.work.registered.versionID] else { return [] }
        return version.asked.compactMap { index in
            let share = Double(tally.alreadyTrue[index] ?? 0) / Double(tally.asked)
            guard share > 0.2 else { return nil }
            let what = index == version.goal ? "the goal" : "the exit \"\(version.questions[index].reason)\""
            return "\(what) is already true for \(Int((share * 100).rounded())) % of those who would enter"
        }
    }

    /// The occurrences that this cycle finds missed, and why.
    private func missed(_ turn: Turn) throws -> String? {
        guard let first = turn.missed.first else { return nil }
        let reason =
            try turn.work.registered.heldByHand ?? Pauses.reason(for: turn.playbook.name, at: first, connection)
            ?? "nothing ran in time"
        let which =
            turn.missed.count == 1
            ? "the occurrence of \(time(of: first, turn.playbook)) was missed"
            : "\(turn.missed.count) occurrences were missed, the first of \(time(of: first, turn.playbook))"
        return "\(which): \(reason); \"misfire: run\" runs one however late"
    }

    private func waiting(for next: Instant?, of playbook: Playbook) -> String {
        guard let next else { return "its schedule has no more occurrences" }
        return "it comes round next at \(time(of: next, playbook))"
    }

    private func time(of occurrence: Instant, _ playbook: Playbook) -> String {
        // An occurrence on local clocks is kept as the time that they show, read as UTC.
        if case .at(let schedule) = playbook.trigger, schedule.isLocal {
            return "\(occurrence.text(in: .utc)) on each contact's own clock"
        }
        let zone = workspace.configuration.zone
        return "\(occurrence.text(in: zone)) \(zone.name)"
    }
}
