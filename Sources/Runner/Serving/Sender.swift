import Dispatch
import Foundation
import Logging
import NIOConcurrencyHelpers
import Playbooks
import Storage

/// Sends what becomes due until it is stopped: the outbox's half of `serve`, on a thread and a connection of its own.
final class Sender: @unchecked Sendable {
    /// Raised when there may be new touches, or when somebody has changed something.
    let wakeSignal = WakeSignal()
    private let edition: NIOLockedValueBox<(number: Int, edition: Edition)>
    private let makeWorker: @Sendable (Edition) -> Worker
    private let clock: DecisionClock
    private let outage: DatabaseOutage
    private let log: Logger
    /// Why channels do not send, as it was told.
    private var stopped: [String: String] = [:]
    /// What came back for touches of a worker that failed, for the next one to write down.
    private var salvaged: [Worker.Result] = []

    /// However little there is to do, it looks at what waits after these many seconds, and never for more than a
    /// hundredth of its time.
    private static let longestRest = 5.0
    /// While it sends, it tells what it has sent after these many seconds.
    private static let reportEvery = Duration.seconds(10)

    init(
        _ edition: Edition, clock: DecisionClock, outage: DatabaseOutage, log: Logger,
        makeWorker: @escaping @Sendable (Edition) -> Worker
    ) {
        self.edition = NIOLockedValueBox((0, edition))
        self.clock = clock
        self.outage = outage
        self.log = log
        self.makeWorker = makeWorker
    }

    /// Goes on with other files; what is under way is finished with the old ones.
    func use(_ next: Edition) {
        edition.withLockedValue { $0 = ($0.number + 1, next) }
        wakeSignal.raise()
    }

    func run() {
        while !wakeSignal.isStopped {
            do {
                try work()
            } catch  where outage.explains(error) {
                wakeSignal.pause(DatabaseOutage.pause)
            } catch {
                log.error("sending failed, and is begun anew", metadata: ["reason": "\(error)"])
                wakeSignal.pause(Self.longestRest)
            }
        }
    }

    /// Works with one edition of the files until it is stopped or there is another one.
    private func work() throws {
        let (number, edition) = edition.withLockedValue { $0 }
        let worker = makeWorker(edition)
        defer { close(worker) }
        guard let began = now() else { return }
        try worker.begin(now: began, with: salvaged)
        salvaged = []
        for (channel, reason) in worker.unusable where stopped[channel] != reason {
            log.warning("channel cannot be used", metadata: ["channel": "\(channel)", "reason": "\(reason)"])
        }
        do {
            try send(worker, from: began, number)
        } catch {
            salvaged = worker.salvage(now: now() ?? began)
            throw error
        }
    }

    private func send(_ worker: Worker, from began: Instant, _ number: Int) throws {
        var (passBegan, told) = (ContinuousClock.now, ContinuousClock.now)
        while !wakeSignal.isStopped, self.edition.withLockedValue({ $0.number }) == number {
            guard let now = now() else { break }
            try worker.turn(now: now)
            let isWorking = worker.isBusy || worker.canClaim
            if !isWorking || told.duration(to: .now) > Self.reportEvery {
                tell(worker.takeReport())
                told = .now
            }
            if isWorking {
                guard passBegan.duration(to: .now) > .seconds(1), wakeSignal.take() else { continue }
                try worker.restart(now: now)
            } else if try !rest(worker, cost: { passBegan.duration(to: .now) / .seconds(1) }, now: now) {
                continue
            }
            passBegan = .now
        }
        worker.interruption()
        while worker.isBusy { try worker.turn(now: now() ?? began) }
        tell(worker.takeReport())
    }

    /// Waits for something to do; true when another pass over the pending touches has begun.
    private func rest(_ worker: Worker, cost: () -> Double, now: Instant) throws -> Bool {
        let next = try worker.nextMove(now: now)
        let cost = cost()
        let most = max(Self.longestRest, min(100 * cost, 60))
        let seconds = next.map { Double(($0 - now).milliseconds) / 1_000 } ?? most
        let began = ContinuousClock.now
        wakeSignal.wait(max(0.005, min(seconds, most)))
        if !wakeSignal.take(), worker.canClaim { return false }
        // Others may raise it many times a second; a pass over many touches that wait is dear.
        wakeSignal.pause(min(1, 10 * cost) - began.duration(to: .now) / .seconds(1))
        try worker.restart(now: self.now() ?? now)
        return true
    }

    /// Nil, after a rest, while the clock cannot be trusted.
    private func now() -> Instant? {
        if let now = clock.now() { return now }
        wakeSignal.pause(1)
        return nil
    }

    private func close(_ worker: Worker) {
        let isClosed = DispatchSemaphore(value: 0)
        nonisolated(unsafe) let worker = worker
        Task.detached {
            await worker.close()
            isClosed.signal()
        }
        isClosed.wait()
    }

    private func tell(_ report: DrainReport) {
        for (channel, reason) in report.stopped.sorted(by: { $0.key < $1.key }) where stopped[channel] != reason {
            log.warning("channel stopped", metadata: ["channel": "\(channel)", "reason": "\(reason)"])
        }
        stopped = report.stopped
        let counts = [
            ("sent", report.sent), ("ghosts", report.ghosts), ("retried", report.retried),
            ("rejected", report.rejected), ("unknown", report.unknown), ("held", report.held),
            ("ended_unsent", report.dropped), ("recovered", report.recovered),
        ].filter { $0.1 > 0 }
        guard !counts.isEmpty else { return }
        let metadata = counts.map { ($0.0, Logger.MetadataValue.stringConvertible($0.1)) }
        let isBad = report.rejected + report.unknown + report.held > 0
        log.log(
            level: isBad ? .warning : .info, "touches", metadata: Dictionary(metadata, uniquingKeysWith: { $1 }))
    }
}
