import Decisions
import Playbooks
import Storage

/// Sends nothing: what the real claim lets through is settled as sent at the same moment.
struct PretendOutbox {
    private let workspace: Workspace
    private let pinned: PinnedVersions
    private let store: Store
    private let figures: EvaluationContext.Figures
    private let channels: [String: ChannelAtWork]

    init(
        _ workspace: Workspace, _ pinned: PinnedVersions, _ store: Store, _ figures: EvaluationContext.Figures
    ) throws {
        self.figures = figures
        self.workspace = workspace
        self.pinned = pinned
        self.store = store
        channels = try workspace.channels.mapValues { try ChannelAtWork(pretending: $0) }
    }

    /// Works off everything that may go out at `now`; answers how many touches were settled.
    func drain(now: Instant) throws -> Int {
        let versions = try store.read { try pinned.playbooks($0, workspace, now: now) }
        var exits = ExitCheck(workspace: workspace, store: store, figures: figures)
        let cancelled = try exits.run(versions, now: now, clock: { now })
        return try store.write { connection in
            let outbox = Outbox(connection)
            var claiming = Claiming(workspace: workspace, owner: "trial")
            claiming.versions = versions
            let pauses = try Pauses(connection)
            var report = DrainReport()
            for channel in channels.values { channel.restart(processNow: now) }
            repeat {
                let flights = try claiming.claim(
                    channels, outbox, pauses: pauses, report: &report, now: now, processNow: now)
                for flight in flights { try settle(flight, outbox, now: now, report: &report) }
            } while channels.values.contains { $0.hasRoom(processNow: now) }
            return report.sent + report.ghosts + report.dropped + cancelled
        }
    }

    private func settle(
        _ flight: Worker.Flight, _ outbox: Outbox, now: Instant, report: inout DrainReport
    ) throws {
        let channel = channels[flight.touch.channel]
        let hasBegun = try outbox.beginAttempt(
            id: flight.touch.id, fence: flight.fence, number: flight.attempt, bodyHash: "", messageHash: "",
            processNow: now)
        channel?.began()
        channel?.ended()
        guard hasBegun else { return }
        let settlement = Outbox.Settlement(
            id: flight.touch.id, fence: flight.fence, enrollmentID: flight.touch.enrollmentID, attempt: flight.attempt,
            state: .sent)
        if try outbox.settle(settlement, now: now, processNow: now) { report.count(.sent) }
    }
}
