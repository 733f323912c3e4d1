import CSQLite
import Foundation

/// What went wrong with the database, as a sentence for the person who must act; never with the bound values, which may
/// be personal data.
package struct StorageError: Error, CustomStringConvertible, Equatable {
    /// SQLite's extended result code; 0 for our own complaints.
    package var code: Int32
    /// PostgreSQL's code (SQLSTATE); nil for others' complaints.
    package var state: String?
    package var message: String
    /// The statement, when the complaint is about it.
    package var sql: String?

    package init(code: Int32 = 0, _ message: String, sql: String? = nil) {
        self.code = code
        self.message = message
        self.sql = sql
    }

    init(state: String?, _ message: String, sql: String? = nil) {
        code = 0
        self.state = state
        self.message = message
        self.sql = sql
    }

    /// What SQLite said, and, where somebody can do something about it, what to do.
    init(_ code: Int32, of handle: OpaquePointer?, sql: String? = nil) {
        let code = handle.map { sqlite3_extended_errcode($0) } ?? code
        let said = handle.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(code))
        let path = handle.flatMap { sqlite3_db_filename($0, "main") }.map { String(cString: $0) } ?? "the database"
        self.code = code
        if let advice = Self.advice(code, path) {
            message = advice
        } else {
            message = said
            self.sql = sql
        }
    }

    /// A lock was not to be had in time; passes.
    static func busy(_ message: String) -> StorageError { StorageError(code: SQLITE_BUSY, message) }

    package var description: String { sql.map { "\(message) (in: \($0.prefix(300)))" } ?? message }
    package var isFull: Bool { code & 0xff == SQLITE_FULL || state == "53100" }
    package var isBusy: Bool { code & 0xff == SQLITE_BUSY || state == "55P03" }
    /// The connection to a server is gone, or was not to be had; passes.
    package var isLost: Bool {
        state.map { $0.hasPrefix("08") || $0.hasPrefix("57P") } ?? false
    }
    package var isInterrupted: Bool { code & 0xff == SQLITE_INTERRUPT || state == "57014" }

    /// The sentence for what is the machine's or the person's doing; nil for what is the statement's.
    static func advice(_ code: Int32, _ path: String) -> String? {
        // SQLITE_IOERR_SHMSIZE: the index of the write-ahead log could not grow.
        let kind = code == SQLITE_IOERR | 19 << 8 ? SQLITE_FULL : code & 0xff
        return switch kind {
        case SQLITE_FULL:
            "the disk is full: \(path) could not grow; the last step was undone; free some space and run the command again "
                + "(a file named PAUSE in the workspace stops all sending meanwhile)"
        case SQLITE_BUSY, SQLITE_LOCKED:
            "\(path) is locked by another program; close it (an open sqlite3 shell?) and run the command again"
        case SQLITE_READONLY:
            "\(path) may not be written: it or its folder is read-only; change its permissions and run the command again"
        case SQLITE_CANTOPEN:
            "\(path) cannot be opened: check that it and its folder may be read and written (SQLite keeps two files beside it)"
        case SQLITE_NOTADB where [".instance", ".sent"].contains { FileManager.default.fileExists(atPath: path + $0) }:
            "\(path) is damaged: its beginning is no database's, and it has been one, as the files beside it tell; restore it from "
                + "a back-up (docs/operations.md), and begin no new one: that would not know what has been sent"
        case SQLITE_NOTADB:
            "\(path) is not a Keeptouch database; point `database:` in keeptouch.yaml to another file, or move this one away"
        case SQLITE_CORRUPT:
            "\(path) is damaged; restore it from a back-up (keeptouch doctor says more)"
        case SQLITE_IOERR:
            "the disk could not be read or written at \(path) (SQLite error \(code)); check the disk and run the command again"
        case SQLITE_INTERRUPT:
            "interrupted; what was committed stays, the last step was undone"
        default: nil
        }
    }
}
