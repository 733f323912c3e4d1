package import Decisions
package import Playbooks

/// What a person does with an account by hand; part of a write transaction.
///
/// Nothing is sent by it: an enrollment by hand is a match that the next cycle decides about, by the same rules as every
/// other.
package struct ByHand {
    private let connection: Connection
    private let now: Instant
    private let zone: Zone
    private let author: Author

    package init(_ connection: Connection, now: Instant, zone: Zone, by author: Author) {
        self.connection = connection
        self.author = author
        self.now = now
        self.zone = zone
    }

    // MARK: Enrolling

    /// Asks for an enrollment; false when one that was asked for before still waits.
    package func enroll(_ account: Int64, in playbook: String) throws -> Bool {
        let id = try self.playbook(playbook)
        let arguments: [String: SQLValue] = ["playbook": .integer(id), "account": .integer(account)]
        let waiting = try connection.first(
            """
            SELECT 1 FROM standing WHERE playbook_id = :playbook AND account_id = :account AND settled = 0
                AND \(Match.isByHand("match_key"))
            """, arguments)
        guard waiting == nil else { return false }
        // Two in one millisecond are one wish.
        try connection.execute(
            """
            INSERT INTO standing (playbook_id, account_id, match_key, since, verdict, reason, settled)
            VALUES (:playbook, :account, :key, :now, 'held', :reason, 0)
            ON CONFLICT (playbook_id, account_id, match_key) DO NOTHING
            """,
            arguments.merging([
                "key": .text("\(Match.handPrefix)\(now)"), "now": .instant(now),
                "reason": .text(Match.asked),
            ]) { $1 })
        try author.did("enroll", try key(of: account), to: playbook, connection)
        return true
    }

    /// Ends what runs of a playbook for an account, and takes back what was asked for; false when there was nothing.
    package func unenroll(_ account: Int64, from playbook: String, because reason: String) throws -> Bool {
        let id = try self.playbook(playbook)
        let taken = try connection.execute(
            """
            UPDATE standing SET settled = 1, verdict = 'blocked', reason = 'taken back by hand'
            WHERE playbook_id = :playbook AND account_id = :account AND settled = 0
                AND \(Match.isByHand("match_key"))
            """, ["playbook": .integer(id), "account": .integer(account)])
        let ended = try end(account, reason: "by hand: \(reason)") { $0 == playbook }
        guard taken > 0 || ended > 0 else { return false }
        try author.did("unenroll", try key(of: account), because: reason, from: playbook, connection)
        return true
    }

    private func key(of account: Int64) throws -> String {
        try connection.first("SELECT key FROM account WHERE id = :id", ["id": .integer(account)])?["key"].text ?? ""
    }

    /// - Returns: how many enrollments end.
    private func end(_ account: Int64, reason: String, where isMeant: (String) -> Bool) throws -> Int {
        let running = try connection.query(
            """
            SELECT e.id, p.name FROM enrollment AS e JOIN playbook AS p ON p.id = e.playbook_id
            WHERE e.account_id = :account AND e.state = 'active'
            """, ["account": .integer(account)])
        var ended = 0
        for row in running {
            guard let id = row["id"].integer, isMeant(row["name"].text ?? "") else { continue }
            ended += try connection.execute(
                """
                UPDATE enrollment SET state = 'ended', ended_at = :now, end_reason = :reason, due_at = NULL, waiting = 0
                WHERE id = :id AND state = 'active'
                """, ["id": .integer(id), "now": .instant(now), "reason": .text(reason)])
            try ChangeRecords(connection).exited(id, because: reason, at: now)
            try TouchRecords(connection).cancel(of: id, because: reason, now: now)
        }
        return ended
    }

    // MARK: Leaving alone

    /// Leaves an account alone from now on.
    ///
    /// - Parameter playbooks: the playbooks of the workspace; those of the category `service` go on.
    /// - Returns: how many enrollments end by it.
    package func exclude(_ account: Int64, _ exclusion: Exclusion, playbooks: [Playbook]) throws -> Int {
        let sentence = exclusion.sentence(in: zone)
        let service = Set(playbooks.filter(\.isService).map(\.name))
        func isMeant(_ name: String) -> Bool {
            !service.contains(name) && (exclusion.playbook.map { $0 == name } ?? true)
        }
        try ExclusionRecords(connection).set(exclusion, of: account, at: now)
        try note(exclusion.kind.rawValue, of: account, exclusion.playbook, sentence)
        try author.did(
            exclusion.kind == .snoozed ? "snooze" : "exclude", try key(of: account), because: exclusion.reason,
            to: sentence, connection)
        guard exclusion.kind == .snoozed else { return try end(account, reason: sentence, where: isMeant) }
        // What would go out before the next cycle looks at it waits at once.
        try connection.execute(
            """
            UPDATE touch SET not_before = :until, waiting = 1, reason = :reason,
                expires_at = CASE WHEN expires_at < :late THEN :late ELSE expires_at END
            WHERE account_id = :account AND state = 'pending' AND ambiguous = 0 AND category <> 'service'
                AND not_before < :until AND (CAST(:playbook AS TEXT) IS NULL
                OR playbook_id = (SELECT id FROM playbook WHERE name = :playbook))
            """,
            [
                "account": .integer(account), "until": .optional(exclusion.until?.milliseconds),
                "late": .optional(exclusion.until.map { ($0 + .days(7)).milliseconds }), "reason": .text(sentence),
                "playbook": .optional(exclusion.playbook),
            ])
        return 0
    }

    /// What came of taking an account in again.
    package struct Inclusion: Sendable, Equatable {
        /// How much that was said of it has ended.
        package var ended: Int
        /// What holds all the same: what was said of all playbooks, where one was named.
        package var holding: [Exclusion]
    }

    /// Ends what was said of an account, for one playbook or all.
    package func include(_ account: Int64, playbook: String?) throws -> Inclusion {
        let records = ExclusionRecords(connection)
        let ended = try records.end(playbook, of: account, at: now)
        let holding = try records.all(of: account, at: now).filter { $0.playbook == nil || $0.playbook == playbook }
        guard ended > 0 else { return Inclusion(ended: 0, holding: holding) }
        try note("included", of: account, playbook, "by hand")
        try author.did("include", try key(of: account), to: playbook ?? "all playbooks", connection)
        try connection.execute(
            """
            UPDATE touch SET not_before = :now, reason = NULL
            WHERE account_id = :account AND state = 'pending' AND not_before > :now
                AND substr(reason, 1, length(CAST(:mark AS TEXT))) = :mark
                AND NOT EXISTS (SELECT 1 FROM exclusion AS x JOIN playbook AS p ON p.id = touch.playbook_id
                    WHERE x.account_id = :account AND x.playbook IN ('', p.name) AND coalesce(x.until, :now + 1) > :now)
            """,
            ["account": .integer(account), "now": .instant(now), "mark": .text(Exclusion.mark(.snoozed))])
        return Inclusion(ended: ended, holding: holding)
    }

    /// Writes into the account's story what was done with it.
    private func note(_ kind: String, of account: Int64, _ playbook: String?, _ detail: String) throws {
        try connection.execute(
            """
            INSERT INTO outcome (account_id, kind, at, detail, dedup) VALUES (:account, :kind, :now, :detail, :dedup)
            ON CONFLICT DO NOTHING
            """,
            [
                "account": .integer(account), "kind": .text(kind), "now": .instant(now),
                "detail": .text((playbook.map { "\($0): " } ?? "") + detail),
                "dedup": .text("\(kind):\(account):\(playbook ?? ""):\(now.milliseconds)"),
            ])
    }

    // MARK: Holding

    /// How the reason begins for which a person holds a playbook.
    static let heldMark = "held by hand"

    /// Lets nobody enter a playbook until a moment; what runs goes on, and afterwards the safety rules look at all who match
    /// by then.
    package func hold(_ playbook: String, until: Instant, because reason: String) throws {
        try connection.execute(
            """
            UPDATE playbook SET held_until = :until, held_by_hand = :reason WHERE id = :id
            """,
            [
                "id": .integer(try self.playbook(playbook)), "until": .instant(until),
                "reason": .text("\(Self.heldMark) until \(until.text(in: zone)) \(zone.name): \(reason)"),
            ])
        try author.did(
            "hold", playbook, because: reason, to: "until \(until.text(in: zone)) \(zone.name)", connection)
    }

    /// The number of a playbook, also of one that no cycle has seen yet.
    private func playbook(_ name: String) throws -> Int64 {
        try connection.execute(
            "INSERT INTO playbook (name, state) VALUES (:name, 'draft') ON CONFLICT (name) DO NOTHING",
            ["name": .text(name)])
        return try connection.integer("SELECT id FROM playbook WHERE name = :name", ["name": .text(name)])
    }
}
