import Logging
import NIOConcurrencyHelpers
import Playbooks
import Storage

/// The time in which the database's server cannot be reached: told once when it begins, whoever meets it, and once at its
/// end.
final class DatabaseOutage: Sendable {
    private let began = NIOLockedValueBox<Instant?>(nil)
    private let processNow: @Sendable () -> Instant
    private let log: Logger

    /// Seconds between two attempts of a loop; the connection itself waits longer when it was tried in vain.
    static let pause = 0.25

    init(processNow: @escaping @Sendable () -> Instant, log: Logger) {
        self.processNow = processNow
        self.log = log
    }

    /// Whether a failure is no other than that.
    func explains(_ error: any Error) -> Bool {
        guard let error = error as? StorageError, error.isLost else { return false }
        let isFirst = began.withLockedValue { began in
            guard began == nil else { return false }
            began = processNow()
            return true
        }
        if isFirst {
            log.error(
                "the database cannot be reached, and is tried again until it can", metadata: ["reason": "\(error)"])
        }
        return true
    }

    /// Called by the planner, which has just reached it; keeps for `status` what has been.
    func end(in store: Store) throws {
        guard let from = began.withLockedValue({ $0 }) else { return }
        let outage = Outage(from: from, to: processNow())
        try store.write { try outage.write($0) }
        began.withLockedValue { $0 = nil }
        log.warning(
            "the database is back",
            metadata: ["seconds": "\((outage.to - outage.from).milliseconds / 1_000)"])
    }
}
