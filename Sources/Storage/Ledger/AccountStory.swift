package import Decisions
package import Playbooks

/// What the database knows of one account and the playbooks, for `explain`.
package struct AccountStory {
    let connection: Connection
    package let accountID: Int64
    package let key: String
    package let name: String?
    package let status: String

    /// Nil when there is no account of that key.
    package init?(_ connection: Connection, key: String) throws {
        guard
            let row = try connection.first(
                "SELECT id, name, status FROM account WHERE key = :key", ["key": .text(key)]),
            let id = row["id"].integer
        else { return nil }
        self.connection = connection
        accountID = id
        self.key = key
        name = row["name"].text
        status = row["status"].text ?? ""
    }

    /// The account with that key, else the only one with a contact of that address; nil where there is none.
    package static func find(keyOrAddress text: String, _ connection: Connection) throws -> AccountStory? {
        if let story = try AccountStory(connection, key: text) { return story }
        guard let address = EmailAddress.normalized(text) ?? PhoneNumber.normalized(text) else { return nil }
        let keys = try connection.query(
            """
            SELECT a.key FROM contact AS c JOIN account AS a ON a.id = c.account_id WHERE c.address = :address
            UNION SELECT a.key FROM contact AS c JOIN account AS a ON a.id = c.account_id WHERE c.phone = :address
            LIMIT 2
            """, ["address": .text(address)]
        ).compactMap { $0["key"].text }
        guard let key = keys.first else { return nil }
        guard keys.count == 1 else { throw StorageError("\"\(text)\" is several accounts; name one by its key") }
        return try AccountStory(connection, key: key)
    }

    /// The account with that key, else the only one with that name or with a contact of that address or name.
    ///
    /// - Throws: `StorageError` in words for a person, with the nearest there is.
    package static func find(_ text: String, _ connection: Connection) throws -> AccountStory {
        if let story = try AccountStory(connection, key: text) { return story }
        let address = EmailAddress.normalized(text) ?? PhoneNumber.normalized(text) ?? ""
        // Several questions in one, so that each is led by its own index.
        let keys = try connection.query(
            """
            SELECT key FROM account WHERE lower(name) = lower(CAST(:text AS TEXT)) AND name IS NOT NULL
            UNION SELECT a.key FROM contact AS c JOIN account AS a ON a.id = c.account_id WHERE c.address = :address
            UNION SELECT a.key FROM contact AS c JOIN account AS a ON a.id = c.account_id WHERE c.phone = :address
            UNION SELECT a.key FROM contact AS c JOIN account AS a ON a.id = c.account_id
            WHERE lower(c.name) = lower(CAST(:text AS TEXT)) AND c.name IS NOT NULL
            ORDER BY 1 LIMIT 6
            """, ["text": .text(text), "address": .text(address)]
        ).compactMap { $0["key"].text }
        if keys.count == 1, let story = try AccountStory(connection, key: keys[0]) { return story }
        if keys.count > 1 {
            throw StorageError(
                "\"\(text)\" is several accounts; name one by its key: \(keys.prefix(5).joined(separator: ", "))"
                    + (keys.count > 5 ? ", ..." : ""))
        }
        let near = nearest(to: text, in: try Self.keys(like: text, connection) + names(like: text, connection))
        throw StorageError(
            "there is no account \"\(text)\", by key, name or address\(near.map { "; did you mean \"\($0)\"?" } ?? "")")
    }

    private static func names(like text: String, _ connection: Connection) throws -> [String] {
        try connection.query(
            """
            SELECT name FROM account
            WHERE lower(name) >= lower(CAST(:prefix AS TEXT)) AND lower(name) < lower(CAST(:prefix AS TEXT)) || :last
                AND name IS NOT NULL
            ORDER BY lower(name) LIMIT 200
            """, ["prefix": .text(String(text.prefix(2))), "last": .text("\u{10ffff}")]
        ).compactMap { $0["name"].text }
    }

    /// Keys of accounts that resemble the one asked for.
    package static func keys(like key: String, _ connection: Connection) throws -> [String] {
        let prefix = String(key.prefix(max(1, key.count - 2)))
        return try Set([prefix, prefix.lowercased(), prefix.uppercased()]).sorted().flatMap { prefix in
            try connection.query(
                "SELECT key FROM account WHERE key >= :first AND key < :last ORDER BY key LIMIT 50",
                ["first": .text(prefix), "last": .text(prefix + "\u{10ffff}")]
            ).compactMap { $0["key"].text }
        }
    }

    /// The keys of its contacts, the first 20.
    package func contactKeys() throws -> [String] {
        try connection.query(
            "SELECT key FROM contact WHERE account_id = :account ORDER BY id LIMIT 20", ["account": .integer(accountID)]
        ).compactMap { $0["key"].text }
    }

    /// What people have said of it that holds: that it is to be left alone.
    package func exclusions(at now: Instant) throws -> [Exclusion] {
        try ExclusionRecords(connection).all(of: accountID, at: now)
    }

    package struct Standing: Sendable {
        package var matchKey: String
        package var since: Instant
        package var falseSince: Instant?
        package var verdict: Verdict
        package var reason: String
    }

    package func standings(playbook: String) throws -> [Standing] {
        try connection.query(
            """
            SELECT s.match_key, s.since, s.false_since, s.verdict, s.reason FROM standing AS s
            JOIN playbook AS p ON p.id = s.playbook_id
            WHERE p.name = :playbook AND s.account_id = :account ORDER BY s.since DESC, s.match_key LIMIT 10
            """, scope(playbook)
        ).map { row in
            Standing(
                matchKey: row["match_key"].text ?? "", since: row["since"].instant ?? Instant(milliseconds: 0),
                falseSince: row["false_since"].instant, verdict: try row["verdict"].word(),
                reason: row["reason"].text ?? "")
        }
    }

    package struct Decision: Sendable {
        package var at: Instant
        package var verdict: Verdict
        package var reason: String
    }

    package func decisions(playbook: String) throws -> [Decision] {
        try connection.query(
            """
            SELECT d.at, d.verdict, d.reason FROM decision AS d JOIN playbook AS p ON p.id = d.playbook_id
            WHERE p.name = :playbook AND d.account_id = :account ORDER BY d.cycle_id DESC LIMIT 10
            """, scope(playbook)
        ).map {
            Decision(
                at: $0["at"].instant ?? Instant(milliseconds: 0), verdict: try $0["verdict"].word(),
                reason: $0["reason"].text ?? "")
        }
    }

    package struct Enrollment: Sendable {
        package var id: Int64
        package var arm: Arm
        package var variant: String?
        package var enteredAt: Instant
        package var state: EnrollmentState
        package var step: Int
        package var dueAt: Instant?
        package var endedAt: Instant?
        package var endReason: String?
        package var goalAt: Instant?
        package var isExclusive: Bool
        package var entry: String
        package var versionHash: String
        package var source: String
    }

    package func enrollments(playbook: String) throws -> [Enrollment] {
        try connection.query(
            """
            SELECT e.id, e.arm, e.variant, e.entered_at, e.state, e.step, e.due_at, e.ended_at, e.end_reason, e.goal_at,
                e.exclusive, e.entry, v.hash, v.source
            FROM enrollment AS e JOIN playbook AS p ON p.id = e.playbook_id
            JOIN playbook_version AS v ON v.id = e.version_id
            WHERE p.name = :playbook AND e.account_id = :account ORDER BY e.entered_at DESC LIMIT 5
            """, scope(playbook)
        ).map { row in
            Enrollment(
                id: row["id"].integer ?? 0, arm: try row["arm"].word(), variant: row["variant"].text,
                enteredAt: row["entered_at"].instant ?? Instant(milliseconds: 0), state: try row["state"].word(),
                step: Int(row["step"].integer ?? 0), dueAt: row["due_at"].instant, endedAt: row["ended_at"].instant,
                endReason: row["end_reason"].text, goalAt: row["goal_at"].instant,
                isExclusive: row["exclusive"].integer == 1, entry: row["entry"].text ?? "{}",
                versionHash: row["hash"].text ?? "", source: row["source"].text ?? "")
        }
    }

    package func countEnrollments(playbook: String) throws -> Int {
        Int(
            try connection.integer(
                """
                SELECT count(*) FROM enrollment AS e JOIN playbook AS p ON p.id = e.playbook_id
                WHERE p.name = :playbook AND e.account_id = :account
                """, scope(playbook)))
    }

    package struct Passage: Sendable {
        package var step: String
        package var result: PassageResult
        package var at: Instant
    }

    /// What an enrollment's waits and choices came to, in their order.
    package func passages(of enrollmentID: Int64) throws -> [Passage] {
        try connection.query(
            """
            SELECT step, result, at FROM passage WHERE account_id = :account AND enrollment_id = :enrollment
            ORDER BY at, step
            """, ["account": .integer(accountID), "enrollment": .integer(enrollmentID)]
        ).map {
            Passage(
                step: $0["step"].text ?? "", result: try $0["result"].word(),
                at: $0["at"].instant ?? Instant(milliseconds: 0))
        }
    }

    /// When a playbook last went live; nil when it never did.
    package func liveSince(playbook: String) throws -> Instant? {
        try connection.first(
            "SELECT live_since FROM playbook WHERE name = :name", ["name": .text(playbook)])?["live_since"].instant
    }

    /// The account's newest event of a kind by `now`: its id and moment.
    package func newestEvent(_ kind: String, now: Instant) throws -> (id: Int64, at: Instant)? {
        let row = try connection.first(
            """
            SELECT e.id, e.at FROM event AS e JOIN event_kind AS k ON k.id = e.kind_id
            WHERE k.name = :kind AND e.account_id = :account AND e.at <= :now ORDER BY e.at DESC, e.id DESC LIMIT 1
            """, ["kind": .text(kind), "account": .integer(accountID), "now": .instant(now)])
        return row.flatMap { row in row["id"].integer.flatMap { id in row["at"].instant.map { (id, $0) } } }
    }

    /// When messages left for the account since a moment, the latest 500.
    package func sendings(from moment: Instant) throws -> [Instant] {
        try connection.query(
            """
            SELECT claimed_at FROM touch
            WHERE account_id = :account AND state = 'sent' AND ghost = 0 AND claimed_at >= :moment
            ORDER BY id DESC LIMIT 500
            """, ["account": .integer(accountID), "moment": .instant(moment)]
        ).compactMap { $0["claimed_at"].instant }
    }

    private func scope(_ playbook: String) -> [String: SQLValue] {
        ["playbook": .text(playbook), "account": .integer(accountID)]
    }
}
