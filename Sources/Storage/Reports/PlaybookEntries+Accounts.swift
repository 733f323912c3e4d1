import Decisions
import Foundation
package import Playbooks
package import Statistics

extension PlaybookEntries {
    /// Sums over the accounts of an arm: of their entries, first and later ones, and of the goals of these.
    package struct Repeats: Sendable {
        package var accounts = 0
        package var entries = 0.0
        package var goals = 0.0
        package var entriesSquared = 0.0
        package var goalsSquared = 0.0
        package var products = 0.0

        package init() {}
    }

    /// All entries of a period whose window was over, by account: later ones of an account count too.
    package func repeats(in period: Period, matured at: Instant) throws -> [Arm: Repeats] {
        let (accounts, arguments) = entriesByAccount(in: period, matured: at)
        var sums: [Arm: Repeats] = [:]
        try connection.forEach(
            """
            SELECT arm, variant, count(*) AS accounts, sum(entries) AS entries, sum(goals) AS goals,
                sum(entries * entries) AS entries_squared, sum(goals * goals) AS goals_squared,
                sum(entries * goals) AS products
            FROM (\(accounts)) AS a GROUP BY arm, variant
            """, arguments
        ) { row in
            var sum = Repeats()
            sum.accounts = Int(row.integer("accounts"))
            sum.entries = Double(row.integer("entries"))
            sum.goals = Double(row.integer("goals"))
            sum.entriesSquared = Double(row.integer("entries_squared"))
            sum.goalsSquared = Double(row.integer("goals_squared"))
            sum.products = Double(row.integer("products"))
            sums[Arm(try row.word("arm"), row.optionalText("variant"))] = sum
        }
        return sums
    }

    /// The accounts that `repeats` sums, each with how often it entered and how often it reached the goal.
    package func forEachRepeat(
        in period: Period, matured at: Instant, _ body: (Int64, Arm, _ entries: Int, _ goals: Int) throws -> Void
    ) throws {
        let (accounts, arguments) = entriesByAccount(in: period, matured: at)
        try connection.forEach(accounts, arguments) { row in
            try body(
                row.integer("account_id"), Arm(try row.word("arm"), row.optionalText("variant")),
                Int(row.integer("entries")), Int(row.integer("goals")))
        }
    }

    private func entriesByAccount(
        in period: Period, matured at: Instant
    ) -> (sql: String, arguments: [String: SQLValue]) {
        let hit =
            period.hasGoal
            ? "e.goal_at <= :as_of AND e.goal_at <= e.goal_until"
            : """
            NOT EXISTS (SELECT 1 FROM event AS v WHERE v.account_id = e.account_id
                AND v.kind_id = (SELECT id FROM event_kind WHERE name = 'churned') AND v.at >= e.entered_at
                AND v.at <= e.entered_at + :watch AND v.received_at <= :at)
            """
        var arguments = scope(of: period, at: at)
        arguments["as_of"] = .instant(asOf)
        arguments["watch"] = .integer(Self.watch.milliseconds)
        arguments["lateness"] = .integer(lateness.milliseconds)
        return (
            """
            SELECT e.account_id, e.arm, e.variant, count(*) AS entries,
                sum(CASE WHEN \(hit) THEN 1 ELSE 0 END) AS goals
            FROM enrollment AS e
            WHERE e.playbook_id = :playbook AND e.experiment_id = :experiment AND e.arm <> 'global_holdout'
                AND (CASE WHEN e.goal_until IS NULL THEN 0 ELSE 1 END) = :has_goal
                AND coalesce(e.goal_until, e.entered_at + :watch) + :lateness <= :at AND NOT \(Match.isByHand("e.match_key"))
            GROUP BY e.account_id, e.arm, e.variant
            """, arguments
        )
    }

    /// What is known of every account before it enters, with the goal: for how long it had been there, whether nobody knows
    /// that, what it paid, and how often it had left.
    ///
    /// Time and money by their logarithms, so that no large account makes everybody's figure.
    package func before(in period: Period, matured at: Instant) throws -> [Arm: Cuped.Arm] {
        var sums: [Arm: Cuped.Arm] = [:]
        try connection.forEach(
            """
            SELECT r.arm, r.variant, CASE WHEN \(hit(period)) THEN 1 ELSE 0 END AS hit, r.entered_at,
                (SELECT a.created_at FROM account AS a WHERE a.id = r.account_id) AS created_at,
                \(mrr("r.entered_at")) AS mrr,
                (SELECT count(*) FROM event AS v WHERE v.account_id = r.account_id AND v.at < r.entered_at
                    AND v.received_at <= :as_of AND v.kind_id = (SELECT id FROM event_kind WHERE name = 'churned')) AS departures
            FROM report_entry AS r
            WHERE r.experiment_id = :experiment AND r.known_at <= :at AND r.has_goal = :has_goal
                AND r.arm <> 'global_holdout'
            """, scope(of: period, at: at).merging(["as_of": .instant(asOf)]) { $1 }
        ) { row in
            let tenure = row.optionalInstant("created_at").map { created in
                max(0, Double((row.instant("entered_at") - created).milliseconds) / 86_400_000)
            }
            let figures = [
                log1p(tenure ?? 0), tenure == nil ? 1 : 0, log1p(Double(max(0, row.optionalInteger("mrr") ?? 0))),
                Double(row.integer("departures")),
            ]
            let arm = Arm(try row.word("arm"), row.optionalText("variant"))
            sums[arm, default: Cuped.Arm(figures: figures.count)].add(figures, row.integer("hit") == 1 ? 1 : 0)
        }
        return sums
    }
}
