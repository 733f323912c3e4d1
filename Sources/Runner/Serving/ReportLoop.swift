import Foundation
import Logging
import NIOConcurrencyHelpers
import Playbooks
import Storage

/// Makes the reports of the day until it is stopped, on a connection and a thread of its own that gives way to all others.
final class ReportLoop: Sendable {
    let wakeSignal = WakeSignal()
    private let edition: NIOLockedValueBox<Edition>
    private let store: Store
    private let clock: DecisionClock
    private let processNow: @Sendable () -> Instant
    private let outage: DatabaseOutage
    private let log: Logger
    private let hasEnded = NIOLockedValueBox(false)

    /// Seconds between two looks, and after one that failed.
    private static let (interval, patience) = (15.0, 3_600.0)

    init(
        _ edition: Edition, store: Store, clock: DecisionClock, processNow: @escaping @Sendable () -> Instant,
        outage: DatabaseOutage, log: Logger
    ) {
        self.edition = NIOLockedValueBox(edition)
        self.store = store
        self.clock = clock
        self.processNow = processNow
        self.outage = outage
        self.log = log
    }

    func use(_ next: Edition) { edition.withLockedValue { $0 = next } }

    func run() {
        // Of this thread only: touches and pages come first.
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 19)
        while !wakeSignal.isStopped {
            wakeSignal.pause(clock.now().map(keep) ?? Self.interval)
        }
        hasEnded.withLockedValue { $0 = true }
    }

    /// A report that is being made is given up.
    func stop() {
        wakeSignal.stop()
        breakOff()
    }

    private func breakOff() {
        guard !hasEnded.withLockedValue({ $0 }) else { return }
        store.interrupt()
        DispatchQueue.global().asyncAfter(deadline: .now() + 0.1) { self.breakOff() }
    }

    /// - Returns: for how many seconds to wait then.
    private func keep(_ now: Instant) -> Double {
        let keeping = ReportKeeping(
            workspace: edition.withLockedValue { $0 }.workspace, store: store, processNow: processNow,
            isStopped: { [wakeSignal] in wakeSignal.isStopped })
        do {
            let outcome = try keeping.keep(now: now)
            if outcome.made > 0 { log.info("reports", metadata: ["made": "\(outcome.made)"]) }
            for (report, reason) in outcome.failed.sorted(by: { $0.key < $1.key }) {
                log.warning("report not made", metadata: ["report": "\(report)", "reason": "\(reason)"])
            }
            return outcome.failed.isEmpty ? Self.interval : Self.patience
        } catch {
            if outage.explains(error) { return Self.interval }
            if !wakeSignal.isStopped { log.warning("reports not made", metadata: ["reason": "\(error)"]) }
            return Self.patience
        }
    }
}
