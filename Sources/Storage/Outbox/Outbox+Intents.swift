import Decisions
import Playbooks

/// Intents and results as rows. That a request was about to leave is a fact, whatever has become of the fence meanwhile.
extension Outbox {
    /// Makes a touch `sending`; durable before a byte leaves, unless the intent is in the journal already.
    ///
    /// - Parameter owner: the sender.
    package func begin(_ intent: SendIntent, owner: String) throws {
        let changed = try connection.execute(
            """
            UPDATE touch SET state = 'sending', fence = :fence, owner = :owner, reason = NULL, claimed_at = :claimed,
                body_hash = :body, message_hash = :message, endpoint = :endpoint, attempts = :number,
                first_attempt_at = coalesce(first_attempt_at, :began), retry_at = NULL
            WHERE id = :id AND state = 'pending'
            """,
            inOrder: [
                .integer(intent.fence), .text(owner), .instant(intent.claimedAt), .text(intent.bodyHash),
                .text(intent.messageHash), .optional(intent.endpoint), .integer(Int64(intent.attempt)),
                .instant(intent.beganAt), .integer(intent.id),
            ])
        guard changed == 1 else { return }
        _ = try connection.execute(
            """
            INSERT INTO attempt (touch_id, number, began_at) VALUES (:id, :number, :began)
            ON CONFLICT (touch_id, number) DO NOTHING
            """, inOrder: [.integer(intent.id), .integer(Int64(intent.attempt)), .instant(intent.beganAt)])
    }

    /// Settles a touch that never was `sending` in the table: its intent and its result at once.
    func finish(_ result: SendIntent.Result, owner: String) throws {
        let (intent, settlement) = (result.intent, result.settlement)
        let isOpen = !settlement.state.isSettled
        let changed = try connection.execute(
            """
            UPDATE touch SET state = :state, fence = :fence + 1, owner = :owner, reason = NULL,
                claimed_at = CASE WHEN :state = 'pending' AND :ambiguous = 0 AND ambiguous = 0 THEN NULL
                    ELSE CAST(:claimed AS bigint) END,
                body_hash = :body, message_hash = :message, endpoint = :endpoint, attempts = :number,
                first_attempt_at = coalesce(first_attempt_at, :began), retry_at = :retry,
                provider_id = coalesce(:provider, provider_id), error = :detail,
                ambiguous = CASE WHEN :ambiguous = 1 THEN 1 ELSE ambiguous END, settled_at = :settled
            WHERE id = :id AND state = 'pending'
            """,
            inOrder: [
                .word(settlement.state), .integer(intent.fence), .text(owner),
                .integer(settlement.isAmbiguous ? 1 : 0), .instant(intent.claimedAt), .text(intent.bodyHash),
                .text(intent.messageHash), .optional(intent.endpoint), .integer(Int64(intent.attempt)),
                .instant(intent.beganAt), .optional(settlement.retryAt?.milliseconds),
                .optional(settlement.providerID),
                .optional(settlement.state == .sent ? nil : settlement.detail),
                .optional(isOpen ? nil : result.at.milliseconds), .integer(intent.id),
            ])
        guard changed == 1 else { return }
        _ = try connection.execute(
            """
            INSERT INTO attempt (touch_id, number, began_at, ended_at, result, detail)
            VALUES (:id, :number, :began, :ended, :result, :detail)
            ON CONFLICT (touch_id, number) DO UPDATE SET ended_at = excluded.ended_at, result = excluded.result,
                detail = excluded.detail
            """,
            inOrder: [
                .integer(intent.id), .integer(Int64(intent.attempt)), .instant(intent.beganAt),
                .instant(result.endedAt), settlement.attemptResult, .optional(settlement.detail),
            ])
        if settlement.state == .sent {
            try ChangeRecords(connection).sent(touch: intent.id, of: intent.accountID, at: result.at)
        }
        if !isOpen { try moveOn(enrollment: intent.enrollmentID, now: result.at) }
    }

    /// Writes what the sender knows of: results, then intents without one.
    ///
    /// - Parameter journal: where some of it stands, which is cleared.
    package func fold(
        _ results: [SendIntent.Result], open: [SendIntent], owner: String, journal: SendJournal?
    ) throws {
        for result in results { try finish(result, owner: owner) }
        for intent in open { try begin(intent, owner: owner) }
        try journal?.clear()
    }
}

extension Outbox.Settlement {
    /// What its attempt says.
    var attemptResult: SQLValue { state == .pending ? .text("retry") : .word(state) }
}
