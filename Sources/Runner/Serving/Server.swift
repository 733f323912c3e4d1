package import Foundation
package import Logging
package import Playbooks
package import ServiceLifecycle
package import Storage

/// `serve`: plans and sends until it is stopped, as services that a group runs beside others.
package struct Server: Sendable {
    private let planner: Planner
    private let sender: Sender
    private let digests: DigestLoop
    private let receivers: ReceiverLoop
    private let sources: SourceLoop
    private let reports: ReportLoop

    /// - Parameters:
    ///   - folder: the workspace, whose files are read again when they change.
    ///   - edition: the files as they are now; the database has the columns for them.
    ///   - planning, sending, posting, telling, pulling, reporting: six connections to the database, whose runner's lock the caller holds.
    ///   - secret: signs unsubscribe links; 32 bytes.
    ///   - lastNow: the latest moment at which something was decided.
    ///   - wakefulness: as it is after its `begin`.
    ///   - sendLog: the list of requests beside the database.
    ///   - clockReading: the wall clock beside the machine's own; nil where nobody watches them.
    ///   - follow: told of the files whenever they have changed.
    package init(
        folder: URL, edition: Edition, planning: Store, sending: Store, posting: Store, telling: Store,
        pulling: Store, reporting: Store,
        environment: [String: String], secret: [UInt8], clocks: Clocks, lastNow: Instant?, wakefulness: Wakefulness,
        killSwitch: KillSwitch, sendLog: SendLog? = nil,
        clockReading: @escaping @Sendable () -> ClockReading? = { nil },
        follow: @escaping @Sendable (Edition) -> Void = { _ in }, log: Logger
    ) {
        let clock = DecisionClock(
            processNow: clocks.processNow, last: lastNow, reading: clockReading)
        let outage = DatabaseOutage(processNow: clocks.processNow, log: log)
        sender = Sender(edition, clock: clock, outage: outage, log: log) { edition in
            Worker(
                workspace: edition.workspace, pinned: edition.files.pinned, directory: folder.path,
                environment: environment, secret: secret, store: sending, clocks: clocks, owner: UUID().uuidString,
                killSwitch: killSwitch, log: sendLog, clockReading: clockReading, onDoubt: clock.doubt)
        }
        digests = DigestLoop(edition, clock: clock, outage: outage, log: log) { edition in
            DigestPost(
                workspace: edition.workspace, directory: folder.path, environment: environment, secret: secret,
                store: posting,
                clocks: clocks)
        }
        receivers = ReceiverLoop(edition, clock: clock, outage: outage, log: log) { edition in
            ReceiverPost(
                workspace: edition.workspace, directory: folder.path, environment: environment, store: telling,
                clocks: clocks)
        }
        sources = SourceLoop(
            edition, folder: folder, environment: environment, store: pulling, clock: clock,
            outage: outage, log: log)
        reports = ReportLoop(
            edition, store: reporting, clock: clock, processNow: clocks.processNow, outage: outage, log: log)
        planner = Planner(
            folder: folder, edition: edition, store: planning, clock: clock, processNow: clocks.processNow,
            sender: sender, digests: digests, receivers: receivers, sources: sources, reports: reports,
            wakefulness: wakefulness, outage: outage,
            killSwitch: killSwitch,
            follow: follow,
            log: log)
    }

    /// In the order in which they start; they stop in the opposite one.
    package var services: [any Service] {
        [
            Loop(description: "sender", body: sender.run, stop: sender.wakeSignal.stop),
            Loop(description: "digests", body: digests.run, stop: digests.wakeSignal.stop),
            Loop(description: "receivers", body: receivers.run, stop: receivers.wakeSignal.stop),
            Loop(description: "sources", body: sources.run, stop: sources.wakeSignal.stop),
            Loop(description: "reports", body: reports.run, stop: reports.stop),
            Loop(description: "planner", body: planner.run, stop: planner.stop),
        ]
    }
}
