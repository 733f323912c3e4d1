import Foundation
import Measure
import Playbooks
import Testing

@testable import keeptouch

/// Figures of the reports on attrition and risk after two simulated years, against the truth.
struct TwoYearsTests {
    /// The same day of a later month, or its last.
    private static func anniversary(of day: Day, months: Int) -> Day {
        let parts = day.description.split(separator: "-").compactMap { Int($0) }
        let month = parts[0] * 12 + parts[1] - 1 + months
        let (year, number) = (month / 12, month % 12 + 1)
        let last = (28...31).last { Day(year: year, month: number, day: $0) != nil } ?? 28
        return Day(year: year, month: number, day: min(parts[2], last)) ?? day
    }

    @Test(arguments: TwoYears.seeds) func everyMonthCountsWhoCameWhoWasThereAndWhoLeft(seed: UInt64) throws {
        let world = try TwoYears.world(seed)
        let months = try world.texts("Months", in: world.attrition)
        for number in 4...27 {
            let (start, end) = (try TwoYears.first(number), try TwoYears.first(number + 1))
            guard end <= world.truth.sample.last + 1 else { break }
            let name = start.description.prefix(7)
            let row = try #require(months.first { $0[0] == name }, "\(name)")
            let there = world.truth.lives.filter { $0.isThere(start - 1) }
            let came = world.truth.lives.filter { $0.came >= start && $0.came < end }
            let gone = there.filter { !$0.isThere(end - 1) }
            #expect(row[1] == "\(there.count)" && row[2] == "\(came.count)" && row[4] == "\(gone.count)", "\(row)")
            let kept = there.filter { $0.isThere(end - 1) }.reduce(0) { $0 + $1.mrr }
            let share = Report.Unit.share.text(kept / there.reduce(0) { $0 + $1.mrr })
            // Nobody pays more or less than at first, so that net and gross are the same.
            #expect(row[7] == share && row[8] == share, "\(row)")
        }
    }

    @Test(arguments: TwoYears.seeds) func everyQuarterHasTheHeadlineOfTheTruth(seed: UInt64) throws {
        let world = try TwoYears.world(seed)
        #expect(world.quarters.count == 6)
        for quarter in world.quarters {
            let (from, to) = (Self.anniversary(of: quarter.today, months: -12), quarter.today)
            let figures = try world.texts("Attrition", in: quarter.attrition)
            func row(_ figure: String) throws -> [String] { try #require(figures.first { $0[0] == figure }) }
            let there = world.truth.lives.filter { $0.isThere(from - 1) }
            let gone = there.count { !$0.isThere(to - 1) }
            let came = world.truth.lives.count { $0.came >= from && $0.came < to }
            let went = world.truth.lives.count { life in life.left.map { $0 >= from && $0 < to } ?? false }
            let end = world.truth.lives.filter { $0.isThere(to - 1) }
            let rate = Double(gone) / Double(there.count)
            let share = Report.Unit.share
            #expect(try row("logo churn")[1] == share.text(rate))
            let days = Double(to - from)
            #expect(try row("a month at that pace")[1] == share.text(1 - pow(1 - rate, 365 / 12 / days)))
            #expect(try row("a year at that pace")[1] == share.text(1 - pow(1 - rate, 365 / days)))
            let mean = Double(there.count + end.count) / 2
            #expect(try row("departures ÷ mean accounts")[1] == share.text(Double(went) / mean))
            let lived = world.truth.lives.reduce(0) { $0 + max(0, min($1.left ?? to, to) - max($1.came, from)) }
            #expect(try row("departures per 30 account-days")[1] == share.text(Double(went) / Double(lived) * 30))
            func money(_ lives: [SampleTruth.Life]) -> String {
                Report.Unit.money("USD").text(lives.reduce(0) { $0 + $1.mrr } * 100)
            }
            let kept = there.filter { $0.isThere(to - 1) }.reduce(0) { $0 + $1.mrr }
            let retained = share.text(kept / there.reduce(0) { $0 + $1.mrr })
            #expect(try row("GRR")[1] == retained && row("NRR")[1] == retained)
            #expect(try row("MRR")[1] == money(there) && row("MRR at the end")[1] == money(end))
            let counts = try ["customers", "came", "went", "customers at the end"].map { try row($0)[1] }
            #expect(counts == [there.count, came, went, end.count].map { "\($0)" })
            let text = quarter.attrition.text(width: 10_000)
            #expect(
                text.contains(
                    "Of \(there.count) accounts that were customers when \(from) began, \(gone) were none when \(to) did"
                ))
        }
    }

    @Test(arguments: TwoYears.seeds) func cohortsKeepWhomTheTruthKeeps(seed: UInt64) throws {
        let world = try TwoYears.world(seed)
        let cohorts = try world.texts("Cohorts", in: world.attrition)
        for number in 6...20 {
            let (start, end) = (try TwoYears.first(number), try TwoYears.first(number + 1))
            let came = world.truth.lives.filter { $0.came >= start && $0.came < end }
            guard let row = cohorts.first(where: { $0[0] == start.description.prefix(7) }) else {
                #expect(came.isEmpty)
                continue
            }
            #expect(row[1] == "\(came.count)")
            // The third anniversary of every one of them is over.
            let kept = came.count { life in life.isThere(Self.anniversary(of: life.came, months: 3)) }
            #expect(row[4] == Report.Unit.share.text(Double(kept) / Double(came.count)), "\(row)")
        }
    }

    @Test(arguments: TwoYears.seeds) func reasonsAreThoseForWhichTheyLeft(seed: UInt64) throws {
        let world = try TwoYears.world(seed)
        let (from, to) = try TwoYears.window
        let left = world.truth.lives.filter { life in life.left.map { $0 >= from && $0 < to } ?? false }
        let rows = try world.texts("Reasons", in: world.attrition)
        #expect(rows.reduce(0) { $0 + (Int($1[3]) ?? 0) } == left.count)
        let byReason = Dictionary(grouping: left, by: \.reason)
        #expect(rows.map { Int($0[3]) ?? 0 }.sorted() == byReason.values.map(\.count).sorted())
        let mrr = rows.map { $0[6] }.sorted()
        let truth = byReason.values.map { lives in
            Report.Unit.money("USD").text(lives.reduce(0) { $0 + $1.mrr } * 100)
        }.sorted()
        #expect(mrr == truth)
    }

    @Test(arguments: TwoYears.seeds) func theLastThirtyDaysLostWhomTheTruthLost(seed: UInt64) throws {
        let world = try TwoYears.world(seed)
        let left = world.truth.lives.count { life in
            life.left.map { $0 > world.today - RiskReport.usual && $0 <= world.today } ?? false
        }
        #expect(left > 0)
        let rows = try world.texts("Departures by reason", in: world.risk)
        #expect(rows.reduce(0) { $0 + (Int($1[1]) ?? 0) } == left)
        // Nothing has warned of anybody, for no cycle has run.
        #expect(rows.allSatisfy { $0[1] == $0[2] })
    }

    @Test(arguments: TwoYears.seeds) func theShareThatStaysIsThatOfTheTruth(seed: UInt64) throws {
        let world = try TwoYears.world(seed)
        let share = world.truth.lives.survival(until: world.today)
        let rows = try world.texts("Still customers", in: world.attrition)
        #expect(rows.count >= 4)
        for row in rows {
            let age = try #require(Int(row[0]))
            #expect(row[1] == Report.Unit.share.text(share(age)), "\(row) for \(share(age))")
        }
    }

    @Test(arguments: TwoYears.seeds) func theValueOfACustomerIsThatOfTheTruth(seed: UInt64) throws {
        let world = try TwoYears.world(seed)
        let rows = try world.texts("Lifetime value", in: world.attrition)
        var checked = 0
        for (index, group) in rows.enumerated() where index == 0 || ["starter", "pro"].contains(group[1]) {
            let lives = world.truth.lives.filter { index == 0 || $0.plan == group[1] }
            let now = lives.filter { $0.isThere(world.truth.sample.last) }
            let share = lives.survival(until: world.today)
            let days = (0..<365).reduce(0) { $0 + share($1) }
            let payment = now.reduce(0) { $0 + $1.mrr } / Double(now.count)
            let value = 0.8 * payment * days / (365.25 / 12)
            #expect(group[2] == "\(now.count)", "\(group)")
            let told = Double(group[5].replacing(",", with: "")) ?? 0
            #expect(abs(told - value) < 0.01 * value, "\(group) for \(value)")
            checked += 1
        }
        #expect(checked == 3)
    }
}
