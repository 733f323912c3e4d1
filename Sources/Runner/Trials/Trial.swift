import Decisions
import Playbooks
import Storage

/// The runner under a virtual clock: the cycles that `serve` would do, with touches that go nowhere.
struct Trial {
    private let workspace: Workspace
    private let store: Store
    private let cycle: Cycle
    private let outbox: PretendOutbox
    /// What becomes due within so long is done together.
    private let grain: TimeSpan
    /// When the first playbook comes round next.
    private var nextRound: Instant?

    /// - Parameter workspace: on trial.
    init(_ workspace: Workspace, store: Store, figures: EvaluationContext.Figures, grain: TimeSpan) throws {
        let pinned = PinnedVersions(texts: [:])
        self.workspace = workspace
        self.store = store
        self.grain = grain
        cycle = Cycle(
            workspace: workspace, pinned: pinned, store: store, figures: figures,
            processNow: { Instant(milliseconds: 0) })
        outbox = try PretendOutbox(workspace, pinned, store, figures)
    }

    /// Lets playbooks be live since a moment, so that what happened after it can trigger.
    func register(since moment: Instant) throws {
        try store.write { connection in
            for playbook in workspace.playbooks {
                _ = try Registry(connection).register(playbook, design: "", now: moment)
            }
        }
    }

    /// Brings accounts into their stages as of a moment before the first step.
    func enterStages(at moment: Instant) throws {
        if !workspace.journeys.isEmpty { try cycle.enterStages(now: moment) }
    }

    /// How often a moment is gone through at most: enrollments that need not wait take a step each time.
    private static let mostPasses = 100

    /// A cycle, what may go out then, and cycles for those who go on at once.
    ///
    /// - Parameter matching: what the first cycle matches.
    mutating func step(to now: Instant, matching: Cycle.Matching = .due) throws -> [CycleReport] {
        var reports: [CycleReport] = []
        for _ in 0..<Self.mostPasses {
            let report = try cycle.run(now: now, matching: reports.isEmpty ? matching : .due)
            nextRound = report.nextAt
            reports.append(report)
            guard try store.read({ try TrialClock.hasTouches(at: now, $0) }), try outbox.drain(now: now) > 0,
                try store.read({ try TrialClock.hasDue(at: now, $0) })
            else { break }
        }
        return reports
    }

    /// The next moment at which something is to do: a match, an enrollment, or a touch.
    func next(after now: Instant) throws -> Instant? {
        let zone = workspace.configuration.zone
        var moments = [nextRound].compactMap { $0 }.filter { $0 > now }
        if let match = workspace.configuration.evaluate.next(after: now, in: zone) { moments.append(match) }
        if let due = try store.read({ try TrialClock.next(after: now, $0) }) {
            moments.append(due.roundedUp(to: grain))
        }
        return moments.min()
    }
}
