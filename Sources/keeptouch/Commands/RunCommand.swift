import ArgumentParser
import Basics
import Decisions
import Foundation
import Playbooks
import Runner
import Storage
import Synchronization

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Do one cycle: match, enroll, advance, and send what is due.")

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var output: FormatOption

    func run() async throws {
        let loaded = try options.read()
        let runtime = try Runtime(loaded)
        let store = runtime.store
        try runtime.wake()
        // Only now: before it, the clock might have been another.
        let now = try options.moment(store, zone: loaded.zone)
        try expectClock(store, now: now)
        let killSwitch = runtime.killSwitch
        let killing = Signals.listen(to: [SIGUSR1]) { _ in killSwitch.pull("the signal SIGUSR1 came") }
        let receivers = ReceiverPost(
            workspace: loaded.workspace, directory: loaded.directory.path,
            environment: ProcessInfo.processInfo.environment, store: store, clocks: .system)
        try receivers.begin()
        let worker = try runtime.worker()
        let interrupt = worker.interruption
        let isStopped = Atomic(false)
        let stopping = Signals.listen(to: [SIGINT, SIGTERM, SIGHUP]) { number in
            Terminal.complain("stopping: what is under way is finished, nothing new is sent")
            // The second one kills as usual.
            signal(number, SIG_DFL)
            isStopped.store(true, ordering: .relaxed)
            interrupt()
        }
        let cycle = loaded.cycle(store, killSwitch: killSwitch) { isStopped.load(ordering: .relaxed) }
        var report: CycleReport
        let sending: DrainReport
        do {
            (report, sending) = try Run(cycle, sending: worker).at(now)
        } catch let error as CycleStopped {
            await worker.close()
            withExtendedLifetime((killing, stopping, runtime)) {}
            return Terminal.complain("\(error)")
        } catch {
            await worker.close()
            throw error
        }
        await worker.close()
        let digests = try await DigestPost(
            workspace: loaded.workspace, directory: loaded.directory.path,
            environment: ProcessInfo.processInfo.environment, secret: runtime.secret, store: store,
            clocks: .system
        ).post(now: now)
        let told = try await receivers.postAll { isStopped.load(ordering: .relaxed) }
        report.touches = try store.read { try CycleRecords.touchCounts($0) }
        var sweep = try RetentionSweep(loaded.workspace.configuration.retention, store: store, now: now)
        _ = try sweep?.advance(on: store, for: .seconds(3_600))
        let reports = try ReportKeeping(
            workspace: loaded.workspace, store: store, processNow: Clocks.system.processNow,
            isStopped: { isStopped.load(ordering: .relaxed) }
        ).keep(now: now)
        for (name, reason) in reports.failed.sorted(by: { $0.key < $1.key }) {
            Terminal.complain("the report \(name) was not made: \(reason)")
        }
        let isPaused = try runtime.stayAwake()
        withExtendedLifetime((killing, stopping, runtime)) {}
        switch output.format {
        case .json: Terminal.print(try JSONText.encode(report))
        case .table, .csv:
            try CycleText(
                report: report, hasRun: true, pause: store.read { try Pauses($0).all },
                hasErrors: loaded.diagnostics.contains { $0.severity == .error },
                pausedPlaybooks: store.read { try StatusQuery($0).pauses().count { $0.scope.hasPrefix("playbook:") } }
            ).show(output)
            for draft in try store.read({ try StatusQuery($0).draftsAtWork() }) {
                Terminal.print(CycleText.atWork(draft))
            }
            let paused = try store.read { try Set(StatusQuery($0).pauses().map(\.scope)) }
            let opening = try store.read { try Outbox($0).nextLeaving() }
            SendingText(
                report: sending, unsent: sending.ended.merging(report.unsent, uniquingKeysWith: +),
                unknown: report.touches?[.unknown] ?? 0, pending: report.touches?[.pending] ?? 0,
                held: report.touches?[.held] ?? 0,
                opening: opening.map { "\($0.text(in: loaded.zone)) \(loaded.zone.name)" }, paused: paused
            ).show()
            if digests.sent > 0 { Terminal.print("\(Terminal.count(digests.sent, "digest")) posted.") }
            if told.taken > 0 { Terminal.print("\(Terminal.count(told.taken, "change")) told to receivers.") }
            for (name, reason) in told.failed.sorted(by: { $0.key < $1.key }) {
                Terminal.print(Terminal.styled("the receiver \(name) has not got every change: \(reason)", .red))
            }
            for (channel, reason) in digests.failed.sorted(by: { $0.key < $1.key }) {
                Terminal.print(Terminal.styled("the digest for \(channel) was not posted: \(reason)", .red))
            }
            if options.now == nil, try store.read({ try Meta.isSimulation($0) }) {
                Terminal.hint("the clock of a simulation stands still; move it with: keeptouch run --now LATER")
            }
        }
        let hasHold = report.playbooks.contains { $0.heldBecause != nil }
        let needsAPerson = [.held, .unknown].contains { (report.touches?[$0] ?? 0) > 0 }
        let hasErrors = loaded.diagnostics.contains { $0.severity == .error }
        if hasHold || needsAPerson || !report.standingStill.isEmpty || sending.hasFindings || !digests.failed.isEmpty
            || !told.failed.isEmpty
            || hasErrors
            || isPaused
        {
            throw ExitCode(1)
        }
    }

    /// Decision time is the present, except on a simulation; it never runs backwards.
    private func expectClock(_ store: Store, now: Instant) throws {
        try store.read { connection in
            if options.now != nil, try !Meta.isSimulation(connection),
                abs((now - Clocks.system.processNow()).milliseconds) > 60_000
            {
                throw CommandError(
                    "run --now works on simulations only; this database has real customers. Leave --now out, or make a simulation with: keeptouch init DIR --simulation"
                )
            }
            try Meta.expect(now, connection)
        }
    }
}
