import Foundation
import Measure
import Playbooks
import Storage
import Testing

@testable import keeptouch

/// Plays a sample as its owner would, with a nightly import of accounts, and compares the reports with its truth.
struct SampleTruthTests {
    private static let sample: Sample = {
        var sample = Sample()
        sample.accounts = 250
        sample.seed = 5
        sample.laterDays = 94
        return sample
    }()

    private struct Life {
        var came: Day
        var left: Day?

        func isThere(_ day: Day) -> Bool { came <= day && left.map { $0 > day } ?? true }
    }

    /// The paying accounts, as they are and not as they were imported.
    private static let truth: [Life] = (0..<sample.accounts).flatMap { number in
        [SampleAccount(number, sample), SampleAccount.later(number, sample)].compactMap(\.self)
    }.filter { $0.mrr > 0 }.map { account in
        Life(came: account.createdDay, left: account.cancelDay.flatMap { $0 <= sample.last ? $0 : nil })
    }

    private func played() throws -> Report {
        let sample = Self.sample
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sample-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try sample.write(to: folder)
        var options = WorkspaceOptions()
        options.workspace = folder.path
        let loaded = try options.read()
        let store = try loaded.open(.readWrite)
        let importer = Importer(
            store: store, dataMap: loaded.workspace.dataMap, configuration: loaded.workspace.configuration)
        for day in 0...sample.laterDays {
            let path = day == 0 ? "data" : "data/\(sample.until + day)"
            // The morning after.
            let now = loaded.zone.start(of: sample.until + day + 1) + .hours(3)
            let report = try importer.run(
                .accounts, from: .file(folder.appendingPathComponent("\(path)/accounts.csv").path), now: now)
            #expect(report.isClean)
        }
        let end = loaded.zone.start(of: sample.last + 1) + .hours(4)
        return try store.read { try AttritionReport.report($0, workspace: loaded.workspace, asOf: end) }
    }

    @Test func theReportsOfANightlyFeedAreTheTruth() throws {
        let report = try played()
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
            let there = Self.truth.filter { $0.isThere(start - 1) }
            let row = try #require(months.first { $0[0] == "2026-0\(month)" })
            #expect(row[1] == "\(there.count)")
            #expect(row[4] == "\(there.count { !$0.isThere(end - 1) })")
            let came = Self.truth.filter { $0.came >= start && $0.came < end }
            #expect(!came.isEmpty)
            #expect(row[2] == "\(came.count)")
            let next = Self.truth.count { $0.isThere(end - 1) }
            #expect(there.count + came.count - (Int(row[3]) ?? 0) == next)
            let cohort = try #require(try table("Cohorts").first { $0[0] == "2026-0\(month)" })
            #expect(cohort[1] == "\(came.count)")
        }
        // Month 1 of tenure is seen of all who came under the feed.
        let tenure = try #require(try table("Risk by month of tenure").first)
        let watched = Self.truth.filter { $0.came > Self.sample.until }
        #expect(tenure[0] == "1")
        #expect(try #require(Int(tenure[1])) >= watched.count)
        let early = watched.count { life in life.left.map { $0 - life.came < 30 } ?? false }
        #expect(try #require(Int(tenure[2])) >= early)
    }
}
