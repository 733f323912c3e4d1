import Measure
import NIOConcurrencyHelpers
import Playbooks
import Reliability
import Testing

@testable import keeptouch

/// Two simulated years with an import each night, and what the reports say of them on the last morning.
struct TwoYears: Sendable {
    let truth: SampleTruth
    let attrition: Report
    /// As of the first morning of each quarter behind the first one that was lived through.
    let quarters: [Quarter]
    let risk: Report
    /// The titles of reasons.
    let reasons: [String: String]
    /// The day of the reports.
    let today: Day

    struct Quarter: Sendable {
        var today: Day
        var attrition: Report
    }

    /// One year of them in the short form, a dozen in the long one.
    static let seeds = (0..<UInt64(Rounds.count(1, long: 12))).map { 8 + $0 }
    private static let made = NIOLockedValueBox<[UInt64: Result<TwoYears, any Error>]>([:])

    /// Made once for all tests.
    static func world(_ seed: UInt64) throws -> TwoYears {
        try made.withLockedValue { made in
            let world = made[seed] ?? Result { try TwoYears(seed) }
            made[seed] = world
            return world
        }.get()
    }

    private init(_ seed: UInt64) throws {
        let truth = SampleTruth(Self.sample(seed, accounts: 220))
        let today = truth.sample.last + 1
        let margin = "\nltv: { margin: 80%, horizon: 365d }\n"
        (attrition, quarters, risk, reasons) = try truth.played(more: margin) { connection, workspace, end in
            (
                try AttritionReport.report(connection, workspace: workspace, asOf: end),
                try stride(from: 10, through: 25, by: 3).map { month in
                    let (today, zone) = (try Self.first(month), workspace.configuration.zone)
                    return Quarter(
                        today: today,
                        attrition: try AttritionReport.report(
                            connection, workspace: workspace, asOf: zone.start(of: today) + .hours(4)))
                },
                try RiskReport.report(connection, workspace: workspace, asOf: end),
                Dictionary(workspace.dataMap.reasons.map { ($0.name, $0.title ?? $0.name) }) { first, _ in first }
            )
        }
        (self.truth, self.today) = (truth, today)
    }

    static func sample(_ seed: UInt64, accounts: Int) -> Sample {
        var sample = Sample()
        sample.accounts = accounts
        sample.seed = seed
        sample.days = 30
        sample.laterDays = 730
        return sample
    }

    /// The rows of a table of a report.
    func cells(_ title: String, in report: Report) throws -> [[Report.Cell]] {
        try #require(report.tables.first { $0.title == title }, "\(report.tables.map(\.title))").rows
    }

    func texts(_ title: String, in report: Report) throws -> [[String]] {
        try cells(title, in: report).map { $0.map(\.text) }
    }

    /// The first of a month that is counted from January 2026.
    static func first(_ month: Int) throws -> Day {
        try #require(Day(year: 2026 + (month - 1) / 12, month: (month - 1) % 12 + 1, day: 1))
    }

    /// The last twelve whole months before the reports.
    static var window: (from: Day, to: Day) { get throws { (try first(15), try first(27)) } }
}

extension [SampleTruth.Life] {
    /// Kaplan and Meier of everybody, day by day: the share of them that is still there by age.
    func survival(until today: Day) -> (Int) -> Double {
        var ended: [Int: (gone: Int, all: Int)] = [:]
        for life in self {
            let days = Swift.max(0, (life.left ?? today) - life.came)
            ended[days, default: (0, 0)].all += 1
            if life.left != nil { ended[days, default: (0, 0)].gone += 1 }
        }
        var (shares, share, risk) = ([Double](), 1.0, count)
        for day in 0...Swift.max(0, ended.keys.max() ?? 0) {
            let (gone, all) = ended[day] ?? (0, 0)
            if gone > 0 { share *= 1 - Double(gone) / Double(risk) }
            risk -= all
            shares.append(share)
        }
        return { shares.isEmpty ? 1 : shares[Swift.min($0, shares.count - 1)] }
    }
}
