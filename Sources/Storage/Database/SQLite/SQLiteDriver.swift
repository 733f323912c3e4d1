import Basics
import CSQLite
import Foundation

/// One connection of SQLite to a database file, or to one in memory.
final class SQLiteDriver: Driver {
    let handle: OpaquePointer
    let place: String
    /// How many pages the last commit left in the write-ahead log.
    private let logPages = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
    /// Asked again and again.
    private var dataVersionStatement: Statement?
    private var isOpen = true
    /// Sees what this connection writes; nil for those that only read.
    var watch: Watch?

    /// Nobody asks how much memory SQLite has, and counting it is a lock for each piece.
    private static let configured: Void = { _ = sqlite3_disable_memory_status() }()

    /// Opens the file.
    ///
    /// - Parameters:
    ///   - busyTimeout: how long to wait for a lock of another program, in milliseconds.
    ///   - isImmutable: whether nobody can change the file.
    init(path: String, flags: Int32, busyTimeout: Int32, isImmutable: Bool = false) throws {
        Self.configured
        var handle: OpaquePointer?
        let flags = flags | SQLITE_OPEN_NOMUTEX
        let name = path.split(separator: "/", omittingEmptySubsequences: false)
            .map { PercentEncoding.component(String($0)) }.joined(separator: "/")
        let code =
            isImmutable
            ? sqlite3_open_v2("file:\(name)?immutable=1", &handle, flags | SQLITE_OPEN_URI, nil)
            : sqlite3_open_v2(path, &handle, flags, nil)
        guard code == SQLITE_OK, let handle else {
            let code = handle.map { sqlite3_extended_errcode($0) } ?? code
            sqlite3_close_v2(handle)
            throw StorageError(
                code: code, StorageError.advice(code, path) ?? "\(path): \(String(cString: sqlite3_errstr(code)))")
        }
        self.handle = handle
        place = path
        logPages.initialize(to: 0)
        sqlite3_extended_result_codes(handle, 1)
        sqlite3_busy_timeout(handle, busyTimeout)
        // A misspelt column in double quotes is an error, not a text.
        sqlite3_disable_double_quoted_literals(handle)
        // In place of SQLite's own hook, which would checkpoint outside `write.lock`.
        sqlite3_wal_hook(
            handle,
            { pages, _, _, count in
                pages?.assumingMemoryBound(to: Int32.self).pointee = count
                return SQLITE_OK
            }, logPages)
    }

    /// Opens a file of the newest schema.
    ///
    /// SQLite reads what has a write-ahead log with the help of a file beside it. Where nobody may write that one, and no log
    /// is left, the file is read as it lies there.
    static func forReading(_ path: String, busyTimeout: Int32) throws -> SQLiteDriver {
        let driver = try SQLiteDriver(path: path, flags: SQLITE_OPEN_READONLY, busyTimeout: busyTimeout)
        do {
            try driver.expectNewestSchema()
            return driver
        } catch let error as StorageError {
            let isAlone = !FileManager.default.fileExists(atPath: path + "-wal")
            guard error.code & 0xff == SQLITE_CANTOPEN || error.code & 0xff == SQLITE_READONLY, isAlone else {
                throw error
            }
            driver.close()
            let still = try SQLiteDriver(
                path: path, flags: SQLITE_OPEN_READONLY, busyTimeout: busyTimeout, isImmutable: true)
            try still.expectNewestSchema()
            return still
        }
    }

    deinit {
        close()
        logPages.deallocate()
    }

    var dialect: Dialect { .sqlite }

    func close() {
        guard isOpen else { return }
        isOpen = false
        dataVersionStatement = nil
        sqlite3_wal_hook(handle, nil, nil)
        sqlite3_preupdate_hook(handle, nil, nil)
        sqlite3_close_v2(handle)
    }

    func interrupt() {
        sqlite3_interrupt(handle)
    }

    func prepare(_ sql: String) throws -> PreparedStatement { .sqlite(try SQLiteStatement(handle, sql)) }

    func executeScript(_ sql: String) throws {
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw StorageError(code, of: handle, sql: sql) }
        if watch != nil, sql.contains("DROP COLUMN") { try findColumns() }
    }

    func ensureConnected() {}

    func begin(_ text: String) throws { try executeScript(text) }

    func commit() throws { try executeScript("COMMIT") }

    func rollback() {
        // SQLite has undone some failures, a full disk for one, by itself.
        if isInTransaction { try? executeScript("ROLLBACK") }
    }

    func changes(of statement: Statement) throws -> Int {
        let before = sqlite3_total_changes64(handle)
        while try statement.step() {}
        // What a statement that is no INSERT, UPDATE or DELETE leaves in `changes` is its predecessor's.
        return sqlite3_total_changes64(handle) == before ? 0 : Int(sqlite3_changes64(handle))
    }

    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    func dataVersion() throws -> Int64 {
        let version = try dataVersionStatement ?? Statement(self, "PRAGMA data_version")
        dataVersionStatement = version
        defer { version.reset() }
        return try version.step() ? version.integer(0) : 0
    }

    /// SQLite opens a file for reading when it may not be opened for writing, and complains at the first write only.
    func expectWritable() throws {
        guard sqlite3_db_readonly(handle, "main") != 0 else { return }
        throw StorageError(
            code: SQLITE_READONLY, StorageError.advice(SQLITE_READONLY, place) ?? "\(place) is read-only")
    }

    // MARK: The write-ahead log

    /// Whether the write-ahead log had more than so many pages at the last commit.
    func hasLog(over pages: Int32) -> Bool { logPages.pointee > pages }

    /// Copies the whole write-ahead log into the database file and cuts it to nothing; false while a reader needs it.
    func emptyLog() throws -> Bool {
        let code = sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
        if code & 0xff == SQLITE_BUSY { return false }
        guard code == SQLITE_OK else { throw StorageError(code, of: handle) }
        logPages.pointee = 0
        return true
    }

    /// Moves what processes that died have left in the log into the file; else the log would grow from crash to crash.
    func takeOverLog() {
        var facts = stat()
        guard stat(place + "-wal", &facts) == 0, facts.st_size > 1 << 20 else { return }
        // What is committed is safe in the log: on a full disk it stays there.
        try? checkpoint()
    }

    /// Copies what the write-ahead log holds into the database file, as far as no reader needs the log.
    func checkpoint() throws {
        logPages.pointee = 0
        let code = sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
        guard code == SQLITE_OK else { throw StorageError(code, of: handle) }
    }
}
