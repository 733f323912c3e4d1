import Playbooks

/// One walk along a program: each step, in order, moves those who stand at it, all at once.
struct Walk {
    let connection: Connection
    let compiler: ConditionSQL
    let road: Progress.Road
    let now: Instant
    private let steps: [Step]
    /// The steps at which enrollments stand, so that the others need not be looked at.
    private var occupied: Set<Int>

    init(_ connection: Connection, _ compiler: ConditionSQL, _ road: Progress.Road, now: Instant) throws {
        self.connection = connection
        self.compiler = compiler
        self.road = road
        self.now = now
        steps = road.playbook.steps(of: road.variant)
        let rows = try connection.query(
            """
            SELECT DISTINCT step FROM plan_progress WHERE playbook_id = :playbook AND version_id = :version
                AND variant IS NOT DISTINCT FROM :variant
            """,
            [
                "playbook": .integer(road.playbookID), "version": .integer(road.versionID),
                "variant": .optional(road.variant),
            ])
        occupied = Set(rows.compactMap { $0[0].integer.map(Int.init) })
    }

    /// Those of `plan_progress` who stand at the step, with the arguments that the text needs.
    static let here = """
        plan_progress.playbook_id = :walk_playbook AND plan_progress.version_id = :walk_version
        AND plan_progress.variant IS NOT DISTINCT FROM :walk_variant AND plan_progress.step = :walk_step
        AND plan_progress.ended = 0
        """

    static let next = "UPDATE plan_progress SET step = step + 1, begun = 0, waiting = 0 WHERE \(here)"

    private func scope(_ step: Step, at index: Int) -> [String: SQLValue] {
        [
            "walk_playbook": .integer(road.playbookID), "walk_version": .integer(road.versionID),
            "walk_variant": .optional(road.variant), "walk_step": .integer(Int64(index)), "walk_now": .instant(now),
            "walk_id": .text(step.id),
        ]
    }

    mutating func run() throws {
        for (index, step) in steps.enumerated() where occupied.contains(index) {
            let scope = scope(step, at: index)
            var moved = 0
            switch step.action {
            case .wait(let span): moved = try wait(span, scope)
            case .send(let send): moved = try self.send(send, step, at: index, scope)
            case .waitFor(let condition, let longest): moved = try wait(for: condition, atMost: longest, scope)
            case .waitTill(.date(let date), let sendsLate): moved = try wait(till: date, sendsLate: sendsLate, scope)
            case .waitTill(.clock(let time, let isLocal), _): moved = try wait(till: time, isLocal: isLocal, scope)
            case .choose(let branches): try choose(branches, scope)
            case .goTo(let target):
                try connection.execute(
                    "UPDATE plan_progress SET step = :walk_target WHERE \(Self.here)",
                    scope.merging(["walk_target": .integer(Int64(target))]) { $1 })
                occupied.insert(target)
            case .stop: try end("stopped", where: Self.here, scope)
            }
            if moved > 0 { occupied.insert(index + 1) }
        }
        try end(
            "completed",
            where: """
                playbook_id = :walk_playbook AND version_id = :walk_version
                AND variant IS NOT DISTINCT FROM :walk_variant AND step >= :walk_step AND ended = 0
                """,
            [
                "walk_playbook": .integer(road.playbookID), "walk_version": .integer(road.versionID),
                "walk_variant": .optional(road.variant), "walk_step": .integer(Int64(steps.count)),
            ])
    }

    private func end(_ reason: String, where filter: String, _ scope: [String: SQLValue]) throws {
        try connection.execute(
            "UPDATE plan_progress SET ended = 1, due_at = NULL, waiting = 0, end_reason = :walk_reason WHERE \(filter)",
            scope.merging(["walk_reason": .text(reason)]) { $1 })
    }

    private func send(_ send: Step.Send, _ step: Step, at index: Int, _ scope: [String: SQLValue]) throws -> Int {
        let beginners = "\(Self.here) AND begun = 0"
        var moved = try connection.execute("\(Self.next) AND begun = 1 AND due_at IS NOT NULL", scope)
        try pass("'skipped'", from: "plan_progress", where: "\(beginners) AND skipping = 1", scope)
        moved += try connection.execute("\(Self.next) AND begun = 0 AND skipping = 1", scope)
        let reachedAll = try TouchPlanning(connection, compiler).plan(
            send, step: step, index: index, on: road, now: now, scope)
        // Where nobody could be written to, the step is over at once.
        if !reachedAll {
            moved += try connection.execute(
                """
                \(Self.next) AND begun = 0 AND NOT EXISTS (SELECT 1 FROM plan_touch AS t
                    WHERE t.playbook_id = plan_progress.playbook_id AND t.account_id = plan_progress.account_id
                    AND t.step = :walk_id AND t.state IN ('pending', 'held'))
                """, scope)
        }
        try connection.execute("UPDATE plan_progress SET begun = 1, due_at = NULL WHERE \(beginners)", scope)
        return moved
    }

    private func wait(_ span: TimeSpan, _ scope: [String: SQLValue]) throws -> Int {
        try connection.execute(
            """
            UPDATE plan_progress SET begun = 1, skipping = 0, due_at = coalesce(due_at, :walk_now) + :walk_span
            WHERE \(Self.here) AND begun = 0
            """, scope.merging(["walk_span": .integer(span.milliseconds)]) { $1 })
        return try connection.execute("\(Self.next) AND begun = 1 AND due_at <= :walk_now", scope)
    }

    // MARK: Conditions

    private func wait(for condition: Term, atMost longest: TimeSpan, _ scope: [String: SQLValue]) throws -> Int {
        try endGhosts(at: [condition], scope)
        try connection.execute(
            """
            UPDATE plan_progress SET begun = 1, waiting = 1, skipping = 0,
                due_at = coalesce(due_at, :walk_now) + :walk_span
            WHERE \(Self.here) AND begun = 0
            """, scope.merging(["walk_span": .integer(longest.milliseconds)]) { $1 })
        guard isFresh([condition]), try populate(scope) > 0 else { return 0 }
        let query = compile([condition])
        try connection.execute("DELETE FROM plan_route")
        try connection.execute(
            "INSERT INTO plan_route (account_id) SELECT p.account_id FROM \(query.from) WHERE \(query.expressions[0])",
            query.arguments)
        let isMet = "account_id IN (SELECT account_id FROM plan_route)"
        try pass("'met'", from: "plan_progress", where: "\(Self.here) AND \(isMet)", scope)
        var moved = try connection.execute(
            """
            UPDATE plan_progress SET step = step + 1, begun = 0, waiting = 0, due_at = :walk_now
            WHERE \(Self.here) AND \(isMet)
            """, scope)
        try pass("'timed_out'", from: "plan_progress", where: "\(Self.here) AND due_at <= :walk_now", scope)
        moved += try connection.execute("\(Self.next) AND due_at <= :walk_now", scope)
        return moved
    }

    private mutating func choose(_ branches: [Step.Branch], _ scope: [String: SQLValue]) throws {
        let conditions = branches.compactMap(\.condition)
        try endGhosts(at: conditions, scope)
        // Whoever stands before a choice on late data stays there until they have come.
        guard isFresh(conditions), try populate(scope) > 0 else { return }
        let query = compile(conditions)
        let cases = query.expressions.indices.map { "WHEN \(query.expressions[$0]) THEN \($0)" }
        try connection.execute("DELETE FROM plan_route")
        try connection.execute(
            """
            INSERT INTO plan_route (account_id, value)
            SELECT p.account_id, CASE \(cases.joined(separator: " ")) ELSE \(conditions.count) END FROM \(query.from)
            """, query.arguments)
        let route = "\(Self.here) AND plan_route.account_id = plan_progress.account_id"
        try pass(
            "CASE plan_route.value WHEN \(conditions.count) THEN 'else' ELSE 'if_' || CAST(plan_route.value + 1 AS text) END",
            from: "plan_progress CROSS JOIN plan_route", where: route, scope)
        let targets = branches.indices.map { "WHEN \($0) THEN \(branches[$0].next)" }.joined(separator: " ")
        try connection.execute(
            """
            UPDATE plan_progress SET step = CASE plan_route.value \(targets) END, begun = 0
            FROM plan_route WHERE \(route)
            """, scope)
        occupied.formUnion(branches.map(\.next))
    }

    /// A holdout's road ends where the way depends on touches that nobody got.
    private func endGhosts(at conditions: [Term], _ scope: [String: SQLValue]) throws {
        guard conditions.contains(where: \.asksAboutTouches) else { return }
        try end("ghost road ends", where: "\(Self.here) AND arm <> 'treated'", scope)
    }

    func isFresh(_ terms: [Term]) -> Bool { compiler.context.staleness(of: terms) == nil }

    /// Fills `plan_population` with those who stand at the step; nothing before the enrollment counts for them.
    func populate(_ scope: [String: SQLValue], where filter: String = "1 = 1") throws -> Int {
        try connection.execute("DELETE FROM plan_population")
        return try connection.execute(
            """
            INSERT INTO plan_population (account_id, row_id, since, event_id, entry, enrollment_id)
            SELECT account_id, account_id, entered_at, event_id, entry, enrollment_id FROM plan_progress
            WHERE \(Self.here) AND \(filter)
            """, scope)
    }

    func compile(_ terms: [Term]) -> ConditionSQL.Query {
        compiler.compile(terms, over: .walking(playbookID: road.playbookID), audience: road.playbook.audienceKey)
    }

    /// Writes what the step came to for some of those who stand at it.
    func pass(_ result: String, from table: String, where filter: String, _ scope: [String: SQLValue]) throws {
        try connection.execute(
            """
            INSERT INTO plan_passage (playbook_id, account_id, step, result)
            SELECT plan_progress.playbook_id, plan_progress.account_id, :walk_id, \(result) FROM \(table)
            WHERE \(filter)
            """, scope)
    }
}
