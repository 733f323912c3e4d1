import Decisions
import Playbooks
import Storage

/// What went to each address in a trial, as caps count it.
struct PretendedClaims {
    let rules: ClaimRules
    private var claimed: [String: [(at: Instant, isGhost: Bool)]] = [:]

    init(_ configuration: Configuration) {
        rules = ClaimRules(
            caps: configuration.caps, zone: configuration.zone, window: configuration.sendWindow, pauses: .none)
    }

    mutating func add(_ touch: Touch, at now: Instant) {
        guard touch.kind.isCapped, touch.category != "service" else { return }
        claimed[touch.recipient, default: []].append((now, touch.isGhost))
    }

    /// Touches to the same address within each cap's window; a holdout's count for holdouts.
    func counts(for touch: Touch, at now: Instant) -> [Int] {
        guard let known = claimed[touch.recipient] else { return rules.caps.map { _ in 0 } }
        return rules.caps.map { cap in
            known.count { $0.at > now - cap.window && (!$0.isGhost || touch.isGhost) }
        }
    }

    /// When the cap has room again: the moment of the oldest touch that counts, plus its window.
    func roomAgain(_ touch: Touch, _ cap: Cap, at now: Instant) -> Instant {
        let counting = (claimed[touch.recipient] ?? []).filter {
            $0.at > now - cap.window && (!$0.isGhost || touch.isGhost)
        }.map(\.at).sorted(by: >)
        return (counting.dropFirst(max(0, cap.count - 1)).first ?? now) + cap.window
    }
}
