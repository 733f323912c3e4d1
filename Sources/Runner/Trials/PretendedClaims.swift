import Decisions
import Playbooks
import Storage

/// What went to each address in a trial, as caps count it.
struct PretendedClaims {
    let rules: ClaimRules
    private var claimed: [String: [Claim]] = [:]

    private struct Claim {
        var at: Instant
        var kind: Channel.Kind
        var channel: String
        var category: String
        var ghostOf: EnrollmentKey?
    }

    /// One enrollment of a trial.
    struct EnrollmentKey: Hashable {
        var block: Int
        var account: Int
        var playbook: Int64
        var enteredAt: Instant
    }

    init(_ workspace: Workspace) {
        let configuration = workspace.configuration
        rules = ClaimRules(
            caps: configuration.caps, zone: configuration.zone, times: SendTimes(workspace), pauses: .none)
    }

    mutating func add(_ touch: Touch, of enrollment: EnrollmentKey, at now: Instant) {
        claimed[touch.recipient, default: []].append(
            Claim(
                at: now, kind: touch.kind, channel: touch.channel, category: touch.category,
                ghostOf: touch.isGhost ? enrollment : nil))
    }

    /// Touches to the same address within each cap's window; ghosts count for those of the same enrollment.
    func counts(for touch: Touch, of enrollment: EnrollmentKey, at now: Instant) -> [Int] {
        rules.caps.map { counting(touch, enrollment, $0, at: now).count }
    }

    private func counting(_ touch: Touch, _ enrollment: EnrollmentKey, _ cap: Cap, at now: Instant) -> [Instant] {
        (claimed[touch.recipient] ?? []).filter {
            $0.at > now - cap.reach && cap.counts($0.kind, channel: $0.channel, category: $0.category)
                && ($0.ghostOf == nil || touch.isGhost && $0.ghostOf == enrollment)
        }.map(\.at)
    }

    /// When all caps together have room again.
    func roomAgain(_ touch: Touch, of enrollment: EnrollmentKey, _ cap: Cap, at now: Instant) -> Instant {
        let room = Cap.room(
            under: rules.caps.filter { $0.counts(touch.kind, channel: touch.channel, category: touch.category) }
                .map { ($0, counting(touch, enrollment, $0, at: now)) }, from: now)
        return room.at > now ? room.at : now + cap.reach
    }
}
