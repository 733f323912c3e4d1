package import Decisions
package import Playbooks

/// What may be claimed.
extension Outbox {
    /// What is asked of each touch beside its own row.
    package struct Counting: Sendable {
        /// The caps for which touches to the same person are counted.
        package var caps: [Cap]
        /// The attributes of accounts by which calendars serve some of them only.
        package var accountAttributes: [String]
        /// By which text messages may go to contacts.
        package var texts: TextMessaging?

        package init(caps: [Cap], accountAttributes: [String] = [], texts: TextMessaging? = nil) {
            self.caps = caps
            self.accountAttributes = accountAttributes
            self.texts = texts
        }

        /// SQL that is true where a contact `c` still has the number of a touch `t` and its owner agrees.
        fileprivate var mayText: String {
            texts.map { "c.phone = t.recipient AND c.\(AttributeColumns.ofContact($0.consent)) = 1" } ?? "false"
        }
    }

    /// The next pending touches behind the cursor that are due by both clocks.
    ///
    /// - Parameter passBegan: in process time; what is put off later than that waits for the next pass.
    package func candidates(
        channel: String, behind cursor: Cursor, counting: Counting, now: Instant, passBegan: Instant, limit: Int
    ) throws -> [TouchCandidate] {
        var arguments: [String: SQLValue] = [
            "priority": .integer(cursor.priority), "at": .integer(cursor.at), "id": .integer(cursor.id),
            "now": .instant(now),
        ]
        if cursor.isRetrying { arguments["process"] = .instant(passBegan) }
        let moment = cursor.isRetrying ? "t.retry_at" : "t.due_at"
        let place =
            cursor.isRetrying ? "t.retry_at IS NOT NULL AND t.retry_at <= :process" : "t.retry_at IS NULL"
        func look(_ behind: String, limit: Int) throws -> [TouchCandidate] {
            arguments["limit"] = .integer(Int64(limit))
            return try pending(
                channel: channel,
                """
                t.waiting = 0 AND t.priority = :priority AND \(place) AND \(behind) AND t.not_before <= :now
                ORDER BY \(moment), t.id LIMIT :limit
                """, arguments, counting, now: now)
        }
        // A comparison of the pair would seek by the moment alone, and a campaign's touches share theirs.
        var found = try look("\(moment) = :at AND t.id > :id", limit: limit)
        arguments["id"] = nil
        if found.count < limit { found += try look("\(moment) > :at", limit: limit - found.count) }
        return found
    }

    /// The pending touches whose last request was the same: it carried all of them.
    package func companions(
        of touch: TouchCandidate, bodyHash: String, counting: Counting, now: Instant
    ) throws -> [TouchCandidate] {
        try pending(
            channel: touch.channel,
            "t.retry_at IS NOT NULL AND t.ambiguous = 1 AND t.body_hash = :body ORDER BY t.id",
            ["body": .text(bodyHash)], counting, now: now)
    }

    /// Whether an account that a draw holds out is held out: it is unless something else was stored.
    package func isHeldOut(_ account: Int64, in draw: GlobalDraw, enrollment: Int64) throws -> Bool {
        let entered: Arm? = try connection.first(
            "SELECT arm FROM enrollment WHERE id = :id", ["id": .integer(enrollment)])?["arm"].word()
        // Its touches are ghosts from the first on.
        if entered == .globalHoldout { return false }
        let stored = try connection.first(
            """
            SELECT g.arm FROM assignment AS g WHERE g.account_id = :account AND g.experiment_id = (
                SELECT max(x.id) FROM experiment AS x WHERE x.name = :name AND x.design = :design)
            """,
            ["account": .integer(account), "name": .text(GlobalDraw.experiment), "design": .text(draw.design)])
        guard let stored else { return true }
        let arm: Arm = try stored["arm"].word()
        return arm == .globalHoldout
    }

    private func pending(
        channel: String, _ rest: String, _ arguments: [String: SQLValue], _ counting: Counting, now: Instant
    ) throws -> [TouchCandidate] {
        var arguments = arguments
        arguments["channel"] = .text(channel)
        for (index, cap) in counting.caps.enumerated() {
            arguments["cap_\(index)"] = .instant(now - cap.reach)
            for (name, value) in Self.values(of: cap) { arguments["cap_\(index)_\(name)"] = .text(value) }
        }
        let counts = counting.caps.enumerated().map { index, cap in
            let counted = Self.counts(cap, prefix: "cap_\(index)_", ghost: "t.ghost", enrollment: "t.enrollment_id")
            return """
                , (SELECT count(*) FROM touch AS o WHERE o.recipient = t.recipient AND o.claimed_at > :cap_\(index)
                    AND o.id <> t.id AND \(counted)) AS sent_\(index)
                """
        }.joined()
        let asked = counting.accountAttributes.enumerated().map { index, attribute in
            ", a.\(AttributeColumns.ofAccount(attribute)) AS asked_\(index)"
        }.joined()
        var rows: [TouchCandidate] = []
        let statement = try connection.cached(
            """
            SELECT t.id, t.enrollment_id, t.account_id, a.key AS account_key, p.name AS playbook, t.step, t.variant,
                CASE WHEN e.match_key = CAST(e.event_id AS TEXT) THEN \(Self.eventName) ELSE e.match_key END AS occurrence,
                t.recipient, t.kind, t.channel, t.category, t.message, t.ghost, t.priority, t.due_at, t.expires_at,
                t.reason, t.variables, t.fence, t.attempts, t.ambiguous, t.body_hash, t.endpoint,
                t.first_attempt_at, t.version_id, t.contact_id, t.retry_at,
                coalesce(t.frozen_at, t.due_at) AS frozen_at, c.key AS contact_key, c.name AS contact_name, c.email,
                coalesce(c.timezone, a.timezone) AS timezone, coalesce(c.locale, a.locale) AS locale,
                CASE WHEN t.contact_id IS NULL OR (c.status = 'active' AND CASE t.kind
                        WHEN 'email' THEN c.address = t.recipient WHEN 'sms' THEN \(counting.mayText) ELSE true END)
                    THEN 1 ELSE 0 END AS reachable,
                CASE e.state WHEN 'active' THEN 1 ELSE 0 END AS enrolled,
                CASE a.status WHEN 'churned' THEN 1 ELSE 0 END AS churned,
                ((t.kind = 'email' OR t.kind = 'push' OR t.kind = 'sms') AND EXISTS (
                    SELECT 1 FROM suppression AS s WHERE s.address = t.recipient AND \(Self.forbids))
                OR t.kind = 'sms' AND EXISTS (
                    SELECT 1 FROM suppression AS s
                    WHERE s.address = c.address AND s.reason IN ('unsubscribed', 'complaint', 'erased') AND \(Self.forbids)))
                    AS suppressed,
                CASE WHEN t.category = 'service' OR e.exclusive = 1 THEN false ELSE EXISTS (
                    SELECT 1 FROM enrollment AS x
                    WHERE x.account_id = t.account_id AND x.state = 'active' AND x.exclusive = 1) END AS excluded\(counts)\(asked)
            FROM touch AS t
            JOIN enrollment AS e ON e.id = t.enrollment_id
            JOIN account AS a ON a.id = t.account_id
            JOIN playbook AS p ON p.id = t.playbook_id
            LEFT JOIN event AS v ON v.id = e.event_id
            LEFT JOIN contact AS c ON c.id = t.contact_id
            WHERE t.state = 'pending' AND t.channel = :channel AND \(rest)
            """)
        defer { statement.reset() }
        try statement.bind(arguments)
        let sent = counting.caps.indices.compactMap { index in statement.columns.firstIndex(of: "sent_\(index)") }
        let places = counting.accountAttributes.indices.compactMap { index in
            statement.columns.firstIndex(of: "asked_\(index)")
        }
        while try statement.step() {
            var values: [String: String] = [:]
            for (attribute, place) in zip(counting.accountAttributes, places) {
                values[attribute] = statement.optionalText(place)
            }
            rows.append(try TouchCandidate(statement, sent: sent, accountValues: values))
        }
        return rows
    }

    /// Whether a suppression `s` holds for a touch `t`.
    static let forbids = """
        ((s.category = '' AND (t.category <> 'service' OR s.reason <> 'unsubscribed')) OR s.category = t.category)
        """

    /// What tells an event `v` from others of its kind and account after the numbers of rows were given anew: the sender's
    /// id, else its moment; "" for what a column of accounts says, whose moment may be that of the import.
    private static let eventName = """
        CASE WHEN v.id IS NULL OR substr(v.dedup, 1, 7) = 'column:' THEN ''
            WHEN length(v.dedup) = 33 AND substr(v.dedup, 13, 1) IN ('.', '-') THEN CAST(v.at AS TEXT)
            ELSE v.dedup END
        """

    /// The touches `o` that count for caps: those that went out or may have, and for a holdout's also those of its own
    /// enrollment that would have.
    ///
    /// A ghost competes with what really goes to the address, as its touch would have: with ghosts of other playbooks no
    /// message would ever have competed.
    ///
    /// - Parameter prefix: of the parameters that hold the `values` of the cap.
    static func counts(_ cap: Cap, prefix: String, ghost: String, enrollment: String) -> String {
        let kinds = cap.kinds.map { "o.kind = '\($0.rawValue)'" }.joined(separator: " OR ")
        return """
            (\(kinds)) AND o.category <> 'service'\(values(of: cap).map { " AND o.\($0.name) = :\(prefix)\($0.name)" }.joined())
            AND (o.state IN ('sent', 'sending', 'unknown', 'claimed')
                OR ((o.state = 'pending' OR o.state = 'cancelled') AND o.ambiguous = 1)
                OR (o.state = 'ghost' AND \(ghost) = 1 AND o.enrollment_id = \(enrollment)))
            """
    }

    /// What a cap asks of a touch beside its kind, by the names of the columns.
    static func values(of cap: Cap) -> [(name: String, value: String)] {
        [("channel", cap.channel), ("category", cap.category)].compactMap { name, value in value.map { (name, $0) } }
    }
}

extension TouchCandidate {
    /// - Parameter sent: the columns that count touches to the same address, one for each cap.
    fileprivate convenience init(_ row: Statement, sent: [Int], accountValues: [String: String]) throws {
        self.init(
            id: row.integer("id"), enrollmentID: row.integer("enrollment_id"), accountID: row.integer("account_id"),
            accountKey: row.text("account_key") ?? "", playbook: row.text("playbook") ?? "",
            versionID: row.integer("version_id"), occurrence: row.text("occurrence") ?? "",
            step: row.text("step") ?? "", variant: row.optionalText("variant"),
            recipient: row.text("recipient") ?? "", kind: try row.word("kind"), channel: row.text("channel") ?? "",
            category: row.text("category") ?? "", message: row.text("message") ?? "", isGhost: row.flag("ghost"),
            priority: row.integer("priority"), dueAt: row.instant("due_at"), expiresAt: row.instant("expires_at"),
            reason: row.optionalText("reason"), variables: row.text("variables") ?? "{}", fence: row.integer("fence"),
            attempts: Int(row.integer("attempts")), isAmbiguous: row.flag("ambiguous"),
            bodyHash: row.optionalText("body_hash"), endpoint: row.optionalText("endpoint"),
            firstAttemptAt: row.optionalInstant("first_attempt_at"),
            contactID: row.optionalInteger("contact_id"), contactKey: row.optionalText("contact_key"),
            contactName: row.optionalText("contact_name"), email: row.optionalText("email"),
            timezone: row.optionalText("timezone"), locale: row.optionalText("locale"),
            isReachable: row.flag("reachable"), isEnrolled: row.flag("enrolled"), hasChurned: row.flag("churned"),
            isSuppressed: row.flag("suppressed"), isExcluded: row.flag("excluded"),
            retryAt: row.optionalInstant("retry_at"), frozenAt: row.instant("frozen_at"),
            sentWithin: sent.map { Int(row.integer($0)) }, accountValues: accountValues)
    }
}
