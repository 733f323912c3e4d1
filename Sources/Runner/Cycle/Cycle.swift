import Basics
package import Decisions
package import Playbooks
package import Storage

/// One pass of the runner at one `now`: a first pass decides about every account and only counts, the safety rules look
/// at the counts, and a second pass decides again, with the holds, and writes, block by block.
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

    let workspace: Workspace
    let store: Store
    /// Process time, for the records of when a cycle began and ended.
    let processNow: @Sendable () -> Instant
    let pinned: PinnedVersions
    let figures: EvaluationContext.Figures
    let killSwitch: KillSwitch?
    /// Whether somebody has asked for the end of the work; looked at between two blocks and two slices.
    let isStopped: @Sendable () -> Bool
    /// A million accounts are planned in seconds; what takes this long is a mistake.
    static let longestPlan = Duration.seconds(1_200)

    package init(
        workspace: Workspace, pinned: PinnedVersions, store: Store, figures: EvaluationContext.Figures = .measured,
        processNow: @escaping @Sendable () -> Instant, killSwitch: KillSwitch? = nil,
        isStopped: @escaping @Sendable () -> Bool = { false }
    ) {
        self.workspace = workspace
        self.pinned = pinned
        self.figures = figures
        self.store = store
        self.processNow = processNow
        self.killSwitch = killSwitch
        self.isStopped = isStopped
    }

    /// Whether a playbook that runs keeps others from its accounts.
    var hasExclusive: Bool { workspace.playbooks.contains { $0.exclusive && $0.state == .live } }

    /// What the next cycle would do; changes nothing.
    ///
    /// - Parameter who: told of every account with a verdict, where somebody asks who they are.
    package func plan(
        now: Instant, only names: Set<String> = [], matching: Matching = .all,
        who: ((CycleReport.Who) -> Void)? = nil
    ) throws -> CycleReport {
        try store.guardedRead(for: Self.longestPlan) { connection in
            let registry = Registry(connection, isReadOnly: true)
            let seen = try registry.lastSeen()
            let registered = try Registration(workspace, pinned, registry, now: now).register()
            let planning = Planning(
                workspace: workspace, connection: connection, pinned: pinned, now: now, matching: matching,
                figures: figures, only: names, isEverybodyLookedAt: true, isStopped: isStopped)
            let plan = try planning.plan(registered)
            if let who { try planning.tell(plan, who) }
            var report = plan.report
            report.dueDepartures = try DueDepartures.count(connection, now: now)
            report.changes = try planning.changes(since: seen, registered)
            return report
        }
    }

    /// Plans and writes; first those leave whose day has come.
    ///
    /// - Parameter isChanged: whether somebody else has written since the last cycle, so that every running enrollment
    ///   is looked at, and not only those that are due.
    @discardableResult
    package func run(now: Instant, matching: Matching = .all, isChanged: Bool = true) throws -> CycleReport {
        let haveLeft =
            try matching != .events
            && DueDepartures(store: store, dataMap: workspace.dataMap, configuration: workspace.configuration).take(
                now: now)
        return try store.session { connection in
            // Playbooks are registered before the snapshot: their ids and versions are what the plan refers to.
            let registered = try store.write(on: connection) { connection in
                try killSwitch?.apply(connection, processNow: processNow())
                try Outbox(connection).moveOnBehindUnknown(now: now)
                return try Registration(workspace, pinned, Registry(connection), now: now).register()
            }
            let planning = Planning(
                workspace: workspace, connection: connection, pinned: pinned, now: now, matching: matching,
                figures: figures, only: [], isEverybodyLookedAt: isChanged || haveLeft, isStopped: isStopped)
            let plan = try store.guardedRead(for: Self.longestPlan) { _ in try planning.plan(registered) }
            var report = plan.report
            report.isNews = plan.isNews
            guard plan.isNews else { return report }
            do {
                try CycleWriting(self, plan, connection).write(&report, matching: matching)
            } catch let error as CyclePaused {
                try store.write(on: connection) { try killSwitch?.apply($0, processNow: processNow()) }
                throw error
            }
            return report
        }
    }

    /// The clock of a simulation, which stands still between runs; nil where time passes by itself.
    func simulatedClock() throws -> Instant? {
        try store.read { try Meta.isSimulation($0) ? Meta.lastNow($0) : nil }
    }

    /// Lets as much time pass for what is to be tried again as has passed on the clock of a simulation.
    func letTimePass(_ span: TimeSpan) throws {
        try store.write { try Recovery($0).bringForwardRetries(by: span) }
    }

    package static func json(_ report: CycleReport) throws -> String {
        try JSONText.encode(report)
    }
}
