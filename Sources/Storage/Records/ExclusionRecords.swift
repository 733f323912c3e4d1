package import Decisions
package import Playbooks

/// The rows of `exclusion`: accounts that a person leaves alone, for all playbooks or for one.
package struct ExclusionRecords {
    private let connection: Connection

    package init(_ connection: Connection) {
        self.connection = connection
    }

    /// Those that hold at a moment, by account.
    func load(_ accounts: AccountRows, at now: Instant) throws -> [Int64: [Exclusion]] {
        try begun(accounts, at: now).compactMapValues { exclusions in
            let holding = exclusions.filter { $0.holds(at: now) }
            return holding.isEmpty ? nil : holding
        }
    }

    /// Those that hold at a moment and those that are over, by account.
    func begun(_ accounts: AccountRows, at now: Instant) throws -> [Int64: [Exclusion]] {
        var found: [Int64: [Exclusion]] = [:]
        try accounts.forEach(
            """
            SELECT account_id, playbook, kind, until, reason FROM exclusion
            WHERE account_id BETWEEN :first AND :last AND since <= :now ORDER BY account_id, kind, playbook
            """, ["now": .instant(now)]
        ) { row, _ in found[row.integer("account_id"), default: []].append(try Self.exclusion(row)) }
        return found
    }

    private static func exclusion(_ row: Statement) throws -> Exclusion {
        let playbook = row.text("playbook") ?? ""
        return Exclusion(
            try row.word("kind"), playbook: playbook.isEmpty ? nil : playbook, until: row.optionalInstant("until"),
            reason: row.text("reason") ?? "")
    }

    package func all(of account: Int64, at now: Instant) throws -> [Exclusion] {
        try load(AccountRows(connection, ids: [account], ranges: [account...account]), at: now)[account] ?? []
    }

    /// How many accounts are left alone at a moment, by kind.
    package func counts(at now: Instant) throws -> [Exclusion.Kind: Int] {
        var counts: [Exclusion.Kind: Int] = [:]
        try connection.forEach(
            """
            SELECT kind, count(DISTINCT account_id) AS count FROM exclusion
            WHERE since <= :now AND (until IS NULL OR until > :now) GROUP BY kind
            """, ["now": .instant(now)]
        ) { counts[try $0.word("kind")] = Int($0.integer("count")) }
        return counts
    }

    /// The accounts that are left alone at a moment.
    func accounts(at now: Instant) throws -> Set<Int64> {
        var ids: Set<Int64> = []
        try connection.forEach(
            "SELECT account_id FROM exclusion WHERE since <= :now AND (until IS NULL OR until > :now)",
            ["now": .instant(now)]
        ) { ids.insert($0.integer("account_id")) }
        return ids
    }

    /// Takes the place of what was said before in the same sense of the same playbooks: a snooze lifts no exclusion, and an
    /// exclusion with an end no longer snooze.
    func set(_ exclusion: Exclusion, of account: Int64, at now: Instant) throws {
        try connection.execute(
            """
            INSERT INTO exclusion (account_id, playbook, kind, since, until, reason)
            VALUES (:account, :playbook, :kind, :now, :until, :reason)
            ON CONFLICT (account_id, playbook, kind) DO UPDATE SET since = excluded.since, until = excluded.until,
                reason = excluded.reason
            """,
            [
                "account": .integer(account), "playbook": .text(exclusion.playbook ?? ""),
                "kind": .word(exclusion.kind), "now": .instant(now),
                "until": .optional(exclusion.until?.milliseconds), "reason": .text(exclusion.reason),
            ])
    }

    /// Ends those that hold; what waited for them counts from now.
    ///
    /// - Returns: how many there were.
    func end(_ playbook: String?, of account: Int64, at now: Instant) throws -> Int {
        try connection.execute(
            """
            UPDATE exclusion SET until = :now
            WHERE account_id = :account AND (CAST(:playbook AS TEXT) IS NULL OR playbook = :playbook)
                AND (until IS NULL OR until > :now)
            """, ["account": .integer(account), "playbook": .optional(playbook), "now": .instant(now)])
    }
}
