import Decisions
import Playbooks

/// The rows of `standing`, with those of `decision` and `assignment`.
package struct StandingRecords {
    private let connection: Connection

    package init(_ connection: Connection) {
        self.connection = connection
    }

    private static let columns = """
        s.account_id, s.playbook_id, s.match_key, s.event_id, s.since, s.false_since, s.verdict, s.reason,
            s.enrollment_id, s.settled, e.at AS event_at FROM standing AS s LEFT JOIN event AS e ON e.id = s.event_id
        """

    /// The standing matches of a `when` playbook, by account.
    func conditions(of playbook: Int64, _ accounts: AccountRows) throws -> [Int64: Standing] {
        var found: [Int64: Standing] = [:]
        try accounts.forEach(
            """
            SELECT \(Self.columns)
            WHERE s.playbook_id = :playbook AND s.account_id BETWEEN :first AND :last AND s.match_key = ''
            ORDER BY s.account_id
            """, ["playbook": .integer(playbook)]
        ) { row, _ in found[row.integer("account_id")] = try Self.standing(row) }
        return found
    }

    /// The occurrences that wait for another verdict, by account.
    func waiting(of playbook: Int64, _ accounts: AccountRows) throws -> [Int64: [Standing]] {
        var found: [Int64: [Standing]] = [:]
        try accounts.forEach(
            """
            SELECT \(Self.columns)
            WHERE s.playbook_id = :playbook AND s.account_id BETWEEN :first AND :last AND s.settled = 0
                AND s.match_key <> ''
            ORDER BY s.account_id, s.match_key
            """, ["playbook": .integer(playbook)]
        ) { row, _ in found[row.integer("account_id"), default: []].append(try Self.standing(row)) }
        return found
    }

    func standing(of playbook: Int64, account: Int64, key: String) throws -> Standing? {
        let statement = try connection.cached(
            """
            SELECT \(Self.columns)
            WHERE s.playbook_id = :playbook AND s.account_id = :account AND s.match_key = :key
            """)
        defer { statement.reset() }
        try statement.bind(["playbook": .integer(playbook), "account": .integer(account), "key": .text(key)])
        return try statement.step() ? try Self.standing(statement) : nil
    }

    private static func standing(_ row: Statement) throws -> Standing {
        Standing(
            playbookID: row.integer("playbook_id"), matchKey: row.text("match_key") ?? "",
            eventID: row.optionalInteger("event_id"), since: row.instant("since"),
            falseSince: row.optionalInstant("false_since"), verdict: try row.word("verdict"),
            reason: row.text("reason") ?? "", enrollmentID: row.optionalInteger("enrollment_id"),
            isSettled: row.flag("settled"), eventAt: row.optionalInstant("event_at"))
    }

    /// The accounts for which any match of a playbook stands or waits.
    package func accounts(of playbook: Int64, waiting: Bool, in range: ClosedRange<Int64>) throws -> [Int64] {
        try connection.query(
            waiting
                ? """
                SELECT DISTINCT account_id FROM standing WHERE playbook_id = :playbook AND settled = 0
                    AND match_key <> '' AND account_id BETWEEN :first AND :last ORDER BY account_id
                """
                : """
                SELECT account_id FROM standing
                WHERE playbook_id = :playbook AND match_key = '' AND account_id BETWEEN :first AND :last
                ORDER BY account_id
                """,
            [
                "playbook": .integer(playbook), "first": .integer(range.lowerBound),
                "last": .integer(range.upperBound),
            ]
        ).compactMap { $0["account_id"].integer }
    }

    static let insertion = Insertion(
        into: "standing",
        [
            "playbook_id", "account_id", "match_key", "event_id", "since", "verdict", "reason", "enrollment_id",
            "settled",
        ],
        onConflict: """
            (playbook_id, account_id, match_key) DO UPDATE SET since = excluded.since, false_since = NULL,
            verdict = excluded.verdict, reason = excluded.reason, enrollment_id = excluded.enrollment_id,
            settled = excluded.settled
            """)

    static func values(_ standing: Standing, of account: Int64, enrollment: Int64?) -> [SQLValue] {
        [
            .integer(standing.playbookID), .integer(account), .text(standing.matchKey),
            .optional(standing.eventID), .instant(standing.since), .word(standing.verdict),
            .text(standing.reason), .optional(enrollment), .integer(standing.isSettled ? 1 : 0),
        ]
    }

    /// Gives an occurrence, and what entered with it, another key that no other has.
    func rename(_ key: String, _ other: String, of playbook: Int64, account: Int64) throws {
        let values: [SQLValue] = [.text(other), .integer(playbook), .integer(account), .text(key)]
        _ = try connection.execute(
            """
            UPDATE standing SET match_key = :other
            WHERE playbook_id = :playbook AND account_id = :account AND match_key = :key
            """, inOrder: values)
        _ = try connection.execute(
            """
            UPDATE enrollment SET match_key = :other
            WHERE playbook_id = :playbook AND account_id = :account AND match_key = :key
            """, inOrder: values)
    }

    func becomeFalse(_ playbook: Int64, of account: Int64, at now: Instant) throws {
        _ = try connection.execute(
            """
            UPDATE standing SET false_since = :now
            WHERE playbook_id = :playbook AND account_id = :account AND match_key = '' AND false_since IS NULL
            """, inOrder: [.instant(now), .integer(playbook), .integer(account)])
    }

    func end(_ playbook: Int64, of account: Int64) throws {
        _ = try connection.execute(
            "DELETE FROM standing WHERE playbook_id = :playbook AND account_id = :account AND match_key = ''",
            inOrder: [.integer(playbook), .integer(account)])
    }

    /// A verdict that is other than the one that stood.
    static let decisionInsertion = Insertion(
        into: "decision", ["account_id", "playbook_id", "match_key", "at", "cycle_id", "verdict", "reason"],
        onConflict: "DO NOTHING")

    static func decision(_ standing: Standing, of account: Int64, cycle: Int64, at now: Instant) -> [SQLValue] {
        [
            .integer(account), .integer(standing.playbookID), .text(standing.matchKey), .instant(now),
            .integer(cycle), .word(standing.verdict), .text(standing.reason),
        ]
    }

    // MARK: Arms

    /// The arms drawn earlier for an experiment, by account.
    func assignments(of experiment: Int64, _ accounts: AccountRows) throws -> [Int64: Account.Assignment] {
        var found: [Int64: Account.Assignment] = [:]
        try accounts.forEach(
            """
            SELECT account_id, arm, variant, stratum FROM assignment
            WHERE experiment_id = :experiment AND account_id BETWEEN :first AND :last ORDER BY account_id
            """, ["experiment": .integer(experiment)]
        ) { row, _ in
            found[row.integer("account_id")] = Account.Assignment(
                arm: try row.word("arm"), variant: row.optionalText("variant"), stratum: row.optionalText("stratum"))
        }
        return found
    }

    /// How many accounts each stratum of an experiment has.
    package func strata(of experiment: Int64) throws -> [String: Int] {
        var found: [String: Int] = [:]
        try connection.forEach(
            """
            SELECT stratum, count(*) AS accounts FROM assignment
            WHERE experiment_id = :experiment AND stratum IS NOT NULL GROUP BY stratum
            """, ["experiment": .integer(experiment)]
        ) { found[$0.text("stratum") ?? ""] = Int($0.integer("accounts")) }
        return found
    }

    static let assignmentInsertion = Insertion(
        into: "assignment", ["experiment_id", "account_id", "arm", "variant", "at", "stratum"], onConflict: "DO NOTHING"
    )

    static func assignment(
        _ assignment: Account.Assignment, _ experiment: Int64, of account: Int64, at now: Instant
    ) -> [SQLValue] {
        [
            .integer(experiment), .integer(account), .word(assignment.arm), .optional(assignment.variant),
            .instant(now), .optional(assignment.stratum),
        ]
    }
}
