import Measure
import Playbooks
import Reliability
import Statistics
import Testing

@testable import keeptouch

/// How often the intervals of the report on attrition hold what they are of, which only the simulation knows.
struct TwoYearsIntervalTests {
    /// So many accounts that their figures are those of the simulation itself.
    private static let everybody = SampleTruth(TwoYears.sample(900_000, accounts: 3_000))

    @Test func intervalsHoldWhatTheyAreOfAsOftenAsTheySay() throws {
        let lives = Self.everybody.lives
        let share = lives.survival(until: Self.everybody.sample.last + 1)
        var (churn, months) = (Coverage("logo churn of a year"), Coverage("churn of a month", independent: 24))
        var (stays, risks) = (Coverage("still customers"), Coverage("risk by month of tenure", independent: 20))
        var (reasons, values) = (Coverage("reasons"), Coverage("lifetime value"))
        var groups = Coverage("mean days more, by plan")
        for seed in TwoYears.seeds {
            let world = try TwoYears.world(seed)
            let (from, to) = try TwoYears.window
            let year = try world.cells("Attrition", in: world.attrition)
            churn.add(year[0][2], of: gone(from, to), "\(seed), the year")
            for row in try world.cells("Months", in: world.attrition) {
                guard
                    let number = (3...27).first(where: {
                        (try? TwoYears.first($0).description.prefix(7)) == row[0].text[...]
                    })
                else { continue }
                months.add(
                    row[6], of: gone(try TwoYears.first(number), try TwoYears.first(number + 1)),
                    "\(seed), \(row[0].text)")
            }
            for row in try world.cells("Still customers", in: world.attrition) {
                let age = try #require(Int(row[0].text))
                stays.add(row[2], of: share(age), "\(seed), day \(age)")
            }
            for row in try world.cells("Risk by month of tenure", in: world.attrition) {
                let number = try #require(Int(row[0].text))
                func there(_ months: Int) -> Double { months == 0 ? 1 : share(Int(Double(months) * 365.25 / 12)) }
                risks.add(row[5], of: 1 - there(number) / there(number - 1), "\(seed), month \(number)")
            }
            for row in try world.cells("Reasons", in: world.attrition) {
                let name = world.reasons.first { $0.value == row[0].text }?.key ?? row[0].text
                let said = SampleNames.cancelReasons
                let truth = said.count { SampleNames.churnReasons[$0] == name }
                reasons.add(row[5], of: Double(truth) / Double(said.count), "\(seed), \(name)")
            }
            for (index, row) in try world.cells("Lifetime value", in: world.attrition).enumerated()
            where index == 0 || ["starter", "pro"].contains(row[1].text) {
                let own = lives.filter { index == 0 || $0.plan == row[1].text }
                values.add(row[6], of: value(own), "\(seed), \(row[1].text)")
            }
            for row in try world.cells("By plan", in: world.attrition) {
                let own = lives.filter { $0.plan == row[0].text }
                groups.add(
                    row[7], of: days(own) - days(lives.filter { $0.plan != row[0].text }), "\(seed), \(row[0].text)")
            }
        }
        for said in [churn, months, stays, risks, reasons, values, groups] {
            said.tell()
            #expect(said.all > 0, "\(said.name)")
            #expect(said.share >= said.least(worlds: TwoYears.seeds.count), "\(said.name): \(said.missed)")
        }
    }

    /// The share of the customers of a day that is gone by another.
    private func gone(_ from: Day, _ to: Day) -> Double {
        let there = Self.everybody.lives.filter { $0.isThere(from - 1) }
        return Double(there.count { !$0.isThere(to - 1) }) / Double(there.count)
    }

    /// How long they stay of a year.
    private func days(_ lives: [SampleTruth.Life]) -> Double {
        let share = lives.survival(until: Self.everybody.sample.last + 1)
        return (0..<365).reduce(0) { $0 + share($1) }
    }

    /// In minor units.
    private func value(_ lives: [SampleTruth.Life]) -> Double {
        let now = lives.filter { $0.isThere(Self.everybody.sample.last) }
        let payment = now.reduce(0) { $0 + $1.mrr } / Double(now.count)
        return 0.8 * payment * 100 * days(lives) / (365.25 / 12)
    }
}

extension Coverage {
    fileprivate mutating func add(_ cell: Report.Cell, of truth: Double, _ name: String) {
        guard case .interval(let interval, let unit) = cell else { return }
        add(interval.contains(truth), "\(name): \(unit.text(truth)) is not in \(cell.text)")
    }
}
