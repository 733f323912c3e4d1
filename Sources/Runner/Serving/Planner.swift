import Foundation
import Logging
import NIOConcurrencyHelpers
import Playbooks
import Storage

/// Plans what is due until it is stopped: the scheduler's half of `serve`, on a thread and a connection of its own.
///
/// Four times a second it asks whether anybody has written to the database, and looks at new events; every few seconds,
/// and when something comes due, it does a cycle. What it finds nothing to do for leaves no row.
final class Planner: @unchecked Sendable {
    private let folder: URL
    private let store: Store
    private let clock: DecisionClock
    private let processNow: @Sendable () -> Instant
    private let sender: Sender
    private let digests: DigestLoop
    private let receivers: ReceiverLoop
    private let sources: SourceLoop
    private let reports: ReportLoop
    /// Told of every new edition's workspace.
    private let follow: @Sendable (Edition) -> Void
    private let outage: DatabaseOutage
    private let log: Logger
    private let killSwitch: KillSwitch
    private let wakeSignal = WakeSignal()
    /// The file of the database.
    private let file: FileIdentity
    private let hasEnded = NIOLockedValueBox(false)

    // What follows belongs to the planner's thread.
    private var edition: Edition
    private var stamps: FileWatch
    private var wakefulness: Wakefulness
    private var looksAwakeAt = ContinuousClock.now
    /// Whether somebody has written since the last cycle, and the version of the database at the last look.
    private var isChanged = false
    private var seenVersion: Int64?
    private var seenEvent: Int64 = 0
    private var seenOutcome: Int64 = 0
    /// When the last cycle ended, how long it took, and the moment of it.
    private var ended: ContinuousClock.Instant?
    private var length = 0.0
    private var lastNow: Instant?
    private var nextSchedule: Instant?
    private var nextDue: Instant?
    /// Whether a cycle shall come as soon as one may.
    private var isHurried = false
    private var held: [String: String] = [:]
    private var isClockTrusted = true
    private var toldPause: String?
    private var failures = 0
    private var sweep: RetentionSweep?

    /// Seconds between two looks at the database.
    private static let pollEvery = 0.25
    /// Between two looks whether the machine slept or its clock was set.
    private static let awakeEvery = Duration.seconds(60)
    /// Seconds between two cycles.
    private static let tickEvery = 5.0
    /// How long a stop waits for a cycle before it is broken off; what it has applied stays, and the rest is planned anew.
    private static let patience = 5.0

    init(
        folder: URL, edition: Edition, store: Store, clock: DecisionClock,
        processNow: @escaping @Sendable () -> Instant, sender: Sender, digests: DigestLoop, receivers: ReceiverLoop,
        sources: SourceLoop, reports: ReportLoop,
        wakefulness: Wakefulness, outage: DatabaseOutage, killSwitch: KillSwitch,
        follow: @escaping @Sendable (Edition) -> Void, log: Logger
    ) {
        self.folder = folder
        self.edition = edition
        self.store = store
        file = Instance.file(of: store)
        self.clock = clock
        self.processNow = processNow
        self.sender = sender
        self.digests = digests
        self.receivers = receivers
        self.sources = sources
        self.reports = reports
        self.follow = follow
        self.wakefulness = wakefulness
        self.killSwitch = killSwitch
        self.outage = outage
        self.log = log
        stamps = FileWatch(folder)
    }

    /// - Throws: when the database's file was replaced; what would be written goes nowhere.
    func run() throws {
        while !wakeSignal.isStopped {
            do {
                try look()
                failures = 0
            } catch let error as DatabaseReplaced {
                hasEnded.withLockedValue { $0 = true }
                log.error("stopping", metadata: ["reason": "\(error)"])
                throw error
            } catch {
                guard !wakeSignal.isStopped else { break }
                if outage.explains(error) {
                    wakeSignal.pause(DatabaseOutage.pause)
                    continue
                }
                failures += 1
                log.error("a cycle failed, and is repeated", metadata: ["reason": "\(error)"])
                wakeSignal.pause(min(Double(failures) * Self.tickEvery, 60))
            }
            wakeSignal.pause(Self.pollEvery)
        }
        hasEnded.withLockedValue { $0 = true }
    }

    func stop() {
        log.info("stopping: what is under way is finished, nothing new begins")
        wakeSignal.stop()
        DispatchQueue.global().asyncAfter(deadline: .now() + Self.patience) { self.breakOff() }
    }

    private func breakOff() {
        guard !hasEnded.withLockedValue({ $0 }) else { return }
        store.interrupt()
        DispatchQueue.global().asyncAfter(deadline: .now() + 0.1) { self.breakOff() }
    }

    private func look() throws {
        guard Instance.file(of: store).isSame(as: file) else { throw DatabaseReplaced(path: store.path) }
        try readFiles()
        try heedStops()
        let version = try store.session { try $0.dataVersion() }
        try outage.end(in: store)
        let isNewVersion = version != seenVersion
        seenVersion = version
        if isNewVersion {
            // In this order: a request is listed after the database knows of it.
            let listed = try SendLog.count(database: store.path)
            let isSimulation = try store.read { try Meta.isSimulation($0) }
            // Where a person has been asked about it already, everything is paused, and pages are served meanwhile.
            guard
                try isSimulation
                    || store.read({ try Meta.sentCount($0) >= listed || Doubt($0) != nil })
            else {
                throw DatabaseReplaced(path: store.path)
            }
            isChanged = true
            sender.wakeSignal.raise()
        }
        guard let now = trustedNow() else { return }
        if ended == nil {
            try tick(now)
            log.info("ready")
            return
        }
        if isNewVersion {
            try react(now)
            nextDue = try store.read { try SchedulerQueries($0).nextDue(after: lastNow ?? now) }
        }
        if isTime(now) { try tick(now) }
    }

    /// Writes down what stops everything from outside the database.
    private func heedStops() throws {
        if let reason = killSwitch.reason, try store.read({ try Pauses($0).all }) == nil {
            try store.write { try killSwitch.apply($0, processNow: processNow()) }
            log.warning("everything is paused", metadata: ["reason": "\(reason)"])
        }
        guard looksAwakeAt <= .now || !isClockTrusted else { return }
        looksAwakeAt = .now + Self.awakeEvery
        let reason = try wakefulness.stay(.now())
        if wakefulness.wasSet { clock.trust() }
        if let reason, reason != toldPause {
            log.error("everything is paused", metadata: ["reason": "\(reason)"])
        }
        toldPause = reason
    }

    private func trustedNow() -> Instant? {
        let now = clock.now()
        if now == nil, isClockTrusted {
            log.error(
                "the machine's clock has jumped, runs behind what was decided before, or is not what channels answer; nothing is planned or sent until it is right, or keeptouch clock set says that it is"
            )
        }
        // What was paused because of it goes on at once.
        if now != nil, !isClockTrusted { looksAwakeAt = .now }
        isClockTrusted = now != nil
        return now
    }

    /// Every few seconds, at once when something is due, and never for more than a hundredth of the time as long as
    /// nothing happens.
    private func isTime(_ now: Instant) -> Bool {
        guard let ended else { return true }
        let rest = ended.duration(to: .now) / .seconds(1)
        guard rest >= max(1, length) else { return false }
        if isHurried { return true }
        if let next = [nextSchedule, nextDue].compactMap({ $0 }).min(), next <= now { return true }
        return rest >= max(Self.tickEvery, min(length * (isChanged ? 2 : 100), 600))
    }

    private func tick(_ now: Instant) throws {
        (isChanged, isHurried) = (false, false)
        let (newest, outcome) = try store.read {
            (try CycleRecords.newestEvent($0), try SchedulerQueries($0).newestOutcome())
        }
        let report = try cycle("cycle", .due, now)
        (seenEvent, seenOutcome) = (newest, outcome)
        lastNow = now
        nextSchedule = report.nextAt
        nextDue = try store.read { try SchedulerQueries($0).nextDue(after: now) }
        if report.isNews, length > 1 { try store.session { try $0.pragma("shrink_memory") } }
        try dropWhatIsOld(now)
    }

    /// A little at a time, so that events do not wait for it.
    private func dropWhatIsOld(_ now: Instant) throws {
        sweep = try sweep ?? RetentionSweep(edition.workspace.configuration.retention, store: store, now: now)
        guard try sweep?.advance(on: store, for: .milliseconds(300)) == true, let done = sweep else { return }
        sweep = nil
        guard done.touches + done.events > 0 else { return }
        log.info("retention", metadata: ["touches": "\(done.touches)", "events": "\(done.events)"])
    }

    /// Takes up events that have arrived, and outcomes that somebody waits for.
    private func react(_ now: Instant) throws {
        let outcome = try store.read { connection in
            let queries = SchedulerQueries(connection)
            let newest = try queries.newestOutcome()
            if newest > seenOutcome, try queries.isOutcomeAwaited(after: seenOutcome) { isHurried = true }
            return newest
        }
        seenOutcome = outcome
        let kinds = Set(
            edition.workspace.playbooks.compactMap { playbook in
                if case .on(let event, _) = playbook.trigger, playbook.state == .live { event } else { nil }
            })
        let (newest, hasNews) = try store.read { connection in
            let newest = try CycleRecords.newestEvent(connection)
            guard newest > seenEvent else { return (newest, false) }
            return (newest, try SchedulerQueries(connection).hasNews(of: kinds.sorted(), after: seenEvent))
        }
        if hasNews { _ = try cycle("events", .events, now) }
        seenEvent = newest
    }

    private func cycle(_ name: Logger.Message, _ matching: Cycle.Matching, _ now: Instant) throws -> CycleReport {
        let began = ContinuousClock.now
        let cycle = Cycle(
            workspace: edition.workspace, pinned: edition.files.pinned, store: store, processNow: processNow,
            killSwitch: killSwitch, isStopped: { [wakeSignal] in wakeSignal.isStopped })
        let report = try cycle.run(now: now, matching: matching)
        let seconds = began.duration(to: .now) / .seconds(1)
        if matching == .due { (ended, length) = (.now, seconds) }
        tellHolds(report)
        guard report.isNews else { return report }
        sender.wakeSignal.raise()
        log.info(
            name,
            metadata: [
                "entered": "\(report.entered)", "moved": "\(report.moved)", "ended": "\(report.ended)",
                "goals": "\(report.goals)", "touches": "\(report.made)", "too_late": "\(report.tooLate)",
                "ms": "\(Int(seconds * 1_000))",
            ])
        return report
    }

    private func tellHolds(_ report: CycleReport) {
        for item in report.playbooks where held[item.playbook] != item.heldBecause {
            if let reason = item.heldBecause {
                log.warning("playbook held", metadata: ["playbook": "\(item.playbook)", "reason": "\(reason)"])
            } else {
                log.info("playbook goes on", metadata: ["playbook": "\(item.playbook)"])
            }
            held[item.playbook] = item.heldBecause
        }
    }

    private func readFiles() throws {
        guard stamps.haveChanged() else { return }
        let files = CheckedFiles.read(folder)
        if !files.unread.isEmpty { stamps.lookAgain() }
        let next = edition.followed(by: files)
        for complaint in next.complaints where !edition.complaints.contains(complaint) {
            log.error("file with an error", metadata: ["error": "\(complaint)"])
        }
        for part in next.kept.subtracting(edition.kept).sorted() {
            log.warning("an older version goes on", metadata: ["part": "\(part)"])
        }
        let isSame = next.files.texts == edition.files.texts
        if !isSame {
            // The planner takes the new files only when the database has their columns.
            try StoredCurrency.keep(next.workspace, in: store)
            try AttributeColumns(next.workspace.dataMap).apply(to: store)
            try LeftOutProperties(
                dataMap: next.workspace.dataMap, configuration: next.workspace.configuration, store: store
            ).bringBack()
            log.info(
                "files changed",
                metadata: [
                    "playbooks": "\(next.workspace.playbooks.count)",
                    "live": "\(next.workspace.playbooks.count { $0.state == .live })",
                ])
        }
        edition = next
        follow(next)
        if !isSame {
            sender.use(next)
            digests.use(next)
            receivers.use(next)
            sources.use(next)
            reports.use(next)
            isHurried = true
        }
    }
}

/// Somebody has put another file in the place of the database that is open.
struct DatabaseReplaced: Error, CustomStringConvertible {
    let path: String

    var description: String {
        "\(path) was replaced while it was open, or a back-up was put back into it; start again, and it is looked at"
    }
}
