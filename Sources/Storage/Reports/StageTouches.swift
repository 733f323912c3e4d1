package import Decisions
package import Playbooks

/// Whom touches met in which stage, and what came of them, for the map of the journeys.
package struct StageTouches {
    private let connection: Connection
    private let asOf: Instant

    /// A step of a playbook in a stage.
    package struct Key: Hashable, Sendable {
        package var playbook: String
        package var step: String
        package var stage: StageKey

        package init(playbook: String, step: String, stage: StageKey) {
            (self.playbook, self.step, self.stage) = (playbook, step, stage)
        }
    }

    /// Accounts that a step reached in a stage; those of them who have had the time to move on, and who did.
    package struct Reach: Sendable, Equatable {
        package var accounts: Int
        package var ripe: Int
        package var movedOn: Int
    }

    /// The active accounts of a stage with no touch lately, or with too many.
    package struct Crowd: Sendable, Equatable {
        package var untouched = 0
        package var crowded = 0

        package init() {}
    }

    /// How many entered a playbook, and how many of them reached its goal.
    package struct Goals: Sendable, Equatable {
        package var entered = 0
        package var reached = 0
    }

    /// How far back touches are looked at, and how soon after one who moves on counts.
    package static let (span, soon) = (TimeSpan.days(90), TimeSpan.days(14))
    /// More touches than these in so many days are too many.
    package static let (most, month) = (8, TimeSpan.days(28))

    package init(_ connection: Connection, asOf: Instant) {
        (self.connection, self.asOf) = (connection, asOf)
    }

    private var values: [String: SQLValue] { ["since": .instant(asOf - Self.span), "now": .instant(asOf)] }

    /// An account is in the stage that it came into last; what it went past in the same moment is none.
    package func reached() throws -> [Key: Reach] {
        try connection.query(
            """
            SELECT p.name AS playbook, t.step, s.journey, s.stage, count(DISTINCT t.account_id) AS accounts,
                count(DISTINCT CASE WHEN t.settled_at <= CAST(:now AS bigint) - :soon THEN t.account_id END) AS ripe,
                count(DISTINCT CASE WHEN t.settled_at <= CAST(:now AS bigint) - :soon AND EXISTS (SELECT 1 FROM stage_entry AS n
                    WHERE n.account_id = t.account_id AND n.journey = s.journey AND n.how <> 'skipped'
                        AND n.at > t.settled_at AND n.at <= t.settled_at + :soon)
                    THEN t.account_id END) AS moved
            FROM touch AS t JOIN playbook AS p ON p.id = t.playbook_id
            JOIN stage_entry AS s ON s.account_id = t.account_id AND s.how <> 'skipped' AND s.at <= t.settled_at
            WHERE t.state = 'sent' AND t.settled_at > :since AND t.settled_at <= :now
                AND NOT EXISTS (SELECT 1 FROM stage_entry AS x
                    WHERE x.account_id = t.account_id AND x.how <> 'skipped' AND x.at <= t.settled_at
                        AND (x.at > s.at OR x.at = s.at AND (x.journey > s.journey
                            OR x.journey = s.journey AND x.stage > s.stage)))
            GROUP BY p.name, t.step, s.journey, s.stage
            """, values.merging(["soon": .integer(Self.soon.milliseconds)]) { $1 }
        ).reduce(into: [:]) { found, row in
            let stage = StageKey(row["journey"].text ?? "", row["stage"].text ?? "")
            found[Key(playbook: row["playbook"].text ?? "", step: row["step"].text ?? "", stage: stage)] =
                Reach(accounts: row.count("accounts"), ripe: row.count("ripe"), movedOn: row.count("moved"))
        }
    }

    /// Of the accounts that are in a stage.
    ///
    /// - Parameter later: the stages behind it.
    package func crowd(_ key: StageKey, later: [String]) throws -> Crowd {
        func touches(since name: String) -> String {
            """
            (SELECT count(*) FROM enrollment AS n JOIN touch AS t ON t.enrollment_id = n.id
                WHERE n.account_id = e.account_id AND t.state = 'sent' AND t.settled_at > :\(name) AND t.settled_at <= :now)
            """
        }
        let stage = StageRows.Standing(key, later: later)
        let row = try connection.first(
            """
            SELECT count(*) FILTER (WHERE \(touches(since: "since")) = 0) AS untouched,
                count(*) FILTER (WHERE \(touches(since: "month")) > :most) AS crowded
            FROM stage_entry AS e JOIN account AS a ON a.id = e.account_id
            WHERE \(stage.sql(at: ":now")) AND \(StageRows.active)
            """,
            values.merging(["month": .instant(asOf - Self.month), "most": .integer(Int64(Self.most))]) { $1 }
                .merging(stage.arguments) { $1 })
        var crowd = Crowd()
        (crowd.untouched, crowd.crowded) = (row?.count("untouched") ?? 0, row?.count("crowded") ?? 0)
        return crowd
    }

    /// How many left lately who were in a stage then.
    package func departures(_ key: StageKey, later: [String]) throws -> Int {
        let stage = StageRows.Standing(key, later: later)
        return try connection.first(
            """
            SELECT count(*) AS accounts FROM stage_entry AS e JOIN account AS a ON a.id = e.account_id
            WHERE \(stage.sql(at: "a.churned_at")) AND a.churned_at > :since AND a.churned_at <= :now
                AND a.erased_at IS NULL
            """, values.merging(stage.arguments) { $1 }
        )?.count("accounts") ?? 0
    }

    /// By playbook, with and without it.
    package func goals() throws -> [String: (with: Goals, without: Goals)] {
        var found: [String: (with: Goals, without: Goals)] = [:]
        let rows = try connection.query(
            """
            SELECT p.name AS playbook, CASE e.arm WHEN 'treated' THEN 1 ELSE 0 END AS treated, count(*) AS entered,
                count(e.goal_at) AS reached
            FROM enrollment AS e JOIN playbook AS p ON p.id = e.playbook_id
            WHERE e.entered_at > :year AND e.goal_until + :late <= :now GROUP BY p.name, treated
            """,
            [
                "year": .instant(asOf - .days(365)), "now": .instant(asOf),
                "late": .integer(DataMap.usualLateness.milliseconds),
            ])
        for row in rows {
            let goals = Goals(entered: row.count("entered"), reached: row.count("reached"))
            var both = found[row["playbook"].text ?? ""] ?? (Goals(), Goals())
            if row["treated"].integer == 1 { both.with = goals } else { both.without = goals }
            found[row["playbook"].text ?? ""] = both
        }
        return found
    }
}
