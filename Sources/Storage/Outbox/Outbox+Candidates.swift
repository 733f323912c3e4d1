package import Playbooks

/// What may be claimed.
extension Outbox {
    /// The next pending touches behind the cursor that are due by both clocks.
    ///
    /// - Parameter passBegan: in process time; what is put off later than that waits for the next pass.
    package func candidates(
        channel: String, behind cursor: Cursor, caps: [Cap], now: Instant, passBegan: Instant, limit: Int
    ) throws -> [TouchCandidate] {
        var arguments: [String: SQLValue] = [
            "priority": .integer(cursor.priority), "at": .integer(cursor.at), "id": .integer(cursor.id),
            "now": .instant(now), "limit": .integer(Int64(limit)),
        ]
        if cursor.isRetrying { arguments["process"] = .instant(passBegan) }
        let place =
            cursor.isRetrying
            ? "t.retry_at IS NOT NULL AND t.retry_at <= :process AND (t.retry_at, t.id) > (:at, :id)"
            : "t.retry_at IS NULL AND (t.due_at, t.id) > (:at, :id)"
        return try pending(
            channel: channel,
            """
            t.priority = :priority AND \(place) AND t.not_before <= :now
            ORDER BY \(cursor.isRetrying ? "t.retry_at" : "t.due_at"), t.id LIMIT :limit
            """, arguments, caps: caps, now: now)
    }

    /// The pending touches whose last request was the same: it carried all of them.
    package func companions(
        of touch: TouchCandidate, bodyHash: String, caps: [Cap], now: Instant
    ) throws -> [TouchCandidate] {
        try pending(
            channel: touch.channel,
            "t.retry_at IS NOT NULL AND t.ambiguous = 1 AND t.body_hash = :body ORDER BY t.id",
            ["body": .text(bodyHash)], caps: caps, now: now)
    }

    private func pending(
        channel: String, _ rest: String, _ arguments: [String: SQLValue], caps: [Cap], now: Instant
    ) throws -> [TouchCandidate] {
        var arguments = arguments
        arguments["channel"] = .text(channel)
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
                t.version_id, t.contact_id, t.retry_at, coalesce(t.frozen_at, t.due_at)\(counts)
            FROM touch AS t
            JOIN enrollment AS e ON e.id = t.enrollment_id
            JOIN account AS a ON a.id = t.account_id
            JOIN playbook AS p ON p.id = t.playbook_id
            LEFT JOIN contact AS c ON c.id = t.contact_id
            WHERE t.state = 'pending' AND t.channel = :channel AND \(rest)
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
                    frozenAt: Instant(milliseconds: statement.integer(36)),
                    sentWithin: caps.indices.map { Int(statement.integer(37 + $0)) }))
        }
        return rows
    }

    /// The touches `o` that count for caps: those that went out or may have, and for a holdout's those that would have.
    static func counts(ghost: String) -> String {
        """
        o.kind IN ('email', 'push') AND o.category <> 'service'
        AND (o.state IN ('sent', 'sending', 'unknown', 'claimed') OR (o.state = 'pending' AND o.ambiguous = 1)
            OR (o.state = 'ghost' AND \(ghost) = 1))
        """
    }
}
