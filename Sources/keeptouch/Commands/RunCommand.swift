import ArgumentParser
import Dispatch
import Foundation
import Playbooks
import Runner
import Storage

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Do one cycle: match, enroll, advance, and send what is due.")

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var output: FormatOption

    func run() async throws {
        let loaded = try options.read()
        let store = try loaded.open(.readWrite)
        let lock = try RunnerLock(database: loaded.databasePath)
        let now = try options.moment(store, zone: loaded.zone)
        try startClock(store, now: now)
        var wakefulness = Wakefulness(store: store, workspace: loaded.workspace)
        if let reason = try wakefulness.begin(.now(), id: UUID().uuidString) { Self.tell(reason) }
        let killSwitch = KillSwitch(directory: loaded.directory.path)
        let killing = Self.listen(to: [SIGUSR1]) { _ in killSwitch.pull("the signal SIGUSR1 came") }
        var report = try loaded.cycle(store, killSwitch: killSwitch).run(now: now)
        let worker = Worker(
            workspace: loaded.workspace, pinned: PinnedVersions(texts: loaded.texts), directory: loaded.directory.path,
            environment: ProcessInfo.processInfo.environment,
            secret: try SigningSecret.read(beside: loaded.databasePath),
            store: store, clocks: .system, owner: UUID().uuidString, killSwitch: killSwitch)
        let interrupt = worker.interruption
        let stopping = Self.listen(to: [SIGINT, SIGTERM]) { number in
            Terminal.complain("stopping: what is under way is finished, nothing new is sent")
            // The second one kills as usual.
            signal(number, SIG_DFL)
            interrupt()
        }
        let sending: DrainReport
        do {
            sending = try worker.drain(now: now)
        } catch {
            await worker.close()
            throw error
        }
        await worker.close()
        let digests = try await DigestPost(
            workspace: loaded.workspace, directory: loaded.directory.path,
            environment: ProcessInfo.processInfo.environment, store: store, clocks: .system
        ).post(now: now)
        report.touches = try store.read { try CycleRecords.touchCounts($0) }
        if let reason = try wakefulness.stay(.now()) { Self.tell(reason) }
        withExtendedLifetime((killing, stopping, lock)) {}
        switch output.format {
        case .json: Terminal.print(try JSONText.encode(report))
        case .table, .csv:
            try CycleText(report: report, hasRun: true).show(output)
            let paused = try store.read { try Set(StatusQuery($0).pauses().map(\.scope)) }
            SendingText(report: sending, pending: report.touches?["pending"] ?? 0, paused: paused).show()
            if digests.sent > 0 { Terminal.print("\(Terminal.count(digests.sent, "digest")) posted.") }
            for (channel, reason) in digests.failed.sorted(by: { $0.key < $1.key }) {
                Terminal.print(Terminal.styled("the digest for \(channel) was not posted: \(reason)", .red))
            }
            if options.now == nil, try store.read({ try Meta.isSimulation($0) }) {
                Terminal.hint("the clock of a simulation stands still; move it with: keeptouch run --now LATER")
            }
        }
        let hasHold = report.playbooks.contains { $0.heldBecause != nil }
        if hasHold || sending.hasFindings || !digests.failed.isEmpty || loaded.diagnostics.contains(where: { $0.severity == .error }) {
            throw ExitCode(1)
        }
    }

    /// Decision time is the present, except on a simulation; it never runs backwards.
    private func startClock(_ store: Store, now: Instant) throws {
        try store.write { connection in
            if options.now != nil, try !Meta.isSimulation(connection),
                abs((now - Clocks.system.processNow()).milliseconds) > 60_000
            {
                throw CommandError(
                    "run --now works on simulations only; this database has real customers. Leave --now out, or make a simulation with: keeptouch init DIR --simulation"
                )
            }
            try Meta.advance(to: now, connection)
        }
    }

    private static func tell(_ reason: String) {
        Terminal.complain("everything is paused: \(reason)")
        Terminal.hint("when you have looked at it: keeptouch resume all")
    }

    private static func listen(
        to signals: [Int32], _ body: @escaping @Sendable (Int32) -> Void
    ) -> [any DispatchSourceSignal] {
        signals.map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { body(number) }
            source.resume()
            return source
        }
    }
}
