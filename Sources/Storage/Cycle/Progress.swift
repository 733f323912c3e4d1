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
            entered_at, entry, step, begun, due_at, goal_until, exclusive, waiting)
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
                \(entry.expression), 0, 0, :enter_now, :enter_goal, :enter_exclusive, 0
            FROM \(query.from) JOIN plan_verdict AS v
                ON v.playbook_id = :enter_playbook AND v.account_id = p.account_id
                AND v.verdict IN ('enrolled', 'holdout', 'global_holdout')
            """, arguments)
    }

    /// Takes up running enrollments of one version that are due, or whose wait for a condition is over, except those that
    /// leave in this cycle and those whose account an exclusive playbook has.
    package func takeUpDue(of playbook: Playbook, playbookID: Int64, versionID: Int64, now: Instant) throws {
        let scope: [String: SQLValue] = [
            "playbook": .integer(playbookID), "version": .integer(versionID),
            "is_service": .integer(playbook.isService ? 1 : 0),
        ]
        let select = """
            INSERT INTO plan_progress \(Self.columns)
            SELECT e.playbook_id, e.account_id, e.id, e.version_id, e.match_key, e.event_id, e.experiment_id, e.arm,
                e.variant, e.entered_at, e.entry, e.step, e.begun, e.due_at, e.goal_until, e.exclusive, e.waiting
            """
        let isFree = """
            e.state = 'active' AND e.playbook_id = :playbook AND e.version_id = :version
                AND e.id NOT IN (SELECT enrollment_id FROM plan_exit)
                AND (e.exclusive = 1 OR :is_service = 1 OR NOT EXISTS (SELECT 1 FROM enrollment AS x
                    WHERE x.account_id = e.account_id AND x.state = 'active' AND x.exclusive = 1))
            """
        try connection.execute(
            "\(select) FROM enrollment AS e WHERE e.due_at IS NOT NULL AND e.due_at <= :now AND \(isFree)",
            scope.merging(["now": .instant(now)]) { $1 })
        guard try findMet(of: playbook, versionID: versionID) else { return }
        try connection.execute(
            """
            \(select) FROM plan_met AS m CROSS JOIN enrollment AS e ON e.id = m.enrollment_id
            WHERE \(isFree) ON CONFLICT DO NOTHING
            """, scope)
    }

    /// Fills `plan_met` with those who wait for a condition that holds now; false when there are none.
    ///
    /// A condition that reads a late metric is not looked at.
    private func findMet(of playbook: Playbook, versionID: Int64) throws -> Bool {
        try connection.execute("DELETE FROM plan_met")
        let own = playbook.variants.filter { $0.steps != nil }
        let names = own.indices.map { ":own_\($0)" }
        let arguments = Dictionary(
            uniqueKeysWithValues: zip(own, own.indices).map { ("own_\($1)", SQLValue.text($0.name)) })
        let shares = own.isEmpty ? "" : "AND (variant IS NULL OR variant NOT IN (\(names.joined(separator: ", "))))"
        var found = try findMet(in: playbook.steps, shares, arguments, playbook, versionID)
        for (variant, name) in zip(own, names) {
            found += try findMet(in: variant.steps ?? [], "AND variant = \(name)", arguments, playbook, versionID)
        }
        return found > 0
    }

    private func findMet(
        in steps: [Step], _ filter: String, _ arguments: [String: SQLValue], _ playbook: Playbook, _ versionID: Int64
    ) throws -> Int {
        var found = 0
        for (index, step) in steps.enumerated() {
            guard case .waitFor(let condition, _) = step.action, compiler.context.staleness(of: [condition]) == nil
            else { continue }
            try connection.execute("DELETE FROM plan_population")
            let count = try connection.execute(
                """
                INSERT INTO plan_population (account_id, row_id, since, event_id, entry, enrollment_id)
                SELECT account_id, id, entered_at, event_id, entry, id FROM enrollment
                WHERE version_id = :version AND step = :step AND state = 'active' AND waiting = 1 \(filter)
                """, arguments.merging(["version": .integer(versionID), "step": .integer(Int64(index))]) { $1 })
            guard count > 0 else { continue }
            let query = compiler.compile([condition], over: .table("plan_population"), audience: playbook.audienceKey)
            found += try connection.execute(
                "INSERT INTO plan_met (enrollment_id) SELECT p.row_id FROM \(query.from) WHERE \(query.expressions[0])",
                query.arguments)
        }
        return found
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
        var walk = try Walk(connection, compiler, road, now: now)
        try walk.run()
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
            SELECT DISTINCT step, variant, message FROM touch WHERE state = 'held' AND version_id = :version
            ORDER BY step, variant, message
            """, ["version": .integer(versionID)])
        for row in held {
            let road = road(row[1].text)
            guard let step = road.playbook.steps(of: road.variant).first(where: { $0.id == row[0].text }) else {
                continue
            }
            try TouchPlanning(connection, compiler).refreeze(step, message: row[2].text ?? "", on: road)
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
