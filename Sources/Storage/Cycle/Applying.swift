package import Playbooks

/// Copies the plan tables into the real ones, in slices that are each one short transaction.
///
/// Every statement is idempotent by the tables' unique keys: a cycle that was killed half-way is planned again by the
/// next one, which finds what is already there.
package struct Applying {
    private let connection: Connection
    private let cycleID: Int64
    private let now: Instant

    package init(_ connection: Connection, cycleID: Int64, now: Instant) {
        self.connection = connection
        self.cycleID = cycleID
        self.now = now
    }

    package static func begin(_ connection: Connection, now: Instant, processNow: Instant) throws -> Int64 {
        try connection.execute("UPDATE cycle SET state = 'interrupted' WHERE state = 'applying'")
        try connection.execute(
            "INSERT INTO cycle (now, began_at, state) VALUES (:now, :process, 'applying')",
            ["now": .instant(now), "process": .instant(processNow)])
        return connection.lastInsertedID
    }

    package func end(summary: String, processNow: Instant) throws {
        try connection.execute(
            "UPDATE cycle SET state = 'done', ended_at = :process, summary = :summary WHERE id = :cycle",
            ["cycle": .integer(cycleID), "process": .instant(processNow), "summary": .text(summary)])
    }

    /// The last account of the slice of about `size` rows that begins behind `account`; nil when all that remains is
    /// smaller.
    package func lastAccount(after account: Int64, playbookID: Int64, size: Int) throws -> Int64? {
        let ends = try ["plan_verdict", "plan_progress", "plan_false"].compactMap { table in
            try connection.first(
                """
                SELECT account_id FROM \(table) WHERE playbook_id = :playbook AND account_id > :account
                ORDER BY account_id LIMIT 1 OFFSET :size
                """,
                ["playbook": .integer(playbookID), "account": .integer(account), "size": .integer(Int64(size))])?[0]
                .integer
        }
        return ends.min()
    }

    /// Writes goals and exits; they come before anything that the same cycle begins.
    package func applyEnds(after enrollment: Int64, size: Int) throws -> Int64? {
        let last = try ["plan_goal", "plan_exit", "plan_also"].compactMap { table in
            try connection.first(
                """
                SELECT enrollment_id FROM \(table) WHERE enrollment_id > :after
                ORDER BY enrollment_id LIMIT 1 OFFSET :size
                """, ["after": .integer(enrollment), "size": .integer(Int64(size))])?[0].integer
        }.min()
        let scope: [String: SQLValue] = [
            "after": .integer(enrollment), "last": .integer(last ?? .max), "now": .instant(now),
        ]
        let slice = "enrollment_id > :after AND enrollment_id <= :last"
        try connection.execute(
            """
            UPDATE enrollment SET goal_at = :now
            WHERE id IN (SELECT enrollment_id FROM plan_goal WHERE \(slice)) AND goal_at IS NULL
            """, scope)
        try connection.execute(
            """
            INSERT INTO outcome (account_id, enrollment_id, kind, at, dedup)
            SELECT account_id, enrollment_id, 'goal', :now, 'goal:' || CAST(enrollment_id AS TEXT)
            FROM plan_goal WHERE \(slice) ON CONFLICT DO NOTHING
            """, scope)
        try connection.execute(
            """
            INSERT INTO outcome (account_id, enrollment_id, kind, at, dedup)
            SELECT account_id, enrollment_id, 'also:' || name, :now, 'also:' || CAST(enrollment_id AS TEXT) || ':' || name
            FROM plan_also WHERE \(slice) ON CONFLICT DO NOTHING
            """, scope)
        try connection.execute(
            """
            UPDATE enrollment SET state = 'ended', ended_at = :now, due_at = NULL,
                end_reason = (SELECT reason FROM plan_exit AS x WHERE x.enrollment_id = enrollment.id)
            WHERE id IN (SELECT enrollment_id FROM plan_exit WHERE \(slice)) AND state = 'active'
            """, scope)
        try connection.execute(
            """
            UPDATE touch SET state = CASE ambiguous WHEN 1 THEN 'unknown' ELSE 'cancelled' END,
                settled_at = CASE ambiguous WHEN 0 THEN :now END, fence = fence + 1,
                reason = 'the enrollment ended: '
                    || (SELECT x.reason FROM plan_exit AS x WHERE x.enrollment_id = touch.enrollment_id)
                    || CASE ambiguous WHEN 1 THEN '; an earlier attempt may have arrived' ELSE '' END
            WHERE enrollment_id IN (SELECT enrollment_id FROM plan_exit WHERE \(slice))
                AND state IN ('pending', 'held', 'claimed')
            """, scope)
        return last
    }

    /// Lets touches go on that were held, and ends those that waited too long; their enrollments move on.
    package func applyHeld(after touch: Int64, size: Int) throws -> Int64? {
        let last = try connection.first(
            "SELECT touch_id FROM plan_held WHERE touch_id > :after ORDER BY touch_id LIMIT 1 OFFSET :size",
            ["after": .integer(touch), "size": .integer(Int64(size))])?[0].integer
        // Most cycles find none, and the statements below would look through the whole ledger for them.
        if last == nil, try connection.first("SELECT 1 FROM plan_held LIMIT 1") == nil { return nil }
        let scope: [String: SQLValue] = [
            "after": .integer(touch), "last": .integer(last ?? .max), "now": .instant(now),
        ]
        let slice = "h.touch_id > :after AND h.touch_id <= :last"
        try connection.execute(
            """
            UPDATE touch SET state = h.state, reason = h.reason, variables = h.variables, fence = fence + 1,
                settled_at = CASE h.state WHEN 'expired' THEN :now END
            FROM plan_held AS h WHERE h.touch_id = touch.id AND \(slice) AND touch.state IN ('held', 'pending')
            """, scope)
        try connection.execute(
            """
            UPDATE enrollment SET due_at = :now
            WHERE id IN (SELECT h.enrollment_id FROM plan_held AS h WHERE h.state = 'expired' AND \(slice))
                AND state = 'active' AND begun = 1 AND due_at IS NULL
                AND NOT EXISTS (SELECT 1 FROM touch AS t WHERE t.enrollment_id = enrollment.id AND t.settled_at IS NULL)
            """, scope)
        return last
    }

    /// Writes one playbook's verdicts, enrollments and touches for the accounts in (`after`, `last`].
    package func applySlice(
        experimentID: Int64?, playbookID: Int64, after: Int64, last: Int64, globalExperiment: Int64?
    ) throws {
        let scope: [String: SQLValue] = [
            "playbook": .integer(playbookID), "after": .integer(after), "last": .integer(last), "now": .instant(now),
            "cycle": .integer(cycleID), "experiment": .optional(experimentID),
            "global": .optional(globalExperiment),
        ]
        let slice = "playbook_id = :playbook AND account_id > :after AND account_id <= :last"
        try enroll(slice, scope)
        try connection.execute(
            """
            INSERT INTO passage (account_id, enrollment_id, step, result, at)
            SELECT q.account_id, e.id, q.step, q.result, :now
            FROM plan_passage AS q
            JOIN plan_progress AS pr ON pr.playbook_id = q.playbook_id AND pr.account_id = q.account_id
            JOIN enrollment AS e ON e.account_id = pr.account_id AND e.playbook_id = pr.playbook_id
                AND e.entered_at = pr.entered_at
            WHERE q.playbook_id = :playbook AND q.account_id > :after AND q.account_id <= :last
            ON CONFLICT DO NOTHING
            """, scope)
        try recordVerdicts(slice, scope)
        try connection.execute(
            """
            INSERT INTO touch (enrollment_id, account_id, playbook_id, version_id, step, variant, contact_id, recipient,
                kind, channel, category, message, ghost, state, priority, due_at, not_before, expires_at, reason,
                variables, settled_at)
            SELECT e.id, t.account_id, t.playbook_id, t.version_id, t.step, t.variant, t.contact_id, t.recipient, t.kind,
                t.channel, t.category, t.message, t.ghost, t.state, t.priority, t.due_at, t.not_before, t.expires_at,
                t.reason, t.variables, CASE WHEN t.state = 'suppressed' THEN :now END
            FROM plan_touch AS t
            JOIN plan_progress AS pr ON pr.playbook_id = t.playbook_id AND pr.account_id = t.account_id
            JOIN enrollment AS e ON e.account_id = pr.account_id AND e.playbook_id = pr.playbook_id
                AND e.entered_at = pr.entered_at
            WHERE t.playbook_id = :playbook AND t.account_id > :after AND t.account_id <= :last
            ORDER BY t.account_id
            ON CONFLICT DO NOTHING
            """, scope)
    }

    private func enroll(_ slice: String, _ scope: [String: SQLValue]) throws {
        try connection.execute(
            """
            INSERT INTO assignment (experiment_id, account_id, arm, variant, at)
            SELECT CASE verdict WHEN 'global_holdout' THEN :global ELSE :experiment END, account_id,
                CASE verdict WHEN 'enrolled' THEN 'treated' ELSE verdict END,
                CASE WHEN verdict <> 'global_holdout' THEN variant END, :now
            FROM plan_verdict WHERE \(slice) AND verdict IN ('enrolled', 'holdout', 'global_holdout')
            ON CONFLICT DO NOTHING
            """, scope)
        try connection.execute(
            """
            INSERT INTO enrollment (account_id, playbook_id, version_id, match_key, event_id, experiment_id, arm, variant,
                entered_at, entry, state, step, begun, due_at, ended_at, end_reason, goal_until, exclusive, waiting)
            SELECT account_id, playbook_id, version_id, match_key, event_id, experiment_id, arm, variant, entered_at,
                entry, CASE ended WHEN 1 THEN 'ended' ELSE 'active' END, step, begun, due_at,
                CASE ended WHEN 1 THEN :now END, end_reason, goal_until, exclusive, waiting
            FROM plan_progress WHERE \(slice) AND enrollment_id IS NULL
            ON CONFLICT DO NOTHING
            """, scope)
        try connection.execute(
            """
            UPDATE enrollment SET step = pr.step, begun = pr.begun, due_at = pr.due_at, waiting = pr.waiting,
                state = CASE pr.ended WHEN 1 THEN 'ended' ELSE 'active' END,
                ended_at = CASE pr.ended WHEN 1 THEN :now END,
                end_reason = pr.end_reason
            FROM plan_progress AS pr
            WHERE pr.playbook_id = :playbook AND pr.account_id > :after AND pr.account_id <= :last
                AND enrollment.id = pr.enrollment_id AND enrollment.state = 'active'
            """, scope)
    }

    private func recordVerdicts(_ slice: String, _ scope: [String: SQLValue]) throws {
        try connection.execute(
            """
            INSERT INTO decision (account_id, playbook_id, match_key, at, cycle_id, verdict, reason)
            SELECT account_id, playbook_id, match_key, :now, :cycle, verdict, reason
            FROM plan_verdict WHERE \(slice) AND is_news = 1 ON CONFLICT DO NOTHING
            """, scope)
        try connection.execute(
            """
            INSERT INTO standing (playbook_id, account_id, match_key, event_id, since, verdict, reason, enrollment_id,
                settled)
            SELECT v.playbook_id, v.account_id, v.match_key, v.event_id, v.since, v.verdict, v.reason,
                coalesce(v.enrollment_id, CASE WHEN v.verdict IN ('enrolled', 'holdout', 'global_holdout') THEN
                    (SELECT e.id FROM enrollment AS e WHERE e.account_id = v.account_id
                        AND e.playbook_id = v.playbook_id AND e.entered_at = :now) END), v.settled
            FROM plan_verdict AS v
            WHERE v.playbook_id = :playbook AND v.account_id > :after AND v.account_id <= :last AND v.is_changed = 1
            ON CONFLICT (playbook_id, account_id, match_key) DO UPDATE SET since = excluded.since, false_since = NULL,
                verdict = excluded.verdict, reason = excluded.reason, enrollment_id = excluded.enrollment_id,
                settled = excluded.settled
            """, scope)
        try connection.execute(
            """
            UPDATE standing SET false_since = :now WHERE match_key = '' AND false_since IS NULL AND playbook_id = :playbook
                AND account_id IN (SELECT account_id FROM plan_false WHERE \(slice) AND ends = 0)
            """, scope)
        try connection.execute(
            """
            DELETE FROM standing WHERE match_key = '' AND playbook_id = :playbook
                AND account_id IN (SELECT account_id FROM plan_false WHERE \(slice) AND ends = 1)
            """, scope)
    }
}
