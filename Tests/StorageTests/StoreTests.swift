import Foundation
import NIOConcurrencyHelpers
import Storage
import Testing

@Test func aNewDatabaseWritesAheadAndForcesItsCommits() throws {
    let scratch = try Scratch()
    let store = try scratch.store()
    let settings = try store.session { connection in
        try ["journal_mode", "synchronous", "page_size"].map { try connection.first("PRAGMA \($0)")?[0] }
    }
    #expect(settings == [.text("wal"), .integer(2), .integer(8_192)])
    #expect(try scratch.shell("PRAGMA integrity_check").hasPrefix("ok"))
}

@Test func aFailedWriteLeavesNothing() throws {
    struct Stop: Error {}
    let store = try Scratch().store()
    #expect(throws: Stop.self) {
        try store.write { connection in
            try connection.execute("INSERT INTO metric (name) VALUES ('logins')")
            throw Stop()
        }
    }
    #expect(try store.read { try $0.integer("SELECT count(*) FROM metric") } == 0)
    try store.write { try $0.execute("INSERT INTO metric (name) VALUES ('logins')") }
    #expect(try store.read { try $0.integer("SELECT count(*) FROM metric") } == 1)
}

@Test func aReadingStoreWritesTemporaryTablesAndNothingElse() throws {
    let scratch = try Scratch()
    _ = try scratch.store(accounts: 3)
    let store = try scratch.store(.readOnly)
    try store.read { connection in
        try connection.execute("CREATE TEMP TABLE candidate (account_id INTEGER PRIMARY KEY)")
        try connection.execute("INSERT INTO candidate SELECT id FROM account")
        #expect(try connection.integer("SELECT count(*) FROM candidate") == 3)
        let error = #expect(throws: StorageError.self) { try connection.execute("DELETE FROM account") }
        #expect(error?.description.contains("read-only") == true)
    }
    #expect(throws: StorageError.self) { try store.write { _ in } }
    // The tables live as long as the store.
    #expect(try store.session { try $0.integer("SELECT count(*) FROM candidate") } == 3)
}

@Test func twoStoresWriteInTurn() async throws {
    let scratch = try Scratch()
    let first = try scratch.store()
    let second = try scratch.store()
    let writers = [first, second].map { store in
        Task.detached {
            for number in 0..<100 {
                try store.write { connection in
                    // Read and then write: without the lock one of the two would read what is about to change.
                    let last = try connection.integer(
                        "SELECT coalesce(max(CAST(value AS INTEGER)), 0) FROM meta WHERE key = 'n'")
                    try connection.execute(
                        "INSERT INTO meta (key, value) VALUES ('n', :n) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                        ["n": .text(String(last + 1))])
                    #expect(number >= 0)
                }
            }
        }
    }
    // To wait for them by a semaphore would keep a thread from all other tests.
    for writer in writers { try await writer.value }
    #expect(try first.read { try $0.first("SELECT value FROM meta WHERE key = 'n'")?[0].text } == "200")
}

@Test func anotherStoresCommitChangesTheDataVersion() throws {
    let scratch = try Scratch()
    let (first, second) = (try scratch.store(), try scratch.store())
    let before = try first.session { try $0.dataVersion() }
    #expect(try first.session { try $0.dataVersion() } == before)
    try second.write { try $0.execute("INSERT INTO metric (name) VALUES ('logins')") }
    #expect(try first.session { try $0.dataVersion() } != before)
}

@Test func slicesWriteEveryItemOnceAndKeepTheirTime() throws {
    let store = try Scratch().store()
    var seen = Set<Int>()
    var transactions = 0
    try store.writeInSlices(count: 1_000) { connection, slice in
        transactions += 1
        for item in slice {
            #expect(seen.insert(item).inserted)
            try connection.execute("INSERT INTO metric (name) VALUES (:name)", ["name": .text("m\(item)")])
        }
    }
    #expect(seen.count == 1_000)
    #expect(transactions > 1)
    #expect(store.longestWrite > .zero)
    #expect(try store.read { try $0.integer("SELECT count(*) FROM metric") } == 1_000)
}

@Test func theLongestWriteIsMeasuredByTheGivenClock() throws {
    let now = NIOLockedValueBox(ContinuousClock.now)
    let scratch = try Scratch()
    let store = try Store(path: scratch.database, mode: .readWrite, clock: { now.withLockedValue { $0 } })
    try store.write { _ in now.withLockedValue { $0 += .milliseconds(70) } }
    try store.write { _ in now.withLockedValue { $0 += .milliseconds(20) } }
    #expect(store.longestWrite == .milliseconds(70))
}

@Test func slowItemsGetSmallSlices() throws {
    let now = NIOLockedValueBox(ContinuousClock.now)
    let scratch = try Scratch()
    let store = try Store(path: scratch.database, mode: .readWrite, clock: { now.withLockedValue { $0 } })
    var sizes: [Int] = []
    try store.writeInSlices(count: 300) { _, slice in
        sizes.append(slice.count)
        now.withLockedValue { $0 += .milliseconds(5) * slice.count }
    }
    #expect(sizes.first == 64)
    #expect(sizes.dropFirst().allSatisfy { $0 <= 5 })
    #expect(sizes.reduce(0, +) == 300)
}

/// As `kill -9` leaves it: nobody has emptied the log.
@Test func theLogDoesNotGrowFromCrashToCrash() throws {
    let scratch = try Scratch()
    var database = scratch.database
    var size: Int64 = 0
    for crash in 1...5 {
        let store = try Store(path: database, mode: .readWrite)
        let page = SQLValue.blob([UInt8](repeating: UInt8(crash), count: 8_000))
        try store.write { connection in
            try connection.execute("CREATE TABLE IF NOT EXISTS blob (number INTEGER PRIMARY KEY, content BLOB)")
            for number in 0..<400 {
                try connection.execute(
                    "INSERT INTO blob VALUES (:number, :content) ON CONFLICT (number) DO UPDATE SET content = :content",
                    ["number": .integer(Int64(number)), "content": page])
            }
        }
        let next = scratch.path("crash-\(crash).db")
        for ending in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: database + ending, toPath: next + ending)
        }
        let facts = try FileManager.default.attributesOfItem(atPath: next + "-wal")
        size = max(size, (facts[.size] as? NSNumber)?.int64Value ?? 0)
        database = next
    }
    // What one of them writes is 3.3 MB.
    #expect(size < 5_000_000, "the log has \(size) bytes")
}

@Test func theLogIsMovedIntoTheFileWhileWriting() throws {
    let scratch = try Scratch()
    let store = try scratch.store()
    let page = SQLValue.blob([UInt8](repeating: 7, count: 8_000))
    for round in 0..<6 {
        try store.write { connection in
            for number in 0..<500 {
                try connection.execute(
                    "INSERT INTO series (id, data) VALUES (:id, :data)",
                    ["id": .integer(Int64(round * 500 + number)), "data": page])
            }
        }
    }
    let size = try FileManager.default.attributesOfItem(atPath: scratch.database)[.size] as? Int ?? 0
    #expect(size > 16_000_000)
}

@Test func closingEmptiesTheLog() throws {
    let scratch = try Scratch()
    do { _ = try scratch.store(accounts: 10) }
    #expect(!FileManager.default.fileExists(atPath: scratch.database + "-wal"))
    #expect(try scratch.shell("SELECT count(*) FROM account").hasPrefix("10"))
}

@Test func anInterruptEndsTheStatementAndUndoesItsTransaction() throws {
    let store = try Scratch().store()
    let running = DispatchSemaphore(value: 0)
    let ended = DispatchSemaphore(value: 0)
    let interrupter = Thread {
        running.wait()
        // The statement may not have begun to step: repeat until it ended.
        while ended.wait(timeout: .now() + .milliseconds(1)) == .timedOut { store.interrupt() }
    }
    interrupter.start()
    let error = #expect(throws: StorageError.self) {
        try store.write { connection in
            try connection.execute("INSERT INTO metric (name) VALUES ('logins')")
            running.signal()
            _ = try connection.integer(
                "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000) SELECT count(*) FROM n"
            )
        }
    }
    ended.signal()
    #expect(error?.isInterrupted == true)
    #expect(try store.read { try $0.integer("SELECT count(*) FROM metric") } == 0)
}

@Test func aStatementInUseIsNotDisturbedByTheSameText() throws {
    let store = try Scratch().store(accounts: 4)
    try store.read { connection in
        var pairs = 0
        try connection.forEach("SELECT id FROM account") { _ in
            try connection.forEach("SELECT id FROM account") { _ in pairs += 1 }
        }
        #expect(pairs == 16)
    }
}

@Test func executeAnswersHowManyRowsItChanged() throws {
    let store = try Scratch().store(accounts: 4)
    let changes = try store.write { connection in
        try [
            connection.execute("UPDATE account SET name = 'x' WHERE id <= 3"),
            connection.execute("UPDATE account SET name = 'x' WHERE id > 100"),
            connection.execute("CREATE TEMP TABLE t (a)"),
        ]
    }
    #expect(changes == [3, 0, 0])
}

@Test func aTextKeepsItsZeroByte() throws {
    let store = try Scratch().store()
    let row = try store.read { try $0.first("SELECT :text", ["text": .text("a\0b")]) }
    #expect(row?[0].text == "a\0b")
}
