package import Decisions
package import Playbooks

/// The touches as people look them up, and the settling of those that only a person can settle.
package struct Ledger {
    let connection: Connection

    package init(_ connection: Connection) {
        self.connection = connection
    }

    /// One touch with the names of what it belongs to.
    package struct Entry: Sendable {
        package var id: Int64
        package var state: TouchState
        package var account: String
        package var playbook: String
        package var step: String
        package var recipient: String
        package var channel: String
        package var notBefore: Instant
        package var settledAt: Instant?
        package var attempts: Int
        /// Why it waits or ended, or what the endpoint said.
        package var reason: String?
    }

    package struct Filter: Sendable {
        /// Nil for all of them.
        package var states: [TouchState]?
        package var playbook: String?
        package var account: String?
        package var step: String?
        package var channel: String?
        package var variant: String?
        /// As it is kept: normalized.
        package var recipient: String?
        /// Those that were due from this moment on, and before that one.
        package var from: Instant?
        package var to: Instant?
        /// Only touches of lower ids: the page after the one that ended there.
        package var before: Int64?
        /// Only touches of higher ids.
        package var after: Int64?
        package var limit = 100

        package init() {}
    }

    /// The newest first.
    package func touches(_ filter: Filter) throws -> [Entry] {
        var conditions: [String] = []
        var values: [String: SQLValue] = ["limit": .integer(Int64(filter.limit))]
        func ask(_ condition: String, _ name: String, _ value: SQLValue?) {
            guard let value else { return }
            conditions.append(condition)
            values[name] = value
        }
        if let states = filter.states {
            // Written out, so that SQLite sees which of them a partial index holds.
            conditions.append("(\(states.map { "x.state = '\($0.rawValue)'" }.joined(separator: " OR ")))")
        }
        ask(
            "x.playbook_id = (SELECT id FROM playbook WHERE name = :playbook)", "playbook",
            filter.playbook.map { .text($0) })
        ask(
            "x.account_id = (SELECT id FROM account WHERE key = :account)", "account",
            filter.account.map { .text($0) })
        ask("x.step = :step", "step", filter.step.map { .text($0) })
        ask("x.channel = :channel", "channel", filter.channel.map { .text($0) })
        ask("x.variant = :variant", "variant", filter.variant.map { .text($0) })
        ask("x.recipient = :recipient", "recipient", filter.recipient.map { .text($0) })
        ask("x.due_at >= :from", "from", filter.from.map { .instant($0) })
        ask("x.due_at < :to", "to", filter.to.map { .instant($0) })
        ask("x.id < :before", "before", filter.before.map { .integer($0) })
        ask("x.id > :after", "after", filter.after.map { .integer($0) })
        let asked = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
        return try connection.query(
            """
            SELECT t.id, t.state, a.key AS account, p.name AS playbook, t.step, t.recipient, t.channel, t.not_before,
                t.settled_at, t.attempts, coalesce(t.error, t.reason) AS reason
            FROM (SELECT x.* FROM touch AS x \(asked) ORDER BY x.id DESC LIMIT :limit) AS t
            JOIN account AS a ON a.id = t.account_id JOIN playbook AS p ON p.id = t.playbook_id
            ORDER BY t.id DESC
            """, values
        ).map { row in
            Entry(
                id: row["id"].integer ?? 0, state: try row["state"].word(), account: row["account"].text ?? "",
                playbook: row["playbook"].text ?? "", step: row["step"].text ?? "",
                recipient: row["recipient"].text ?? "", channel: row["channel"].text ?? "",
                notBefore: row["not_before"].instant ?? Instant(milliseconds: 0), settledAt: row["settled_at"].instant,
                attempts: Int(row["attempts"].integer ?? 0), reason: row["reason"].text)
        }
    }

    /// What a person says of a touch that nobody else can tell about.
    package enum Resolution: String, Sendable, CaseIterable {
        case sent, resend, drop
    }

    /// Settles an `unknown` or `held` touch, or drops a pending one.
    ///
    /// - Throws: `StorageError` when there is no such touch, or its state leaves nothing to settle.
    package func resolve(_ id: Int64, as verdict: Resolution, now: Instant) throws {
        guard
            let row = try connection.first(
                "SELECT state, enrollment_id FROM touch WHERE id = :id", ["id": .integer(id)]),
            let enrollment = row["enrollment_id"].integer
        else { throw StorageError("there is no touch \(id); keeptouch touches lists them") }
        let state: TouchState = try row["state"].word()
        let allowed: [TouchState] =
            switch verdict {
            case .sent: [.unknown]
            case .resend: [.unknown, .held]
            case .drop: [.unknown, .held, .pending]
            }
        guard allowed.contains(state) else {
            throw StorageError(
                "touch \(id) is \(state.rawValue); \"\(verdict.rawValue)\" settles "
                    + "\(allowed.map(\.rawValue).joined(separator: " or ")) touches only")
        }
        let end: TouchState =
            switch verdict {
            case .sent: .sent
            case .resend: .pending
            case .drop: .cancelled
            }
        // What may have arrived counts for caps, even when nobody sends it again. Whoever resends says that the first attempt did not arrive, so the message may differ from it.
        try connection.execute(
            """
            UPDATE touch SET state = :end, reason = :reason, fence = fence + 1, retry_at = NULL, ambiguous = 0,
                settled_at = CASE WHEN :end = 'pending' THEN NULL ELSE :now END,
                not_before = CASE WHEN :end = 'pending' THEN :now ELSE not_before END,
                expires_at = CASE WHEN :end = 'pending' AND expires_at < :tomorrow THEN :tomorrow ELSE expires_at END,
                claimed_at = CASE WHEN :end = 'sent' OR (:end = 'cancelled' AND state = 'unknown') THEN claimed_at END
            WHERE id = :id AND state = :state
            """,
            [
                "id": .integer(id), "state": .word(state), "end": .word(end), "now": .instant(now),
                "tomorrow": .instant(now + .days(1)), "reason": .text("resolved by hand: \(verdict.rawValue)"),
            ])
        if end != .pending { try Outbox(connection).moveOn(enrollment: enrollment, now: now) }
    }
}
