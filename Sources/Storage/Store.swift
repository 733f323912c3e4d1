import Foundation
import GRDB
import GRDBSQLite

/// The database file of a workspace, with its locks.
///
/// Each `Store` is one SQLite connection on a serial queue. `write.lock` beside the file is held around every write
/// transaction, so that several processes and several stores of one process may write in turn.
package final class Store: Sendable {
    package enum Mode: Sendable {
        case readOnly, readWrite
    }

    package let path: String
    package let mode: Mode
    private let queue: DatabaseQueue
    private let lock: FileLock?

    /// Opens the database; a `readWrite` store makes the file and brings it to the newest schema.
    package init(path: String, mode: Mode) throws {
        self.path = path
        self.mode = mode
        var configuration = GRDB.Configuration()
        configuration.readonly = mode == .readOnly
        configuration.busyMode = .timeout(10)
        queue = try DatabaseQueue(path: path, configuration: configuration)
        lock = mode == .readWrite ? try FileLock(path: path + ".write.lock") : nil
        if mode == .readWrite {
            try queue.inDatabase { db in
                try db.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
            }
            try migrate()
        }
    }

    /// Works on one snapshot; temporary tables may be written.
    package func read<T>(_ body: (Connection) throws -> T) throws -> T {
        try session { connection in
            try connection.executeScript("BEGIN DEFERRED")
            do {
                let result = try body(connection)
                try connection.executeScript("COMMIT")
                return result
            } catch {
                try? connection.executeScript("ROLLBACK")
                throw error
            }
        }
    }

    /// One write transaction under `write.lock`; all of it or nothing.
    package func write<T>(_ body: (Connection) throws -> T) throws -> T {
        try session { connection in try write(on: connection, body) }
    }

    /// A write transaction in the middle of a session, so that temporary tables can be read while writing.
    package func write<T>(on connection: Connection, _ body: (Connection) throws -> T) throws -> T {
        guard let lock else { throw StorageError("the database is open for reading only") }
        return try lock.held {
            try connection.executeScript("BEGIN IMMEDIATE")
            do {
                let result = try body(connection)
                try connection.executeScript("COMMIT")
                return result
            } catch {
                try? connection.executeScript("ROLLBACK")
                throw error
            }
        }
    }

    /// The connection without a transaction; temporary tables live as long as the store.
    package func session<T>(_ body: (Connection) throws -> T) throws -> T {
        try queue.inDatabase { db in
            guard let handle = db.sqliteConnection else { throw StorageError("the database is closed") }
            return try body(Connection(handle))
        }
    }

    private func migrate() throws {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { db in try db.execute(sql: Schema.first) }
        try migrator.migrate(queue)
    }
}
