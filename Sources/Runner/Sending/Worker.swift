import Decisions
import Delivery
import Dispatch
package import Playbooks
package import Storage

/// The outbox worker: claims touches, has them rendered, sends them, and records what came back.
///
/// One tick is one transaction with one fsync: results that came back, the intent to send what was rendered. Only after it do
/// bytes leave. `SendJournal` says how it is written down, and what a crash leaves.
package final class Worker {
    let store: Store
    let clocks: Clocks
    let workspace: Workspace
    let pinned: PinnedVersions
    /// The messages whose texts are known to be kept.
    var keptMessages: Set<String> = []
    var messages: Rendering
    let renderer = DispatchQueue(label: "rendering")
    private var claiming: Claiming
    let underWay: TouchesUnderWay
    private var exits: ExitCheck
    let killSwitch: KillSwitch
    /// The list of requests beside the database; a simulation keeps none.
    private let log: SendLog?
    /// The machine's clocks; nil where nobody watches them.
    let clockReading: @Sendable () -> ClockReading?
    let onDoubt: @Sendable (ClockReading) -> Void
    var witness = ClockWitness()
    var lastHost: (url: String, name: String?)?
    /// Notices when somebody sets the wall clock meanwhile.
    var clockGuard = ClockGuard(last: nil)
    /// The reading that the database held when this last looked; another one is a person's word, or the planner's.
    var knownClock: String?
    /// What the last attempts tell, by `playbook:<name>` and `channel:<name>`.
    var breakers: [String: Breaker] = [:]
    let workQueue: WorkQueue
    let transport: Transport
    var channels: [String: ChannelAtWork] = [:]
    /// Why channels cannot be used at all.
    private(set) var unusable: [String: String] = [:]
    var report = DrainReport()
    /// Process time at which the present pass over the pending touches began.
    private var passBegan = Instant(milliseconds: 0)
    /// Whether messages that waited for a cap may go now.
    var hasRoomAgain = false
    /// Passes in a row in which nothing could be sent.
    private var fruitless = 0
    private var sentBefore = 0

    /// Claimed touches on their way: how many are being rendered, and the requests to be sent, on the wire, to be
    /// recorded.
    var rendering = 0
    var rendered: [OutgoingRequest] = []
    var flying: [Int64: OutgoingRequest] = [:]
    var results: [Result] = []

    /// How long, and for how many passes in a row, `drain` waits for retries before it leaves them to the next run.
    private static let patience = TimeSpan.seconds(10)
    /// A tick that could be fuller waits for answers as long as this, while enough requests are on the wire.
    private static let tickPatience = 0.005
    private static let mostFruitless = 8
    /// At most so many results, intents and claims are one transaction, which so stays well under 50 ms; where the wire has
    /// enough to do meanwhile, so many are waited for.
    static let tickRows = 256
    private static let fewestTickRows = 64

    enum Result {
        case settled(ClaimedTouch, Outbox.Settlement)
        /// It was claimed for nothing.
        case returned(ClaimedTouch)
        /// It could not be rendered, or not as it was sent before.
        case parked(ClaimedTouch, state: TouchState, reason: String)
        case halted(channel: String, reason: String)
        /// Channels answer another time than the machine's.
        case doubted(ClockReading)
    }

    /// - Parameters:
    ///   - directory: the workspace, for secrets in files.
    ///   - secret: signs unsubscribe links; 32 bytes.
    ///   - owner: a name of this process that no other ever has.
    ///   - log: the list of requests; without it nobody notices that the database was put back.
    ///   - killSwitch: one on the workspace's own file when it is left out.
    ///   - fewestJournaled: how many intents and results of a tick make it worth journaling them.
    ///   - clockReading: the machine's clocks; nil where nobody watches them.
    ///   - onDoubt: told, on the worker's thread, what the clocks should read by the answers of channels.
    package init(
        workspace: Workspace, pinned: PinnedVersions, directory: String, environment: [String: String], secret: [UInt8],
        store: Store,
        clocks: Clocks, owner: String, killSwitch: KillSwitch? = nil, log: SendLog? = nil, fewestJournaled: Int = 32,
        clockReading: @escaping @Sendable () -> ClockReading? = { nil },
        onDoubt: @escaping @Sendable (ClockReading) -> Void = { _ in }
    ) {
        self.log = log
        self.clockReading = clockReading
        self.onDoubt = onDoubt
        self.store = store
        self.workspace = workspace
        self.pinned = pinned
        self.clocks = clocks
        self.killSwitch = killSwitch ?? KillSwitch(directory: directory)
        messages = Rendering(workspace: workspace, secret: secret)
        claiming = Claiming(workspace: workspace)
        // Every look at a server is a journey: whoever writes there does not look for a journal.
        underWay = TouchesUnderWay(owner: owner, fewestJournaled: store.server == nil ? fewestJournaled : .max)
        exits = ExitCheck(workspace: workspace, store: store)
        for (name, channel) in workspace.channels {
            do {
                channels[name] = try ChannelAtWork(
                    channel, environment: environment, directory: directory, secret: secret,
                    processNow: clocks.processNow())
            } catch {
                // A channel without its secret stops alone; the others go on.
                unusable[name] = "\(error)"
            }
        }
        let workQueue = WorkQueue()
        self.workQueue = workQueue
        let reference = TransportReference()
        transport = Transport { completions in reference.submit(workQueue.complete(completions)) }
        reference.transport = transport
    }

    /// Makes the worker claim nothing more; what is under way is finished. May be called on any thread.
    package var interruption: @Sendable () -> Void {
        let workQueue = workQueue
        return { workQueue.stop() }
    }

    /// Sends everything that is due at `now`, until nothing is left but what must wait.
    package func drain(now: Instant) throws -> DrainReport {
        try begin(now: now)
        fruitless = 0
        repeat { try turn(now: now) } while try isBusy || waitsForMore(now: now)
        report.wasInterrupted = workQueue.isStopping
        return report
    }

    /// Settles what a dead owner left; comes before the first turn.
    ///
    /// - Parameter salvaged: what a worker before this one knew of touches that were on their way.
    func begin(now: Instant, with salvaged: [Result]) throws {
        report.recovered = try recover(now: now, with: salvaged)
        try store.write { try Outbox($0).lostSends.clean(at: now) }
        knownClock = try store.read { try Meta.clock.read($0) }
        clockGuard = ClockGuard(last: knownClock.flatMap { ClockReading(text: $0) })
        // An attempt to list requests may have failed after the database had them.
        try log?.fill(to: store.read { try Meta.sentCount($0) })
        try store.read { connection in
            witness.accepted = try Meta.acceptedDifferences(connection)
            for item in try ChannelStates(connection).all() where item.state.kind != .unusable {
                channels[item.channel]?.begin(from: item.state)
            }
            for name in try Outbox(connection).pendingChannels() where channels[name] == nil {
                report.stopped[name] = unusable[name] ?? GoneChannel.reason(name)
            }
        }
        try tellOfUnusable()
        try beginBreakers()
        try pauseHarmful(now: now)
        restart(Array(channels.keys))
        try checkExits(now: now)
    }

    package func begin(now: Instant) throws { try begin(now: now, with: []) }

    /// Lets `status` know of the channels that lack what they need, before anything waits for them.
    private func tellOfUnusable() throws {
        let known = try store.read { try ChannelStates($0).all() }.filter { $0.state.kind == .unusable }
        let processNow = clocks.processNow()
        guard !known.isEmpty || !unusable.isEmpty else { return }
        try store.write { connection in
            let states = ChannelStates(connection)
            for item in known where unusable[item.channel] == nil {
                try states.set(nil, of: item.channel, at: processNow)
                channels[item.channel]?.written = nil
            }
            for (name, reason) in unusable {
                try states.set(ChannelState(.unusable, reason: reason), of: name, at: processNow)
            }
        }
    }

    /// Lets touches go whose windows and caps have opened.
    ///
    /// - Returns: their accounts.
    private func open(now: Instant) throws -> Set<Int64> {
        guard try store.read({ try Outbox($0).mayOpen(at: now) }) else { return [] }
        var accounts: Set<Int64> = []
        var slices = SliceSize()
        while !workQueue.isStopping {
            let (opened, isLast) = try slices.measured { size in
                let opened = try store.write { try Outbox($0).open(at: now, limit: size) }
                return (opened, opened.count < size)
            }
            accounts.formUnion(opened)
            if isLast { break }
        }
        return accounts
    }

    /// - Parameter accounts: those that the last check did not ask about, for they waited; nil for all.
    private func checkExits(of accounts: Set<Int64>? = nil, now: Instant) throws {
        guard accounts?.isEmpty != true else { return }
        // They go by rows, and may change what is claimed.
        if !underWay.isFolded { try store.write { _ in } }
        underWay.doubtClaims()
        // Others than at the last check may be walked by now.
        let known = claiming.versions
        let versions = try store.read { try pinned.playbooks($0, workspace, now: now, known: known) }
        (claiming.versions, messages.versions) = (versions, versions)
        report.ended.merge(
            try accounts.map { try exits.run($0.sorted(), versions, now: now) }
                ?? exits.run(versions, now: now, clock: clocks.processNow), uniquingKeysWith: +)
    }

    /// One tick, and what came back meanwhile.
    package func turn(now: Instant) throws {
        if !workQueue.isStopping {
            if hasRoomAgain { for channel in channels.values { channel.restart(processNow: clocks.processNow()) } }
            hasRoomAgain = false
            let opened = try channels.values.contains(where: \.isAtBeginning) ? open(now: now) : []
            try checkExits(of: exits.isDue(processNow: clocks.processNow()) ? nil : opened, now: now)
        }
        for channel in channels.values { channel.restartIfDue(processNow: clocks.processNow()) }
        try tick(now: now)
        let post = collect()
        take(post.rendered)
        for completion in post.completions { classify(completion, now: now) }
    }

    /// Ends the transport's thread.
    package func close() async {
        await transport.stop(drain: false)
    }

    /// Whether something is claimed, on the wire, or to be recorded.
    package var isBusy: Bool {
        rendering > 0 || !rendered.isEmpty || !flying.isEmpty || !results.isEmpty || !underWay.isFolded
            || hasRoomAgain && !workQueue.isStopping
    }

    /// Nothing to do before an answer comes: every place is taken or nothing is left to claim.
    private func mustWait(processNow: Instant) -> Bool {
        results.isEmpty && (rendering > 0 || !flying.isEmpty)
            && !rendered.contains { channels[$0.channel]?.canSend(processNow: processNow) == true }
            && (workQueue.isStopping || !canClaim)
    }

    /// Whether a turn would look for more touches.
    var canClaim: Bool {
        let processNow = clocks.processNow()
        return channels.values.contains { $0.hasRoom(processNow: processNow) }
    }

    /// What came back; where the wire stays busy meanwhile, enough of it to be worth a transaction.
    private func collect() -> WorkQueue.Post {
        let processNow = clocks.processNow()
        var seconds = 0.0
        if mustWait(processNow: processNow) {
            // A channel that hangs holds up none that waits for its next token.
            let wake = channels.values.compactMap { $0.wake(processNow: processNow) }.min()
            seconds = max(0.001, wake.map { min(0.25, Double(($0 - processNow).milliseconds) / 1_000) } ?? 0.25)
        }
        let places = channels.values.reduce(0) { $0 + ($1.sending > 0 ? $1.pace.places : 0) }
        // The wire takes the next ones from those that wait for a place while this tick is written.
        let waiting = max(flying.count - places, Self.fewestTickRows)
        let enough = flying.count > places ? min(Self.tickRows, waiting) - results.count : 0
        return workQueue.collect(waiting: seconds, enough: enough, within: Self.tickPatience)
    }

    /// Waits until a rate limit or a back-off lets more go; false when that is too far away.
    private func waitsForMore(now: Instant) throws -> Bool {
        guard !workQueue.isStopping else { return false }
        if canClaim { return true }
        let processNow = clocks.processNow()
        // What an endpoint wants to have much later is left to the next run.
        let open = channels.filter { _, channel in
            channel.stopped == nil && !channel.pace.isQuiet(at: processNow + Self.patience)
        }.map(\.key)
        let limited = open.compactMap { channels[$0] }.filter { !$0.isExhausted }
        if let wake = limited.compactMap({ $0.pace.next(at: processNow) }).min() {
            rest(until: wake)
            return true
        }
        let wake = try store.read { try Outbox($0).nextRetry(channels: open, after: passBegan) }
        fruitless = report.sent == sentBefore ? fruitless + 1 : 0
        guard let wake, wake - processNow <= Self.patience, fruitless < Self.mostFruitless else { return false }
        rest(until: wake)
        restart(open)
        return true
    }

    private func rest(until wake: Instant) {
        workQueue.rest(max(0.001, Double((wake - clocks.processNow()).milliseconds) / 1_000))
    }

    /// Begins another pass over the pending touches; channels that stopped are tried once more when their time has come.
    func restart(now: Instant) throws {
        try pauseHarmful(now: now)
        for channel in channels.values { channel.reopen(processNow: clocks.processNow()) }
        witness.accepted = try store.read { try Meta.acceptedDifferences($0) }
        restart(Array(channels.keys))
    }

    /// When the next pending touch may go out: by its window or cap, a retry, a rate limit, or a channel that is tried
    /// once more. For those whose two clocks are one.
    func nextMove(now: Instant) throws -> Instant? {
        let processNow = clocks.processNow()
        let open = channels.filter { $0.value.stopped == nil }
        let limited = open.values.filter { !$0.isExhausted }.compactMap { $0.pace.next(at: processNow) }
        let reopening = channels.values.compactMap(\.circuit.triesAgainAt)
        return try store.read { connection in
            let outbox = Outbox(connection)
            let waiting = [
                try outbox.nextRetry(channels: Array(open.keys), after: passBegan),
                try outbox.nextOpening(channels: Array(open.keys)),
            ]
            return (limited + reopening + waiting.compactMap { $0 }).min()
        }
    }

    /// What was sent since this was last asked.
    func takeReport() -> DrainReport {
        defer { report = DrainReport() }
        return report
    }

    /// Begins another pass over the pending touches.
    private func restart(_ names: [String]) {
        passBegan = clocks.processNow()
        sentBefore = report.sent
        for name in names { channels[name]?.restart(processNow: passBegan) }
    }

    private func tick(now: Instant) throws {
        var leaving: [OutgoingRequest] = []
        var newlyClaimed: [ClaimedTouch] = []
        try log?.reserve(rendered.reduce(0) { $0 + $1.claims.count })
        try store.writeKeepingJournal { connection in
            let outbox = Outbox(connection)
            let processNow = clocks.processNow()
            try underWay.look(connection)
            // The list is written after the database: one that knows of fewer was put back while it was open, unless a person
            // has been asked about it already, and everything is paused.
            if let log, try Meta.sentCount(connection) < log.count, try Doubt(connection) == nil {
                throw DatabaseReplaced(path: store.path)
            }
            for result in results { try record(result, outbox, connection, now: now, processNow: processNow) }
            try killSwitch.apply(connection, processNow: processNow)
            try heedClock(connection, processNow: processNow)
            let pauses = try Pauses(connection)
            try giveBack(outbox, pauses, now: now, processNow: processNow)
            leaving = try begin(
                takeRendered(processNow: processNow), outbox, connection, now: now, processNow: processNow)
            try underWay.write(connection, processNow: processNow)
            if log != nil { try Meta.count(sent: leaving.reduce(0) { $0 + $1.claims.count }, connection) }
            try writeStates(connection, processNow: processNow)
            guard !workQueue.isStopping else { return }
            newlyClaimed = try claiming.claim(
                channels, outbox, underWay, pauses: pauses, report: &report, now: now, processNow: processNow)
        }
        results.removeAll(keepingCapacity: true)
        // Before a byte leaves: whatever becomes of the database, the list knows.
        try log?.append(
            leaving.flatMap { outgoing in
                outgoing.claims.map { SendLog.Entry(touch: $0.touch.id, print: $0.touch.print) }
            })
        render(newlyClaimed, now: now)
        for outgoing in leaving { flying[outgoing.token] = outgoing }
        for (channel, requests) in Dictionary(grouping: leaving, by: \.channel) {
            let submissions = requests.compactMap { outgoing in outgoing.request.map { ($0, outgoing.token) } }
            let places = channels[channel]?.pace.places ?? 1
            transport.submit(workQueue.enqueue(submissions, channel: channel, places: places))
        }
    }

    /// Settles what a dead owner left: claims go back, attempts that had begun take the ambiguous path.
    private func recover(now: Instant, with salvaged: [Result]) throws -> Int {
        try store.write { connection in
            let recovery = Recovery(connection)
            let outbox = Outbox(connection)
            let processNow = clocks.processNow()
            for result in salvaged { try record(result, outbox, connection, now: now, processNow: processNow) }
            let released = try recovery.releaseClaims()
            try recovery.bringBackRetries(within: RetryAfter.cap, of: processNow)
            for name in try outbox.pendingChannels() where workspace.channels[name] == nil {
                for _ in 0..<(try recovery.settleDoubtful(ofGoneChannel: name)) { report.count(.unknown) }
            }
            let orphans = try recovery.orphans()
            for orphan in orphans {
                let settlement = SettlementRules(channel: workspace.channels[orphan.channel]).settlement(
                    of: orphan, processNow: processNow)
                if try outbox.settle(settlement, now: now, processNow: processNow) { report.count(settlement.state) }
            }
            return released + orphans.count
        }
    }
}
