package import Decisions
package import Playbooks
package import Statistics

extension Stays {
    /// The accounts of one arm with how long they stayed from their assignment, in days.
    package struct Arm: Sendable, Hashable {
        package var experiment: String
        package var period: Int
        package var arm: Decisions.Arm
        package var lifetimes: [Lifetime]
    }

    /// Customers by what they were assigned to, whatever became of it, from their first assignment of the newest period.
    package func arms() throws -> [Arm] {
        try connection.executeScript(
            "CREATE INDEX IF NOT EXISTS temp.report_stay_account ON report_stay (account_id)")
        var arms: [Arm] = []
        for row in try connection.query(
            """
            SELECT name, period, arm, coalesce(ended, :today) - day, CASE WHEN ended IS NULL THEN 0 ELSE 1 END, count(*)
            FROM (
                SELECT x.name, x.period, g.arm, g.account_id, \(dayOf("g.at")) AS day
                FROM experiment AS x CROSS JOIN assignment AS g
                WHERE g.experiment_id = x.id AND g.at <= :now AND x.name <> 'global holdout' AND g.arm <> 'global_holdout'
                    AND x.period = (SELECT max(y.period) FROM experiment AS y WHERE y.name = x.name AND y.started_at <= :now)
            ) AS assigned JOIN report_stay AS s ON s.account_id = assigned.account_id
            WHERE s.began <= day AND coalesce(s.ended, day + 1) > day
            GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 3 DESC, 4, 5
            """, ["now": .instant(now), "today": .integer(Int64(today.number))])
        {
            let (name, period, arm) = (row[0].text ?? "", Int(row[1].integer ?? 0), try row[2].word(Decisions.Arm.self))
            if arms.last?.experiment != name || arms.last?.arm != arm {
                arms.append(Arm(experiment: name, period: period, arm: arm, lifetimes: []))
            }
            let lifetime = Lifetime(
                duration: row[3].real ?? 0, left: row[4].integer == 1, count: Int(row[5].integer ?? 0))
            if lifetime.duration > 0 { arms[arms.count - 1].lifetimes.append(lifetime) }
        }
        return arms
    }

    /// The accounts that came into a stage, with how long they stayed customers in it, in days; whoever moved on, or is
    /// still there, is censored.
    package struct InStage: Sendable, Hashable {
        package var key: StageKey
        package var lifetimes: [Lifetime]
    }

    /// What is lost in each stage of the journeys, in their order; who was found in a stage came nobody knows when.
    package func stages(_ journeys: [Journey]) throws -> [InStage] {
        try connection.executeScript(
            "CREATE INDEX IF NOT EXISTS temp.report_stay_account ON report_stay (account_id)")
        return try journeys.flatMap { journey in
            try journey.stages.indices.map { index in
                let next = journey.stages.indices.contains(index + 1) ? journey.stages[index + 1].name : ""
                let rows = try connection.query(
                    """
                    SELECT CASE WHEN moved <= coalesce(ended, moved) THEN moved ELSE coalesce(ended, :today) END - day,
                        CASE WHEN ended IS NOT NULL AND coalesce(moved, ended + 1) > ended THEN 1 ELSE 0 END, count(*)
                    FROM (
                        SELECT \(dayOf("e.at")) AS day, s.ended, CASE WHEN n.at <= :now THEN \(dayOf("n.at")) END AS moved
                        FROM stage_entry AS e LEFT JOIN stage_entry AS n
                            ON n.account_id = e.account_id AND n.journey = e.journey AND n.stage = :next
                        JOIN report_stay AS s ON s.account_id = e.account_id
                        WHERE e.journey = :journey AND e.stage = :stage AND e.how = 'entered' AND e.at <= :now
                            AND s.began <= \(dayOf("e.at")) AND coalesce(s.ended, \(dayOf("e.at")) + 1) > \(dayOf("e.at"))
                    ) AS entries GROUP BY 1, 2 ORDER BY 1, 2
                    """,
                    [
                        "journey": .text(journey.name), "stage": .text(journey.stages[index].name), "next": .text(next),
                        "now": .instant(now), "today": .integer(Int64(today.number)),
                    ])
                return InStage(
                    key: StageKey(journey.name, journey.stages[index].name),
                    lifetimes: rows.map { row in
                        Lifetime(
                            duration: row[0].real ?? 0, left: row[1].integer == 1, count: Int(row[2].integer ?? 0))
                    }.filter { $0.duration > 0 })
            }
        }
    }
}
