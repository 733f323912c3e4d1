package import Playbooks

/// The running enrollments with a touch that may go out now, as rows of `plan_due`.
package enum DueEnrollments {
    /// - Returns: the versions that they walk.
    package static func find(
        _ connection: Connection, now: Instant
    ) throws -> [(playbookID: Int64, versionID: Int64)] {
        try connection.execute(
            """
            INSERT INTO plan_due (enrollment_id, playbook_id, version_id)
            SELECT e.id, e.playbook_id, e.version_id
            FROM touch AS t JOIN enrollment AS e ON e.id = t.enrollment_id
            WHERE t.state = 'pending' AND t.not_before <= :now AND e.state = 'active' ON CONFLICT DO NOTHING
            """, ["now": .instant(now)])
        return try connection.query("SELECT DISTINCT playbook_id, version_id FROM plan_due ORDER BY 1, 2").map {
            ($0[0].integer ?? 0, $0[1].integer ?? 0)
        }
    }

    /// How many leave, and how many of their touches will not be sent.
    package static func leaving(_ connection: Connection) throws -> (leaving: Int, cancelled: Int) {
        let leaving = try connection.integer("SELECT count(*) FROM plan_exit")
        guard leaving > 0 else { return (0, 0) }
        let cancelled = try connection.integer(
            """
            SELECT count(*) FROM plan_exit AS x JOIN touch AS t ON t.enrollment_id = x.enrollment_id
            WHERE t.state IN ('pending', 'claimed') AND t.ambiguous = 0
            """)
        return (Int(leaving), Int(cancelled))
    }
}
