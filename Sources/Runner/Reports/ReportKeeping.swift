import Measure
package import Playbooks
package import Storage

/// Makes the reports that pages show at once, after the first cycle of a day.
///
/// Whoever runs the cycles makes them. A simulation has none, since its days pass in seconds, and neither has a workspace
/// at whose pages nobody may look.
package struct ReportKeeping {
    private let workspace: Workspace
    private let store: Store
    private let processNow: @Sendable () -> Instant
    private let isStopped: @Sendable () -> Bool

    package init(
        workspace: Workspace, store: Store, processNow: @escaping @Sendable () -> Instant,
        isStopped: @escaping @Sendable () -> Bool = { false }
    ) {
        (self.workspace, self.store, self.processNow, self.isStopped) = (workspace, store, processNow, isStopped)
    }

    /// What a look came to.
    package struct Outcome: Sendable, Equatable {
        package var made = 0
        /// Why others could not be made, by report and argument.
        package var failed: [String: String] = [:]
    }

    package func keep(now: Instant) throws -> Outcome {
        var outcome = Outcome()
        for report in try store.read({ try missing(now, $0) }) {
            guard !isStopped() else { return outcome }
            do {
                try make(report, now)
                outcome.made += 1
            } catch {
                guard !isStopped() else { return outcome }
                outcome.failed["\(report.key.report) \(report.key.arguments)"] = "\(error)"
            }
        }
        return outcome
    }

    /// Those of which there is none of the day yet.
    private func missing(_ now: Instant, _ connection: Connection) throws -> [DailyReport] {
        let today = workspace.configuration.zone.start(of: workspace.configuration.zone.day(of: now))
        guard let cycle = try Meta.lastNow(connection), cycle >= today, try !Meta.isSimulation(connection),
            try KeptReports.hasReaders(workspace.configuration.dashboard, connection)
        else { return [] }
        let kept = KeptReports(connection)
        return try DailyReport.all(workspace, connection).filter { report in
            try kept.newest(report.key).map { $0 < today } ?? true
        }
    }

    private func make(_ daily: DailyReport, _ now: Instant) throws {
        let began = ContinuousClock.now
        let (report, look) = try store.read { try daily.make(workspace, $0, asOf: now) }
        let kept = KeptReports.Kept(
            look: look, asOf: now, madeAt: processNow(), took: began.duration(to: .now),
            body: try ReportBody(report).text)
        try store.write { try KeptReports($0).keep(kept, as: daily.key) }
    }
}
