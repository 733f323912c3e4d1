package import Decisions
import Playbooks

/// What came of a playbook, step by step, for its flow.
package struct PlaybookCounts: Sendable {
    /// One step: touches by state, what was heard of them, and how waits and choices ended.
    package struct OfStep: Sendable {
        package var touches: [TouchState: Int] = [:]
        /// Touches, not events: delivered, opened, clicked and so on.
        package var outcomes: [String: Int] = [:]
        package var passages: [PassageResult: Int] = [:]

        package init() {}
    }

    /// Active enrollments that stand at a step of a version.
    package struct Standing: Sendable {
        package var versionID: Int64
        package var variant: String?
        package var step: Int
        package var count: Int
    }

    package var steps: [String: OfStep] = [:]
    package var standing: [Standing] = []
    package var entries: [Arm: Int] = [:]
    /// Of those that ended, by reason.
    package var ends: [String: Int] = [:]
    package var goals = 0
    /// Of the matches that stand, the verdicts.
    package var verdicts: [Verdict: Int] = [:]

    package var entered: Int { entries.values.reduce(0, +) }
    package var active: Int { standing.reduce(0) { $0 + $1.count } }

    package init(of playbook: Int64, _ connection: Connection) throws {
        let key: [String: SQLValue] = ["playbook": .integer(playbook)]
        for row in try connection.query(
            "SELECT step, state, count(*) AS n FROM touch WHERE playbook_id = :playbook GROUP BY step, state", key)
        {
            let state: TouchState = try row["state"].word()
            steps[row["step"].text ?? "", default: OfStep()].touches[state] = row.count("n")
        }
        for row in try connection.query(
            """
            SELECT t.step, o.kind, count(DISTINCT t.id) AS n FROM touch AS t JOIN outcome AS o ON o.touch_id = t.id
            WHERE t.playbook_id = :playbook GROUP BY t.step, o.kind
            """, key)
        {
            steps[row["step"].text ?? "", default: OfStep()].outcomes[row["kind"].text ?? ""] = row.count("n")
        }
        for row in try connection.query(
            """
            SELECT p.step, p.result, count(*) AS n FROM enrollment AS e
            JOIN passage AS p ON p.account_id = e.account_id AND p.enrollment_id = e.id
            WHERE e.playbook_id = :playbook GROUP BY p.step, p.result
            """, key)
        {
            let text = row["result"].text ?? ""
            guard let result = PassageResult(rawValue: text) else { continue }
            steps[row["step"].text ?? "", default: OfStep()].passages[result] = row.count("n")
        }
        standing = try connection.query(
            """
            SELECT version_id, variant, step, count(*) AS n FROM enrollment
            WHERE playbook_id = :playbook AND state = 'active' GROUP BY version_id, variant, step
            """, key
        ).map {
            Standing(
                versionID: $0["version_id"].integer ?? 0, variant: $0["variant"].text, step: $0.count("step"),
                count: $0.count("n"))
        }
        for row in try connection.query(
            """
            SELECT arm, state, coalesce(end_reason, '') AS reason, count(*) AS n, count(goal_at) AS goals
            FROM enrollment WHERE playbook_id = :playbook GROUP BY arm, state, end_reason
            """, key)
        {
            let arm: Arm = try row["arm"].word()
            entries[arm, default: 0] += row.count("n")
            goals += row.count("goals")
            if row["state"].text == EnrollmentState.ended.rawValue {
                ends[row["reason"].text ?? "", default: 0] += row.count("n")
            }
        }
        for row in try connection.query(
            "SELECT verdict, count(*) AS n FROM standing WHERE playbook_id = :playbook GROUP BY verdict", key)
        {
            verdicts[try row["verdict"].word()] = row.count("n")
        }
    }
}

extension Row {
    /// A column that counts.
    func count(_ name: String) -> Int { Int(self[name].integer ?? 0) }
}
