import CSQLite
import Foundation

/// The database as the rest of Storage sees it: SQL text in, values out; `Store` hands its one to each block of work.
///
/// Used by one thread at a time. Parameters are bound by name: `:now` in the text, `"now"` in the arguments.
package final class Connection {
    let handle: OpaquePointer
    let path: String
    private var cache: [String: Statement] = [:]
    /// The statements whose text stands in the program, by where it stands.
    private var fixed: [UnsafePointer<UInt8>: Statement] = [:]
    /// How many pages the last commit left in the write-ahead log.
    private let logPages = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
    private var isOpen = true

    /// Nobody asks how much memory SQLite has, and counting it is a lock for each piece.
    private static let configured: Void = { _ = sqlite3_disable_memory_status() }()

    /// Opens the file.
    ///
    /// - Parameter busyTimeout: how long to wait for a lock of another program, in milliseconds.
    init(path: String, flags: Int32, busyTimeout: Int32) throws {
        Self.configured
        var handle: OpaquePointer?
        let code = sqlite3_open_v2(path, &handle, flags | SQLITE_OPEN_NOMUTEX, nil)
        guard code == SQLITE_OK, let handle else {
            let code = handle.map { sqlite3_extended_errcode($0) } ?? code
            sqlite3_close_v2(handle)
            throw StorageError(
                code: code, StorageError.advice(code, path) ?? "\(path): \(String(cString: sqlite3_errstr(code)))")
        }
        self.handle = handle
        self.path = path
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

    /// A connection to a database of somebody else, which can only be read.
    static func toForeignDatabase(_ path: String) throws -> Connection {
        try Connection(path: path, flags: SQLITE_OPEN_READONLY, busyTimeout: 10_000)
    }

    deinit {
        close()
        logPages.deallocate()
    }

    /// Closes the file; the connection must not be used any more.
    func close() {
        guard isOpen else { return }
        isOpen = false
        cache.removeAll()
        fixed.removeAll()
        sqlite3_wal_hook(handle, nil, nil)
        sqlite3_close_v2(handle)
    }

    /// Stops the running statement; may be called from any thread.
    func interrupt() {
        sqlite3_interrupt(handle)
    }

    /// Runs the body between `begin` and COMMIT; undoes all of it when it throws.
    func transaction<T>(_ begin: String, _ body: () throws -> T) throws -> T {
        try executeScript(begin)
        do {
            let result = try body()
            try executeScript("COMMIT")
            return result
        } catch {
            // SQLite has undone some failures, a full disk for one, by itself.
            if isInTransaction { try? executeScript("ROLLBACK") }
            throw error
        }
    }

    /// A part of the open transaction that is undone alone when it throws.
    package func savepoint<T>(_ body: () throws -> T) throws -> T {
        try executeScript("SAVEPOINT part")
        do {
            let result = try body()
            try executeScript("RELEASE part")
            return result
        } catch {
            if isInTransaction { try executeScript("ROLLBACK TO part; RELEASE part") }
            throw error
        }
    }

    /// Runs one statement that returns no rows; answers how many rows it changed.
    @discardableResult
    package func execute(_ sql: String, _ arguments: [String: SQLValue] = [:]) throws -> Int {
        let statement = try cached(sql)
        defer { statement.reset() }
        try statement.bind(arguments)
        return try changes(of: statement)
    }

    /// Runs a statement whose parameters take the values in the order in which their names first appear in the text.
    ///
    /// For those that run thousands of times a second: looking up the text and its names costs as much as changing a row.
    package func execute(_ sql: StaticString, inOrder values: [SQLValue]) throws -> Int {
        let statement: Statement
        if let kept = fixed[sql.utf8Start] {
            statement = kept
        } else {
            statement = try Statement(handle, sql.description)
            fixed[sql.utf8Start] = statement
        }
        defer { statement.reset() }
        for (index, value) in values.enumerated() { try statement.bind(index, value) }
        return try changes(of: statement)
    }

    private func changes(of statement: Statement) throws -> Int {
        let before = sqlite3_total_changes64(handle)
        while try statement.step() {}
        // What a statement that is no INSERT, UPDATE or DELETE leaves in `changes` is its predecessor's.
        return sqlite3_total_changes64(handle) == before ? 0 : Int(sqlite3_changes64(handle))
    }

    /// Runs several statements without parameters, one after the other.
    package func executeScript(_ sql: String) throws {
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw StorageError(code, of: handle, sql: sql) }
    }

    package func query(_ sql: String, _ arguments: [String: SQLValue] = [:]) throws -> [Row] {
        var rows: [Row] = []
        try forEach(sql, arguments) { statement in rows.append(statement.row) }
        return rows
    }

    package func first(_ sql: String, _ arguments: [String: SQLValue] = [:]) throws -> Row? {
        let statement = try cached(sql)
        defer { statement.reset() }
        try statement.bind(arguments)
        return try statement.step() ? statement.row : nil
    }

    /// The first column of the first row as an integer; 0 when there is none.
    package func integer(_ sql: String, _ arguments: [String: SQLValue] = [:]) throws -> Int64 {
        try first(sql, arguments)?[0].integer ?? 0
    }

    /// Streams the rows, reading columns from the statement without making a `Row`.
    package func forEach(_ sql: String, _ arguments: [String: SQLValue] = [:], _ body: (Statement) throws -> Void)
        throws
    {
        let statement = try cached(sql)
        defer { statement.reset() }
        try statement.bind(arguments)
        while try statement.step() { try body(statement) }
    }

    package func prepare(_ sql: String) throws -> Statement {
        try Statement(handle, sql)
    }

    /// A prepared statement kept for the next call with the same text; another one while that is being stepped.
    package func cached(_ sql: String) throws -> Statement {
        if let statement = cache[sql], !statement.isBusy { return statement }
        if cache.count >= 200 { cache.removeAll() }
        let statement = try Statement(handle, sql)
        cache[sql] = statement
        return statement
    }

    package var lastInsertedID: Int64 { sqlite3_last_insert_rowid(handle) }

    /// Whether a transaction is open.
    package var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// Changes whenever another connection, of this process or another, has committed a change to the database.
    package func dataVersion() throws -> Int64 { try integer("PRAGMA data_version") }

    /// SQLite opens a file for reading when it may not be opened for writing, and complains at the first write only.
    func expectWritable() throws {
        guard sqlite3_db_readonly(handle, "main") != 0 else { return }
        throw StorageError(code: SQLITE_READONLY, StorageError.advice(SQLITE_READONLY, path) ?? "\(path) is read-only")
    }

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
        guard stat(path + "-wal", &facts) == 0, facts.st_size > 1 << 20 else { return }
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
