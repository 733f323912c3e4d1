package import Decisions
package import Playbooks

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

    /// Those of one version.
    package struct OfVersion: Sendable {
        package var entered = 0
        package var active = 0

        package init() {}
    }

    package var steps: [String: OfStep] = [:]
    package var standing: [Standing] = []
    package var entries: [Arm: Int] = [:]
    package var versions: [Int64: OfVersion] = [:]
    /// Of those that ended, by reason.
    package var ends: [String: Int] = [:]
    package var goals = 0
    /// Since the moment from which on entries are counted apart.
    package var recent = 0
    /// Accounts by the verdict of a match of theirs that stands now.
    package var verdicts: [Verdict: Int] = [:]

    package init() {}

    package var entered: Int { entries.values.reduce(0, +) }
    package var active: Int { standing.reduce(0) { $0 + $1.count } }
    package var heldOut: Int { entries.reduce(0) { $0 + ($1.key == .treated ? 0 : $1.value) } }

    /// Touches in one of these states.
    package func touches(_ states: [TouchState]) -> Int {
        steps.values.reduce(0) { sum, step in sum + states.reduce(0) { $0 + (step.touches[$1] ?? 0) } }
    }

    /// Of every playbook, by its id: one pass over each table. The sign before a column keeps SQLite from walking an index
    /// of that column, which would look up every row by itself.
    ///
    /// - Parameter moment: from when on entries are counted apart.
    package static func all(since moment: Instant, _ connection: Connection) throws -> [Int64: PlaybookCounts] {
        var counts: [Int64: PlaybookCounts] = [:]
        try addEnrollments(since: moment, to: &counts, connection)
        try addTouches(to: &counts, connection)
        try connection.forEach(
            """
            SELECT e.playbook_id, p.step, p.result, count(*) AS n FROM passage AS p
            CROSS JOIN enrollment AS e WHERE e.id = p.enrollment_id GROUP BY e.playbook_id, p.step, p.result
            """
        ) { row in
            guard let result = row.text("result").flatMap(PassageResult.init(rawValue:)) else { return }
            counts[row.integer("playbook_id"), default: Self()]
                .steps[row.text("step") ?? "", default: OfStep()].passages[result] = Int(row.integer("n"))
        }
        try connection.forEach(
            """
            SELECT playbook_id, verdict, count(DISTINCT account_id) AS n FROM standing
            WHERE false_since IS NULL GROUP BY playbook_id, verdict
            """
        ) { row in
            counts[row.integer("playbook_id"), default: Self()].verdicts[try row.word("verdict")] = Int(
                row.integer("n"))
        }
        return counts
    }

    private static func addEnrollments(
        since moment: Instant, to counts: inout [Int64: PlaybookCounts], _ connection: Connection
    ) throws {
        try connection.forEach(
            """
            SELECT playbook_id, version_id, arm, state, coalesce(end_reason, '') AS reason, count(*) AS n,
                count(goal_at) AS goals, count(*) FILTER (WHERE entered_at >= :since) AS recent
            FROM enrollment GROUP BY \(connection.dialect.unindexed("playbook_id")), version_id, arm, state, end_reason
            """, ["since": .instant(moment)]
        ) { row in
            let count = Int(row.integer("n"))
            var found = counts[row.integer("playbook_id")] ?? Self()
            let isEnded = row.text("state") == EnrollmentState.ended.rawValue
            found.entries[try row.word("arm"), default: 0] += count
            found.versions[row.integer("version_id"), default: OfVersion()].entered += count
            found.goals += Int(row.integer("goals"))
            found.recent += Int(row.integer("recent"))
            if isEnded {
                found.ends[row.text("reason") ?? "", default: 0] += count
            } else {
                found.versions[row.integer("version_id"), default: OfVersion()].active += count
            }
            counts[row.integer("playbook_id")] = found
        }
        try connection.forEach(
            """
            SELECT playbook_id, version_id, variant, step, count(*) AS n FROM enrollment
            WHERE state = 'active' GROUP BY \(connection.dialect.unindexed("playbook_id")), version_id, variant, step
            """
        ) { row in
            counts[row.integer("playbook_id"), default: Self()].standing.append(
                Standing(
                    versionID: row.integer("version_id"), variant: row.optionalText("variant"),
                    step: Int(row.integer("step")), count: Int(row.integer("n"))))
        }
    }

    private static func addTouches(to counts: inout [Int64: PlaybookCounts], _ connection: Connection) throws {
        try connection.forEach(
            "SELECT playbook_id, step, state, count(*) AS n FROM touch GROUP BY \(connection.dialect.unindexed("playbook_id")), step, state"
        ) { row in
            counts[row.integer("playbook_id"), default: Self()]
                .steps[row.text("step") ?? "", default: OfStep()].touches[try row.word("state")] = Int(
                    row.integer("n"))
        }
        try connection.forEach(
            """
            SELECT t.playbook_id, t.step, o.kind, count(DISTINCT t.id) AS n FROM outcome AS o
            CROSS JOIN touch AS t WHERE t.id = o.touch_id GROUP BY t.playbook_id, t.step, o.kind
            """
        ) { row in
            counts[row.integer("playbook_id"), default: Self()]
                .steps[row.text("step") ?? "", default: OfStep()].outcomes[row.text("kind") ?? ""] = Int(
                    row.integer("n"))
        }
    }
}

extension Row {
    /// A column that counts.
    func count(_ name: String) -> Int { Int(self[name].integer ?? 0) }
}
