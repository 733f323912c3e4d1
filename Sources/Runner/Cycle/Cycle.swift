import Basics
package import Decisions
package import Playbooks
package import Storage

/// One pass of the runner at one `now`: plan on a snapshot, and, when it runs, apply in slices.
package struct Cycle {
    /// What a cycle looks at.
    package enum Matching: Sendable {
        /// Everything, whatever `evaluate` says (`run`, `plan`).
        case all
        /// What is due by its schedule (`serve`); writes only when there is something to write.
        case due
        /// Events that arrived and the enrollments that they begin (`serve`).
        case events
    }

    private let workspace: Workspace
    private let store: Store
    /// Process time, for the records of when a cycle began and ended.
    private let processNow: @Sendable () -> Instant
    private let pinned: PinnedVersions
    private let figures: EvaluationContext.Figures
    private let killSwitch: KillSwitch?
    /// A million accounts are planned in seconds; what takes this long is a mistake.
    private static let longestPlan = Duration.seconds(1_200)
    /// The instance's salt of the global holdout.
    private var holdoutSalt: String { "global/\(workspace.configuration.workspace)" }

    package init(
        workspace: Workspace, pinned: PinnedVersions, store: Store, figures: EvaluationContext.Figures = .measured,
        processNow: @escaping @Sendable () -> Instant, killSwitch: KillSwitch? = nil
    ) {
        self.workspace = workspace
        self.pinned = pinned
        self.figures = figures
        self.store = store
        self.processNow = processNow
        self.killSwitch = killSwitch
    }

    /// What the next cycle would do; changes nothing.
    package func plan(now: Instant, only names: Set<String> = [], matching: Matching = .all) throws -> CycleReport {
        try store.guardedRead(for: Self.longestPlan) { connection in
            try PlanTables.shadow(connection)
            let planning = Planning(
                workspace: workspace, connection: connection, pinned: pinned, holdoutSalt: holdoutSalt, now: now,
                matching: matching, figures: figures, only: names)
            let seen = try Registry(connection).lastSeen()
            var report = try planning.plan(planning.register()).report
            report.changes = try planning.changes(since: seen)
            // When planning fails, the shadows go with its transaction.
            try PlanTables.unshadow(connection)
            return report
        }
    }

    /// Plans and applies.
    @discardableResult
    package func run(now: Instant, matching: Matching = .all) throws -> CycleReport {
        try store.session { connection in
            let planning = Planning(
                workspace: workspace, connection: connection, pinned: pinned, holdoutSalt: holdoutSalt, now: now,
                matching: matching, figures: figures, only: [])
            // Playbooks are registered before the snapshot: their ids and versions are what the plan refers to.
            let registered = try store.write(on: connection) { connection in
                try killSwitch?.apply(connection, processNow: processNow())
                return try planning.register()
            }
            let plan = try store.guardedRead(for: Self.longestPlan) { _ in try planning.plan(registered) }
            var report = plan.report
            report.isNews = plan.isNews
            guard plan.isNews else { return report }
            do {
                try apply(plan, on: connection, report: &report, matching: matching)
            } catch let error as CyclePaused {
                try store.write(on: connection) { try killSwitch?.apply($0, processNow: processNow()) }
                throw error
            }
            return report
        }
    }

    /// Brings accounts into their stages and does nothing else: what a cycle at `now` would do first.
    package func enterStages(now: Instant) throws {
        try store.session { connection in
            let planning = Planning(
                workspace: workspace, connection: connection, pinned: pinned, holdoutSalt: holdoutSalt, now: now,
                matching: .all, figures: figures, only: [])
            try store.read { connection in
                let context = try EvaluationContext(connection, workspace: workspace, now: now, figures: figures)
                _ = try planning.enterStages(ConditionSQL(context), context, isTurn: true)
            }
            var slices = SliceSize()
            try applyStages(on: connection, now: now, &slices) { _ in }
        }
    }

    private func applyStages(
        on connection: Connection, now: Instant, _ slices: inout SliceSize, check: (Connection) throws -> Void
    ) throws {
        var moved: Int64? = 0
        while let after = moved {
            moved = try store.write(on: connection, checkpointAfter: Store.importCheckpointPages) { connection in
                try check(connection)
                return try slices.measured { try StageEntries.apply(after: after, size: $0, now: now, connection) }
            }
        }
    }

    private func apply(
        _ plan: Planning.Plan, on connection: Connection, report: inout CycleReport, matching: Matching
    ) throws {
        let cycleID = try store.write(on: connection) {
            try Meta.advance(to: plan.now, $0)
            return try Applying.begin($0, now: plan.now, processNow: processNow())
        }
        let applying = Applying(connection, cycleID: cycleID, now: plan.now)
        var slices = SliceSize()
        try applyStages(on: connection, now: plan.now, &slices) { try stopIfPaused(plan, $0) }
        var ended: Int64? = 0
        while let after = ended {
            ended = try store.write(on: connection) { connection in
                try stopIfPaused(plan, connection)
                return try slices.measured { try applying.applyEnds(after: after, size: $0) }
            }
        }
        ended = 0
        while let after = ended {
            ended = try store.write(on: connection) { connection in
                try stopIfPaused(plan, connection)
                return try slices.measured { try applying.applyHeld(after: after, size: $0) }
            }
        }
        let names = Dictionary(uniqueKeysWithValues: plan.works.map { ($0.registered.id, $0.playbook.name) })
        for playbookID in plan.touched {
            let matched = plan.matches.contains { $0.playbookID == playbookID } ? names[playbookID] : nil
            var after: Int64? = 0
            while let first = after {
                after = try store.write(on: connection, checkpointAfter: Store.importCheckpointPages) { connection in
                    try stopIfPaused(plan, playbook: matched, connection)
                    return try slices.measured { size in
                        let last = try applying.lastAccount(after: first, playbookID: playbookID, size: size)
                        try applying.applySlice(
                            experimentID: plan.works.first { $0.registered.id == playbookID }?.registered.experimentID,
                            playbookID: playbookID, after: first, last: last ?? .max,
                            globalExperiment: plan.globalHoldout?.experimentID)
                        return last
                    }
                }
            }
        }
        if matching == .all {
            // The count walks the whole ledger, which nobody who wants to write should wait for.
            report.touches = try store.read { try CycleRecords.touchCounts($0) }
        }
        let digests = try store.read { connection in
            try DigestPlanning(workspace: workspace, now: plan.now).plan(isTurn: plan.isTurnOfJourneys, connection)
        }
        try store.write(on: connection) { connection in
            try plan.record(on: connection, cycleID: cycleID)
            for planned in digests {
                try Digests(connection).add(
                    planned.key, accounts: planned.accounts, subject: planned.subject,
                    text: planned.text, at: plan.now)
            }
            try Benchmarks.save(connection)
            try applying.end(summary: Self.json(report), processNow: processNow())
        }
    }

    /// A kill switch stops a cycle between two slices.
    private func stopIfPaused(
        _ plan: Planning.Plan, playbook: String? = nil, _ connection: Connection
    ) throws {
        let pauses = try Pauses(connection)
        if !plan.wasPaused, let reason = killSwitch?.reason ?? pauses.all {
            throw CyclePaused(scope: "all", reason: reason)
        }
        if let playbook, let reason = pauses.reason(for: playbook) {
            throw CyclePaused(scope: "playbook:" + playbook, reason: reason)
        }
    }

    package static func json(_ report: CycleReport) throws -> String {
        try JSONText.encode(report)
    }
}

/// How many rows a slice takes, adapted so that its transaction stays well under 50 ms.
struct SliceSize {
    private var size = 400

    /// Runs a slice of the present size and learns from how long it took.
    mutating func measured<T>(_ body: (Int) throws -> T) rethrows -> T {
        let clock = ContinuousClock()
        let start = clock.now
        let result = try body(size)
        let milliseconds = Double((clock.now - start) / .milliseconds(1))
        if milliseconds > 25 {
            size = max(50, Int(Double(size) * 20 / milliseconds))
        } else if milliseconds < 12 {
            size = min(4_000, size + size / 2)
        }
        return result
    }
}
