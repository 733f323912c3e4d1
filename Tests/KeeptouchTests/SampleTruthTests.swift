import Foundation
import Measure
import Playbooks
import Storage
import Testing

@testable import keeptouch

/// Plays a sample as its owner would, with a nightly import of accounts, and compares the reports with its truth.
struct SampleTruthTests {
    private static let world: SampleTruth = {
        var sample = Sample()
        sample.accounts = 250
        sample.seed = 5
        sample.laterDays = 94
        return SampleTruth(sample)
    }()

    @Test func theReportsOfANightlyFeedAreTheTruth() throws {
        let report = try Self.world.played { try AttritionReport.report($0, workspace: $1, asOf: $2) }
        func table(_ title: String) throws -> [[String]] {
            let tables = report.sections.flatMap { section in
                section.blocks.compactMap { if case .table(let table) = $0 { table } else { nil } }
            }
            return try #require(tables.first { $0.title == title }).rows.map { $0.map(\.text) }
        }
        func first(_ month: Int) throws -> Day { try #require(Day(year: 2026, month: month, day: 1)) }
        let months = try table("Months")
        for month in 4...6 {
            let (start, end) = (try first(month), try first(month + 1))
            let there = Self.world.lives.filter { $0.isThere(start - 1) }
            let row = try #require(months.first { $0[0] == "2026-0\(month)" })
            #expect(row[1] == "\(there.count)")
            #expect(row[4] == "\(there.count { !$0.isThere(end - 1) })")
            let came = Self.world.lives.filter { $0.came >= start && $0.came < end }
            #expect(!came.isEmpty)
            #expect(row[2] == "\(came.count)")
            let next = Self.world.lives.count { $0.isThere(end - 1) }
            #expect(there.count + came.count - (Int(row[3]) ?? 0) == next)
            let cohort = try #require(try table("Cohorts").first { $0[0] == "2026-0\(month)" })
            #expect(cohort[1] == "\(came.count)")
        }
        // Month 1 of tenure is seen of all who came under the feed.
        let tenure = try #require(try table("Risk by month of tenure").first)
        let watched = Self.world.lives.filter { $0.came > Self.world.sample.until }
        #expect(tenure[0] == "1")
        #expect(try #require(Int(tenure[1])) >= watched.count)
        let early = watched.count { life in life.left.map { $0 - life.came < 30 } ?? false }
        #expect(try #require(Int(tenure[3])) >= early)
    }
}
