import Foundation
import Measure
import Playbooks
import Storage
import Testing

@testable import keeptouch

/// Two simulated years with an import each night: figures of the reports on attrition and risk against the truth.
struct TwoYearsTests {
    private static let world: SampleTruth = {
        var sample = Sample()
        sample.accounts = 220
        sample.seed = 8
        sample.days = 30
        sample.laterDays = 730
        return SampleTruth(sample)
    }()

    private struct Reports {
        var attrition: Report
        var risk: Report
        var today: Day
    }

    /// Made once for all tests.
    private static let reports = Result {
        try world.played(more: "\nltv: { margin: 80%, horizon: 365d }\n") { connection, workspace, end in
            Reports(
                attrition: try AttritionReport.report(connection, workspace: workspace, asOf: end),
                risk: try RiskReport.report(connection, workspace: workspace, asOf: end), today: world.sample.last + 1)
        }
    }

    private func table(_ title: String, in report: Report) throws -> [[String]] {
        try #require(report.tables.first { $0.title == title }, "\(report.tables.map(\.title))").rows.map {
            $0.map(\.text)
        }
    }

    /// The same day of a later month, or its last.
    private static func anniversary(of day: Day, months: Int) -> Day {
        let parts = day.description.split(separator: "-").compactMap { Int($0) }
        let month = parts[1] + months
        let (year, number) = (parts[0] + (month - 1) / 12, (month - 1) % 12 + 1)
        let last = (28...31).last { Day(year: year, month: number, day: $0) != nil } ?? 28
        return Day(year: year, month: number, day: min(parts[2], last)) ?? day
    }

    private func first(_ year: Int, _ month: Int) throws -> Day {
        try #require(Day(year: year + (month - 1) / 12, month: (month - 1) % 12 + 1, day: 1))
    }

    @Test func everyMonthCountsWhoCameWhoWasThereAndWhoLeft() throws {
        let months = try table("Months", in: Self.reports.get().attrition)
        for number in 4...27 {
            let (start, end) = (try first(2026, number), try first(2026, number + 1))
            guard end <= Self.world.sample.last + 1 else { break }
            let name = start.description.prefix(7)
            let row = try #require(months.first { $0[0] == name }, "\(name)")
            let there = Self.world.lives.filter { $0.isThere(start - 1) }
            let came = Self.world.lives.filter { $0.came >= start && $0.came < end }
            let gone = there.filter { !$0.isThere(end - 1) }
            #expect(row[1] == "\(there.count)" && row[2] == "\(came.count)" && row[4] == "\(gone.count)", "\(row)")
            let kept = there.filter { $0.isThere(end - 1) }.reduce(0) { $0 + $1.mrr }
            let share = Report.Unit.share.text(kept / there.reduce(0) { $0 + $1.mrr })
            // Nobody pays more or less than at first, so that net and gross are the same.
            #expect(row[7] == share && row[8] == share, "\(row)")
        }
    }

    @Test func cohortsKeepWhomTheTruthKeeps() throws {
        let cohorts = try table("Cohorts", in: Self.reports.get().attrition)
        for number in 6...20 {
            let (start, end) = (try first(2026, number), try first(2026, number + 1))
            let came = Self.world.lives.filter { $0.came >= start && $0.came < end }
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

    @Test func reasonsAreThoseForWhichTheyLeft() throws {
        let reports = try Self.reports.get()
        let (from, to) = (try first(2027, 3), try first(2028, 3))
        let left = Self.world.lives.filter { life in life.left.map { $0 > from && $0 <= to } ?? false }
        let rows = try table("Reasons", in: reports.attrition)
        #expect(rows.reduce(0) { $0 + (Int($1[3]) ?? 0) } == left.count)
        let byReason = Dictionary(grouping: left, by: \.reason)
        #expect(rows.map { Int($0[3]) ?? 0 }.sorted() == byReason.values.map(\.count).sorted())
        let mrr = rows.map { $0[6] }.sorted()
        let truth = byReason.values.map { lives in
            Report.Unit.money("USD").text(lives.reduce(0) { $0 + $1.mrr } * 100)
        }.sorted()
        #expect(mrr == truth)
    }

    @Test func theLastThirtyDaysLostWhomTheTruthLost() throws {
        let reports = try Self.reports.get()
        let left = Self.world.lives.count { life in
            life.left.map { $0 > reports.today - RiskReport.usual && $0 <= reports.today } ?? false
        }
        #expect(left > 0)
        let rows = try table("Departures by reason", in: reports.risk)
        #expect(rows.reduce(0) { $0 + (Int($1[1]) ?? 0) } == left)
        // Nothing has warned of anybody, for no cycle has run.
        #expect(rows.allSatisfy { $0[1] == $0[2] })
    }

    /// Kaplan and Meier by the truth, day by day.
    private func survival(_ lives: [SampleTruth.Life], until today: Day) -> (Int) -> Double {
        let spans = lives.map { (days: max(0, ($0.left ?? today) - $0.came), left: $0.left != nil) }
        return { age in
            (0...age).reduce(1.0) { share, day in
                let risk = spans.count { $0.days >= day }
                let gone = spans.count { $0.days == day && $0.left }
                return risk > 0 && gone > 0 ? share * (1 - Double(gone) / Double(risk)) : share
            }
        }
    }

    @Test func theShareThatStaysIsThatOfTheTruth() throws {
        let reports = try Self.reports.get()
        let share = survival(Self.world.lives, until: reports.today)
        let rows = try table("Still customers", in: reports.attrition)
        #expect(rows.count >= 4)
        for row in rows {
            let age = try #require(Int(row[0]))
            #expect(row[1] == Report.Unit.share.text(share(age)), "\(row) for \(share(age))")
        }
    }

    @Test func theValueOfACustomerIsThatOfTheTruth() throws {
        let reports = try Self.reports.get()
        let rows = try table("Lifetime value", in: reports.attrition)
        var checked = 0
        for (index, group) in rows.enumerated() where index == 0 || ["starter", "pro"].contains(group[1]) {
            let lives = Self.world.lives.filter { index == 0 || $0.plan == group[1] }
            let now = lives.filter { $0.isThere(Self.world.sample.last) }
            let share = survival(lives, until: reports.today)
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
