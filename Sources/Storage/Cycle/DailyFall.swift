package import Decisions
import Playbooks

/// How many accounts a metric fell for on one day; kept as benchmarks of all active accounts.
package struct DailyFall: Sendable, Equatable {
    /// Accounts that were active on the same weekday of the two weeks before.
    package var steady: Int
    /// Those of them that reached less than half of the lower of the two.
    package var fallen: Int
    /// The same of a week before.
    package var steadyBefore: Int
    package var fallenBefore: Int

    package init(steady: Int, fallen: Int, steadyBefore: Int, fallenBefore: Int) {
        self.steady = steady
        self.fallen = fallen
        self.steadyBefore = steadyBefore
        self.fallenBefore = fallenBefore
    }

    private static let names = ["steady", "fallen", "steady_before", "fallen_before"]

    /// The figures of the last complete day of a metric; nil when it has none.
    package static func load(
        _ metric: String, _ context: EvaluationContext, _ connection: Connection
    ) throws -> DailyFall? {
        guard let day = context.lastCompleteDay[metric] else { return nil }
        try Benchmarks.prepare(connection)
        let key: [String: SQLValue] = [
            "audience": .text(""), "metric": .text(metric), "day": .integer(Int64(day.number)),
        ]
        let figures = try names.compactMap { try Benchmarks.stored($0, key, connection).map { Int($0) } }
        if figures.count == names.count {
            return DailyFall(
                steady: figures[0], fallen: figures[1], steadyBefore: figures[2], fallenBefore: figures[3])
        }
        let fall = try count(metric, day, context, connection)
        let counts = [fall.steady, fall.fallen, fall.steadyBefore, fall.fallenBefore]
        for (name, count) in zip(names, counts) { try Benchmarks.plan(name, Double(count), key, connection) }
        return fall
    }

    private static func count(
        _ metric: String, _ day: Day, _ context: EvaluationContext, _ connection: Connection
    ) throws -> DailyFall {
        var fall = DailyFall(steady: 0, fallen: 0, steadyBefore: 0, fallenBefore: 0)
        var needs = Needs()
        needs.metrics[metric] = 22
        let loader = try BlockLoader(connection, context)
        for range in try loader.blocks() {
            let block = try loader.load(range, needs)
            let weeks = (0...3).map { block.values(of: metric, on: day - 7 * $0) }
            for account in block.ids.indices where block.text("status", account) == "active" {
                let (now, one, two, three) = (
                    weeks[0][account], weeks[1][account], weeks[2][account], weeks[3][account]
                )
                if one > 0, two > 0 {
                    fall.steady += 1
                    if 2 * now < min(one, two) { fall.fallen += 1 }
                }
                if two > 0, three > 0 {
                    fall.steadyBefore += 1
                    if 2 * one < min(two, three) { fall.fallenBefore += 1 }
                }
            }
        }
        return fall
    }
}
