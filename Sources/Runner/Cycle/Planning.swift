import Basics
import Decisions
import Playbooks
import Storage

/// The decisions of one cycle, made on one snapshot into the plan tables.
struct Planning {
    let workspace: Workspace
    let connection: Connection
    let pinned: PinnedVersions
    let holdoutSalt: String
    let now: Instant
    let matching: Cycle.Matching
    let figures: EvaluationContext.Figures
    /// The playbooks asked for; all of them when empty.
    let only: Set<String>
    let nulls = NullCounts()

    struct Plan {
        var now: Instant
        var works: [PlaybookAtWork]
        var globalHoldout: Verdicts.GlobalHoldout?
        /// Playbooks with rows in the plan tables, by id.
        var touched: [Int64]
        var matches: [Match]
        /// Whether accounts may come into stages, and teams be told of risks, in this cycle.
        var isTurnOfJourneys = false
        /// Whether there is anything to write.
        var isNews = true
        /// Whether everything was paused already.
        var wasPaused: Bool
        var report: CycleReport
    }

    /// What matching one playbook found, to be recorded.
    struct Match {
        var playbookID: Int64
        var hold: String?
        /// Whether the hold stays until it is released.
        var lasts = false
        /// Whether the data were late, so that no match begins or ends.
        var isStale = false
        var counts: Safety.Counts
        var verdicts: [String: Int]
        /// As stored, and when the next occurrence begins for the first contact.
        var schedule: (text: String, nextAt: Instant?, begins: Instant?)?
        var occurrence: (at: Instant, state: String)?
        var missed: [Instant] = []
        var eventCursor: Int64
        /// The empty values of what it reads, to be compared with at the next match.
        var nulls: [NullCounts.Count] = []
        /// How far a first large batch has come with this cycle.
        var canary: Canary?
        /// False while the schedule's next occurrence lies ahead.
        var isDue = true
        /// Whether there is something to record even if no verdict changes.
        var isNews = true
    }

    /// The playbooks of the files and the global holdout, as the database knows them.
    struct Registered {
        var works: [PlaybookAtWork]
        var globalHoldout: Verdicts.GlobalHoldout?
    }

    /// Brings the playbooks of the files into the database, or into its shadows.
    func register() throws -> Registered {
        let registry = Registry(connection)
        let experiments = Dictionary(grouping: workspace.playbooks, by: \.experiment)
        let works = try workspace.playbooks.map { playbook in
            let sharing = experiments[playbook.experiment] ?? [playbook]
            let design = sharing.sorted { $0.name < $1.name }.map(Self.design).joined(separator: ",")
            let registered = try registry.register(playbook, design: design, now: now)
            return PlaybookAtWork(
                playbook: playbook, registered: registered, channels: workspace.configuration.channels)
        }
        for name in try registry.liveNames() where pinned.isGone(name, from: workspace) { try registry.retire(name) }
        return Registered(works: works, globalHoldout: try drawGlobalHoldout())
    }

    func plan(_ known: Registered) throws -> Plan {
        let (works, globalHoldout) = (known.works, known.globalHoldout)
        try PlanTables.reset(connection)
        let turnOfJourneys = try isTurnOfJourneys()
        if turnOfJourneys, figures == .measured { try computeStageFigures() }
        let context = try EvaluationContext(connection, workspace: workspace, now: now, figures: figures)
        let compiler = ConditionSQL(context)
        let pauses = try Pauses(connection)
        var report = CycleReport(now: now, playbooks: [], balanced: true)
        var books = Books()
        report.journeys = try enterStages(compiler, context, isTurn: turnOfJourneys)

        // Goals and exits, of every version that somebody walks.
        let running = matching == .events ? [] : try Registry(connection).runningVersions(now: now)
        var versions: [Road] = []
        for version in running {
            if pinned.isGone(version.playbook, from: workspace) {
                try Exits(connection, compiler).endAll(of: version.playbookID, reason: "deleted")
            }
            let known = works.first { $0.registered.versionID == version.versionID }?.playbook
            guard let playbook = known ?? pinned.playbook(version.playbook, source: version.source) else { continue }
            versions.append(Road(playbook: playbook, playbookID: version.playbookID, versionID: version.versionID))
            let exits = Exits(connection, compiler)
            try exits.findGoals(of: playbook, playbookID: version.playbookID, versionID: version.versionID, now: now)
            try exits.findSecondaryGoals(
                of: playbook, playbookID: version.playbookID, versionID: version.versionID, now: now)
            if workspace.playbook(version.playbook)?.state == .retired {
                try exits.endAll(of: version.playbookID, reason: "retired")
            } else {
                try exits.find(
                    in: playbook, playbookID: version.playbookID, versionID: version.versionID, now: now)
            }
        }

        // Matches, safety rules and verdicts, in the order in which playbooks arbitrate.
        var matches: [Match] = []
        let verdicts = Verdicts(connection)
        for work in arbitrationOrder(works) where pauses.reason(for: work.playbook.name) == nil {
            var match = try match(work, compiler, context)
            report.comesRound(match.schedule?.begins)
            if matching != .all {
                guard match.isDue || match.isNews else { continue }
            }
            var entry = CycleReport.OfPlaybook(
                playbook: work.playbook.name, version: String(Registry.hash(work.playbook.source).prefix(8)),
                matched: match.counts.matched, verdicts: [:], heldBecause: match.hold, variants: [:], warnings: [],
                audience: match.counts.audience, fresh: match.counts.fresh, nextAt: match.schedule?.begins)
            if match.hold != nil, !only.isEmpty || matching == .all {
                try verdicts.decide(work, heldBecause: nil, isStale: false, globalHoldout: globalHoldout, now: now)
                _ = try holdBack(work)
                entry.ifReleased = Self.full(try verdicts.counts(of: work.registered.id))
                entry.warnings += try warnings(of: work, compiler)
                try verdicts.forget(work)
            }
            try verdicts.decide(
                work, heldBecause: match.hold, isStale: match.isStale, globalHoldout: globalHoldout, now: now)
            if match.hold == nil, match.isDue, let part = try holdBack(work) {
                match.go(in: part)
                entry.warnings += part.text.map { [$0] } ?? []
            }
            let counts = try verdicts.counts(of: work.registered.id)
            entry.verdicts = Self.full(counts)
            entry.variants = try verdicts.variants(of: work.registered.id)
            entry.warnings += try warnings(of: work, compiler)
            if !match.isDue { entry.warnings.append(waiting(for: match.schedule?.nextAt, of: work.playbook)) }
            books.matched[work.playbook.name] = match.counts.matched
            books.verdicts[work.playbook.name] = counts
            report.playbooks.append(entry)
            match.verdicts = counts
            match.isNews = try match.isNews || verdicts.areNews(of: work.registered.id)
            matches.append(match)
            try Progress(connection, compiler).enter(work, now: now)
            if !versions.contains(where: { $0.versionID == work.registered.versionID }) {
                versions.append(
                    Road(
                        playbook: work.playbook, playbookID: work.registered.id, versionID: work.registered.versionID))
            }
        }

        if matching != .events {
            try Progress(connection, compiler).endOverdue(channels: Set(workspace.channels.keys), now: now)
        }
        // What is due in running enrollments, and the first steps of new ones.
        for version in versions where pauses.reason(for: version.playbook.name) == nil {
            let occurrence = matches.first { $0.playbookID == version.playbookID }?.occurrence?.at
            try walk(version, compiler, occurrence: occurrence)
        }

        let counts = try PlanCounts(connection)
        (books.admitted, books.begun) = (counts.admitted, counts.begun)
        (books.touches, books.owned, books.distinct) = (counts.touches, counts.owned, counts.distinct)
        guard books.errors.isEmpty else { throw UnbalancedBooks(errors: books.errors) }
        (report.entered, report.moved, report.left) = (counts.begun, counts.moved, counts.left)
        (report.goals, report.made) = (counts.goals, counts.touches)
        report.playbooks.sort { $0.playbook < $1.playbook }
        return Plan(
            now: now, works: works, globalHoldout: globalHoldout,
            touched: Array(Set(versions.map(\.playbookID) + matches.map(\.playbookID))).sorted(), matches: matches,
            isTurnOfJourneys: turnOfJourneys,
            isNews: try matching == .all || turnOfJourneys || matches.contains(where: \.isNews)
                || PlanTables.holdNews(connection) || Benchmarks.areUnsaved(connection),
            wasPaused: pauses.all != nil, report: report)
    }

    private func waiting(for next: Instant?, of playbook: Playbook) -> String {
        guard let next else { return "its schedule has no more occurrences" }
        // An occurrence on local clocks is kept as the time that they show, read as UTC.
        if case .at(let schedule) = playbook.trigger, schedule.isLocal {
            return "it comes round next at \(next.text(in: .utc)) on each contact's own clock"
        }
        let zone = workspace.configuration.zone
        return "it comes round next at \(next.text(in: zone)) \(zone.name)"
    }

    /// Goals and exits by which many would leave as soon as they have entered.
    private func warnings(of work: PlaybookAtWork, _ compiler: ConditionSQL) throws -> [String] {
        try AlreadyTrue(connection, compiler).shares(of: work, now: now).filter { $0.share > 0.2 }.map {
            "\($0.what) is already true for \(Int(($0.share * 100).rounded())) % of those who would enter"
        }
    }

    private struct Road {
        var playbook: Playbook
        var playbookID: Int64
        var versionID: Int64
    }

    private func walk(_ road: Road, _ compiler: ConditionSQL, occurrence: Instant?) throws {
        let progress = Progress(connection, compiler)
        if matching != .events {
            try progress.takeUpDue(
                of: road.playbook, playbookID: road.playbookID, versionID: road.versionID, now: now)
        }
        func ofVariant(_ variant: String?) -> Progress.Road {
            Progress.Road(
                playbook: road.playbook, playbookID: road.playbookID, versionID: road.versionID, variant: variant,
                channels: workspace.configuration.channels, zone: workspace.configuration.zone,
                allowed: { send, step, zone in
                    let base = self.base(road.playbook, step: step, occurrence: occurrence, zone: zone)
                    let window = send.window ?? (send.kind.isCapped ? workspace.configuration.sendWindow : nil)
                    return (base, window?.next(atOrAfter: base, in: zone) ?? base)
                })
        }
        for variant in try progress.variants(playbookID: road.playbookID, versionID: road.versionID) {
            try progress.walk(ofVariant(variant), now: now)
        }
        if matching != .events { try progress.refreeze(ofVariant, versionID: road.versionID) }
    }

    /// The moment from which a touch counts: now, or for a campaign on local clocks its time in that zone.
    private func base(_ playbook: Playbook, step: Int, occurrence: Instant?, zone: Zone) -> Instant {
        guard step == 0, let occurrence, case .at(let schedule) = playbook.trigger, schedule.isLocal else { return now }
        return max(now, LocalOccurrence(wallClock: occurrence).instant(in: zone))
    }

    /// Exclusive playbooks first, then by priority: who comes first has the account.
    private func arbitrationOrder(_ works: [PlaybookAtWork]) -> [PlaybookAtWork] {
        works.filter { $0.playbook.state == .live || only.contains($0.playbook.name) }
            .filter { only.isEmpty || only.contains($0.playbook.name) }
            .filter { matching != .events || $0.playbook.isTriggeredByEvents }
            .sorted {
                let left = ($0.playbook.exclusive ? 0 : 1, -$0.playbook.priority, $0.playbook.name)
                let right = ($1.playbook.exclusive ? 0 : 1, -$1.playbook.priority, $1.playbook.name)
                return left < right
            }
    }

    private func drawGlobalHoldout() throws -> Verdicts.GlobalHoldout? {
        let configuration = workspace.configuration
        guard configuration.holdout > 0 else { return nil }
        let period = configuration.holdoutRedraw.period(of: configuration.zone.day(of: now))
        let design = "{\"share\":\(configuration.holdout),\"period\":\"\(period)\"}"
        let id = try Registry(connection).experiment("global holdout", design: design, now: now)
        return Verdicts.GlobalHoldout(
            experimentID: id, salt: "\(holdoutSalt)/\(period)", share: configuration.holdout)
    }

    private static func design(of playbook: Playbook) -> String {
        let variants = playbook.variants.map { "\"\($0.name)\":\($0.weight)" }.joined(separator: ",")
        return "{\"holdout\":\(playbook.holdout),\"variants\":{\(variants)}}"
    }

    private static func full(_ counts: [String: Int]) -> [String: Int] {
        Dictionary(uniqueKeysWithValues: CycleReport.verdicts.map { ($0, counts[$0] ?? 0) })
    }
}

extension Planning.Plan {
    /// Writes the cursors, holds, occurrences and tallies of the playbooks that were matched.
    func record(on connection: Connection, cycleID: Int64) throws {
        if isTurnOfJourneys { try Meta.stagesAt.write(String(now.milliseconds), connection) }
        let records = CycleRecords(connection, cycleID: cycleID, now: now)
        let registry = Registry(connection)
        for match in matches {
            guard match.isNews else { continue }
            if match.isDue {
                try records.recordMatch(
                    of: match.playbookID, eventCursor: match.eventCursor, hold: match.hold, lasts: match.lasts,
                    isStale: match.isStale, matched: match.counts.matched, fresh: match.counts.fresh,
                    audience: match.counts.audience,
                    verdicts: try JSONText.encode(match.verdicts))
            }
            if match.hold == nil { try NullCounts.record(match.nulls, of: match.playbookID, connection) }
            if let canary = match.canary, let work = works.first(where: { $0.registered.id == match.playbookID }) {
                try CanaryTable.record(
                    stage: canary.stage.rawValue, since: canary.since, of: match.playbookID,
                    versionID: work.registered.versionID, connection)
            }
            if let schedule = match.schedule {
                try registry.setSchedule(schedule.text, nextAt: schedule.nextAt, of: match.playbookID)
            }
            for missed in match.missed {
                try records.recordOccurrence(of: match.playbookID, at: missed, state: "missed", matched: 0)
            }
            if let occurrence = match.occurrence {
                try records.recordOccurrence(
                    of: match.playbookID, at: occurrence.at, state: occurrence.state, matched: match.counts.matched)
            }
        }
    }
}
