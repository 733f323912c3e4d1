package import Playbooks

/// Finds goals and exits that already hold for those who would enter a playbook; they would leave before they had
/// anything of it.
package struct AlreadyTrue {
    private let connection: Connection
    private let compiler: ConditionSQL

    /// So many of them are asked, spread over all.
    private static let sample: Int64 = 1_000

    package init(_ connection: Connection, _ compiler: ConditionSQL) {
        self.connection = connection
        self.compiler = compiler
    }

    /// Each goal or exit, with the share of those whom the verdicts admit, 0 to 1, for whom it holds.
    package func shares(of work: PlaybookAtWork, now: Instant) throws -> [(what: String, share: Double)] {
        let playbook = work.playbook
        var asked: [(what: String, condition: Term, isScoped: Bool)] = []
        if let goal = playbook.goal { asked.append(("the goal", goal.condition, true)) }
        for exit in playbook.exits {
            guard case .when(let condition, let reason, let isScoped)? = Exits.term(of: exit, playbook) else {
                continue
            }
            asked.append(("the exit \"\(reason)\"", condition, isScoped))
        }
        let count = try populate(work, now: now)
        guard count > 0 else { return [] }
        return try asked.map { what, condition, isScoped in
            let population =
                isScoped
                ? "plan_population"
                : "(SELECT account_id, row_id, NULL AS since, event_id, entry FROM plan_population)"
            let query = compiler.compile([condition], over: .table(population), audience: playbook.audienceKey)
            let holding = try connection.integer(
                "SELECT count(*) FROM \(query.from) WHERE \(query.expressions[0])", query.arguments)
            return (what, Double(holding) / Double(count))
        }
    }

    private func populate(_ work: PlaybookAtWork, now: Instant) throws -> Int64 {
        let admitted = "playbook_id = :playbook AND verdict IN ('enrolled', 'holdout', 'global_holdout')"
        let all = try connection.integer("SELECT count(*) FROM plan_verdict WHERE \(admitted)", ["playbook": work.id])
        try connection.execute("DELETE FROM plan_population")
        try connection.execute(
            """
            INSERT INTO plan_population (account_id, row_id, since, event_id)
            SELECT account_id, account_id, :now, min(event_id) FROM plan_verdict
            WHERE \(admitted) AND account_id % :step = 0 GROUP BY account_id
            """,
            ["playbook": work.id, "now": .instant(now), "step": .integer(max(1, all / Self.sample))])
        return try connection.integer("SELECT count(*) FROM plan_population")
    }
}
