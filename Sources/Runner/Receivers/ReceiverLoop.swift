import Dispatch
import Logging
import NIOConcurrencyHelpers
import Playbooks
import Storage

/// Tells the receivers of changes until it is stopped, beside the touches, which no slow receiver holds up.
final class ReceiverLoop: Sendable {
    let wakeSignal = WakeSignal()
    private let edition: NIOLockedValueBox<Edition>
    private let makePost: @Sendable (Edition) -> ReceiverPost
    private let clock: DecisionClock
    private let outage: DatabaseOutage
    private let log: Logger
    /// What kept receivers back, as it was told last.
    private let told = NIOLockedValueBox<[String: String]>([:])
    /// Whether the last pass has left something that can be sent at once.
    private let hasMore = NIOLockedValueBox(false)

    /// Seconds between two looks.
    private static let interval = 2.0

    init(
        _ edition: Edition, clock: DecisionClock, outage: DatabaseOutage, log: Logger,
        makePost: @escaping @Sendable (Edition) -> ReceiverPost
    ) {
        self.edition = NIOLockedValueBox(edition)
        self.clock = clock
        self.outage = outage
        self.log = log
        self.makePost = makePost
    }

    func use(_ next: Edition) {
        edition.withLockedValue { $0 = next }
    }

    func run() {
        while !wakeSignal.isStopped {
            if clock.now() == nil || !post() { wakeSignal.pause(Self.interval) }
        }
    }

    /// True when there is more to send at once.
    private func post() -> Bool {
        let post = makePost(edition.withLockedValue { $0 })
        let isOver = DispatchSemaphore(value: 0)
        Task.detached { [self] in
            hasMore.withLockedValue { $0 = false }
            do {
                let report = try await post.post()
                hasMore.withLockedValue { $0 = report.hasMore }
                tell(report)
            } catch {
                if !outage.explains(error) {
                    log.error("receivers failed, and are tried again", metadata: ["reason": "\(error)"])
                }
            }
            isOver.signal()
        }
        isOver.wait()
        return hasMore.withLockedValue { $0 }
    }

    private func tell(_ report: ReceiverPost.Report) {
        let news = told.withLockedValue { told in
            defer { told = report.failed }
            return report.failed.filter { told[$0.key] != $0.value }
        }
        for (name, reason) in news.sorted(by: { $0.key < $1.key }) {
            log.warning("receiver kept back", metadata: ["receiver": "\(name)", "reason": "\(reason)"])
        }
    }
}
