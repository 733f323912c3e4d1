import Decisions
import Delivery
import Playbooks
import Storage

/// What the ledger shall say after an attempt; pure.
struct SettlementRules {
    /// Nil when the channel is no longer declared.
    let channel: Channel?

    func settlement(
        of claim: ClaimedTouch, _ result: SendResult, processNow: Instant, random: Double
    ) -> Outbox.Settlement {
        var settlement = Outbox.Settlement(
            id: claim.touch.id, fence: claim.fence, enrollmentID: claim.touch.enrollmentID, attempt: claim.attempt,
            state: .sent)
        switch result {
        case .sent(let id):
            settlement.providerID = id
        case .duplicate:
            settlement.detail = "it had been sent before"
        case .retry(let after, let before, let reason):
            let wait = after ?? Backoff.delay(attempt: claim.attempt, random: random)
            settlement.detail = reason
            settlement.state = .pending
            settlement.retryAt = processNow + wait
            // There is a last moment for a repeat only where this attempt, or one before it, may have arrived.
            settlement.isAmbiguous = before != nil
            // Past the life of its key a repeat could arrive twice.
            if let before, processNow + wait > before { resolveUnknown(&settlement, reason, processNow: processNow) }
        case .rejected(let reason):
            settlement.state = .rejected
            settlement.detail = reason
        case .suppress(let reason):
            settlement.state = .suppressed
            settlement.detail = reason
        case .unknown(let reason):
            resolveUnknown(&settlement, reason, processNow: processNow)
        case .halt(let reason):
            settlement.state = .pending
            settlement.retryAt = processNow
            settlement.detail = reason
        }
        return settlement
    }

    /// Why an attempt ended with its program.
    static let died = "the program died while the request was under way"

    /// A touch whose owner died while its request was under way.
    func settlement(of orphan: Recovery.Orphan, processNow: Instant) -> Outbox.Settlement {
        var settlement = Outbox.Settlement(
            id: orphan.id, fence: orphan.fence, enrollmentID: orphan.enrollmentID, attempt: orphan.attempts,
            state: .unknown, isAmbiguous: true)
        let reason = Self.died
        if channel?.honorsKey(of: orphan.firstAttemptAt, at: processNow) == true {
            settlement.state = .pending
            settlement.retryAt = processNow
            settlement.detail = reason
        } else {
            resolveUnknown(&settlement, reason, processNow: processNow)
        }
        return settlement
    }

    private func resolveUnknown(_ settlement: inout Outbox.Settlement, _ reason: String, processNow: Instant) {
        settlement.isAmbiguous = true
        settlement.detail = reason
        var policy = channel?.onUnknown ?? .hold
        if policy == .resend, settlement.attempt >= Backoff.maxAttempts { policy = .hold }
        switch policy {
        case .hold:
            settlement.state = .unknown
            settlement.retryAt = nil
        case .assumeSent:
            settlement.state = .sent
            settlement.retryAt = nil
        case .resend:
            settlement.state = .pending
            settlement.retryAt = processNow + Backoff.delay(attempt: settlement.attempt, random: 0.5)
        }
    }
}

extension Channel {
    /// Whether a touch that was first attempted then may be repeated without arriving twice: half the life of its key is
    /// not yet over.
    func honorsKey(of firstAttemptAt: Instant, at processNow: Instant) -> Bool {
        // Of an attempt that is to come nobody knows how old it is: the clock was set back since.
        idempotency.lifetime.map { abs((processNow - firstAttemptAt).milliseconds) < $0.milliseconds / 2 } ?? false
    }

    /// Whether a touch may be sent now as far as earlier attempts go.
    func mayRepeat(_ touch: TouchCandidate, at processNow: Instant) -> Bool {
        guard touch.isAmbiguous, onUnknown != .resend else { return true }
        return touch.firstAttemptAt.map { honorsKey(of: $0, at: processNow) } ?? false
    }
}
