import Dispatch
import Foundation
import Logging
import NIOConcurrencyHelpers
import Playbooks
import Storage

/// Posts the digests that wait until it is stopped, beside the touches, which no slow chat holds up.
final class DigestLoop: Sendable {
    let wakeSignal = WakeSignal()
    private let edition: NIOLockedValueBox<Edition>
    private let makePost: @Sendable (Edition) -> DigestPost
    private let clock: DecisionClock
    private let outage: DatabaseOutage
    private let log: Logger
    /// What kept digests of channels, as it was told last.
    private let told = NIOLockedValueBox<[String: String]>([:])

    /// Seconds between two looks.
    private static let interval = 15.0

    init(
        _ edition: Edition, clock: DecisionClock, outage: DatabaseOutage, log: Logger,
        makePost: @escaping @Sendable (Edition) -> DigestPost
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
            if let now = clock.now() { post(now) }
            wakeSignal.pause(Self.interval)
        }
    }

    private func post(_ now: Instant) {
        let post = makePost(edition.withLockedValue { $0 })
        let isOver = DispatchSemaphore(value: 0)
        Task.detached { [self] in
            do {
                let (sent, failed) = try await post.post(now: now)
                if sent > 0 { log.info("digests", metadata: ["sent": "\(sent)"]) }
                for (channel, reason) in failed.sorted(by: { $0.key < $1.key })
                where told.withLockedValue({ $0.updateValue(reason, forKey: channel) }) != reason {
                    log.warning("digest kept", metadata: ["channel": "\(channel)", "reason": "\(reason)"])
                }
            } catch {
                if !outage.explains(error) {
                    log.error("digests failed, and are tried again", metadata: ["reason": "\(error)"])
                }
            }
            isOver.signal()
        }
        isOver.wait()
    }
}
