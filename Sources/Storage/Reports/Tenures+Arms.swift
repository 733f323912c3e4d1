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
        var lives: [ArmKey: [Life: Int]] = [:]
        try forEachAssigned { key, _, life in lives[key, default: [:]][life, default: 0] += 1 }
        return lives.map { key, lives in
            Arm(experiment: key.experiment, period: key.period, arm: key.arm, lifetimes: Self.lifetimes(lives))
        }.sorted { ($0.experiment, $1.arm.rawValue) < ($1.experiment, $0.arm.rawValue) }
    }

    struct ArmKey: Hashable {
        var experiment: String
        var period: Int
        var arm: Decisions.Arm
    }

    /// Each customer that was assigned, by the index of its tenure, with the life from there on.
    func forEachAssigned(_ body: (ArmKey, Int, Life) -> Void) throws {
        try connection.forEach(
            """
            SELECT x.name, x.period, g.arm, g.account_id, g.at FROM experiment AS x CROSS JOIN assignment AS g
            WHERE g.experiment_id = x.id AND g.at <= :now AND x.name <> 'global holdout' AND g.arm <> 'global_holdout'
                AND x.period = (SELECT max(y.period) FROM experiment AS y WHERE y.name = x.name AND y.started_at <= :now)
            """, ["now": .instant(now)]
        ) { row in
            let day = zone.day(of: row.instant("at")).number
            guard let index = place(of: row.integer("account_id"), on: day) else { return }
            let stay = tenures[index]
            let key = ArmKey(
                experiment: row.text("name") ?? "", period: Int(row.integer("period")), arm: try row.word("arm"))
            body(key, index, Life(days: (stay.ended ?? today.number) - day, hasLeft: stay.ended != nil))
        }
    }

    private static func lifetimes(_ lives: [Life: Int]) -> [Lifetime] {
        lives.filter { $0.key.isObserved }
            .sorted { ($0.key.days, $0.key.hasLeft ? 1 : 0) < ($1.key.days, $1.key.hasLeft ? 1 : 0) }
            .map { Lifetime(duration: $0.key.duration, left: $0.key.hasLeft, count: $0.value) }
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
                var lives: [Life: Int] = [:]
                try forEachStay(in: journey, stage: index) { _, life in lives[life, default: 0] += 1 }
                return InStage(
                    key: StageKey(journey.name, journey.stages[index].name), lifetimes: Self.lifetimes(lives))
            }
        }
    }

    /// Each customer that came into a stage, by the index of its tenure, with its life in the stage.
    func forEachStay(in journey: Journey, stage index: Int, _ body: (Int, Life) -> Void) throws {
        let next = journey.stages.indices.contains(index + 1) ? journey.stages[index + 1].name : ""
        try connection.forEach(
            """
            SELECT e.account_id, e.at, n.at AS moved_at FROM stage_entry AS e LEFT JOIN stage_entry AS n
                ON n.account_id = e.account_id AND n.journey = e.journey AND n.stage = :next AND n.at <= :now
            WHERE e.journey = :journey AND e.stage = :stage AND e.how = 'entered' AND e.at <= :now
                AND coalesce(n.how, '') <> 'found'
            """,
            [
                "journey": .text(journey.name), "stage": .text(journey.stages[index].name), "next": .text(next),
                "now": .instant(now),
            ]
        ) { row in
            let day = zone.day(of: row.instant("at")).number
            guard let place = place(of: row.integer("account_id"), on: day) else { return }
            let stay = tenures[place]
            let moved = row.optionalInstant("moved_at").map { zone.day(of: $0).number }
            if let moved, moved <= stay.ended ?? moved {
                body(place, Life(days: moved - day, hasLeft: false))
            } else {
                body(place, Life(days: (stay.ended ?? today.number) - day, hasLeft: stay.ended != nil))
            }
        }
    }
}
