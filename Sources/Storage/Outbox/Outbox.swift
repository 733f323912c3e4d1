package import Decisions
package import Playbooks

/// The touches that are to be sent, as the worker reads and writes them; each call is part of the caller's transaction.
///
/// Claims are in the worker's memory. Every write of an answer carries the claim's fence: when no row changes, somebody else
/// has the touch by now, and the result is thrown away.
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

    /// When touches that a cap counts went to a person after a moment.
    ///
    /// - Parameter candidate: beside which they count; ghosts do for those of their enrollment.
    package func moments(
        to recipient: String, counting cap: Cap, after moment: Instant, beside candidate: TouchCandidate? = nil
    ) throws -> [Instant] {
        var arguments: [String: SQLValue] = [
            "recipient": .text(recipient), "from": .instant(moment), "id": .integer(candidate?.id ?? 0),
            "enrollment": .integer(candidate?.enrollmentID ?? 0),
            "ghost": .integer(candidate?.isGhost == true ? 1 : 0),
        ]
        for (name, value) in Self.values(of: cap) { arguments["cap_\(name)"] = .text(value) }
        return try connection.query(
            """
            SELECT o.claimed_at FROM touch AS o WHERE o.recipient = :recipient AND o.claimed_at > :from
                AND o.id <> :id AND \(Self.counts(cap, prefix: "cap_", ghost: ":ghost", enrollment: ":enrollment"))
            """, arguments
        ).compactMap { $0["claimed_at"].instant }
    }

    /// Ends a pending touch without sending: `ghost`, `capped`, `expired`, `suppressed`, `cancelled`; or, when
    /// an earlier attempt may have arrived, as `sent` or `unknown`.
    package func end(_ candidate: TouchCandidate, as state: TouchState, reason: String?, now: Instant) throws {
        let isGhost = state == .ghost
        let changed = try change(
            """
            UPDATE touch SET state = :state, reason = :reason, fence = fence + 1,
                settled_at = CASE WHEN :state <> 'unknown' THEN CAST(:now AS bigint) END,
                claimed_at = CASE WHEN :ghost = 1 THEN :now ELSE claimed_at END
            WHERE id = :id AND fence = :fence AND state = 'pending'
            """, [.word(state), .optional(reason), .instant(now), .integer(isGhost ? 1 : 0)], candidate.id,
            candidate.fence)
        guard changed else { return }
        if state == .sent { try ChangeRecords(connection).sent(touch: candidate.id, at: now) }
        try moveOn(
            enrollment: candidate.enrollmentID, since: state.over(until: candidate.expiresAt, now: now), now: now)
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
    package func park(_ candidate: TouchCandidate, as state: TouchState, reason: String, claimedAt: Instant) throws {
        _ = try change(
            """
            UPDATE touch SET state = :state, reason = :reason, error = NULL, fence = fence + 1, claimed_at = :claimed
            WHERE id = :id AND fence = :fence AND state = 'pending'
            """, [.word(state), .text(reason), .instant(claimedAt)], candidate.id, candidate.fence)
    }

    /// Lets messages be looked at again that wait for room under a cap, which a touch to the same person had taken and does
    /// not need: it was held, refused, or claimed for nothing.
    ///
    /// - Returns: whether there are any.
    package func giveRoomBack(of candidate: TouchCandidate, now: Instant) throws -> Bool {
        try connection.execute(
            """
            UPDATE touch SET not_before = :now
            WHERE account_id IN (SELECT c.account_id FROM contact AS c WHERE c.address = :recipient
                    UNION ALL SELECT CAST(:account AS bigint))
                AND recipient = :recipient AND state = 'pending' AND waiting = 1 AND not_before > :now
                AND substr(reason, 1, 4) = 'cap '
            """,
            [
                "now": .instant(now), "recipient": .text(candidate.recipient),
                "account": .integer(candidate.accountID),
            ]) > 0
    }

    /// Whether a claimed touch is as it was, and its address is not suppressed.
    package func holds(_ candidate: TouchCandidate) throws -> Bool {
        try connection.first(
            """
            SELECT 1 FROM touch AS t WHERE t.id = :id AND t.fence = :fence AND t.state = 'pending' AND t.waiting = 0
                AND (t.kind = 'in_app' OR t.kind = 'webhook' OR NOT EXISTS (
                    SELECT 1 FROM suppression AS s WHERE s.address = t.recipient AND \(Self.forbids)))
            """, ["id": .integer(candidate.id), "fence": .integer(candidate.fence)]) != nil
    }

    /// What an attempt ended in.
    package struct Settlement: Sendable, Equatable {
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
                .instant(processNow), settlement.attemptResult, .optional(settlement.detail), .integer(settlement.id),
                .integer(Int64(settlement.attempt)),
            ])
        if settlement.state == .sent { try ChangeRecords(connection).sent(touch: settlement.id, at: now) }
        if !isOpen { try moveOn(enrollment: settlement.enrollmentID, now: now) }
        return true
    }

    /// Lets an enrollment go on when none of its touches is open any more.
    ///
    /// - Parameter over: when the last of them was over; nil for now.
    package func moveOn(enrollment: Int64, since over: Instant? = nil, now: Instant) throws {
        _ = try connection.execute(
            """
            UPDATE enrollment SET due_at = :over
            WHERE id = :id AND state = 'active' AND begun = 1 AND due_at IS NULL
                AND NOT EXISTS (SELECT 1 FROM touch WHERE enrollment_id = :id AND settled_at IS NULL
                    AND NOT (state = 'unknown' AND expires_at <= :now))
            """, inOrder: [.instant(over ?? now), .integer(enrollment), .instant(now)])
    }

    /// Lets enrollments go on whose touches nobody has settled until their time was over: a touch that may have arrived keeps
    /// its state, and holds up nothing else.
    package func moveOnBehindUnknown(now: Instant) throws {
        _ = try connection.execute(
            """
            UPDATE enrollment SET due_at = (SELECT max(expires_at) FROM touch
                WHERE enrollment_id = enrollment.id AND settled_at IS NULL)
            WHERE id IN (SELECT enrollment_id FROM touch WHERE state = 'unknown' AND expires_at <= :now)
                AND state = 'active' AND begun = 1 AND due_at IS NULL
                AND NOT EXISTS (SELECT 1 FROM touch WHERE enrollment_id = enrollment.id AND settled_at IS NULL
                    AND NOT (state = 'unknown' AND expires_at <= :now))
            """, inOrder: [.instant(now)])
    }

    /// Changes the touch unless somebody else has it by now; the text names the values in their order, then `:id` and
    /// `:fence`.
    func change(_ sql: StaticString, _ values: [SQLValue], _ id: Int64, _ fence: Int64) throws -> Bool {
        try connection.execute(sql, inOrder: values + [.integer(id), .integer(fence)]) == 1
    }
}
