import Basics
import Decisions
package import Playbooks

/// The rows of `enrollment`, with those of `passage`.
package struct EnrollmentRecords {
    private let connection: Connection

    package init(_ connection: Connection) {
        self.connection = connection
    }

    /// All enrollments of some accounts, by account; of those that are over only what re-entry looks at is read.
    ///
    /// - Parameter watched: goals whose time ended before it are not looked for any more.
    func load(_ accounts: AccountRows, watchedSince watched: Instant) throws -> [Int64: [Enrollment]] {
        var found: [Int64: [Enrollment]] = [:]
        try accounts.forEach(
            """
            SELECT account_id, id, playbook_id, version_id, match_key, event_id, experiment_id, arm, variant, entered_at,
                CASE WHEN state = 'active' OR goal_until >= :watched THEN entry ELSE '{}' END AS entry, step, begun,
                began_at, due_at, waiting, ended_at, end_reason, goal_until, goal_at, exclusive, known_event
            FROM enrollment WHERE account_id BETWEEN :first AND :last ORDER BY account_id, id
            """, ["watched": .instant(watched)]
        ) { row, _ in
            var enrollment = Enrollment(
                id: row.integer("id"), playbookID: row.integer("playbook_id"), versionID: row.integer("version_id"),
                matchKey: row.text("match_key") ?? "", eventID: row.optionalInteger("event_id"),
                experimentID: row.integer("experiment_id"), arm: try row.word("arm"),
                variant: row.optionalText("variant"), enteredAt: row.instant("entered_at"),
                entry: row.text("entry") ?? "{}", isExclusive: row.flag("exclusive"))
            enrollment.step = Int(row.integer("step"))
            enrollment.hasBegun = row.flag("begun")
            enrollment.beganAt = row.optionalInstant("began_at")
            enrollment.dueAt = row.optionalInstant("due_at")
            enrollment.isWaiting = row.flag("waiting")
            enrollment.endedAt = row.optionalInstant("ended_at")
            enrollment.endReason = row.optionalText("end_reason")
            enrollment.goalUntil = row.optionalInstant("goal_until")
            enrollment.goalAt = row.optionalInstant("goal_at")
            enrollment.knownEvent = row.optionalInteger("known_event")
            found[row.integer("account_id"), default: []].append(enrollment)
        }
        return found
    }

    private static let insertion = Insertion(
        into: "enrollment",
        [
            "account_id", "playbook_id", "version_id", "match_key", "event_id", "experiment_id", "arm", "variant",
            "entered_at", "entry", "state", "step", "begun", "began_at", "due_at", "waiting", "ended_at", "end_reason",
            "goal_until", "exclusive", "known_event",
        ], onConflict: "DO NOTHING", returning: ["id", "account_id", "playbook_id"])

    /// What tells the enrollments of one cycle apart.
    struct Key: Hashable {
        var account: Int64
        var playbook: Int64
    }

    /// - Returns: the ids of the new rows; an account that has one in the playbook that is active or began then gets none.
    func insert(_ enrollments: [(account: Int64, enrollment: Enrollment)]) throws -> [Key: Int64] {
        var values: [SQLValue] = []
        for (account, enrollment) in enrollments {
            values += [
                .integer(account), .integer(enrollment.playbookID), .integer(enrollment.versionID),
                .text(enrollment.matchKey), .optional(enrollment.eventID), .integer(enrollment.experimentID),
                .word(enrollment.arm), .optional(enrollment.variant), .instant(enrollment.enteredAt),
                .text(enrollment.entry), .word(enrollment.state),
                .integer(Int64(enrollment.step)), .integer(enrollment.hasBegun ? 1 : 0),
                .optional(enrollment.beganAt?.milliseconds), .optional(enrollment.dueAt?.milliseconds),
                .integer(enrollment.isWaiting ? 1 : 0), .optional(enrollment.endedAt?.milliseconds),
                .optional(enrollment.endReason), .optional(enrollment.goalUntil?.milliseconds),
                .integer(enrollment.isExclusive ? 1 : 0), .optional(enrollment.knownEvent),
            ]
        }
        var ids: [Key: Int64] = [:]
        try Self.insertion.insert(values, connection) { row in
            ids[Key(account: row.integer("account_id"), playbook: row.integer("playbook_id"))] = row.integer("id")
        }
        return ids
    }

    /// Moves an active enrollment on; its goal is written by `reachGoal`.
    func update(_ enrollment: Enrollment, id: Int64) throws {
        _ = try connection.execute(
            """
            UPDATE enrollment SET step = :step, begun = :begun, began_at = :began, due_at = :due, waiting = :waiting,
                state = :state, ended_at = :ended, end_reason = :reason
            WHERE id = :id AND state = 'active'
            """,
            inOrder: [
                .integer(Int64(enrollment.step)), .integer(enrollment.hasBegun ? 1 : 0),
                .optional(enrollment.beganAt?.milliseconds), .optional(enrollment.dueAt?.milliseconds),
                .integer(enrollment.isWaiting ? 1 : 0), .word(enrollment.state),
                .optional(enrollment.endedAt?.milliseconds), .optional(enrollment.endReason), .integer(id),
            ])
    }

    func reachGoal(_ enrollment: Int64, of account: Int64, at moment: Instant) throws {
        _ = try connection.execute(
            "UPDATE enrollment SET goal_at = :at WHERE id = :id AND goal_at IS NULL",
            inOrder: [.instant(moment), .integer(enrollment)])
        try addOutcome("goal", "goal:\(enrollment)", enrollment, account, moment, [])
    }

    func reachSecondaryGoal(_ name: String, _ enrollment: Int64, of account: Int64, at moment: Instant) throws {
        try addOutcome(
            "also:" + name, "also:\(enrollment):\(name)", enrollment, account, moment, [("also", .text(name))])
    }

    private func addOutcome(
        _ kind: String, _ dedup: String, _ enrollment: Int64, _ account: Int64, _ moment: Instant,
        _ detail: [(String, JSON)]
    ) throws {
        let isNew = try connection.execute(
            """
            INSERT INTO outcome (account_id, enrollment_id, kind, at, dedup)
            VALUES (:account, :enrollment, :kind, :at, :dedup) ON CONFLICT DO NOTHING
            """,
            inOrder: [.integer(account), .integer(enrollment), .text(kind), .instant(moment), .text(dedup)])
        guard isNew == 1 else { return }
        try ChangeRecords(connection).outcome(
            .goal, account: account, touch: nil, enrollment: enrollment,
            detail: detail.isEmpty ? nil : ChangeRecords.json(detail), at: moment)
    }

    /// The secondary goals that enrollments of some accounts have reached.
    func secondaryGoals(_ accounts: AccountRows) throws -> [Int64: Set<String>] {
        var reached: [Int64: Set<String>] = [:]
        try accounts.forEach(
            """
            SELECT account_id, enrollment_id, kind FROM outcome
            WHERE account_id BETWEEN :first AND :last AND kind >= 'also:' AND kind < 'also;'
            ORDER BY account_id
            """
        ) { row, _ in
            guard let enrollment = row.optionalInteger(1), let kind = row.text(2) else { return }
            reached[enrollment, default: []].insert(String(kind.dropFirst("also:".count)))
        }
        return reached
    }

    /// How an enrollment got past a wait or a choice.
    func addPassage(
        _ step: String, _ result: PassageResult, _ enrollment: Int64, of account: Int64, at moment: Instant
    ) throws {
        _ = try connection.execute(
            """
            INSERT INTO passage (account_id, enrollment_id, step, result, at)
            VALUES (:account, :enrollment, :step, :result, :at) ON CONFLICT DO NOTHING
            """,
            inOrder: [.integer(account), .integer(enrollment), .text(step), .word(result), .instant(moment)])
    }

    /// The accounts with an enrollment that may move at a moment: due, or in a wait that every cycle asks about.
    package func due(at now: Instant) throws -> [Int64] {
        try connection.query(
            """
            SELECT account_id FROM enrollment WHERE state = 'active' AND due_at IS NOT NULL AND due_at <= :now
            UNION SELECT account_id FROM enrollment WHERE state = 'active' AND waiting = 1
            """, ["now": .instant(now)]
        ).compactMap { $0["account_id"].integer }.sorted()
    }

    /// How many enrollments have been due for so long to go on.
    package func overdue(by span: TimeSpan, now: Instant) throws -> Int {
        Int(
            try connection.integer(
                "SELECT count(*) FROM enrollment WHERE state = 'active' AND due_at IS NOT NULL AND due_at <= :limit",
                ["limit": .instant(now - span)]))
    }

    /// How many enrollments of a playbook have been due for so long to go on.
    package func overdue(of playbook: String, by span: TimeSpan, now: Instant) throws -> Int {
        Int(
            try connection.integer(
                """
                SELECT count(*) FROM enrollment WHERE state = 'active' AND due_at IS NOT NULL AND due_at <= :limit
                    AND playbook_id = (SELECT id FROM playbook WHERE name = :playbook)
                """, ["limit": .instant(now - span), "playbook": .text(playbook)]))
    }

    /// The accounts of a range with enrollments that go on or whose goals are watched.
    package func running(watchedSince watched: Instant, in range: ClosedRange<Int64>) throws -> [Int64] {
        try connection.query(
            """
            SELECT DISTINCT account_id FROM enrollment
            WHERE account_id BETWEEN :first AND :last AND (state = 'active' OR goal_until >= :watched)
            ORDER BY account_id
            """,
            [
                "watched": .instant(watched), "first": .integer(range.lowerBound),
                "last": .integer(range.upperBound),
            ]
        ).compactMap { $0["account_id"].integer }
    }

    /// How many enrollments of each version are active.
    package func activeByVersion() throws -> [Int64: Int] {
        var found: [Int64: Int] = [:]
        try FlowCounts(connection).forEach(.here) {
            found[$0.integer("version_id"), default: 0] += Int($0.integer("count"))
        }
        return found
    }

    /// The accounts that are in a playbook now.
    package func active(in playbook: Int64) throws -> Set<Int64> {
        Set(
            try connection.query(
                "SELECT account_id FROM enrollment WHERE playbook_id = :playbook AND state = 'active'",
                ["playbook": .integer(playbook)]
            ).compactMap { $0["account_id"].integer })
    }
}
