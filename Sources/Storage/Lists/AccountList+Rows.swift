import Decisions
import Playbooks

/// The rows of the playbooks by which accounts are listed.
extension AccountList {
    private var riskyPlaybooks: [(name: String, reason: String)] {
        context.risks.sorted { $0.key < $1.key }.flatMap { reason, playbooks in
            playbooks.sorted().map { (name: $0, reason: reason) }
        }
    }

    /// The accounts that may be listed, from the smallest set of rows that tells; nil where all may be.
    func candidates() throws -> Set<Int64>? {
        if let only = choice.only { return Set(only.keys) }
        if let verdict = choice.verdict {
            return try ids(
                """
                SELECT DISTINCT s.account_id AS account_id FROM standing AS s JOIN playbook AS p ON p.id = s.playbook_id
                WHERE p.name = :playbook AND s.verdict = :verdict AND s.false_since IS NULL
                """, ["playbook": .text(verdict.playbook), "verdict": .word(verdict.verdict)])
        }
        if let inside = choice.enrollment {
            // Written out, so that SQLite sees the index of those that are active.
            let isActive = inside.state == .active ? " AND e.state = 'active'" : ""
            return try ids(
                """
                SELECT DISTINCT e.account_id AS account_id FROM playbook AS p JOIN enrollment AS e ON e.playbook_id = p.id
                WHERE p.name = :playbook\(isActive)
                """, ["playbook": .text(inside.playbook)])
        }
        if choice.isExcluded { return try ExclusionRecords(connection).accounts(at: context.now) }
        guard choice.risk != nil else { return nil }
        return try riskyPlaybooks.reduce(into: []) { found, playbook in
            found.formUnion(
                try ids(
                    """
                    SELECT DISTINCT s.account_id AS account_id FROM standing AS s JOIN playbook AS p ON p.id = s.playbook_id
                    WHERE p.name = :playbook
                    """, ["playbook": .text(playbook.name)]))
        }
    }

    private func ids(_ sql: String, _ arguments: [String: SQLValue]) throws -> Set<Int64> {
        var ids: Set<Int64> = []
        try connection.forEach(sql, arguments) { ids.insert($0.integer("account_id")) }
        return ids
    }

    /// For what each account is at risk, by its index: the matches that stand of live playbooks with a `risk`, unless a
    /// safety rule holds them.
    func risks(_ rows: AccountRows) throws -> [Int: [AtRisk]] {
        var found: [Int: [AtRisk]] = [:]
        for playbook in riskyPlaybooks {
            try rows.forEach(
                """
                SELECT standing.account_id, min(standing.since) AS since
                FROM playbook CROSS JOIN standing
                WHERE standing.playbook_id = playbook.id AND playbook.name = :playbook AND playbook.state = 'live' AND standing.verdict <> 'held'
                    AND standing.account_id BETWEEN :first AND :last AND standing.since <= :now
                    AND \(BlockLoader.stands)
                GROUP BY standing.account_id ORDER BY standing.account_id
                """, ["playbook": .text(playbook.name), "now": .instant(context.now)]
            ) { row, index in
                found[index, default: []].append(
                    AtRisk(reason: playbook.reason, playbook: playbook.name, since: row.instant("since")))
            }
        }
        return found
    }

    struct Enrollments {
        var reasons: [Reason] = []
        var nextAt: Instant?
        /// How many of them there are.
        var times = 0
    }

    func enrollments(_ asked: Inside, _ rows: AccountRows) throws -> [Int: Enrollments] {
        var found: [Int: Enrollments] = [:]
        let standstill = try Standstill(connection, accounts: (rows.ids.first ?? 0)...(rows.ids.last ?? 0))
        let excluded = asked.isService ? [:] : try ExclusionRecords(connection).load(rows, at: context.now)
        try rows.forEach(
            """
            SELECT e.account_id, e.arm, e.variant, e.state, e.step, e.due_at, e.entered_at, e.ended_at, e.end_reason,
                e.goal_at, e.goal_until, e.exclusive, v.source,
                CASE WHEN a.erased_at IS NULL OR a.churned_at < a.erased_at THEN a.churned_at END AS churned_at
            FROM enrollment AS e JOIN playbook AS p ON p.id = e.playbook_id JOIN account AS a ON a.id = e.account_id
            JOIN playbook_version AS v ON v.id = e.version_id
            WHERE e.account_id BETWEEN :first AND :last AND p.name = :playbook ORDER BY e.account_id, e.id
            """, ["playbook": .text(asked.playbook)]
        ) { row, index in
            let arm: Arm = try row.word("arm")
            let state: EnrollmentState = try row.word("state")
            let enteredAt = row.instant("entered_at")
            let hasGoal = row.optionalInstant("goal_at").map { $0 <= context.now } ?? false
            let isAsked =
                switch asked.state {
                case .active: state == .active
                case .ended: state == .ended
                case .goal: hasGoal
                case .open: !hasGoal && row.optionalInstant("goal_until").map { $0 > context.now } ?? false
                case .left: row.optionalInstant("churned_at").map { $0 > enteredAt && $0 <= context.now } ?? false
                case .all: true
                }
            guard isAsked, asked.arms?.contains(arm) != false, asked.since.map({ $0 < enteredAt }) != false else {
                return
            }
            let variant = row.optionalText("variant")
            let place = Int(row.integer("step"))
            let step = stepName(asked.playbook, row.text("source") ?? "", variant, place) ?? "step \(place + 1)"
            if let wanted = asked.step, state != .active || wanted != step { return }
            var text = "in \(asked.playbook): \(arm.rawValue)\(variant.map { ", variant \($0)" } ?? "")"
            if state == .active {
                text += ", at \(step)"
            } else if let end = row.optionalInstant("ended_at") {
                text += ", ended \(end.text(in: context.zone)) (\(row.text("end_reason") ?? ""))"
            }
            if let goal = row.optionalInstant("goal_at") { text += ", goal \(goal.text(in: context.zone))" }
            found[index, default: Enrollments()].reasons.append(Reason(text, since: enteredAt))
            found[index]?.times += 1
            guard state == .active else { return }
            let due = row.optionalInstant("due_at")
            let concerning = (excluded[row.integer("account_id")] ?? []).filter {
                $0.playbook == nil || $0.playbook == asked.playbook
            }
            if let longest = concerning.longest {
                found[index]?.reasons.append(Reason(longest.sentence(in: context.zone)))
                found[index]?.nextAt = concerning.resuming(due)
            } else if let why = standstill.reason(
                of: asked.playbook, isService: asked.isService, isExclusive: row.flag("exclusive"),
                account: row.integer("account_id"))
            {
                found[index]?.reasons.append(Reason("stands still: \(why)"))
                found[index]?.nextAt = due.flatMap { $0 > context.now ? $0 : nil }
            } else if let due {
                found[index]?.nextAt = due
            }
        }
        return found
    }

    /// The steps at which accounts stand in a playbook, those of its earlier versions among them.
    package func steps(of playbook: String) throws -> Set<String> {
        let places = try connection.query(
            """
            SELECT v.source, s.variant, s.step FROM (
                SELECT DISTINCT e.version_id AS version_id, e.variant AS variant, e.step AS step
                FROM enrollment AS e JOIN playbook AS p ON p.id = e.playbook_id
                WHERE p.name = :playbook AND e.state = 'active'
            ) AS s JOIN playbook_version AS v ON v.id = s.version_id
            """, ["playbook": .text(playbook)])
        return Set(
            places.map { row in
                let place = Int(row["step"].integer ?? 0)
                return stepName(playbook, row["source"].text ?? "", row["variant"].text, place) ?? "step \(place + 1)"
            })
    }

    func standings(_ asked: Judged, _ rows: AccountRows) throws -> [Int: [Reason]] {
        var found: [Int: [Reason]] = [:]
        try rows.forEach(
            """
            SELECT s.account_id, s.since, s.reason FROM playbook AS p CROSS JOIN standing AS s
            WHERE s.playbook_id = p.id AND p.name = :playbook AND s.verdict = :verdict AND s.false_since IS NULL
                AND s.account_id BETWEEN :first AND :last
            ORDER BY s.account_id, s.since
            """, ["playbook": .text(asked.playbook), "verdict": .word(asked.verdict)]
        ) { row, index in
            found[index, default: []].append(
                Reason("\(asked.verdict.rawValue): \(row.text("reason") ?? "")", since: row.instant("since")))
        }
        return found
    }
}
