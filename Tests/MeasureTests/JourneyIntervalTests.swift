import Decisions
import Measure
import Playbooks
import Reliability
import Statistics
import Storage
import Testing

/// How often the intervals of the report on journeys hold what they are of.
struct JourneyIntervalTests {
    /// Of those who come into a stage, who moves on; in one journey fewer from a day on.
    private static let (onward, leaking, last) = (0.6, 0.25, 0.5)
    private static let began = 250
    private static let today = 285

    private static func journey(_ name: String) -> String {
        """
        journey: \(name)
        for: \(name == "a" ? "free" : "pro")_plan
        stages:
          signed_up: { expect: 10d }
          activated: { enter: happened(first_report), expect: 20d }
          adopted: { enter: happened(report_shared) }
        """
    }

    private static func world() throws -> AttritionWorld {
        let dataMap =
            AttritionWorld.dataMap + """

                  free_plan: plan == "free" and status == "active"
                  pro_plan: plan == "pro" and status == "active"
                events: { first_report: {}, report_shared: {} }
                """
        return try AttritionWorld(
            dataMap: dataMap, files: ["journeys/a.yaml": journey("a"), "journeys/b.yaml": journey("b")])
    }

    /// Ten accounts come on each day, five to each journey, and each has a draw of its own.
    private static func live(_ world: AttritionWorld, _ dice: inout Dice) throws {
        try world.store.write { connection in
            try connection.execute("DELETE FROM stage_entry")
            try connection.execute("DELETE FROM account")
            for number in 0..<(today * 10) {
                let (came, name) = (number / 10, number % 2 == 0 ? "a" : "b")
                let id = try connection.integer(
                    """
                    INSERT INTO account (key, created_at, mrr, a_plan, journey) VALUES (:key, :at, 4000, :plan, :journey)
                    RETURNING id
                    """,
                    [
                        "key": .text("k\(number)"), "at": .instant(AttritionWorld.day(came)),
                        "plan": .text(name == "a" ? "free" : "pro"), "journey": .text(name),
                    ])
                var way = [("signed_up", came)]
                let chance = name == "a" && came >= began ? leaking : onward
                if Double.random(in: 0..<1, using: &dice) < chance {
                    way.append(("activated", came + 1 + dice.below(8)))
                    if Double.random(in: 0..<1, using: &dice) < last {
                        way.append(("adopted", way[1].1 + 1 + dice.below(15)))
                    }
                }
                for (stage, day) in way where day < today {
                    try connection.execute(
                        """
                        INSERT INTO stage_entry (account_id, journey, stage, at, how)
                        VALUES (:id, :journey, :stage, :at, 'entered')
                        """,
                        [
                            "id": .integer(id), "journey": .text(name), "stage": .text(stage),
                            "at": .instant(AttritionWorld.day(day)),
                        ])
                }
            }
        }
    }

    @Test func intervalsHoldWhatTheyAreOfAsOftenAsTheySay() throws {
        let worlds = Rounds.count(10, long: 200)
        var dice = Dice(3)
        var (steps, funnels) = (
            Coverage("share that moved on", independent: 4), Coverage("reached the end", independent: 2)
        )
        var weak = Coverage("difference of a weak point")
        let world = try Self.world()
        for round in 0..<worlds {
            try Self.live(world, &dice)
            let report = try world.journey(on: Self.today)
            for name in ["a", "b"] {
                let rows = try #require(report.table(named: "Steps of \(name)")).rows
                for (row, chance) in zip(rows, [name == "a" ? Self.leaking : Self.onward, Self.last]) {
                    steps.add(row[3], of: chance, "\(round), \(row[0].text) of \(name)")
                }
                let text = try #require(try report.section("\(name), for").sentences.first)
                let ends = try #require(text.firstMatch(of: /interval ([0-9.]+)% to ([0-9.]+)%/))
                let (lower, upper) = (Double(ends.1) ?? 0, Double(ends.2) ?? 0)
                // Who has had the time came long before the leak.
                funnels.add((lower...upper).contains(100 * Self.onward * Self.last), "\(round): \(text)")
            }
            for row in report.table(named: "Weak points")?.rows ?? [] where row[1].text == "signed_up → activated" {
                weak.add(row[6], of: Self.leaking - Self.onward, "\(round), \(row[2].text)")
            }
        }
        for said in [steps, funnels, weak] {
            said.tell()
            #expect(said.all > worlds / 4, "\(said.name)")
            #expect(said.share >= said.least(worlds: worlds), "\(said.name): \(said.missed)")
        }
    }
}

extension Coverage {
    fileprivate mutating func add(_ cell: Report.Cell, of truth: Double, _ name: String) {
        guard case .interval(let interval, let unit) = cell else { return }
        add(interval.contains(truth), "\(name): \(unit.text(truth)) is not in \(cell.text)")
    }
}
