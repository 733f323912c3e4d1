import Foundation
import Playbooks
import Reliability
import Storage

/// A folder for one test, which goes with it.
final class Scratch: Sendable {
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("keeptouch-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    var database: String { path("keeptouch.db") }

    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    /// On the engine under test.
    func store(_ mode: Store.Mode = .readWrite) throws -> Store { try Store.underTest(database, mode) }

    /// A store with accounts `a1`, `a2`, ... and the metrics, numbered from 1.
    func store(accounts: Int, metrics: [String] = ["logins"], createdAt: Int64 = 0) throws -> Store {
        let store = try store()
        try store.write { connection in
            for metric in metrics {
                try connection.execute("INSERT INTO metric (name) VALUES (:name)", ["name": .text(metric)])
            }
            try connection.execute(
                """
                WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < :count)
                INSERT INTO account (key, created_at) SELECT 'a' || n, :created FROM number
                """, ["count": .integer(Int64(accounts)), "created": .integer(createdAt)])
        }
        return store
    }

    /// Runs the stock shell on the database.
    func shell(_ sql: String) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["sqlite3", "-batch", database, sql]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return text
    }
}

/// Numbers that are the same in each run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
