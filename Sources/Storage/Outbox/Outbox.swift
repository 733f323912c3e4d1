package import Decisions
package import Playbooks

/// The touches that are to be sent, as the worker reads and writes them; each call is part of the caller's transaction.
///
/// Every write after a claim carries the claim's fence: when no row changes, somebody else has the touch by now, and the
/// result is thrown away.
package struct Outbox {
    let connection: Connection

    package init(_ connection: Connection) {
        self.connection = connection
    }

    package var lostSends: LostSends { LostSends(connection) }

    /// Where a pass over a channel's pending touches stands; passes go from high priority to low, and in each priority
    /// from those that were never tried to those that are tried again.
    package struct Cursor: Sendable, Equatable {
        package var priority: Int64
        package var isRetrying: Bool
        /// When the last touch was due, or may be tried again.
        private(set) var at: Int64 = .min
        private(set) var id: Int64 = 0

        package init(priority: Int64, isRetrying: Bool = false) {
            self.priority = priority
            self.isRetrying = isRetrying
        }

        package mutating func move(behind touch: TouchCandidate) {
            at = (isRetrying ? touch.retryAt ?? touch.dueAt : touch.dueAt).milliseconds
            id = touch.id
        }
    }

    /// When the cap has room again: the moment of the oldest touch that counts, plus its window.
    package func roomAgain(_ candidate: TouchCandidate, cap: Cap, now: Instant) throws -> Instant {
        var arguments: [String: SQLValue] = [
            "id": .integer(candidate.id), "recipient": .text(candidate.recipient), "from": .instant(now - cap.reach),
            "enrollment": .integer(candidate.enrollmentID), "ghost": .integer(candidate.isGhost ? 1 : 0),
            "offset": .integer(Int64(max(0, cap.count - 1))),
        ]
        for (name, value) in Self.values(of: cap) { arguments["cap_\(name)"] = .text(value) }
        let oldest = try connection.first(
            """
            SELECT o.claimed_at FROM touch AS o WHERE o.recipient = :recipient AND o.claimed_at > :from
                AND o.id <> :id AND \(Self.counts(cap, prefix: "cap_", ghost: ":ghost", enrollment: ":enrollment"))
            ORDER BY o.claimed_at DESC LIMIT 1 OFFSET :offset
            """, arguments)?[0].instant
        return (oldest ?? now) + cap.reach
    }

    /// When touches that a cap counts went to a person after a moment.
    package func moments(to recipient: String, counting cap: Cap, after moment: Instant) throws -> [Instant] {
        var arguments: [String: SQLValue] = ["recipient": .text(recipient), "from": .instant(moment)]
        for (name, value) in Self.values(of: cap) { arguments["cap_\(name)"] = .text(value) }
        return try connection.query(
            """
            SELECT o.claimed_at FROM touch AS o WHERE o.recipient = :recipient AND o.claimed_at > :from
                AND \(Self.counts(cap, prefix: "cap_", ghost: "0", enrollment: "0"))
            """, arguments
        ).compactMap { $0["claimed_at"].instant }
    }

    package func claim(_ candidate: TouchCandidate, owner: String, now: Instant) throws -> Bool {
        try change(
            """
            UPDATE touch SET state = 'claimed', fence = fence + 1, owner = :owner, claimed_at = :now, reason = NULL
            WHERE id = :id AND fence = :fence AND state = 'pending'
            """, [.text(owner), .instant(now)], candidate.id, candidate.fence)
    }

    /// Ends a pending or claimed touch without sending: `ghost`, `capped`, `expired`, `suppressed`, `cancelled`; or, when
    /// an earlier attempt may have arrived, as `sent` or `unknown`.
    package func end(_ candidate: TouchCandidate, as state: TouchState, reason: String?, now: Instant) throws {
        let isGhost = state == .ghost
        let changed = try change(
            """
            UPDATE touch SET state = :state, reason = :reason, fence = fence + 1,
                settled_at = CASE WHEN :state <> 'unknown' THEN CAST(:now AS bigint) END,
                claimed_at = CASE WHEN :ghost = 1 THEN :now ELSE claimed_at END
            WHERE id = :id AND fence = :fence AND (state = 'pending' OR state = 'claimed')
            """, [.word(state), .optional(reason), .instant(now), .integer(isGhost ? 1 : 0)], candidate.id,
            candidate.fence)
        guard changed else { return }
        if state == .sent { try ChangeRecords(connection).sent(touch: candidate.id, at: now) }
        try moveOn(enrollment: candidate.enrollmentID, now: now)
    }

    package func wait(_ candidate: TouchCandidate, until: Instant, reason: String) throws {
        _ = try change(
            """
            UPDATE touch SET not_before = :until, waiting = 1, reason = :reason
            WHERE id = :id AND fence = :fence AND state = 'pending'
            """, [.instant(until), .text(reason)], candidate.id, candidate.fence)
    }

    /// Says of a pending touch why it stays.
    package func note(_ candidate: TouchCandidate, reason: String) throws {
        _ = try change(
            "UPDATE touch SET reason = :reason WHERE id = :id AND fence = :fence AND state = 'pending'",
            [.text(reason)], candidate.id, candidate.fence)
    }

    /// Parks a claimed touch that could not be rendered, as `held` or `unknown`.
    package func park(id: Int64, fence: Int64, as state: TouchState, reason: String) throws {
        _ = try change(
            """
            UPDATE touch SET state = :state, reason = :reason, error = NULL, fence = fence + 1
            WHERE id = :id AND fence = :fence AND state = 'claimed'
            """, [.word(state), .text(reason)], id, fence)
    }

    /// Makes a claimed touch pending again, as if it had not been claimed.
    package func giveBack(id: Int64, fence: Int64) throws {
        _ = try change(
            """
            UPDATE touch SET state = 'pending', fence = fence + 1, owner = NULL,
                claimed_at = CASE ambiguous WHEN 1 THEN claimed_at END
            WHERE id = :id AND fence = :fence AND state = 'claimed'
            """, [], id, fence)
    }

    /// Whether all these touches are still the claimer's.
    package func holds(_ claims: [(id: Int64, fence: Int64)]) throws -> Bool {
        try claims.allSatisfy { claim in
            try connection.first(
                "SELECT 1 FROM touch WHERE id = :id AND fence = :fence AND state = 'claimed'",
                ["id": .integer(claim.id), "fence": .integer(claim.fence)]) != nil
        }
    }

    /// The intent to send, durable before a byte leaves; false when the touch is no longer the claimer's.
    package func beginAttempt(
        id: Int64, fence: Int64, number: Int, bodyHash: String, messageHash: String, endpoint: String? = nil,
        processNow: Instant
    ) throws -> Bool {
        guard
            try change(
                """
                UPDATE touch SET state = 'sending', body_hash = :body, message_hash = :message, endpoint = :endpoint,
                    attempts = :number, first_attempt_at = coalesce(first_attempt_at, :process), retry_at = NULL
                WHERE id = :id AND fence = :fence AND state = 'claimed'
                """,
                [
                    .text(bodyHash), .text(messageHash), .optional(endpoint), .integer(Int64(number)),
                    .instant(processNow),
                ], id, fence)
        else { return false }
        _ = try connection.execute(
            "INSERT INTO attempt (touch_id, number, began_at) VALUES (:id, :number, :process)",
            inOrder: [.integer(id), .integer(Int64(number)), .instant(processNow)])
        return true
    }

    /// What an attempt ended in.
    package struct Settlement: Sendable {
        package var id: Int64
        package var fence: Int64
        package var enrollmentID: Int64
        package var attempt: Int
        /// `sent`, `rejected`, `suppressed`, `unknown`, or `pending` for another try.
        package var state: TouchState
        package var retryAt: Instant?
        package var isAmbiguous: Bool
        package var providerID: String?
        package var detail: String?

        package init(
            id: Int64, fence: Int64, enrollmentID: Int64, attempt: Int, state: TouchState, retryAt: Instant? = nil,
            isAmbiguous: Bool = false, providerID: String? = nil, detail: String? = nil
        ) {
            self.id = id
            self.fence = fence
            self.enrollmentID = enrollmentID
            self.attempt = attempt
            self.state = state
            self.retryAt = retryAt
            self.isAmbiguous = isAmbiguous
            self.providerID = providerID
            self.detail = detail
        }
    }

    package func settle(_ settlement: Settlement, now: Instant, processNow: Instant) throws -> Bool {
        let isOpen = !settlement.state.isSettled
        let changed = try change(
            """
            UPDATE touch SET state = :state, settled_at = CASE WHEN :open = 1 THEN NULL ELSE CAST(:now AS bigint) END,
                retry_at = :retry, provider_id = coalesce(:provider, provider_id), error = :detail,
                ambiguous = CASE WHEN :ambiguous = 1 THEN 1 ELSE ambiguous END, fence = fence + 1,
                claimed_at = CASE WHEN :state = 'pending' AND :ambiguous = 0 AND ambiguous = 0 THEN NULL
                    ELSE claimed_at END
            WHERE id = :id AND fence = :fence AND state = 'sending'
            """,
            [
                .word(settlement.state), .integer(isOpen ? 1 : 0), .instant(now),
                .optional(settlement.retryAt?.milliseconds), .optional(settlement.providerID),
                .optional(settlement.state == .sent ? nil : settlement.detail),
                .integer(settlement.isAmbiguous ? 1 : 0),
            ], settlement.id, settlement.fence)
        guard changed else { return false }
        _ = try connection.execute(
            """
            UPDATE attempt SET ended_at = :process, result = :result, detail = :detail
            WHERE touch_id = :id AND number = :number
            """,
            inOrder: [
                .instant(processNow), settlement.state == .pending ? .text("retry") : .word(settlement.state),
                .optional(settlement.detail), .integer(settlement.id), .integer(Int64(settlement.attempt)),
            ])
        if settlement.state == .sent { try ChangeRecords(connection).sent(touch: settlement.id, at: now) }
        if !isOpen { try moveOn(enrollment: settlement.enrollmentID, now: now) }
        return true
    }

    /// Lets an enrollment go on when none of its touches is open any more.
    package func moveOn(enrollment: Int64, now: Instant) throws {
        _ = try connection.execute(
            """
            UPDATE enrollment SET due_at = :now
            WHERE id = :id AND state = 'active' AND begun = 1 AND due_at IS NULL
                AND NOT EXISTS (SELECT 1 FROM touch WHERE enrollment_id = :id AND settled_at IS NULL
                    AND NOT (state = 'unknown' AND expires_at <= :now))
            """, inOrder: [.instant(now), .integer(enrollment)])
    }

    /// Lets enrollments go on whose touches nobody has settled until their time was over: a touch that may have arrived keeps
    /// its state, and holds up nothing else.
    package func moveOnBehindUnknown(now: Instant) throws {
        _ = try connection.execute(
            """
            UPDATE enrollment SET due_at = :now
            WHERE id IN (SELECT enrollment_id FROM touch WHERE state = 'unknown' AND expires_at <= :now)
                AND state = 'active' AND begun = 1 AND due_at IS NULL
                AND NOT EXISTS (SELECT 1 FROM touch WHERE enrollment_id = enrollment.id AND settled_at IS NULL
                    AND NOT (state = 'unknown' AND expires_at <= :now))
            """, inOrder: [.instant(now)])
    }

    /// Changes the touch unless somebody else has it by now; the text names the values in their order, then `:id` and
    /// `:fence`.
    private func change(_ sql: StaticString, _ values: [SQLValue], _ id: Int64, _ fence: Int64) throws -> Bool {
        try connection.execute(sql, inOrder: values + [.integer(id), .integer(fence)]) == 1
    }
}
