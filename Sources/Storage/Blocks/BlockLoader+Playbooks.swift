package import Decisions
import Playbooks

extension BlockLoader {
    /// Whether the match `standing` stands.
    ///
    /// The match of an event stands while it waits for its verdict and while its enrollment goes on; an occurrence of a
    /// schedule puts nobody at risk.
    static let stands = """
        CASE WHEN standing.match_key = '' THEN standing.false_since IS NULL \
        ELSE standing.event_id IS NOT NULL AND (standing.settled = 0 OR EXISTS (SELECT 1 FROM enrollment \
        WHERE enrollment.id = standing.enrollment_id AND enrollment.state = 'active')) END
        """

    /// Whether each account has a match that stands of a playbook; of one that is not live, none has.
    func risks(_ playbook: String, _ rows: AccountRows) throws -> [Bool] {
        var risks = [Bool](repeating: false, count: rows.ids.count)
        guard let id = livePlaybooks[playbook] else { return risks }
        try rows.forEach(
            """
            SELECT account_id FROM standing WHERE playbook_id = :playbook AND account_id BETWEEN :first AND :last
            AND since <= :now AND \(Self.stands) ORDER BY account_id
            """, ["playbook": .integer(id), "now": .instant(context.now)]
        ) { _, account in risks[account] = true }
        return risks
    }

    /// Touches that the claim let through, as caps count them; a holdout's ghosts with them.
    func touches(_ rows: AccountRows) throws -> Block.Grouped<Block.PlaybookMoment> {
        try moments(
            """
            SELECT enrollment.account_id, touch.playbook_id, touch.claimed_at
            FROM enrollment CROSS JOIN touch
            WHERE touch.enrollment_id = enrollment.id AND enrollment.account_id BETWEEN :first AND :last AND touch.claimed_at <= :now
                AND touch.state IN ('claimed', 'sending', 'sent', 'unknown', 'ghost')
            ORDER BY enrollment.account_id
            """, rows)
    }

    func enrollments(_ rows: AccountRows) throws -> Block.Grouped<Block.PlaybookMoment> {
        try moments(
            """
            SELECT account_id, playbook_id, entered_at FROM enrollment
            WHERE account_id BETWEEN :first AND :last AND entered_at <= :now ORDER BY account_id
            """, rows)
    }

    private func moments(_ sql: String, _ rows: AccountRows) throws -> Block.Grouped<Block.PlaybookMoment> {
        var starts = AccountStarts()
        var moments = Block.Grouped<Block.PlaybookMoment>()
        try rows.forEach(sql, ["now": .instant(context.now)]) { row, account in
            guard let playbook = playbookNames[row.integer(1)] else { return }
            starts.add(account, after: moments.elements.count)
            moments.elements.append(
                Block.PlaybookMoment(playbook: playbook, at: Instant(milliseconds: row.integer(2))))
        }
        moments.starts = starts.finish(accounts: rows.ids.count, count: moments.elements.count)
        return moments
    }

    // MARK: Enrollments

    /// What became of the touches and waits of enrollments, by the enrollment's id.
    package func steps(of enrollments: [Int64]) throws -> [Int64: StepFacts] {
        let touches = try connection.cached(
            "SELECT id, step, state, settled_at FROM touch WHERE enrollment_id = :enrollment ORDER BY id")
        let passages = try connection.cached(
            """
            SELECT passage.step, passage.result, passage.at FROM enrollment CROSS JOIN passage
            WHERE enrollment.id = :enrollment AND passage.account_id = enrollment.account_id
                AND passage.enrollment_id = enrollment.id
            """)
        defer {
            touches.reset()
            passages.reset()
        }
        var facts: [Int64: StepFacts] = [:]
        for enrollment in enrollments {
            var steps = StepFacts()
            touches.rewind()
            touches.bind(0, enrollment)
            while try touches.step() {
                steps.touches.append(
                    StepFacts.Touch(
                        step: touches.text(1) ?? "", state: try touches.word(2),
                        settledAt: touches.isNull(3) ? nil : Instant(milliseconds: touches.integer(3)),
                        outcomes: try outcomes(of: touches.integer(0))))
            }
            passages.rewind()
            passages.bind(0, enrollment)
            while try passages.step() {
                steps.passages[passages.text(0) ?? ""] = StepFacts.Passage(
                    result: try passages.word(1), at: Instant(milliseconds: passages.integer(2)))
            }
            facts[enrollment] = steps
        }
        return facts
    }

    private func outcomes(of touch: Int64) throws -> [String: Instant] {
        let statement = try connection.cached(
            """
            SELECT kind, min(at) FROM outcome WHERE touch_id = :touch AND kind IN ('delivered', 'opened', 'clicked', 'replied')
            GROUP BY kind
            """)
        defer { statement.reset() }
        statement.bind(0, touch)
        var outcomes: [String: Instant] = [:]
        while try statement.step() {
            if let kind = statement.text(0) { outcomes[kind] = Instant(milliseconds: statement.integer(1)) }
        }
        return outcomes
    }

    /// The stages that some accounts ever reached in journeys, by account.
    package func stageEntries(of accounts: [Int64]) throws -> [Int64: [StageEntry]] {
        try StageRecords(connection).entries(
            AccountRows(connection, ids: accounts, ranges: AccountRows.ranges(of: accounts)))
    }
}
