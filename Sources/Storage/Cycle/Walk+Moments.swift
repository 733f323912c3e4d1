import Decisions
import Playbooks

/// Waits that end at a moment: a date of the account, or a time on somebody's clock.
extension Walk {
    /// The date is looked at when the step begins and again when it has come, so that one that moved away is waited for.
    ///
    /// A date is a whole day: it is past when the step before was done after it. One that is missing counts as past.
    func wait(till date: Term, sendsLate: Bool, _ scope: [String: SQLValue]) throws -> Int {
        guard isFresh([date]), try populate(scope, where: "(begun = 0 OR due_at <= :walk_now)") > 0 else { return 0 }
        let query = compile([date])
        let (start, end) =
            date.type == .date
            ? (compiler.start(ofDay: "r.value"), compiler.start(ofDay: "(r.value + 1)")) : ("r.value", "r.value + 1")
        try connection.execute("DELETE FROM plan_route")
        try connection.execute(
            """
            INSERT INTO plan_route (account_id, value, until)
            SELECT r.account_id, \(start), \(end)
            FROM (SELECT p.account_id AS account_id, \(query.expressions[0]) AS value FROM \(query.from)) AS r
            """, query.arguments)
        let route = "\(Self.here) AND plan_route.account_id = plan_progress.account_id"
        let base = "coalesce(plan_progress.due_at, :walk_now)"
        let isLate = "plan_progress.begun = 0 AND \(base) >= plan_route.until"
        try pass(
            "CASE WHEN plan_route.value IS NULL THEN 'missing' WHEN \(isLate) THEN 'late' ELSE 'met' END",
            from: "plan_progress CROSS JOIN plan_route",
            where: "\(route) AND (plan_route.value IS NULL OR (\(isLate)) OR plan_route.value <= :walk_now)", scope)
        let moved = try connection.execute(
            """
            UPDATE plan_progress SET step = plan_progress.step + 1, begun = 0,
                skipping = CASE WHEN q.result = 'met' THEN 0 ELSE \(sendsLate ? 0 : 1) END,
                due_at = CASE WHEN q.result = 'met' AND plan_route.value > \(base) THEN plan_route.value ELSE \(base) END
            FROM plan_route
            JOIN plan_passage AS q ON q.playbook_id = :walk_playbook AND q.account_id = plan_route.account_id
                AND q.step = :walk_id
            WHERE \(route)
            """, scope)
        try connection.execute(
            """
            UPDATE plan_progress SET begun = 1, skipping = 0, due_at = plan_route.value FROM plan_route WHERE \(route)
            """, scope)
        return moved
    }

    /// How long after the step before its time may have come, so that the wait is over at once.
    private static let memory = 3

    /// Until the clock next shows the time; where it is local, the clock of the first recipient, else of the account.
    func wait(till time: ClockTime, isLocal: Bool, _ scope: [String: SQLValue]) throws -> Int {
        if try populate(scope, where: "begun = 0") > 0 {
            try connection.execute("DELETE FROM plan_recipient")
            if isLocal {
                let kinds = road.playbook.kinds
                _ = try TouchPlanning(connection, compiler).findRecipients(
                    road.playbook, needsAddress: kinds.isDisjoint(with: [.inApp, .push]), onlyFirst: true, scope)
            }
            let zone = isLocal ? "coalesce(r.timezone, a.timezone, :walk_zone)" : ":walk_zone"
            let from = """
                plan_population AS p JOIN account AS a ON a.id = p.account_id
                LEFT JOIN plan_recipient AS r ON r.account_id = p.account_id
                """
            let arguments = scope.merging(["walk_zone": .text(road.zone.name)]) { $1 }
            let names = try connection.query("SELECT DISTINCT \(zone) FROM \(from)", arguments)
            try fillClocks(names.compactMap { $0[0].text }, time)
            try connection.execute("DELETE FROM plan_route")
            try connection.execute(
                """
                INSERT INTO plan_route (account_id, value)
                SELECT p.account_id, (SELECT min(k.at) FROM plan_clock AS k WHERE k.timezone = \(zone)
                    AND k.at >= coalesce((SELECT pr.due_at FROM plan_progress AS pr
                        WHERE pr.playbook_id = :walk_playbook AND pr.account_id = p.account_id), :walk_now))
                FROM \(from)
                """, arguments)
            try connection.execute(
                """
                UPDATE plan_progress SET begun = 1, skipping = 0, due_at = coalesce(plan_route.value, :walk_now)
                FROM plan_route WHERE \(Self.here) AND plan_route.account_id = plan_progress.account_id AND begun = 0
                """, scope)
        }
        return try connection.execute("\(Self.next) AND begun = 1 AND due_at <= :walk_now", scope)
    }

    /// The moments of some days at which the clocks of each zone show the time.
    private func fillClocks(_ names: [String], _ time: ClockTime) throws {
        try connection.execute("DELETE FROM plan_clock")
        for name in names {
            let zone = Zone(name) ?? road.zone
            let today = zone.day(of: now)
            for day in (today - Self.memory).number...(today + 2).number {
                try connection.execute(
                    "INSERT INTO plan_clock (timezone, at) VALUES (:zone, :at) ON CONFLICT DO NOTHING",
                    [
                        "zone": .text(name),
                        "at": .instant(zone.instant(of: Day(number: day), minute: time.minute)),
                    ])
            }
        }
    }
}

extension ConditionSQL {
    /// The first moment of a day, given as an SQL expression of its number, in the workspace's zone.
    ///
    /// The clock changes of two years back and ten ahead are known; farther days may be an hour off.
    func start(ofDay day: String) -> String {
        calendar.start(of: day, within: (context.today - 731)...(context.today + 3_653))
    }
}
