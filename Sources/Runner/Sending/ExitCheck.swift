import Decisions
import Playbooks
import Storage

/// Ends the enrollments that leave before their touches are claimed: the exits of the cycle, asked again.
///
/// All touches that may go out now are asked about at once, before the first claim of a drain, and again when another
/// program has changed the data meanwhile or a minute has passed, for at most a tenth of the time.
struct ExitCheck {
    private let workspace: Workspace
    private let store: Store
    private let figures: EvaluationContext.Figures
    /// As of the last check.
    private var dataVersion: Int64 = 0
    private var nextAt = Instant(milliseconds: 0)

    private var lastsUntil = Instant(milliseconds: 0)

    private static let interval = TimeSpan.seconds(1)
    private static let longestInterval = TimeSpan.minutes(1)

    init(workspace: Workspace, store: Store, figures: EvaluationContext.Figures = .measured) {
        self.workspace = workspace
        self.store = store
        self.figures = figures
    }

    /// Whether the data have changed or a minute has passed since the last check, and enough time has passed.
    func isDue(processNow: Instant) throws -> Bool {
        guard processNow >= nextAt else { return false }
        return try processNow >= lastsUntil || store.session { try $0.dataVersion() } != dataVersion
    }

    /// - Parameters:
    ///   - versions: the playbooks of the versions that are walked.
    ///   - clock: process time.
    /// - Returns: how many touches are cancelled by it.
    mutating func run(_ versions: [Int64: Playbook], now: Instant, clock: () -> Instant) throws -> Int {
        let began = clock()
        let cancelled = try store.session { connection in
            dataVersion = try connection.dataVersion()
            let found = try store.read { try find(versions, $0, now: now) }
            if found.leaving > 0 { try end(connection, now: now) }
            return found.cancelled
        }
        let ended = clock()
        lastsUntil = ended + Self.longestInterval
        nextAt = max(ended + Self.interval, ended + TimeSpan(milliseconds: 9 * (ended - began).milliseconds))
        return cancelled
    }

    private func find(
        _ versions: [Int64: Playbook], _ connection: Connection, now: Instant
    ) throws -> (leaving: Int, cancelled: Int) {
        try PlanTables.reset(connection)
        let due = try DueEnrollments.find(connection, now: now)
        guard !due.isEmpty else { return (0, 0) }
        let compiler = ConditionSQL(try EvaluationContext(connection, workspace: workspace, now: now, figures: figures))
        let exits = Exits(connection, compiler, among: .due)
        for (playbookID, versionID) in due {
            // Of a version that can no longer be read, nothing is sent either.
            guard let playbook = versions[versionID] else { continue }
            if playbook.exits.contains(.goal) {
                try exits.findGoals(of: playbook, playbookID: playbookID, versionID: versionID, now: now)
            }
            try exits.find(in: playbook, playbookID: playbookID, versionID: versionID, now: now)
        }
        return try DueEnrollments.leaving(connection)
    }

    private func end(_ connection: Connection, now: Instant) throws {
        // Ends belong to no cycle.
        let applying = Applying(connection, cycleID: 0, now: now)
        var slices = SliceSize()
        var ended: Int64? = 0
        while let after = ended {
            ended = try store.write(on: connection) { _ in
                try slices.measured { try applying.applyEnds(after: after, size: $0) }
            }
        }
    }
}
