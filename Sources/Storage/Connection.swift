import Foundation
import GRDB
import GRDBSQLite
package import Playbooks

/// A value as a database holds it.
package enum SQLValue: Sendable, Hashable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])

    package static func optional(_ value: Int64?) -> SQLValue { value.map { .integer($0) } ?? .null }
    package static func optional(_ value: String?) -> SQLValue { value.map { .text($0) } ?? .null }
    package static func optional(_ value: Double?) -> SQLValue { value.map { .real($0) } ?? .null }
    package static func instant(_ value: Instant) -> SQLValue { .integer(value.milliseconds) }

    package var integer: Int64? {
        switch self {
        case .integer(let value): value
        case .real(let value): Int64(exactly: value.rounded())
        default: nil
        }
    }

    package var real: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .real(let value): value
        default: nil
        }
    }

    package var text: String? {
        guard case .text(let value) = self else { return nil }
        return value
    }
}

/// What the database said, with the statement; never with the bound values, which may be personal data.
package struct StorageError: Error, CustomStringConvertible, Equatable {
    /// SQLite's extended result code; 0 for our own complaints.
    package var code: Int32
    package var message: String
    package var sql: String?

    package init(code: Int32 = 0, _ message: String, sql: String? = nil) {
        self.code = code
        self.message = message
        self.sql = sql
    }

    package var description: String { sql.map { "\(message) (in: \($0.prefix(300)))" } ?? message }
    package var isFull: Bool { code & 0xff == SQLITE_FULL }
    package var isBusy: Bool { code & 0xff == SQLITE_BUSY }
}

/// One row of an answer, its values in the order of the columns.
package struct Row: Sendable {
    package let columns: [String]
    package let values: [SQLValue]

    package subscript(_ index: Int) -> SQLValue { values[index] }

    package subscript(_ name: String) -> SQLValue {
        columns.firstIndex(of: name).map { values[$0] } ?? .null
    }
}

/// The database as the rest of Storage sees it: SQL text in, values out; `Store` hands one to each block of work.
///
/// Used by one thread at a time. Parameters are bound by name: `:now` in the text, `"now"` in the arguments.
package final class Connection {
    let handle: OpaquePointer
    private var cache: [String: Statement] = [:]

    init(_ handle: OpaquePointer) {
        self.handle = handle
    }

    /// Runs one statement that returns no rows; answers how many rows it changed.
    @discardableResult
    package func execute(_ sql: String, _ arguments: [String: SQLValue] = [:]) throws -> Int {
        let statement = try cached(sql)
        defer { statement.reset() }
        try statement.bind(arguments)
        while try statement.step() {}
        return Int(sqlite3_changes64(handle))
    }

    /// Runs several statements without parameters, one after the other.
    package func executeScript(_ sql: String) throws {
        var message: UnsafeMutablePointer<CChar>?
        let code = sqlite3_exec(handle, sql, nil, nil, &message)
        guard code == SQLITE_OK else {
            defer { sqlite3_free(message) }
            throw StorageError(
                code: sqlite3_extended_errcode(handle), message.map { String(cString: $0) } ?? "error \(code)", sql: sql)
        }
    }

    package func query(_ sql: String, _ arguments: [String: SQLValue] = [:]) throws -> [Row] {
        var rows: [Row] = []
        try forEach(sql, arguments) { statement in rows.append(statement.row) }
        return rows
    }

    package func first(_ sql: String, _ arguments: [String: SQLValue] = [:]) throws -> Row? {
        try query(sql, arguments).first
    }

    /// The first column of the first row as an integer; 0 when there is none.
    package func integer(_ sql: String, _ arguments: [String: SQLValue] = [:]) throws -> Int64 {
        try first(sql, arguments)?[0].integer ?? 0
    }

    /// Streams the rows, reading columns from the statement without making a `Row`.
    package func forEach(_ sql: String, _ arguments: [String: SQLValue] = [:], _ body: (Statement) throws -> Void) throws {
        let statement = try prepare(sql)
        try statement.bind(arguments)
        while try statement.step() { try body(statement) }
    }

    package func prepare(_ sql: String) throws -> Statement {
        try Statement(handle, sql)
    }

    /// A prepared statement kept for the next call with the same text.
    package func cached(_ sql: String) throws -> Statement {
        if let statement = cache[sql] { return statement }
        if cache.count > 200 { cache.removeAll() }
        let statement = try Statement(handle, sql)
        cache[sql] = statement
        return statement
    }

    package var lastInsertedID: Int64 { sqlite3_last_insert_rowid(handle) }
}

/// A prepared statement; indexes of parameters and columns count from 0.
package final class Statement {
    private let handle: OpaquePointer
    private let pointer: OpaquePointer
    private let sql: String
    private(set) package lazy var columns: [String] = (0..<sqlite3_column_count(pointer)).map {
        sqlite3_column_name(pointer, $0).map { String(cString: $0) } ?? ""
    }

    init(_ handle: OpaquePointer, _ sql: String) throws {
        var pointer: OpaquePointer?
        let code = sqlite3_prepare_v2(handle, sql, -1, &pointer, nil)
        guard code == SQLITE_OK, let pointer else {
            throw StorageError(
                code: sqlite3_extended_errcode(handle), String(cString: sqlite3_errmsg(handle)), sql: sql)
        }
        self.handle = handle
        self.pointer = pointer
        self.sql = sql
    }

    deinit {
        sqlite3_finalize(pointer)
    }

    /// The position of a named parameter, for the indexed `bind`s; nil when the text has none of that name.
    package func parameter(_ name: String) -> Int? {
        let index = sqlite3_bind_parameter_index(pointer, ":" + name)
        return index == 0 ? nil : Int(index) - 1
    }

    /// Binds by name; a name that the text does not have is ignored, a parameter without a value stays null.
    package func bind(_ arguments: [String: SQLValue]) throws {
        for (name, value) in arguments {
            if let index = parameter(name) { try bind(index, value) }
        }
    }

    package func bind(_ index: Int, _ value: SQLValue) throws {
        switch value {
        case .null: sqlite3_bind_null(pointer, Int32(index + 1))
        case .integer(let value): bind(index, value)
        case .real(let value): bind(index, value)
        case .text(let value): bind(index, value)
        case .blob(let value): value.withUnsafeBytes { bind(index, $0) }
        }
    }

    package func bind(_ index: Int, _ value: Int64) {
        sqlite3_bind_int64(pointer, Int32(index + 1), value)
    }

    package func bind(_ index: Int, _ value: Double) {
        sqlite3_bind_double(pointer, Int32(index + 1), value)
    }

    package func bind(_ index: Int, _ value: String) {
        var value = value
        value.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { bind(text: index, $0) }
        }
    }

    /// Binds UTF-8 text; the bytes are copied.
    package func bind(text index: Int, _ bytes: UnsafeBufferPointer<CChar>) {
        // An empty buffer has no base address, and SQLite would read a null pointer as NULL.
        guard let base = bytes.baseAddress else {
            sqlite3_bind_text(pointer, Int32(index + 1), "", 0, Self.transient)
            return
        }
        sqlite3_bind_text(pointer, Int32(index + 1), base, Int32(bytes.count), Self.transient)
    }

    /// Binds a blob; the bytes are copied.
    package func bind(_ index: Int, _ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress else {
            sqlite3_bind_zeroblob(pointer, Int32(index + 1), 0)
            return
        }
        sqlite3_bind_blob(pointer, Int32(index + 1), base, Int32(bytes.count), Self.transient)
    }

    package func bindNull(_ index: Int) {
        sqlite3_bind_null(pointer, Int32(index + 1))
    }

    /// Moves to the next row; false at the end.
    package func step() throws -> Bool {
        switch sqlite3_step(pointer) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default:
            let error = StorageError(
                code: sqlite3_extended_errcode(handle), String(cString: sqlite3_errmsg(handle)), sql: sql)
            sqlite3_reset(pointer)
            throw error
        }
    }

    /// Runs to the end and makes the statement ready for the next binding.
    package func run() throws {
        defer { sqlite3_reset(pointer) }
        while try step() {}
    }

    package func reset() {
        sqlite3_reset(pointer)
        sqlite3_clear_bindings(pointer)
    }

    package func isNull(_ column: Int) -> Bool { sqlite3_column_type(pointer, Int32(column)) == SQLITE_NULL }
    package func integer(_ column: Int) -> Int64 { sqlite3_column_int64(pointer, Int32(column)) }
    package func real(_ column: Int) -> Double { sqlite3_column_double(pointer, Int32(column)) }

    package func text(_ column: Int) -> String? {
        sqlite3_column_text(pointer, Int32(column)).map { String(cString: $0) }
    }

    /// The bytes are valid until the next step.
    package func blob(_ column: Int) -> UnsafeRawBufferPointer {
        let count = sqlite3_column_bytes(pointer, Int32(column))
        return UnsafeRawBufferPointer(start: sqlite3_column_blob(pointer, Int32(column)), count: Int(count))
    }

    package func value(_ column: Int) -> SQLValue {
        switch sqlite3_column_type(pointer, Int32(column)) {
        case SQLITE_INTEGER: .integer(integer(column))
        case SQLITE_FLOAT: .real(real(column))
        case SQLITE_TEXT: .text(text(column) ?? "")
        case SQLITE_BLOB: .blob(Array(blob(column)))
        default: .null
        }
    }

    package var row: Row {
        Row(columns: columns, values: columns.indices.map { value($0) })
    }

    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}
