import CSQLite
import Foundation
import NIOConcurrencyHelpers

/// The database file of a workspace, with its locks.
///
/// Each `Store` is one SQLite connection, used by one thread at a time. `write.lock` beside the file is held around every
/// write transaction and checkpoint, so that several processes and several stores of one process may write in turn.
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

    package let path: String
    package let mode: Mode
    /// Guarded by `turn`.
    private nonisolated(unsafe) let connection: Connection
    private let turn = NSRecursiveLock()
    private let lock: FileLock?
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
            lock = nil
            connection = try Connection(
                path: Self.memoryPath, flags: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, busyTimeout: busyTimeout)
            try connection.executeScript("PRAGMA page_size = 8192; PRAGMA temp_store = MEMORY")
            try connection.migrate()
        case .readOnly:
            guard FileManager.default.fileExists(atPath: path) else {
                throw StorageError("there is no database at \(path) yet; run keeptouch import first")
            }
            lock = nil
            connection = try Connection(path: path, flags: SQLITE_OPEN_READONLY, busyTimeout: busyTimeout)
            try connection.executeScript("PRAGMA cache_size = -16000")
            try connection.expectNewestSchema()
        case .readWrite:
            let lock = try FileLock(path: path + ".write.lock")
            self.lock = lock
            PrivateFile.make(path)
            connection = try Connection(
                path: path, flags: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, busyTimeout: busyTimeout)
            try lock.held(patience: Self.patience) {
                try connection.prepareForWriting()
                try connection.migrate()
                connection.takeOverLog()
            }
        }
    }

    /// A second reader of the file of a connection; nil when that is in memory.
    package convenience init?(readingBeside connection: Connection) throws {
        guard connection.path != Self.memoryPath else { return nil }
        try self.init(path: connection.path, mode: .readOnly)
    }

    private static let memoryPath = ":memory:"

    deinit {
        // Closing the last connection checkpoints, and that is a write.
        let isLocked = (try? lock?.lock(patience: Self.patience)) != nil
        connection.close()
        if isLocked { lock?.unlock() }
    }

    /// Works on one snapshot; temporary tables may be written.
    @discardableResult
    package func read<T>(_ body: (Connection) throws -> T) throws -> T {
        try session { connection in
            if connection.isInTransaction { return try body(connection) }
            return try connection.transaction("BEGIN DEFERRED") { try body(connection) }
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
                try connection.guarded(for: limit, orElse: complaint) { try read(body) }
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

    /// One write transaction under `write.lock`; all of it or nothing.
    @discardableResult
    package func write<T>(_ body: (Connection) throws -> T) throws -> T {
        try session { connection in try write(on: connection, body) }
    }

    /// A write transaction in the middle of a session, so that temporary tables can be read while writing.
    ///
    /// Within another write of the store it is a part of that one.
    @discardableResult
    package func write<T>(
        on connection: Connection, checkpointAfter pages: Int32 = checkpointPages, _ body: (Connection) throws -> T
    ) throws -> T {
        if isWriting { return try body(connection) }
        isWriting = true
        defer { isWriting = false }
        guard let lock else { return try writeUnlocked(on: connection, body) }
        let result = try lock.held(patience: Self.patience) {
            let began = clock()
            let result = try connection.transaction("BEGIN IMMEDIATE") { try body(connection) }
            let length = began.duration(to: clock())
            longest.withLockedValue { $0 = max($0, length) }
            return result
        }
        // What is committed is safe in the log: if the log cannot be emptied now, the next write tries again.
        if connection.hasLog(over: pages) {
            try? lock.held(patience: Self.patience) { try connection.checkpoint() }
        }
        return result
    }

    /// A write that no other process can get in the way of.
    private func writeUnlocked<T>(on connection: Connection, _ body: (Connection) throws -> T) throws -> T {
        switch mode {
        case .memory: return try connection.transaction("BEGIN") { try body(connection) }
        case .readOnly, .readWrite: throw StorageError("\(path) is open for reading only")
        }
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
        try session { connection in
            guard let lock else { return true }
            return try lock.held(patience: Self.patience) { try connection.emptyLog() }
        }
    }

    /// Writes the whole file anew, without the space in which rows once stood; other writers wait meanwhile.
    package func compact() throws {
        try session { connection in
            guard let lock else { return }
            try lock.held(patience: Self.patience) { try connection.executeScript("VACUUM") }
        }
    }

    /// The connection without a transaction; temporary tables live as long as the store.
    @discardableResult
    package func session<T>(_ body: (Connection) throws -> T) throws -> T {
        try turn.withLock { try body(connection) }
    }

    /// The longest write transaction so far, from BEGIN to COMMIT.
    package var longestWrite: Duration { longest.withLockedValue { $0 } }

    /// Stops the statement that is running, on whatever thread; it throws, and its transaction is undone.
    package func interrupt() {
        connection.interrupt()
    }
}
