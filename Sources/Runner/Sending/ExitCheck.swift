import Decisions
import Playbooks
import Storage

/// Goes through exits, recipients and variables once more before touches are claimed, so that nobody gets what is not
/// true any more.
///
/// All touches that may go out now are looked at at once, before the first claim of a drain, and again when another
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
    /// - Returns: how many touches end by it without being sent.
    mutating func run(
        _ versions: [Int64: Playbook], now: Instant, clock: () -> Instant
    ) throws -> [TouchState: Int] {
        let began = clock()
        let ended = try store.session { connection in
            dataVersion = try connection.dataVersion()
            let open = try store.read { try Outbox($0).accountsWithOpen() }
            return try check(open, versions, connection, now: now)
        }
        let done = clock()
        lastsUntil = done + Self.longestInterval
        nextAt = max(done + Self.interval, done + TimeSpan(milliseconds: 9 * (done - began).milliseconds))
        return ended
    }

    /// Checks some accounts between two of these checks.
    ///
    /// - Parameter accounts: ascending.
    func run(_ accounts: [Int64], _ versions: [Int64: Playbook], now: Instant) throws -> [TouchState: Int] {
        try store.session { try check(accounts, versions, $0, now: now) }
    }

    /// - Parameter due: the accounts, ascending.
    private func check(
        _ due: [Int64], _ versions: [Int64: Playbook], _ connection: Connection, now: Instant
    ) throws -> [TouchState: Int] {
        guard !due.isEmpty else { return [:] }
        let deciding = try store.read { connection in
            var context = try EvaluationContext(connection, workspace: workspace, now: now, figures: figures)
            context.doubtfulAttributes = try DoubtfulAttributes(connection).reasons
            context.doubtfulMetrics = try DoubtfulMetrics(connection).reasons
            var rules = CycleRules(
                context: context,
                versions: versions.reduce(into: [:]) { versions, version in
                    versions[version.key] = Version(
                        id: version.key, playbookID: 0, playbook: version.value, in: context)
                }, channels: workspace.configuration.channels, declaredChannels: Set(workspace.channels.keys),
                times: SendTimes(workspace))
            rules.movesThroughStages = false
            return try BlockDeciding(connection, rules, turns: [], journeys: [], heldJourneys: [])
        }
        // What is written belongs to no cycle.
        let writer = AccountWriter(
            connection, cycle: 0, now: now, currency: workspace.configuration.currency)
        var slices = SliceSize()
        var ended: [TouchState: Int] = [:]
        for part in due.byBlock {
            var rest = part[...]
            while !rest.isEmpty {
                let ids = Array(rest.prefix(1_000))
                let changed = try store.read { _ in try deciding.prepareToSend(ids).filter(\.isChanged).map(\.id) }
                var left = changed[...]
                while !left.isEmpty {
                    left = left.dropFirst(
                        try store.write(on: connection) { _ in
                            try slices.measured { size in
                                let slice = Array(left.prefix(size))
                                let accounts = try deciding.prepareToSend(slice)
                                for account in accounts {
                                    ended.merge(account.endedTouches, uniquingKeysWith: +)
                                }
                                try writer.write(accounts)
                                return slice.count
                            }
                        })
                }
                rest = rest.dropFirst(ids.count)
            }
        }
        return ended
    }
}
