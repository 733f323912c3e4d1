package import Decisions
package import Playbooks

extension PlaybookCounts {
    /// Some of the enrollments of a playbook: who entered lately, by a version, in an arm.
    package struct Part: Sendable, Hashable {
        package var since: Instant?
        package var versionID: Int64?
        package var arms: [Arm] = Arm.allCases
        package var variant: String?

        package init() {}
    }

    /// What came of a part of a playbook's enrollments; the verdicts of those who did not enter are of no part.
    ///
    /// It walks from the enrollments, so it takes as long as they are many.
    package static func part(
        _ part: Part, of playbookID: Int64, _ connection: Connection
    ) throws -> PlaybookCounts {
        let arms = BoundList("arm", part.arms.map(\.rawValue))
        let isIn = """
            e.playbook_id = :playbook AND e.arm IN (\(arms.names))
                AND (CAST(:since AS bigint) IS NULL OR e.entered_at >= :since)
                AND (CAST(:version AS bigint) IS NULL OR e.version_id = :version)
                AND (CAST(:variant AS TEXT) IS NULL OR e.variant = :variant)
            """
        let arguments = arms.arguments.merging([
            "playbook": .integer(playbookID), "since": .optional(part.since?.milliseconds),
            "version": .optional(part.versionID), "variant": .optional(part.variant),
        ]) { $1 }
        var counts = PlaybookCounts()
        try connection.forEach(
            """
            SELECT e.version_id, e.variant, e.arm, e.state, e.step, coalesce(e.end_reason, '') AS reason, count(*) AS n,
                count(e.goal_at) AS goals
            FROM enrollment AS e WHERE \(isIn)
            GROUP BY e.version_id, e.variant, e.arm, e.state, e.step, e.end_reason
            """, arguments
        ) { row in
            let count = Int(row.integer("n"))
            counts.entries[try row.word("arm"), default: 0] += count
            counts.versions[row.integer("version_id"), default: OfVersion()].entered += count
            counts.goals += Int(row.integer("goals"))
            guard row.text("state") != EnrollmentState.ended.rawValue else {
                return counts.ends[row.text("reason") ?? "", default: 0] += count
            }
            counts.versions[row.integer("version_id"), default: OfVersion()].active += count
            counts.standing.append(
                Standing(
                    versionID: row.integer("version_id"), variant: row.optionalText("variant"),
                    step: Int(row.integer("step")), count: count))
        }
        try connection.forEach(
            """
            SELECT t.step, t.state, count(*) AS n FROM enrollment AS e
            CROSS JOIN touch AS t WHERE \(isIn) AND t.enrollment_id = e.id GROUP BY t.step, t.state
            """, arguments
        ) { row in
            counts.steps[row.text("step") ?? "", default: OfStep()].touches[try row.word("state")] = Int(
                row.integer("n"))
        }
        try connection.forEach(
            """
            SELECT t.step, o.kind, count(DISTINCT t.id) AS n FROM enrollment AS e
            CROSS JOIN touch AS t CROSS JOIN outcome AS o
            WHERE \(isIn) AND t.enrollment_id = e.id AND o.touch_id = t.id GROUP BY t.step, o.kind
            """, arguments
        ) { row in
            counts.steps[row.text("step") ?? "", default: OfStep()].outcomes[row.text("kind") ?? ""] = Int(
                row.integer("n"))
        }
        try connection.forEach(
            """
            SELECT p.step, p.result, count(*) AS n FROM enrollment AS e
            CROSS JOIN passage AS p
            WHERE \(isIn) AND p.account_id = e.account_id AND p.enrollment_id = e.id GROUP BY p.step, p.result
            """, arguments
        ) { row in
            guard let result = row.text("result").flatMap(PassageResult.init(rawValue:)) else { return }
            counts.steps[row.text("step") ?? "", default: OfStep()].passages[result] = Int(row.integer("n"))
        }
        return counts
    }
}
