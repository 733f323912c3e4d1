import CSQLite
import Foundation
import NIOConcurrencyHelpers

/// The database of a workspace, with its locks.
///
/// Each `Store` is one connection, used by one thread at a time. `write.lock` beside SQLite's file is held around every
/// write transaction and checkpoint, a lock of the server around every write transaction, so that several processes and
/// several stores of one process may write in turn.
package final class Store: Sendable {
    package enum Mode: Sendable {
        /// Temporary tables may be written, nothing else.
        case readOnly
        case readWrite
        /// A new database in memory, of the newest schema.
        case memory
    }

    /// The longest that a write transaction should hold the others up.
    package static let longestSlice = Duration.milliseconds(50)
    /// Pages of 8 kB in the write-ahead log after which a write also moves them into the file: 16 MB.
    package static let checkpointPages: Int32 = 2_000
    /// The same for imports and cycles, which change the same pages again and again: 64 MB.
    package static let importCheckpointPages: Int32 = 8_000
    /// How long a lock is waited for.
    private static let patience = Duration.seconds(30)

    /// What stands behind the connection.
    private enum Engine {
        case memory
        /// A file, with the lock of those who write it.
        case file(SQLiteDriver, FileLock?)
        case server(PostgreSQLAddress)
    }

    /// The database file; of a server's, what the files are called that lie beside the workspace's (`<path>.sent`).
    package let path: String
    package let mode: Mode
    /// Guarded by `turn`.
    private nonisolated(unsafe) let connection: Connection
    private let turn = NSRecursiveLock()
    private nonisolated(unsafe) let engine: Engine
    private let clock: @Sendable () -> ContinuousClock.Instant
    private let longest = NIOLockedValueBox(Duration.zero)
    /// Whether a write transaction is open; guarded by `turn`.
    private nonisolated(unsafe) var isWriting = false

    /// Opens the database; a `readWrite` store makes the file and brings it to the newest schema.
    ///
    /// - Parameters:
    ///   - busyTimeout: how long to wait for a lock of a program that does not know `write.lock`, in milliseconds.
    ///   - clock: a monotonic clock, by which write transactions are measured.
    /// - Throws: `StorageError` when there is no file to read, it is not ours, it is newer than the program, or it cannot
    ///   be opened or written.
    package init(
        path: String, mode: Mode, busyTimeout: Int32 = 10_000,
        clock: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }
    ) throws {
        self.path = path
        self.mode = mode
        self.clock = clock
        switch mode {
        case .memory:
            let driver = try SQLiteDriver(
                path: Self.memoryPath, flags: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, busyTimeout: busyTimeout)
            try driver.executeScript("PRAGMA page_size = 8192; PRAGMA temp_store = MEMORY")
            try driver.migrate()
            (engine, connection) = (.memory, Connection(driver))
            try connection.count()
        case .readOnly:
            guard FileManager.default.fileExists(atPath: path) else {
                throw StorageError("there is no database at \(path) yet; run keeptouch import first")
            }
            let driver = try SQLiteDriver.forReading(path, busyTimeout: busyTimeout)
            try driver.executeScript("PRAGMA cache_size = -16000")
            (engine, connection) = (.file(driver, nil), Connection(driver))
            foldForReaders()
        case .readWrite:
            let lock = try FileLock(path: path + ".write.lock")
            PrivateFile.make(path)
            let driver = try SQLiteDriver(
                path: path, flags: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, busyTimeout: busyTimeout)
            try lock.held(patience: Self.patience) {
                try driver.prepareForWriting()
                try driver.migrate()
                driver.takeOverLog()
            }
            (engine, connection) = (.file(driver, lock), Connection(driver))
            try connection.count()
        }
    }

    /// Opens the workspace's schema of a PostgreSQL database; a `readWrite` store makes it.
    ///
    /// - Parameter path: what the files are called that a database has beside it.
    /// - Throws: `StorageError` when the server cannot be reached, is not fit, or the schema is not there to be read.
    package init(
        _ address: PostgreSQLAddress, filesAt path: String, mode: Mode,
        clock: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }
    ) throws {
        self.path = path
        self.mode = mode
        self.clock = clock
        let driver = try PostgreSQLDriver(address, canWrite: mode != .readOnly)
        switch mode {
        case .memory, .readWrite: try driver.prepareForWriting(address.schema)
        case .readOnly: try driver.expectKnownSchema(address.schema)
        }
        (engine, connection) = (.server(address), Connection(driver, path: path))
    }

    /// A second reader of the database of a connection; nil when that is in memory.
    package convenience init?(readingBeside connection: Connection) throws {
        if let driver = connection.driver as? PostgreSQLDriver {
            try self.init(driver.address, filesAt: connection.path, mode: .readOnly)
            return
        }
        guard connection.place != Self.memoryPath else { return nil }
        try self.init(path: connection.place, mode: .readOnly)
    }

    private static let memoryPath = ":memory:"

    deinit {
        // Closing the last connection checkpoints, and that is a write.
        guard case .file(_, let lock?) = engine else { return connection.close() }
        let isLocked = (try? lock.lock(patience: Self.patience)) != nil
        connection.close()
        if isLocked { lock.unlock() }
    }

    /// Where the server is; nil for a file and for what is in memory.
    package var server: PostgreSQLAddress? {
        if case .server(let address) = engine { address } else { nil }
    }

    /// What messages call the database, whoever of several in a place it is; never with a password.
    package var title: String { server.map { "\($0.place) (schema \($0.schema))" } ?? path }

    /// Whether both are one database, by whatever names they were opened.
    func isSame(as other: Store) throws -> Bool {
        guard server != nil, other.server != nil else {
            return server == nil && other.server == nil && FileIdentity(path).isSame(as: FileIdentity(other.path))
        }
        let sql = """
            SELECT CAST(pg_postmaster_start_time() AS text) || ' ' || current_database() || ' ' || current_schema() AS name
            """
        return try read { try $0.first(sql)?["name"] } == other.read { try $0.first(sql)?["name"] }
    }

    /// The version of a schema that a newer program made and that this one works with; nil for its own.
    package var newerSchema: Int64? { (connection.driver as? PostgreSQLDriver)?.newerSchema }

    /// Works on one snapshot; temporary tables may be written.
    @discardableResult
    package func read<T>(_ body: (Connection) throws -> T) throws -> T {
        try session { connection in
            if connection.isInTransaction { return try body(connection) }
            return try connection.transaction(connection.dialect.beginReading) { try body(connection) }
        }
    }

    /// Works on one snapshot, in which the conditions that people wrote run: nothing can change the file, and it ends in time.
    ///
    /// - Parameter complaint: what it says that took too long.
    /// - Throws: `StorageError` when it takes longer than `limit`.
    @discardableResult
    package func guardedRead<T>(
        for limit: Duration, orElse complaint: Complaint = .planning, _ body: (Connection) throws -> T
    ) throws -> T {
        switch mode {
        // There is nothing to guard.
        case .memory: return try read(body)
        case .readOnly, .readWrite:
            return try session { connection in
                try connection.driver.guarded(for: limit, orElse: complaint) { try read(body) }
            }
        }
    }

    /// What a read that was given up says: what took too long, and what to do.
    package struct Complaint: Sendable {
        private let what: String
        private let advice: String

        package init(_ what: String, _ advice: String) {
            (self.what, self.advice) = (what, advice)
        }

        package static let planning = Complaint("planning", "see which condition is slow with keeptouch plan PLAYBOOK")

        func text(_ limit: Duration) -> String {
            "\(what) took longer than \(limit.components.seconds) s and was given up, nothing was changed; \(advice)"
        }
    }

    /// One write transaction under `write.lock`; all of it or nothing. The sender's journal is folded first.
    @discardableResult
    package func write<T>(_ body: (Connection) throws -> T) throws -> T {
        try session { connection in try write(on: connection, body) }
    }

    /// The same for the sender, which knows what is in its journal.
    @discardableResult
    package func writeKeepingJournal<T>(_ body: (Connection) throws -> T) throws -> T {
        try session { connection in try transact(on: connection, checkpointAfter: Self.checkpointPages, body) }
    }

    /// A write transaction in the middle of a session, so that temporary tables can be read while writing.
    ///
    /// Within another write of the store it is a part of that one.
    @discardableResult
    package func write<T>(
        on connection: Connection, checkpointAfter pages: Int32 = checkpointPages, _ body: (Connection) throws -> T
    ) throws -> T {
        if isWriting { return try body(connection) }
        // On a server nothing is journaled: each look is a journey.
        guard server == nil else { return try transact(on: connection, checkpointAfter: pages, body) }
        return try transact(on: connection, checkpointAfter: pages) { connection in
            try SendJournal(connection).fold()
            return try body(connection)
        }
    }

    private func transact<T>(
        on connection: Connection, checkpointAfter pages: Int32, _ body: (Connection) throws -> T
    ) throws -> T {
        isWriting = true
        defer { isWriting = false }
        switch engine {
        case .memory: return try connection.transaction(connection.dialect.beginWriting) { try body(connection) }
        case .server where mode == .readWrite: return try timedWrite(on: connection, body)
        case .server, .file(_, nil): throw StorageError("\(path) is open for reading only")
        case .file(let driver, let lock?):
            let result = try lock.held(patience: Self.patience) { try timedWrite(on: connection, body) }
            // What is committed is safe in the log: if the log cannot be emptied now, the next write tries again.
            if driver.hasLog(over: pages) {
                try? lock.held(patience: Self.patience) { try driver.checkpoint() }
            }
            return result
        }
    }

    private func timedWrite<T>(on connection: Connection, _ body: (Connection) throws -> T) throws -> T {
        let began = clock()
        let result = try connection.transaction(connection.dialect.beginWriting) { try body(connection) }
        let length = began.duration(to: clock())
        longest.withLockedValue { $0 = max($0, length) }
        return result
    }

    /// Writes `count` items in slices, each a transaction that aims at half of `longestSlice`; the body gets the range of
    /// items that its slice is to write.
    ///
    /// What was written stays when a later slice fails: the body must be such that running it again does no harm.
    package func writeInSlices(count: Int, _ body: (Connection, Range<Int>) throws -> Void) throws {
        try session { connection in try writeInSlices(on: connection, count: count, body) }
    }

    /// Slices in the middle of a session, so that temporary tables can be read while writing.
    package func writeInSlices(
        on connection: Connection, count: Int, _ body: (Connection, Range<Int>) throws -> Void
    ) throws {
        var pace = Self.freshPace
        try writeInSlices(on: connection, count: count, at: &pace, body)
    }

    /// Slices of a longer work, which goes on at the pace that its earlier slices found.
    func writeInSlices(
        on connection: Connection, count: Int, at pace: inout SlicePace, checkpointAfter pages: Int32 = checkpointPages,
        _ body: (Connection, Range<Int>) throws -> Void
    ) throws {
        var done = 0
        while done < count {
            let slice = done..<min(count, done + pace.size)
            let began = clock()
            try write(on: connection, checkpointAfter: pages) { try body($0, slice) }
            // The rest that the last slice takes tells little of how many would fit.
            if slice.count == pace.size { pace.took(began.duration(to: clock()), for: slice.count) }
            done = slice.upperBound
            if done < count, !isWriting { Self.letOthersWrite() }
        }
    }

    /// Gives those who wait for the lock the time to take it, between two slices of a long write.
    package static func letOthersWrite() {
        usleep(500)
    }

    static var freshPace: SlicePace { SlicePace(target: longestSlice / 2) }

    /// Leaves nothing in the write-ahead log of what was overwritten or deleted; false when a reader still needs the log.
    package func emptyLog() throws -> Bool {
        try session { _ in
            guard case .file(let driver, let lock?) = engine else { return true }
            return try lock.held(patience: Self.patience) { try driver.emptyLog() }
        }
    }

    /// Writes the whole file anew, without the space in which rows once stood; other writers wait meanwhile.
    package func compact() throws {
        try session { _ in
            switch engine {
            case .file(let driver, let lock?):
                try lock.held(patience: Self.patience) { try driver.executeScript("VACUUM") }
            case .server:
                throw StorageError("a server writes its tables anew by itself; VACUUM FULL in psql does it at once")
            case .memory, .file(_, nil): break
            }
        }
    }

    /// The connection without a transaction; temporary tables live as long as the store.
    @discardableResult
    package func session<T>(_ body: (Connection) throws -> T) throws -> T {
        try turn.withLock {
            try connection.driver.ensureConnected()
            return try body(connection)
        }
    }

    /// The longest write transaction so far, from BEGIN to COMMIT.
    package var longestWrite: Duration { longest.withLockedValue { $0 } }

    /// Folds a journal that its sender has left behind or still writes, where that can be done at once: whoever reads does not
    /// wait for it, and does not need to be allowed to write.
    private func foldForReaders() {
        guard (try? SendJournal(connection).isEmpty) == false, let lock = try? FileLock(path: path + ".write.lock"),
            lock.tryLock()
        else { return }
        defer { lock.unlock() }
        guard let driver = try? SQLiteDriver(path: path, flags: SQLITE_OPEN_READWRITE, busyTimeout: 0) else { return }
        let writer = Connection(driver)
        defer { writer.close() }
        try? driver.prepareForWriting()
        try? writer.transaction(writer.dialect.beginWriting) { try SendJournal(writer).fold() }
    }

    /// Stops the statement that is running, on whatever thread; it throws, and its transaction is undone.
    package func interrupt() {
        connection.interrupt()
    }
}
