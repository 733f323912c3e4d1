import Foundation
import Logging
import NIOConcurrencyHelpers
package import Playbooks
import Storage

/// Pulls the sources that are due until it is stopped, beside planning and sending, which no slow source holds up.
final class SourceLoop: Sendable {
    let wakeSignal = WakeSignal()
    private let edition: NIOLockedValueBox<Edition>
    private let store: Store
    private let folder: URL
    private let environment: [String: String]
    private let clock: DecisionClock
    private let outage: DatabaseOutage
    private let log: Logger

    /// Seconds between two looks.
    private static let interval = 5.0

    init(
        _ edition: Edition, folder: URL, environment: [String: String], store: Store, clock: DecisionClock,
        outage: DatabaseOutage, log: Logger
    ) {
        self.edition = NIOLockedValueBox(edition)
        self.folder = folder
        self.environment = environment
        self.store = store
        self.clock = clock
        self.outage = outage
        self.log = log
    }

    func use(_ next: Edition) {
        edition.withLockedValue { $0 = next }
        wakeSignal.raise()
    }

    func run() {
        while !wakeSignal.isStopped {
            pullDue()
            wakeSignal.wait(Self.interval)
            _ = wakeSignal.take()
        }
    }

    private func pullDue() {
        let workspace = edition.withLockedValue { $0 }.workspace
        // Accounts come before what belongs to them.
        for source in workspace.sourcesInOrder where !wakeSignal.isStopped {
            guard let now = clock.now() else { return }
            do {
                let state = try store.read { try SourceRecords($0).all() }[source.name]
                guard let next = source.next(after: state, in: workspace.configuration.zone), next <= now else {
                    continue
                }
                let report = try SourcePull(
                    workspace: workspace, directory: folder, environment: environment, store: store,
                    isStopped: { [wakeSignal] in wakeSignal.isStopped }
                ).pull(source, now: now)
                log.info(
                    "source",
                    metadata: [
                        "name": "\(source.name)", "rows": "\(report.read)", "rejected": "\(report.rejected)",
                    ])
                if let usual = report.shortOf {
                    log.warning(
                        "source brought less than half of its rows",
                        metadata: [
                            "name": "\(source.name)", "rows": "\(report.size)", "before": "\(usual)",
                            "daysClosed": "\(report.daysClosed)",
                            "remedy": "keeptouch import \(source.name) --complete, if that is right",
                        ])
                }
            } catch {
                guard !wakeSignal.isStopped, !outage.explains(error) else { return }
                log.warning("source failed", metadata: ["name": "\(source.name)", "reason": "\(error)"])
            }
        }
    }
}

extension Workspace {
    /// The sources in the order in which they are pulled: accounts come before what belongs to them.
    package var sourcesInOrder: [DataSource] {
        ImportKind.allCases.flatMap { kind in
            configuration.sources.filter { $0.map(in: dataMap)?.kind == kind }
        }
    }
}
