package import Playbooks

/// Finds the enrollments whose goal is reached or that leave, as rows of `plan_goal` and `plan_exit`.
package struct Exits {
    /// Whose goals and exits are looked at.
    package enum Scope: Sendable {
        case everybody
        /// The enrollments of `plan_due`.
        case due
    }

    private let connection: Connection
    private let compiler: ConditionSQL
    private let scope: Scope

    package init(_ connection: Connection, _ compiler: ConditionSQL, among scope: Scope = .everybody) {
        self.connection = connection
        self.compiler = compiler
        self.scope = scope
    }

    /// Looks for the goal in the enrollments pinned to one version, ended ones included, until its window is over.
    ///
    /// Nothing is found while a metric that the goal reads is late.
    package func findGoals(of playbook: Playbook, playbookID: Int64, versionID: Int64, now: Instant) throws {
        guard let goal = playbook.goal, isFresh(goal.condition) else { return }
        try populate(
            "goal_at IS NULL AND goal_until IS NOT NULL AND goal_until >= :exit_now",
            arguments(playbookID, versionID, now))
        let query = compiler.compile([goal.condition], over: .table("plan_population"), audience: playbook.audienceKey)
        try connection.execute(
            """
            INSERT INTO plan_goal (account_id, enrollment_id)
            SELECT p.account_id, p.row_id FROM \(query.from) WHERE \(query.expressions[0])
            """, query.arguments)
    }

    /// Looks for the secondary goals that an enrollment pinned to one version has not reached yet, as rows of `plan_also`.
    package func findSecondaryGoals(of playbook: Playbook, playbookID: Int64, versionID: Int64, now: Instant) throws {
        for goal in playbook.also where isFresh(goal.term) {
            let arguments = arguments(playbookID, versionID, now).merging(["exit_name": .text(goal.name)]) { $1 }
            try populate(
                """
                goal_until IS NOT NULL AND goal_until >= :exit_now AND NOT EXISTS (
                    SELECT 1 FROM outcome AS o
                    WHERE o.dedup = 'also:' || CAST(enrollment.id AS TEXT) || ':' || :exit_name)
                """, arguments)
            let query = compiler.compile([goal.term], over: .table("plan_population"), audience: playbook.audienceKey)
            try connection.execute(
                """
                INSERT INTO plan_also (account_id, enrollment_id, name)
                SELECT p.account_id, p.row_id, :exit_name FROM \(query.from) WHERE \(query.expressions[0])
                ON CONFLICT DO NOTHING
                """, query.arguments.merging(["exit_name": .text(goal.name)]) { $1 })
        }
    }

    /// Looks for those that leave among the enrollments pinned to one version; the first exit in the order of the file
    /// gives the reason. An exit that reads a late metric waits; the others do not.
    package func find(in playbook: Playbook, playbookID: Int64, versionID: Int64, now: Instant) throws {
        let arguments = arguments(playbookID, versionID, now)
        for exit in playbook.exits {
            guard let leaves = Self.term(of: exit, playbook) else { continue }
            if case .when(let condition, _, _) = leaves, !isFresh(condition) { continue }
            try populate("state = 'active' AND id NOT IN (SELECT enrollment_id FROM plan_exit)", arguments)
            switch leaves {
            case .goal:
                try connection.execute(
                    """
                    INSERT INTO plan_exit (account_id, enrollment_id, reason)
                    SELECT p.account_id, p.row_id, 'goal' FROM plan_population AS p
                    WHERE p.row_id IN (SELECT enrollment_id FROM plan_goal)
                    """)
            case .when(let condition, let reason, let scoped):
                // Audience and trigger are asked of the account, not of the enrollment.
                if !scoped { try connection.execute("UPDATE plan_population SET since = NULL") }
                let query = compiler.compile(
                    [condition], over: .table("plan_population"), audience: playbook.audienceKey)
                try connection.execute(
                    """
                    INSERT INTO plan_exit (account_id, enrollment_id, reason)
                    SELECT p.account_id, p.row_id, :exit_reason FROM \(query.from) WHERE \(query.expressions[0])
                    """, query.arguments.merging(["exit_reason": .text(reason)]) { $1 })
            }
        }
    }

    /// Ends every active enrollment of a playbook, as when it was retired.
    package func endAll(of playbookID: Int64, reason: String) throws {
        try connection.execute(
            """
            INSERT INTO plan_exit (account_id, enrollment_id, reason)
            SELECT account_id, id, :reason FROM enrollment WHERE playbook_id = :playbook AND state = 'active'
            ON CONFLICT DO NOTHING
            """, ["playbook": .integer(playbookID), "reason": .text(reason)])
    }

    enum Leaving {
        case goal
        /// `scoped`: nothing before the enrollment counts.
        case when(Term, reason: String, scoped: Bool)
    }

    /// What an exit asks; nil when the playbook gives it nothing to ask.
    static func term(of exit: Playbook.Exit, _ playbook: Playbook) -> Leaving? {
        switch exit {
        case .goal:
            return playbook.goal == nil ? nil : .goal
        case .leftAudience:
            // Missing is not "left": only a definite false ends an enrollment.
            guard let audience = playbook.audience?.term else { return nil }
            return .when(
                Term(.not(audience), .boolean, text: "not (\(audience.text))"), reason: "left_audience", scoped: false)
        case .churned:
            guard let status = Attribute.builtIn.first(where: { $0.name == "status" }) else { return nil }
            let isChurned = Term.Node.binary(
                .equal, Term(.attribute(status), .text, text: "status"),
                Term(.literal(.text("churned")), .text, text: "\"churned\""))
            return .when(Term(isChurned, .boolean, text: "status == \"churned\""), reason: "churned", scoped: false)
        case .noMatch:
            guard case .when(let trigger) = playbook.trigger else { return nil }
            return .when(
                Term(.not(trigger), .boolean, text: "not (\(trigger.text))"), reason: "no_match", scoped: false)
        case .condition(let condition):
            return .when(condition, reason: condition.text, scoped: true)
        }
    }

    private func isFresh(_ term: Term) -> Bool { compiler.context.staleness(of: [term]) == nil }

    private func arguments(_ playbookID: Int64, _ versionID: Int64, _ now: Instant) -> [String: SQLValue] {
        ["exit_playbook": .integer(playbookID), "exit_version": .integer(versionID), "exit_now": .instant(now)]
    }

    private func populate(_ filter: String, _ arguments: [String: SQLValue]) throws {
        try connection.execute("DELETE FROM plan_population")
        let due = scope == .due ? "AND id IN (SELECT enrollment_id FROM plan_due)" : ""
        try connection.execute(
            """
            INSERT INTO plan_population (account_id, row_id, since, event_id, entry, enrollment_id)
            SELECT account_id, id, entered_at, event_id, entry, id FROM enrollment
            WHERE playbook_id = :exit_playbook AND version_id = :exit_version AND \(filter) \(due)
            """, arguments)
    }
}
