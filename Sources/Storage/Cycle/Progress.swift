package import Playbooks

/// Moves enrollments along their steps in `plan_progress` and plans the touches of the steps that begin.
package struct Progress {
    private let connection: Connection
    private let compiler: ConditionSQL

    package init(_ connection: Connection, _ compiler: ConditionSQL) {
        self.connection = connection
        self.compiler = compiler
    }

    private static let columns = """
        (playbook_id, account_id, enrollment_id, version_id, match_key, event_id, experiment_id, arm, variant,
            entered_at, entry, step, begun, due_at, goal_until, exclusive)
        """

    /// Takes up everyone whom the verdicts admit, with the playbook's signals frozen as `entry`.
    package func enter(_ work: PlaybookAtWork, now: Instant) throws {
        try connection.execute("DELETE FROM plan_population")
        try connection.execute(
            """
            INSERT INTO plan_population (account_id, row_id, event_id)
            SELECT account_id, account_id, event_id FROM plan_verdict
            WHERE playbook_id = :playbook AND verdict IN ('enrolled', 'holdout', 'global_holdout')
            """, ["playbook": work.id])
        let signals = work.playbook.signals
        let query = compiler.compile(
            signals.map(\.term), over: .table("plan_population"), audience: work.playbook.audienceKey)
        let entry = Frozen.object(zip(signals, query.expressions).map { ($0.name, $0.term.type, $1) })
        var arguments = query.arguments.merging(entry.arguments) { $1 }
        arguments["enter_playbook"] = work.id
        arguments["enter_version"] = .integer(work.registered.versionID)
        arguments["enter_experiment"] = .integer(work.registered.experimentID)
        arguments["enter_now"] = .instant(now)
        arguments["enter_goal"] = .optional(work.playbook.goal.map { (now + $0.within).milliseconds })
        arguments["enter_exclusive"] = .integer(work.playbook.exclusive ? 1 : 0)
        try connection.execute(
            """
            INSERT INTO plan_progress \(Self.columns)
            SELECT :enter_playbook, p.account_id, NULL, :enter_version, v.match_key, v.event_id, :enter_experiment,
                CASE v.verdict WHEN 'enrolled' THEN 'treated' ELSE v.verdict END, v.variant, :enter_now,
                \(entry.expression), 0, 0, :enter_now, :enter_goal, :enter_exclusive
            FROM \(query.from) JOIN plan_verdict AS v
                ON v.playbook_id = :enter_playbook AND v.account_id = p.account_id
                AND v.verdict IN ('enrolled', 'holdout', 'global_holdout')
            """, arguments)
    }

    /// Takes up running enrollments of one version that are due, except those that leave in this cycle and those whose
    /// account an exclusive playbook has.
    package func takeUpDue(playbookID: Int64, versionID: Int64, isService: Bool, now: Instant) throws {
        try connection.execute(
            """
            INSERT INTO plan_progress \(Self.columns)
            SELECT e.playbook_id, e.account_id, e.id, e.version_id, e.match_key, e.event_id, e.experiment_id, e.arm,
                e.variant, e.entered_at, e.entry, e.step, e.begun, e.due_at, e.goal_until, e.exclusive
            FROM enrollment AS e
            WHERE e.state = 'active' AND e.due_at IS NOT NULL AND e.due_at <= :now AND e.playbook_id = :playbook
                AND e.version_id = :version AND e.id NOT IN (SELECT enrollment_id FROM plan_exit)
                AND (e.exclusive = 1 OR :is_service = 1 OR NOT EXISTS (SELECT 1 FROM enrollment AS x
                    WHERE x.account_id = e.account_id AND x.state = 'active' AND x.exclusive = 1))
            """,
            [
                "now": .instant(now), "playbook": .integer(playbookID), "version": .integer(versionID),
                "is_service": .integer(isService ? 1 : 0),
            ])
    }

    /// One walk along the steps of a version for the enrollments with one variant.
    package struct Road {
        package var playbook: Playbook
        package var playbookID: Int64
        package var versionID: Int64
        package var variant: String?
        /// The workspace's channel for each kind.
        package var channels: [Channel.Kind: String]
        package var zone: Zone
        /// When a touch of this step may go out on the clock of a zone: the moment from which it counts, and the first
        /// allowed one.
        package var allowed: (_ send: Step.Send, _ step: Int, _ zone: Zone) -> (base: Instant, notBefore: Instant)

        package init(
            playbook: Playbook, playbookID: Int64, versionID: Int64, variant: String?, channels: [Channel.Kind: String],
            zone: Zone, allowed: @escaping (Step.Send, Int, Zone) -> (base: Instant, notBefore: Instant)
        ) {
            self.playbook = playbook
            self.playbookID = playbookID
            self.versionID = versionID
            self.variant = variant
            self.channels = channels
            self.zone = zone
            self.allowed = allowed
        }
    }

    /// Walks the steps in order; an enrollment stops where a touch or a wait is open, or ends behind the last step.
    package func walk(_ road: Road, now: Instant) throws {
        let steps = road.playbook.steps(of: road.variant)
        var occupied = try occupiedSteps(of: road)
        for (index, step) in steps.enumerated() where occupied.contains(index) {
            var scope: [String: SQLValue] = [
                "walk_playbook": .integer(road.playbookID), "walk_version": .integer(road.versionID),
                "walk_variant": .optional(road.variant), "walk_step": .integer(Int64(index)), "walk_now": .instant(now),
            ]
            let here = """
                playbook_id = :walk_playbook AND version_id = :walk_version AND variant IS NOT DISTINCT FROM :walk_variant
                AND step = :walk_step AND ended = 0
                """
            let next = "UPDATE plan_progress SET step = step + 1, begun = 0 WHERE \(here)"
            var moved = 0
            switch step.action {
            case .wait(let span):
                scope["walk_span"] = .integer(span.milliseconds)
                try connection.execute(
                    """
                    UPDATE plan_progress SET begun = 1, due_at = coalesce(due_at, :walk_now) + :walk_span
                    WHERE \(here) AND begun = 0
                    """, scope)
                moved = try connection.execute("\(next) AND begun = 1 AND due_at <= :walk_now", scope)
            case .send(let send):
                moved = try connection.execute("\(next) AND begun = 1 AND due_at IS NOT NULL", scope)
                let reachedAll = try TouchPlanning(connection, compiler).plan(
                    send, step: step, index: index, on: road, now: now, scope)
                // Where nobody could be written to, the step is over at once.
                if !reachedAll {
                    moved += try connection.execute(
                        """
                        \(next) AND begun = 0 AND NOT EXISTS (SELECT 1 FROM plan_touch AS t
                            WHERE t.playbook_id = plan_progress.playbook_id AND t.account_id = plan_progress.account_id
                            AND t.step = :walk_id AND t.state IN ('pending', 'held'))
                        """, scope.merging(["walk_id": .text(step.id)]) { $1 })
                }
                try connection.execute(
                    "UPDATE plan_progress SET begun = 1, due_at = NULL WHERE \(here) AND begun = 0", scope)
            // Nobody stands at these yet.
            case .waitFor, .waitTill, .choose, .goTo, .stop: break
            }
            if moved > 0 { occupied.insert(index + 1) }
        }
        try connection.execute(
            """
            UPDATE plan_progress SET ended = 1, due_at = NULL
            WHERE playbook_id = :playbook AND version_id = :version AND variant IS NOT DISTINCT FROM :variant AND step >= :count
            """,
            [
                "playbook": .integer(road.playbookID), "version": .integer(road.versionID),
                "variant": .optional(road.variant), "count": .integer(Int64(steps.count)),
            ])
    }

    /// The steps at which enrollments stand, so that the others need not be looked at.
    private func occupiedSteps(of road: Road) throws -> Set<Int> {
        let rows = try connection.query(
            """
            SELECT DISTINCT step FROM plan_progress WHERE playbook_id = :playbook AND version_id = :version
                AND variant IS NOT DISTINCT FROM :variant
            """,
            [
                "playbook": .integer(road.playbookID), "version": .integer(road.versionID),
                "variant": .optional(road.variant),
            ])
        return Set(rows.compactMap { $0[0].integer.map(Int.init) })
    }

    /// Ends what was held, or has lost its channel, for longer than it may wait.
    ///
    /// - Parameter channels: the channels that are declared.
    package func endOverdue(channels: Set<String>, now: Instant) throws {
        let insert = """
            INSERT INTO plan_held (touch_id, enrollment_id, state, reason, variables)
            SELECT id, enrollment_id, CASE ambiguous WHEN 1 THEN 'unknown' ELSE 'expired' END,
                'waited too long: ' || coalesce(:why, reason, 'held'), variables
            FROM touch WHERE expires_at <= :now
            """
        try connection.execute("\(insert) AND state = 'held'", ["now": .instant(now), "why": .null])
        let used = try connection.query("SELECT DISTINCT channel FROM touch WHERE state = 'pending'")
        for channel in used.compactMap({ $0[0].text }) where !channels.contains(channel) {
            try connection.execute(
                "\(insert) AND state = 'pending' AND channel = :channel",
                [
                    "now": .instant(now), "channel": .text(channel),
                    "why": .text("there is no channel \"\(channel)\" any more"),
                ])
        }
    }

    /// Freezes a version's held touches anew: those whose variables are all there by now go on.
    package func refreeze(_ road: (_ variant: String?) -> Road, versionID: Int64) throws {
        let held = try connection.query(
            """
            SELECT DISTINCT step, variant FROM touch WHERE state = 'held' AND version_id = :version
            ORDER BY step, variant
            """, ["version": .integer(versionID)])
        for row in held {
            let road = road(row[1].text)
            guard let step = road.playbook.steps(of: road.variant).first(where: { $0.id == row[0].text }) else {
                continue
            }
            try TouchPlanning(connection, compiler).refreeze(step, on: road)
        }
    }

    /// The variants that the enrollments of a version have; nil stands for "none".
    package func variants(playbookID: Int64, versionID: Int64) throws -> [String?] {
        try connection.query(
            """
            SELECT DISTINCT variant FROM plan_progress WHERE playbook_id = :playbook AND version_id = :version
            ORDER BY variant
            """, ["playbook": .integer(playbookID), "version": .integer(versionID)]
        ).map { $0[0].text }
    }
}
