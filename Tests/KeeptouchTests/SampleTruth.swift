import Foundation
import Playbooks
import Storage
import Testing

@testable import keeptouch

/// A sample that is played as its owner would, with an import of accounts each night, beside the truth that it knows.
struct SampleTruth {
    struct Life {
        var came: Day
        var left: Day?
        var mrr: Double
        var plan: String
        var reason: String

        func isThere(_ day: Day) -> Bool { came <= day && left.map { $0 > day } ?? true }
    }

    let sample: Sample
    /// The paying accounts, as they are and not as they were imported.
    let lives: [Life]

    init(_ sample: Sample) {
        self.sample = sample
        lives = (0..<sample.accounts).flatMap { number in
            [SampleAccount(number, sample), SampleAccount.later(number, sample)].compactMap(\.self)
        }.filter { $0.mrr > 0 }.map { account in
            Life(
                came: account.createdDay, left: account.cancelDay.flatMap { $0 <= sample.last ? $0 : nil },
                mrr: Double(account.mrr), plan: account.plan, reason: account.churnReason)
        }
    }

    /// What is read on the morning after the last night.
    ///
    /// - Parameter more: lines that data.yaml gets besides.
    func played<T>(
        more: String = "", _ read: (Connection, Workspace, _ morning: Instant) throws -> T
    ) throws -> T {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sample-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try sample.write(to: folder)
        let map = folder.appendingPathComponent("data.yaml")
        try Data((try String(contentsOf: map, encoding: .utf8) + more).utf8).write(to: map)
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
        return try store.read { try read($0, loaded.workspace, end) }
    }
}
