package import Playbooks

/// The touches that are to be sent, as the worker reads and writes them; each call is part of the caller's transaction.
///
/// Every write after a claim carries the claim's fence: when no row changes, somebody else has the touch by now, and the
/// result is thrown away.
package struct Outbox {
    private let connection: Connection

    package init(_ connection: Connection) {
        self.connection = connection
    }

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

    /// The highest priority below `limit` that a channel has pending touches of.
    package func highestPriority(channel: String, below limit: Int64?) throws -> Int64? {
        try connection.first(
            """
            SELECT max(priority) FROM touch WHERE state = 'pending' AND channel = :channel AND priority < :limit
            """, ["channel": .text(channel), "limit": .integer(limit ?? .max)])?[0].integer
    }

    /// The next pending touches behind the cursor that are due by both clocks.
    ///
    /// - Parameter passBegan: in process time; what is put off later than that waits for the next pass.
    package func candidates(
        channel: String, behind cursor: Cursor, caps: [Cap], now: Instant, passBegan: Instant, limit: Int
    ) throws -> [TouchCandidate] {
        var arguments: [String: SQLValue] = [
            "channel": .text(channel), "priority": .integer(cursor.priority), "at": .integer(cursor.at),
            "id": .integer(cursor.id), "now": .instant(now), "limit": .integer(Int64(limit)),
        ]
        if cursor.isRetrying { arguments["process"] = .instant(passBegan) }
        let place =
            cursor.isRetrying
            ? "t.retry_at IS NOT NULL AND t.retry_at <= :process AND (t.retry_at, t.id) > (:at, :id)"
            : "t.retry_at IS NULL AND (t.due_at, t.id) > (:at, :id)"
        for (index, cap) in caps.enumerated() {
            arguments["cap_\(index)"] = .instant(now - cap.window)
        }
        let counts = caps.indices.map { index in
            """
            , (SELECT count(*) FROM touch AS o WHERE o.recipient = t.recipient AND o.claimed_at > :cap_\(index)
                AND o.id <> t.id AND \(Self.counts(ghost: "t.ghost")))
            """
        }.joined()
        var rows: [TouchCandidate] = []
        let statement = try connection.cached(
            """
            SELECT t.id, t.enrollment_id, t.account_id, a.key, p.name, t.step, t.variant, t.recipient, t.kind, t.channel,
                t.category, t.message, t.ghost, t.priority, t.due_at, t.expires_at, t.reason, t.variables, t.fence,
                t.attempts, t.ambiguous, t.body_hash, t.first_attempt_at, c.key, c.name, c.email,
                coalesce(c.timezone, a.timezone), coalesce(c.locale, a.locale),
                CASE WHEN t.contact_id IS NULL OR (c.status = 'active' AND (t.kind <> 'email' OR c.address = t.recipient))
                    THEN 1 ELSE 0 END,
                CASE e.state WHEN 'active' THEN 1 ELSE 0 END, CASE a.status WHEN 'churned' THEN 1 ELSE 0 END,
                t.kind IN ('email', 'push') AND EXISTS (SELECT 1 FROM suppression AS s WHERE s.address = t.recipient
                    AND ((s.category = '' AND (t.category <> 'service' OR s.reason <> 'unsubscribed'))
                        OR s.category = t.category)),
                CASE WHEN t.category = 'service' OR e.exclusive = 1 THEN 0 ELSE EXISTS (
                    SELECT 1 FROM enrollment AS x
                    WHERE x.account_id = t.account_id AND x.state = 'active' AND x.exclusive = 1) END,
                t.version_id, t.contact_id, t.retry_at\(counts)
            FROM touch AS t
            JOIN enrollment AS e ON e.id = t.enrollment_id
            JOIN account AS a ON a.id = t.account_id
            JOIN playbook AS p ON p.id = t.playbook_id
            LEFT JOIN contact AS c ON c.id = t.contact_id
            WHERE t.state = 'pending' AND t.channel = :channel AND t.priority = :priority
                AND \(place) AND t.not_before <= :now
            ORDER BY \(cursor.isRetrying ? "t.retry_at" : "t.due_at"), t.id LIMIT :limit
            """)
        defer { statement.reset() }
        try statement.bind(arguments)
        while try statement.step() {
            rows.append(
                TouchCandidate(
                    id: statement.integer(0), enrollmentID: statement.integer(1), accountID: statement.integer(2),
                    accountKey: statement.text(3) ?? "", playbook: statement.text(4) ?? "",
                    versionID: statement.integer(33),
                    step: statement.text(5) ?? "", variant: statement.text(6), recipient: statement.text(7) ?? "",
                    kind: Channel.Kind(rawValue: statement.text(8) ?? "") ?? .email, channel: statement.text(9) ?? "",
                    category: statement.text(10) ?? "", message: statement.text(11) ?? "",
                    isGhost: statement.integer(12) == 1, priority: statement.integer(13),
                    dueAt: Instant(milliseconds: statement.integer(14)),
                    expiresAt: Instant(milliseconds: statement.integer(15)), reason: statement.text(16),
                    variables: statement.text(17) ?? "{}", fence: statement.integer(18),
                    attempts: Int(statement.integer(19)), isAmbiguous: statement.integer(20) == 1,
                    bodyHash: statement.text(21),
                    firstAttemptAt: statement.isNull(22) ? nil : Instant(milliseconds: statement.integer(22)),
                    contactID: statement.isNull(34) ? nil : statement.integer(34), contactKey: statement.text(23),
                    contactName: statement.text(24), email: statement.text(25),
                    timezone: statement.text(26), locale: statement.text(27), isReachable: statement.integer(28) == 1,
                    isEnrolled: statement.integer(29) == 1, hasChurned: statement.integer(30) == 1,
                    isSuppressed: statement.integer(31) == 1, isExcluded: statement.integer(32) == 1,
                    retryAt: statement.isNull(35) ? nil : Instant(milliseconds: statement.integer(35)),
                    sentWithin: caps.indices.map { Int(statement.integer(36 + $0)) }))
        }
        return rows
    }

    /// The touches `o` that count for caps: those that went out or may have, and for a holdout's those that would have.
    private static func counts(ghost: String) -> String {
        """
        o.kind IN ('email', 'push') AND o.category <> 'service'
        AND (o.state IN ('sent', 'sending', 'unknown', 'claimed') OR (o.state = 'pending' AND o.ambiguous = 1)
            OR (o.state = 'ghost' AND \(ghost) = 1))
        """
    }

    /// When the cap has room again: the moment of the oldest touch that counts, plus its window.
    package func roomAgain(_ candidate: TouchCandidate, cap: Cap, now: Instant) throws -> Instant {
        let oldest = try connection.first(
            """
            SELECT o.claimed_at FROM touch AS o WHERE o.recipient = :recipient AND o.claimed_at > :from
                AND o.id <> :id AND \(Self.counts(ghost: ":ghost"))
            ORDER BY o.claimed_at DESC LIMIT 1 OFFSET :offset
            """,
            [
                "id": .integer(candidate.id), "recipient": .text(candidate.recipient),
                "from": .instant(now - cap.window),
                "ghost": .integer(candidate.isGhost ? 1 : 0), "offset": .integer(Int64(max(0, cap.count - 1))),
            ])?[0].instant
        return (oldest ?? now) + cap.window
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
    package func end(_ candidate: TouchCandidate, as state: String, reason: String?, now: Instant) throws {
        let isGhost = state == "ghost"
        let changed = try change(
            """
            UPDATE touch SET state = :state, reason = :reason, fence = fence + 1,
                settled_at = CASE WHEN :state <> 'unknown' THEN :now END,
                claimed_at = CASE WHEN :ghost = 1 THEN :now ELSE claimed_at END
            WHERE id = :id AND fence = :fence AND (state = 'pending' OR state = 'claimed')
            """, [.text(state), .optional(reason), .instant(now), .integer(isGhost ? 1 : 0)], candidate.id,
            candidate.fence)
        if changed { try moveOn(enrollment: candidate.enrollmentID, now: now) }
    }

    package func wait(_ candidate: TouchCandidate, until: Instant, reason: String) throws {
        _ = try change(
            """
            UPDATE touch SET not_before = :until, reason = :reason
            WHERE id = :id AND fence = :fence AND state = 'pending'
            """, [.instant(until), .text(reason)], candidate.id, candidate.fence)
    }

    /// Parks a claimed touch that could not be rendered, as `held` or `unknown`.
    package func park(id: Int64, fence: Int64, as state: String, reason: String) throws {
        _ = try change(
            """
            UPDATE touch SET state = :state, reason = :reason, fence = fence + 1
            WHERE id = :id AND fence = :fence AND state = 'claimed'
            """, [.text(state), .text(reason)], id, fence)
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

    /// The intent to send, durable before a byte leaves; false when the touch is no longer the claimer's.
    package func beginAttempt(
        id: Int64, fence: Int64, number: Int, bodyHash: String, messageHash: String, processNow: Instant
    ) throws -> Bool {
        guard
            try change(
                """
                UPDATE touch SET state = 'sending', body_hash = :body, message_hash = :message, attempts = :number,
                    first_attempt_at = coalesce(first_attempt_at, :process), retry_at = NULL
                WHERE id = :id AND fence = :fence AND state = 'claimed'
                """, [.text(bodyHash), .text(messageHash), .integer(Int64(number)), .instant(processNow)], id, fence)
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
        package var state: String
        package var retryAt: Instant?
        package var isAmbiguous: Bool
        package var providerID: String?
        package var detail: String?

        package init(
            id: Int64, fence: Int64, enrollmentID: Int64, attempt: Int, state: String, retryAt: Instant? = nil,
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
        let isOpen = settlement.state == "pending" || settlement.state == "unknown"
        let changed = try change(
            """
            UPDATE touch SET state = :state, settled_at = CASE WHEN :open = 1 THEN NULL ELSE :now END,
                retry_at = :retry, provider_id = coalesce(:provider, provider_id), error = :detail,
                ambiguous = CASE WHEN :ambiguous = 1 THEN 1 ELSE ambiguous END, fence = fence + 1,
                claimed_at = CASE WHEN :state = 'pending' AND :ambiguous = 0 AND ambiguous = 0 THEN NULL
                    ELSE claimed_at END
            WHERE id = :id AND fence = :fence AND state = 'sending'
            """,
            [
                .text(settlement.state), .integer(isOpen ? 1 : 0), .instant(now),
                .optional(settlement.retryAt?.milliseconds), .optional(settlement.providerID),
                .optional(settlement.state == "sent" ? nil : settlement.detail),
                .integer(settlement.isAmbiguous ? 1 : 0),
            ], settlement.id, settlement.fence)
        guard changed else { return false }
        _ = try connection.execute(
            """
            UPDATE attempt SET ended_at = :process, result = :result, detail = :detail
            WHERE touch_id = :id AND number = :number
            """,
            inOrder: [
                .instant(processNow), .text(settlement.state == "pending" ? "retry" : settlement.state),
                .optional(settlement.detail), .integer(settlement.id), .integer(Int64(settlement.attempt)),
            ])
        if !isOpen { try moveOn(enrollment: settlement.enrollmentID, now: now) }
        return true
    }

    /// Whether a channel has touches that wait.
    package func hasPending(channel: String) throws -> Bool {
        try connection.first(
            "SELECT 1 FROM touch WHERE state = 'pending' AND channel = :channel LIMIT 1", ["channel": .text(channel)])
            != nil
    }

    /// How many touches have waited for so long to be sent.
    package func overdue(by span: TimeSpan, now: Instant) throws -> Int {
        Int(
            try connection.integer(
                "SELECT count(*) FROM touch WHERE state = 'pending' AND not_before <= :limit",
                ["limit": .instant(now - span)]))
    }

    /// Lets an enrollment go on when none of its touches is open any more.
    package func moveOn(enrollment: Int64, now: Instant) throws {
        _ = try connection.execute(
            """
            UPDATE enrollment SET due_at = :now
            WHERE id = :id AND state = 'active' AND begun = 1 AND due_at IS NULL
                AND NOT EXISTS (SELECT 1 FROM touch WHERE enrollment_id = :id AND settled_at IS NULL)
            """, inOrder: [.instant(now), .integer(enrollment)])
    }

    /// The earliest moment of process time, later than `after`, at which a touch that is due may be tried again.
    package func nextRetry(channels: [String], after: Instant, now: Instant) throws -> Instant? {
        try channels.compactMap { channel in
            try connection.first(
                """
                SELECT min(retry_at) FROM touch
                WHERE state = 'pending' AND channel = :channel AND retry_at > :after AND not_before <= :now
                """, ["channel": .text(channel), "after": .instant(after), "now": .instant(now)])?[0].instant
        }.min()
    }

    /// The earliest moment after `now` at which a pending touch may go out, as far as windows and caps are concerned.
    package func nextOpening(channels: [String], after now: Instant) throws -> Instant? {
        try channels.compactMap { channel in
            try connection.first(
                """
                SELECT min(not_before) FROM touch
                WHERE state = 'pending' AND channel = :channel AND not_before > :now
                """, ["channel": .text(channel), "now": .instant(now)])?[0].instant
        }.min()
    }

    /// Changes the touch unless somebody else has it by now; the text names the values in their order, then `:id` and
    /// `:fence`.
    private func change(_ sql: StaticString, _ values: [SQLValue], _ id: Int64, _ fence: Int64) throws -> Bool {
        try connection.execute(sql, inOrder: values + [.integer(id), .integer(fence)]) == 1
    }
}
