import Decisions
import Playbooks
import Storage

/// When caps let the first touches of a plan go, beside the messages that each person had and those that the plan makes before.
///
/// Touches that wait already are not counted: which of them goes first is decided when one may go.
final class CapForesight {
    private let caps: [Cap]
    private let now: Instant
    private let outbox: Outbox
    private var planned: [String: [Touch]] = [:]

    init(_ caps: [Cap], _ connection: Connection, now: Instant) {
        self.caps = caps
        self.now = now
        outbox = Outbox(connection)
    }

    /// The touch with the moment that its person's caps leave it, and the cap that it waits for as its reason.
    ///
    /// - Parameter opening: the first moment of the touch's window that is not before another one.
    func foresee(_ touch: Touch, opening: (Instant) -> Instant) throws -> Touch {
        var touch = touch
        while touch.notBefore < touch.expiresAt, let full = try full(touch) {
            touch.notBefore = min(opening(full.until), touch.expiresAt)
            touch.reason = full.cap.reason
        }
        if !touch.isGhost { planned[touch.recipient, default: []].append(touch) }
        return touch
    }

    /// The first cap that has no room at the touch's moment, and when it has again.
    private func full(_ touch: Touch) throws -> (cap: Cap, until: Instant)? {
        let at = max(touch.notBefore, now)
        for cap in caps where cap.counts(touch.kind, channel: touch.channel, category: touch.category) {
            let made = (planned[touch.recipient] ?? []).filter {
                cap.counts($0.kind, channel: $0.channel, category: $0.category)
            }
            let moments =
                try outbox.moments(to: touch.recipient, counting: cap, after: now - cap.reach)
                + made.map { max($0.notBefore, now) }
            let within = moments.filter { $0 > at - cap.reach && $0 <= at }.sorted(by: >)
            if within.count >= cap.count { return (cap, within[max(0, cap.count - 1)] + cap.reach) }
        }
        return nil
    }
}
