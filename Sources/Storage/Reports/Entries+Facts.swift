package import Playbooks

extension Entries {
    /// What a report must say beside the figures of a period.
    package struct Facts: Sendable {
        /// Accounts that entered in the four weeks before, or since the start when that is later, and those days.
        package var recent = 0
        package var days = 1.0
        /// Entries of accounts that had entered before, in any period.
        package var again = 0
        /// Entries whose account has been erased since.
        package var erased = 0
        /// When the account that fills a plan matures, if it has entered.
        package var fullAt: Instant?

        package init() {}
    }

    /// - Parameter planned: how many matured accounts of the playbook's own arms fill the plan.
    package func facts(of period: Period, planned: Int?) throws -> Facts {
        var facts = Facts()
        let since = max(asOf - .days(28), period.startedAt)
        let scope: [String: SQLValue] = [
            "experiment": .integer(period.experimentID), "since": .instant(since), "as_of": .instant(asOf),
            "playbook": .integer(playbookID),
        ]
        let row = try connection.first(
            """
            SELECT count(*) FILTER (WHERE entered_at > :since AND arm <> 'global_holdout'), coalesce(sum(is_erased), 0)
            FROM temp.report_entry WHERE experiment_id = :experiment
            """, scope)
        facts.recent = Int(row?[0].integer ?? 0)
        facts.erased = Int(row?[1].integer ?? 0)
        facts.days = max(1, Double((asOf - since).milliseconds) / 86_400_000)
        let all = try connection.integer(
            """
            SELECT count(*) FROM enrollment
            WHERE playbook_id = :playbook AND experiment_id = :experiment AND entered_at <= :as_of
            """, scope)
        facts.again = max(0, Int(all) - period.entered)
        if let planned, planned > 0 {
            facts.fullAt = try connection.first(
                """
                SELECT until FROM temp.report_entry
                WHERE experiment_id = :experiment AND has_goal = :has_goal AND arm <> 'global_holdout'
                ORDER BY until LIMIT 1 OFFSET :before
                """,
                scope.merging([
                    "before": .integer(Int64(planned - 1)), "has_goal": .integer(period.hasGoal ? 1 : 0),
                ]) { $1 })?[0].instant
        }
        return facts
    }

    /// The goals, or those kept, among the entries of all arms whose window was over before a moment: the history that
    /// a plan and a prior begin with.
    package func history(before moment: Instant, hasGoal: Bool) throws -> Count {
        var count = Count()
        let hit = hasGoal ? "goal_at IS NOT NULL" : "left_at IS NULL OR left_at > until OR left_known_at > :moment"
        let row = try connection.first(
            """
            SELECT count(*), count(*) FILTER (WHERE \(hit)) FROM temp.report_entry
            WHERE until <= :moment AND has_goal = :has_goal AND entered_at < :moment
            """, ["moment": .instant(moment), "has_goal": .integer(hasGoal ? 1 : 0)])
        count.matured = Int(row?[0].integer ?? 0)
        count.hits = Int(row?[1].integer ?? 0)
        return count
    }

    /// How the arms got the message, by whether they reached the goal: of those matured.
    package func reached(_ period: Period, matured at: Instant) throws -> [Arm: (reached: Count, not: Count)] {
        var arguments: [String: SQLValue] = [
            "experiment": .integer(period.experimentID), "at": .instant(at), "as_of": .instant(asOf),
            "has_goal": .integer(period.hasGoal ? 1 : 0),
        ]
        arguments["days"] = nil
        let hit = period.hasGoal ? "r.goal_at IS NOT NULL" : "(r.left_at IS NULL OR r.left_at > r.until)"
        var result: [Arm: (reached: Count, not: Count)] = [:]
        try connection.forEach(
            """
            SELECT arm, variant, reached, count(*), sum(hit) FROM (
                SELECT r.arm, r.variant, CASE WHEN \(hit) THEN 1 ELSE 0 END AS hit,
                    CASE WHEN EXISTS (SELECT 1 FROM touch AS t WHERE t.enrollment_id = r.id AND t.state = 'sent'
                        AND t.settled_at <= :as_of AND NOT EXISTS (SELECT 1 FROM outcome AS o
                            WHERE o.touch_id = t.id AND o.kind = 'bounced' AND o.at <= :as_of)) THEN 1 ELSE 0 END AS reached
                FROM temp.report_entry AS r
                WHERE r.experiment_id = :experiment AND r.has_goal = :has_goal AND r.until <= :at
            ) AS f GROUP BY arm, variant, reached
            """, arguments
        ) { statement in
            let row = statement.row
            var count = Count()
            count.matured = Int(row[3].integer ?? 0)
            count.hits = Int(row[4].integer ?? 0)
            let arm = Arm(try row[0].word(), row[1].text)
            var pair = result[arm] ?? (Count(), Count())
            if row[2].integer == 1 { pair.reached = count } else { pair.not = count }
            result[arm] = pair
        }
        return result
    }

    /// Sums over the matured entries of an arm, of a metric's daily mean in the four weeks that end two days before the
    /// entry, whatever the zone, and of the goal.
    package struct Usage: Sendable {
        package var arm: Arm
        /// False for those that have no value in these weeks.
        package var isKnown: Bool
        package var count: Int
        package var sum: Double
        package var squares: Double
        /// Of the figure before, over those that reached the goal.
        package var products: Double
        package var goals: Int
    }

    /// Nil when the metric has never been imported.
    package func usage(of metric: String, in period: Period, matured at: Instant) throws -> [Usage]? {
        guard
            let id = try connection.first("SELECT id FROM metric WHERE name = :name", ["name": .text(metric)])?[0]
                .integer
        else { return nil }
        try connection.executeScript(
            """
            DROP TABLE IF EXISTS temp.report_usage;
            CREATE TEMP TABLE report_usage (arm TEXT, variant TEXT, x REAL, y INTEGER NOT NULL);
            """)
        // In the order of days and accounts, so that a window of a block is read once.
        try connection.execute(
            """
            INSERT INTO temp.report_usage
            SELECT arm, variant,
                metric_sum(:metric, account_id, entered_at / 86400000 - 29, entered_at / 86400000 - 2) / 28.0,
                CASE WHEN has_goal = 1 THEN goal_at IS NOT NULL ELSE left_at IS NULL OR left_at > until END
            FROM temp.report_entry NOT INDEXED
            WHERE experiment_id = :experiment AND until <= :at AND has_goal = :has_goal AND arm <> 'global_holdout'
            """,
            [
                "metric": .integer(id), "experiment": .integer(period.experimentID), "at": .instant(at),
                "has_goal": .integer(period.hasGoal ? 1 : 0),
            ])
        return try connection.query(
            """
            SELECT arm, variant, CASE WHEN x IS NULL THEN 0 ELSE 1 END, count(*), coalesce(sum(x), 0),
                coalesce(sum(x * x), 0), coalesce(sum(x * y), 0), sum(y)
            FROM temp.report_usage GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
            """
        ).map { row in
            Usage(
                arm: Arm(try row[0].word(), row[1].text), isKnown: row[2].integer == 1, count: Int(row[3].integer ?? 0),
                sum: row[4].real ?? 0, squares: row[5].real ?? 0, products: row[6].real ?? 0,
                goals: Int(row[7].integer ?? 0))
        }
    }
}
