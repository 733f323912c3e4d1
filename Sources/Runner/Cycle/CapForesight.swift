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
        let counting = try caps.filter { $0.counts(touch.kind, channel: touch.channel, category: touch.category) }
            .map { ($0, try moments(touch, $0)) }
        let room = Cap.room(under: counting, from: max(touch.notBefore, now), opening: opening)
        if let cap = room.cap {
            (touch.notBefore, touch.reason) = Touch.wait(until: room.at, cap.reason, expiresAt: touch.expiresAt)
        }
        if !touch.isGhost { planned[touch.recipient, default: []].append(touch) }
        return touch
    }

    /// When messages to its person went out, or would, that a cap counts.
    private func moments(_ touch: Touch, _ cap: Cap) throws -> [Instant] {
        let made = (planned[touch.recipient] ?? []).filter {
            cap.counts($0.kind, channel: $0.channel, category: $0.category)
        }
        return try outbox.moments(to: touch.recipient, counting: cap, after: now - cap.reach)
            + made.map { max($0.notBefore, now) }
    }
}
