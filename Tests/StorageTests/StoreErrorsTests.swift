import Foundation
import Storage
import Testing

/// The sentence of the error that opening gives.
private func complaint(_ path: String, _ mode: Store.Mode) -> String {
    do {
        _ = try Store(path: path, mode: mode, busyTimeout: 10)
        return "no error"
    } catch {
        return "\(error)"
    }
}

@Test func aMissingDatabaseSaysWhatToRunFirst() throws {
    let scratch = try Scratch()
    let text = complaint(scratch.database, .readOnly)
    #expect(text == "there is no database at \(scratch.database) yet; run keeptouch import first")
    #expect(!FileManager.default.fileExists(atPath: scratch.database))
}

@Test func anEmptyFileSaysWhatToRunFirst() throws {
    let scratch = try Scratch()
    try Data().write(to: URL(fileURLWithPath: scratch.database))
    #expect(complaint(scratch.database, .readOnly).contains("is empty; run keeptouch import first"))
    #expect(complaint(scratch.database, .readWrite) == "no error")
}

@Test(arguments: [Store.Mode.readOnly, .readWrite])
func aFileThatIsNoDatabaseIsRefusedAndLeftAlone(_ mode: Store.Mode) throws {
    let scratch = try Scratch()
    let content = Data(String(repeating: "account,day,logins\n", count: 500).utf8)
    try content.write(to: URL(fileURLWithPath: scratch.database))
    #expect(complaint(scratch.database, mode).hasPrefix("\(scratch.database) is not a Keeptouch database"))
    #expect(try Data(contentsOf: URL(fileURLWithPath: scratch.database)) == content)
}

@Test(arguments: [Store.Mode.readOnly, .readWrite])
func aDatabaseOfAnotherProgramIsRefusedAndLeftAlone(_ mode: Store.Mode) throws {
    let scratch = try Scratch()
    _ = try scratch.shell("CREATE TABLE note (text)")
    #expect(complaint(scratch.database, mode).contains("is a SQLite database of another program"))
    #expect(try scratch.shell("SELECT count(*) FROM sqlite_schema; PRAGMA journal_mode") == "1\ndelete\n")
}

@Test(arguments: [Store.Mode.readOnly, .readWrite])
func aNewerDatabaseIsRefusedAndLeftAlone(_ mode: Store.Mode) throws {
    let scratch = try Scratch()
    do { _ = try scratch.store() }
    _ = try scratch.shell("PRAGMA user_version = 99")
    let text = complaint(scratch.database, mode)
    #expect(text.contains("was written by a newer keeptouch (schema 99"))
    #expect(text.contains("install the newer program"))
    #expect(try scratch.shell("PRAGMA user_version") == "99\n")
}

@Test func anOlderDatabaseIsMigratedByWhoWrites() throws {
    let scratch = try Scratch()
    do { _ = try scratch.store() }
    do { _ = try scratch.store() }
    #expect(try scratch.shell("PRAGMA user_version") != "0\n")
    #expect(complaint(scratch.database, .readOnly) == "no error")
}

/// Nobody is told to begin another database, which would not know what has been sent.
@Test func aDatabaseThatIsDamagedAtItsBeginningIsToBeRestored() throws {
    let scratch = try Scratch()
    do { _ = try scratch.store() }
    for ending in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: scratch.database + ending) }
    try Data(repeating: 88, count: 20_000).write(to: URL(fileURLWithPath: scratch.database))
    #expect(complaint(scratch.database, .readWrite).contains("is not a Keeptouch database"))
    try Data().write(to: URL(fileURLWithPath: scratch.database + ".sent"))
    let text = complaint(scratch.database, .readWrite)
    #expect(text.contains("is damaged") && text.contains("restore it") && !text.contains("another file"), "\(text)")
}

@Test func aFolderThatMayNotBeWrittenIsNamed() {
    // Not even root can make a file there.
    let text = complaint("/proc/keeptouch.db", .readWrite)
    #expect(text.contains("/proc/keeptouch.db"))
    #expect(text.contains("writable") || text.contains("written"))
}

@Test func aReadOnlyFolderIsNamed() throws {
    let scratch = try Scratch()
    do { _ = try scratch.store() }
    try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: scratch.folder.path)
    try FileManager.default.setAttributes([.posixPermissions: 0o444], ofItemAtPath: scratch.database)
    defer { try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: scratch.folder.path) }
    let text = asNobody { complaint(scratch.database, .readWrite) }
    #expect(text.contains(scratch.database))
    #expect(text.contains("make it and its folder writable"))
    // Nobody can change it: it is read as it lies there.
    let reading = asNobody { complaint(scratch.database, .readOnly) }
    #expect(reading == "no error", "\(reading)")
}

@Test func aLogThatIsLeftInAReadOnlyFolderIsNotPassedOver() throws {
    let scratch = try Scratch()
    do { _ = try scratch.store() }
    try Data().write(to: URL(fileURLWithPath: scratch.database + "-wal"))
    for path in [scratch.database, scratch.database + "-wal"] {
        try FileManager.default.setAttributes([.posixPermissions: 0o444], ofItemAtPath: path)
    }
    try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: scratch.folder.path)
    defer { try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: scratch.folder.path) }
    let reading = asNobody { complaint(scratch.database, .readOnly) }
    #expect(reading.contains("its folder"), "\(reading)")
}

@Test func aFileThatMayNotBeWrittenIsNamed() throws {
    let scratch = try Scratch()
    do { _ = try scratch.store() }
    try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: scratch.folder.path)
    try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: scratch.database + ".write.lock")
    try FileManager.default.setAttributes([.posixPermissions: 0o444], ofItemAtPath: scratch.database)
    let text = asNobody { complaint(scratch.database, .readWrite) }
    #expect(text.contains("\(scratch.database) may not be written"), "\(text)")
}

@Test func aDatabaseLockedByAnotherProgramSaysSo() throws {
    let scratch = try Scratch()
    let store = try Store(path: scratch.database, mode: .readWrite, busyTimeout: 10)
    let other = try Store(path: scratch.database, mode: .readWrite, busyTimeout: 10)
    // As the sqlite3 shell would: without our lock file.
    try other.session { connection in
        try connection.executeScript("BEGIN IMMEDIATE")
        let error = #expect(throws: StorageError.self) { try store.write { _ in } }
        #expect(error?.isBusy == true)
        #expect(error?.description.contains("is locked by another program") == true)
        try connection.executeScript("ROLLBACK")
    }
    try store.write { _ in }
}

@Test func aFullDiskUndoesTheStepAndSaysSo() throws {
    let scratch = try Scratch()
    let store = try scratch.store(accounts: 10)
    let pages = try store.session { connection in
        let pages = try connection.integer("PRAGMA page_count")
        return try connection.integer("PRAGMA max_page_count = \(pages + 4)") > 0 ? pages : 0
    }
    #expect(pages > 0)
    let error = #expect(throws: StorageError.self) {
        try store.write { connection in
            try connection.execute("DELETE FROM account WHERE id = 1")
            for number in 0..<100 {
                try connection.execute(
                    "INSERT INTO series (id, data) VALUES (:id, zeroblob(8000))", ["id": .integer(Int64(number))])
            }
        }
    }
    #expect(error?.isFull == true)
    #expect(error?.description.hasPrefix("the disk is full") == true)
    #expect(try store.read { try $0.integer("SELECT count(*) FROM account") } == 10)
    #expect(try store.read { try $0.integer("SELECT count(*) FROM series") } == 0)
}

@Test func aMistakenStatementIsShownWithoutItsValues() throws {
    let store = try Scratch().store()
    let error = #expect(throws: StorageError.self) {
        try store.read {
            try $0.query("SELECT nonsense FROM account WHERE key = :key", ["key": .text("secret@x.example")])
        }
    }
    #expect(error?.description.contains("no such column: nonsense (in: SELECT nonsense") == true)
    #expect(error?.description.contains("secret") == false)
}

@Test func aSecondRunnerIsRefusedWithTheFirstOnesProcess() throws {
    let scratch = try Scratch()
    do {
        let first = try RunnerLock(database: scratch.database)
        let error = #expect(throws: StorageError.self) { _ = try RunnerLock(database: scratch.database) }
        let process = ProcessInfo.processInfo.processIdentifier
        #expect(error?.description.contains("process \(process) is already running the playbooks") == true)
        withExtendedLifetime(first) {}
    }
    #expect(throws: Never.self) { _ = try RunnerLock(database: scratch.database) }
}

/// Runs the body with the rights of nobody where the tests run as root, whom no permission stops.
///
/// Linux keeps these rights for each thread; the body must not leave the one it is on.
private func asNobody<T>(_ body: () -> T) -> T {
    typealias SetUser = @convention(c) (UInt32) -> Int32
    // Not in the Glibc module.
    guard geteuid() == 0, let symbol = dlsym(nil, "setfsuid") else { return body() }
    let setUser = unsafeBitCast(symbol, to: SetUser.self)
    _ = setUser(65_534)
    defer { _ = setUser(0) }
    return body()
}
