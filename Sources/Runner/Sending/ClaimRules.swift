import Decisions
import Playbooks
import Storage

/// Whether a pending touch may go out now; a pure decision over what the database says of it.
struct ClaimRules: Sendable {
    enum Decision: Equatable {
        case claim
        /// A holdout's touch that would have been sent.
        case ghost
        /// It stays pending; why, where the touch should say so.
        case leave(reason: String?)
        case wait(until: Instant, reason: String)
        /// The cap at this position of the configuration is used up.
        case capped(Int)
        /// It ends without being sent.
        case end(state: TouchState, reason: String)
        /// An earlier attempt may have arrived, and it cannot be repeated any more.
        case doubt(reason: String)
    }

    let caps: [Cap]
    let zone: Zone
    let times: SendTimes
    let pauses: Pauses

    /// - Parameters:
    ///   - stepWindow: the window that the step itself gives, if it does.
    ///   - claimed: touches to the same person claimed in this very transaction, for each cap, which the counts do not
    ///     hold yet.
    ///   - heldOutFor: the period of the global holdout that the account has been drawn into; nil when it is not in it.
    ///   - mayRepeat: whether a touch that may have arrived can be sent again now.
    func decide(
        _ touch: TouchCandidate, stepWindow: SendWindow?, exitsWhenChurned: Bool, claimed: [Int],
        heldOutFor period: String? = nil, mayRepeat: Bool, now: Instant
    ) -> Decision {
        var decision = decide(
            touch, stepWindow: stepWindow, exitsWhenChurned: exitsWhenChurned, claimed: claimed, now: now)
        if let period, touch.category != "service" {
            let when = period == GlobalDraw.always ? "" : " of \(period)"
            decision = .end(state: .cancelled, reason: "the account was drawn into the global holdout\(when)")
        }
        guard touch.isAmbiguous else { return decision }
        if case .end(_, let reason) = decision {
            return .doubt(reason: "\(reason); an earlier attempt may have arrived")
        }
        return mayRepeat ? decision : .doubt(reason: "an earlier attempt may have arrived; too late to repeat it")
    }

    private func decide(
        _ touch: TouchCandidate, stepWindow: SendWindow?, exitsWhenChurned: Bool, claimed: [Int], now: Instant
    ) -> Decision {
        guard touch.isEnrolled else { return .end(state: .cancelled, reason: "the enrollment ended") }
        if touch.hasChurned, exitsWhenChurned { return .end(state: .cancelled, reason: "the account churned") }
        if now >= touch.expiresAt {
            let isCapped = Cap.isReason(touch.reason) && pauses.reason(for: touch.playbook) == nil
            return .end(state: isCapped ? .capped : .expired, reason: lateness(of: touch, stepWindow))
        }
        if pauses.reason(for: touch.playbook) != nil || pauses.reason(forChannel: touch.channel) != nil {
            return .leave(reason: nil)
        }
        if touch.isExcluded { return .leave(reason: "an exclusive playbook has the account") }
        if touch.isSuppressed { return .end(state: .suppressed, reason: "the address is suppressed") }
        // The next look before claiming finds who gets it now, and what is true today.
        let mayBeRenewed = !touch.isAmbiguous
        guard touch.isReachable else {
            return mayBeRenewed
                ? .leave(reason: nil) : .end(state: .suppressed, reason: "the contact left or has another address")
        }
        if mayBeRenewed, zone.day(of: touch.frozenAt) != zone.day(of: now) { return .leave(reason: nil) }
        let opening = opening(for: touch, stepWindow, from: now)
        if opening.at > now {
            let wait = Touch.wait(
                until: opening.at, opening.reason(in: clock(of: touch)), expiresAt: touch.expiresAt)
            return .wait(until: wait.until, reason: wait.reason)
        }
        for (index, cap) in caps.enumerated()
        where cap.counts(touch.kind, channel: touch.channel, category: touch.category)
            && touch.sentWithin[index] + claimed[index] >= cap.count
        {
            return .capped(index)
        }
        return touch.isGhost ? .ghost : .claim
    }

    private func clock(of touch: TouchCandidate) -> Zone { touch.timezone.flatMap { Zone($0) } ?? zone }

    /// The first moment of a touch's window that is not before another one.
    func opening(
        for touch: TouchCandidate, _ stepWindow: SendWindow?, from base: Instant
    ) -> SendTimes.Opening {
        times.opening(touch.kind, category: touch.category, own: stepWindow, from: base, in: clock(of: touch)) {
            touch.accountValues[$0]
        }
    }

    /// Why a touch has waited too long; of a window that has been open meanwhile it says so, for then nobody was there.
    private func lateness(of touch: TouchCandidate, _ stepWindow: SendWindow?) -> String {
        if let pause = pauses.reason(for: touch.playbook) { return "waited too long: the playbook is paused: \(pause)" }
        guard let reason = touch.reason?.replacing(Touch.isOverBefore, with: "") else {
            return Touch.waitedTooLong(due: touch.dueAt, in: zone)
        }
        let wasOpen =
            SendTimes.isReason(reason) && opening(for: touch, stepWindow, from: touch.dueAt).at < touch.expiresAt
        return "waited too long: \(reason)" + (wasOpen ? "; \(SendTimes.missed)" : "")
    }
}
