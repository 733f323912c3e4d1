package import Playbooks

/// Finds the accounts that match a playbook's trigger and audience now, as rows of `plan_match`.
package struct Matching {
    private let connection: Connection
    private let compiler: ConditionSQL

    package init(_ connection: Connection, _ compiler: ConditionSQL) {
        self.connection = connection
        self.compiler = compiler
    }

    private static let insert = """
        INSERT INTO plan_match (playbook_id, account_id, match_key, event_id, at, since, previous, enrollment_id,
            was_false)
        """

    /// A `when` playbook: every account for which the condition holds; one that already stood keeps its row unless it
    /// had stopped matching for as long as `rearm`.
    package func matchCondition(_ condition: Term, of work: PlaybookAtWork, now: Instant) throws {
        let query = compiler.matching(condition, audience: work.playbook.audienceKey)
        let stands = "(s.false_since IS NULL OR :match_now - s.false_since < :match_rearm)"
        try connection.execute(
            """
            \(Self.insert)
            SELECT :match_playbook, a.id, '', NULL, :match_now,
                CASE WHEN \(stands) THEN coalesce(s.since, :match_now) ELSE :match_now END,
                CASE WHEN \(stands) THEN s.verdict END, CASE WHEN \(stands) THEN s.enrollment_id END,
                CASE WHEN s.false_since IS NULL THEN 0 ELSE 1 END
            FROM \(query.from)
            LEFT JOIN standing AS s ON s.playbook_id = :match_playbook AND s.account_id = a.id AND s.match_key = ''
            WHERE \(query.expressions[0])
            """, query.arguments.merging(arguments(work, now)) { $1 })
    }

    /// Standing matches of a `when` playbook for which the condition is now definitely false.
    package func findEnds(_ condition: Term, of work: PlaybookAtWork, now: Instant) throws {
        try connection.execute("DELETE FROM plan_population")
        try connection.execute(
            """
            INSERT INTO plan_population (account_id, row_id)
            SELECT account_id, account_id FROM standing
            WHERE playbook_id = :match_playbook AND match_key = ''
            """, ["match_playbook": work.id])
        let query = compiler.compile(
            [condition], over: .table("plan_population"), audience: work.playbook.audienceKey)
        try connection.execute(
            """
            INSERT INTO plan_false (account_id, playbook_id, ends)
            SELECT p.account_id, :match_playbook,
                CASE WHEN :match_now - coalesce(s.false_since, :match_now) >= :match_rearm THEN 1 ELSE 0 END
            FROM \(query.from)
            JOIN standing AS s ON s.playbook_id = :match_playbook AND s.account_id = p.account_id AND s.match_key = ''
            WHERE NOT (\(query.expressions[0]))
            """, query.arguments.merging(arguments(work, now)) { $1 })
    }

    /// An `on` playbook: events that were not looked at yet and for which the condition holds, and earlier ones that a
    /// safety rule or an exclusive playbook kept waiting.
    ///
    /// - Returns: how many events were looked at for the first time.
    package func matchEvents(_ event: String, _ condition: Term?, of work: PlaybookAtWork, now: Instant) throws -> Int {
        try connection.execute(
            """
            \(Self.insert)
            SELECT s.playbook_id, s.account_id, s.match_key, s.event_id, coalesce(e.at, s.since), s.since, s.verdict,
                s.enrollment_id, 0
            FROM standing AS s LEFT JOIN event AS e ON e.id = s.event_id
            WHERE s.playbook_id = :match_playbook AND s.settled = 0 AND s.event_id IS NOT NULL
            """, arguments(work, now))
        try connection.execute("DELETE FROM plan_population")
        let isNew = "e.history = 0 AND e.at <= :match_now AND e.at > :match_live"
        let kind = "e.kind_id = (SELECT id FROM event_kind WHERE name = :match_event)"
        var scope = arguments(work, now)
        scope["match_event"] = .text(event)
        scope["match_live"] = .instant(work.registered.liveSince)
        scope["match_cursor"] = .integer(work.registered.eventCursor)
        scope["match_last"] = .instant(work.registered.lastMatchAt ?? work.registered.liveSince)
        // An event is new when it arrived since the last cycle, or when its moment has come since then.
        let seen = try connection.execute(
            """
            INSERT INTO plan_population (account_id, row_id, event_id)
            SELECT e.account_id, e.id, e.id FROM event AS e
            WHERE \(kind) AND e.id > :match_cursor AND \(isNew)
            UNION
            SELECT e.account_id, e.id, e.id FROM event AS e
            WHERE \(kind) AND e.at > :match_last AND \(isNew)
            """, scope)
        let key: String
        if let per = work.playbook.per {
            key = "coalesce('per:' || json_extract(e.properties, :match_per), CAST(e.id AS TEXT))"
            scope["match_per"] = .text("$.\"\(per)\"")
        } else {
            key = "CAST(e.id AS TEXT)"
        }
        let query = compiler.compile(
            [condition ?? Term(.literal(.boolean(true)), .boolean, text: "true")], over: .table("plan_population"))
        try connection.execute(
            """
            \(Self.insert)
            SELECT :match_playbook, p.account_id, \(key), min(e.id), min(e.at), :match_now, NULL, NULL, 0
            FROM \(query.from) JOIN event AS e ON e.id = p.event_id
            WHERE (\(query.expressions[0])) AND NOT EXISTS (
                SELECT 1 FROM standing AS s WHERE s.playbook_id = :match_playbook AND s.account_id = p.account_id
                    AND s.match_key = \(key))
            GROUP BY p.account_id, \(key)
            """, query.arguments.merging(scope) { $1 })
        return seen
    }

    /// An `at` playbook: the whole audience, once for an occurrence.
    package func matchOccurrence(
        _ key: String, at instant: Instant, audience: Term?, of work: PlaybookAtWork, now: Instant
    ) throws {
        let query = compiler.compile(
            [audience ?? Term(.literal(.boolean(true)), .boolean, text: "true")], over: .accounts)
        var scope = arguments(work, now)
        scope["match_key"] = .text(key)
        scope["match_at"] = .instant(instant)
        try connection.execute(
            """
            \(Self.insert)
            SELECT :match_playbook, a.id, :match_key, NULL, :match_at, coalesce(s.since, :match_now), s.verdict,
                s.enrollment_id, 0
            FROM \(query.from)
            LEFT JOIN standing AS s
                ON s.playbook_id = :match_playbook AND s.account_id = a.id AND s.match_key = :match_key
            WHERE \(query.expressions[0])
            """, query.arguments.merging(scope) { $1 })
    }

    /// Whether any match was found.
    package func hasMatches(of work: PlaybookAtWork) throws -> Bool {
        try connection.first(
            "SELECT 1 FROM plan_match WHERE playbook_id = :match_playbook LIMIT 1", ["match_playbook": work.id]) != nil
    }

    /// How many accounts the audience holds, how many matches there are, and how many accounts match anew.
    package func counts(of work: PlaybookAtWork, audience: Term?) throws -> (audience: Int, matched: Int, fresh: Int) {
        let query = compiler.compile(
            [audience ?? Term(.literal(.boolean(true)), .boolean, text: "true")], over: .accounts)
        let size = try connection.integer(
            "SELECT count(*) FROM \(query.from) WHERE \(query.expressions[0])", query.arguments)
        let row = try connection.first(
            """
            SELECT count(*), count(DISTINCT account_id) FILTER (WHERE previous IS NULL) FROM plan_match
            WHERE playbook_id = :match_playbook
            """, ["match_playbook": work.id])
        return (Int(size), Int(row?[0].integer ?? 0), Int(row?[1].integer ?? 0))
    }

    /// How many accounts match anew in this cycle or did so since a moment, without what was held.
    package func freshAccounts(of work: PlaybookAtWork, since moment: Instant) throws -> Int {
        Int(
            try connection.integer(
                """
                SELECT count(*) FROM (
                    SELECT account_id FROM plan_match WHERE playbook_id = :playbook AND previous IS NULL
                    UNION
                    SELECT account_id FROM standing WHERE playbook_id = :playbook AND since >= :since AND since NOT IN (
                        SELECT now FROM tally
                        WHERE playbook_id = :playbook AND (held_because IS NOT NULL OR let_through = 1))
                ) AS accounts
                """, ["playbook": work.id, "since": .instant(moment)]))
    }

    private func arguments(_ work: PlaybookAtWork, _ now: Instant) -> [String: SQLValue] {
        [
            "match_playbook": work.id, "match_now": .instant(now),
            "match_rearm": .integer(work.playbook.rearm.milliseconds),
        ]
    }
}
