/// Counts over the plan tables, each taken from another table than the one it is compared with.
package struct PlanCounts: Sendable {
    package var admitted: Int
    package var begun: Int
    package var moved: Int
    package var left: Int
    package var goals: Int
    package var touches: Int
    /// Touches whose enrollment moves in this cycle.
    package var owned: Int
    /// Distinct (playbook, account, step, recipient).
    package var distinct: Int

    package init(_ connection: Connection) throws {
        func count(_ sql: String) throws -> Int { Int(try connection.integer("SELECT count(*) FROM \(sql)")) }
        admitted = try count("plan_verdict WHERE verdict IN ('enrolled', 'holdout', 'global_holdout')")
        begun = try count("plan_progress WHERE enrollment_id IS NULL")
        moved = try count("plan_progress WHERE enrollment_id IS NOT NULL")
        left = try count("plan_exit")
        goals = try count("plan_goal")
        touches = try count("plan_touch")
        owned = try count(
            """
            plan_touch AS t JOIN plan_progress AS pr
                ON pr.playbook_id = t.playbook_id AND pr.account_id = t.account_id AND pr.version_id = t.version_id
            """)
        distinct = try count("(SELECT DISTINCT playbook_id, account_id, step, recipient FROM plan_touch) AS keys")
    }

    /// The planned touches by playbook, for `plan`.
    package static func touches(_ connection: Connection, of playbookID: Int64) throws -> Int {
        Int(
            try connection.integer(
                "SELECT count(*) FROM plan_touch WHERE playbook_id = :playbook", ["playbook": .integer(playbookID)]))
    }
}
