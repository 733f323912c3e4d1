package import Decisions
package import Playbooks
package import Statistics

extension Tenures {
    /// The accounts of one arm with how long they stayed from their assignment, in days.
    package struct Arm: Sendable, Hashable {
        package var experiment: String
        package var period: Int
        package var arm: Decisions.Arm
        package var lifetimes: [Lifetime]
    }

    /// Customers by what they were assigned to, whatever became of it, from their first assignment of the newest period.
    package func arms() throws -> [Arm] {
        struct Key: Hashable {
            var experiment: String
            var period: Int
            var arm: Decisions.Arm
        }
        var lives: [Key: [Life: Int]] = [:]
        try connection.forEach(
            """
            SELECT x.name, x.period, g.arm, g.account_id, g.at FROM experiment AS x CROSS JOIN assignment AS g
            WHERE g.experiment_id = x.id AND g.at <= :now AND x.name <> 'global holdout' AND g.arm <> 'global_holdout'
                AND x.period = (SELECT max(y.period) FROM experiment AS y WHERE y.name = x.name AND y.started_at <= :now)
            """, ["now": .instant(now)]
        ) { row in
            let day = zone.day(of: row.instant("at")).number
            guard let stay = stay(of: row.integer("account_id"), on: day) else { return }
            let key = Key(
                experiment: row.text("name") ?? "", period: Int(row.integer("period")), arm: try row.word("arm"))
            lives[key, default: [:]][
                Life(days: (stay.ended ?? today.number) - day, hasLeft: stay.ended != nil), default: 0] += 1
        }
        return lives.map { key, lives in
            Arm(experiment: key.experiment, period: key.period, arm: key.arm, lifetimes: Self.lifetimes(lives))
        }.sorted { ($0.experiment, $1.arm.rawValue) < ($1.experiment, $0.arm.rawValue) }
    }

    /// So many days, and whether they ended with its leaving.
    private struct Life: Hashable {
        var days: Int
        var hasLeft: Bool
    }

    private static func lifetimes(_ lives: [Life: Int]) -> [Lifetime] {
        lives.filter { $0.key.days > 0 || $0.key.hasLeft }
            .sorted { ($0.key.days, $0.key.hasLeft ? 1 : 0) < ($1.key.days, $1.key.hasLeft ? 1 : 0) }
            .map { Lifetime(duration: duration($0.key.days), left: $0.key.hasLeft, count: $0.value) }
    }

    /// The accounts that came into a stage, with how long they stayed customers in it, in days; whoever moved on, or is
    /// still there, is censored.
    package struct InStage: Sendable, Hashable {
        package var key: StageKey
        package var lifetimes: [Lifetime]
    }

    /// What is lost in each stage of the journeys, in their order; who was found in a stage came nobody knows when.
    package func stages(_ journeys: [Journey]) throws -> [InStage] {
        try journeys.flatMap { journey in
            try journey.stages.indices.map { index in
                let next = journey.stages.indices.contains(index + 1) ? journey.stages[index + 1].name : ""
                let key = StageKey(journey.name, journey.stages[index].name)
                return InStage(key: key, lifetimes: Self.lifetimes(try lives(in: key, until: next)))
            }
        }
    }

    private func lives(in key: StageKey, until next: String) throws -> [Life: Int] {
        var lives: [Life: Int] = [:]
        try connection.forEach(
            """
            SELECT e.account_id, e.at, n.at AS moved_at FROM stage_entry AS e LEFT JOIN stage_entry AS n
                ON n.account_id = e.account_id AND n.journey = e.journey AND n.stage = :next AND n.at <= :now
            WHERE e.journey = :journey AND e.stage = :stage AND e.how = 'entered' AND e.at <= :now
                AND coalesce(n.how, '') <> 'found'
            """,
            [
                "journey": .text(key.journey), "stage": .text(key.stage), "next": .text(next), "now": .instant(now),
            ]
        ) { row in
            let day = zone.day(of: row.instant("at")).number
            guard let stay = stay(of: row.integer("account_id"), on: day) else { return }
            let moved = row.optionalInstant("moved_at").map { zone.day(of: $0).number }
            if let moved, moved <= stay.ended ?? moved {
                lives[Life(days: moved - day, hasLeft: false), default: 0] += 1
            } else {
                lives[Life(days: (stay.ended ?? today.number) - day, hasLeft: stay.ended != nil), default: 0] += 1
            }
        }
        return lives
    }
}
