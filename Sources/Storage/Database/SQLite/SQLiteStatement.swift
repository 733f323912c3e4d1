import CSQLite

/// A statement of SQLite: two pointers, which `end` and `finalize` must be called for.
struct SQLiteStatement {
    private let handle: OpaquePointer
    private let pointer: OpaquePointer

    init(_ handle: OpaquePointer, _ sql: String) throws {
        var pointer: OpaquePointer?
        let code = sqlite3_prepare_v2(handle, sql, -1, &pointer, nil)
        guard code == SQLITE_OK, let pointer else { throw StorageError(code, of: handle, sql: sql) }
        self.handle = handle
        self.pointer = pointer
    }

    var columns: [String] {
        (0..<sqlite3_column_count(pointer)).map { sqlite3_column_name(pointer, $0).map { String(cString: $0) } ?? "" }
    }

    var isBusy: Bool { sqlite3_stmt_busy(pointer) != 0 }

    func step(_ sql: String) throws -> Bool {
        let code = sqlite3_step(pointer)
        switch code {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default:
            let error = StorageError(code, of: handle, sql: sql)
            end()
            throw error
        }
    }

    func end() {
        sqlite3_reset(pointer)
        #if DEBUG
            StepCount.shared.note(pointer, of: handle)
        #endif
    }

    func clear() { sqlite3_clear_bindings(pointer) }
    func finalize() { sqlite3_finalize(pointer) }

    // MARK: Parameters

    func parameter(_ name: String) -> Int? {
        let index = sqlite3_bind_parameter_index(pointer, ":" + name)
        return index == 0 ? nil : Int(index) - 1
    }

    func bindNull(_ index: Int) { sqlite3_bind_null(pointer, Int32(index + 1)) }
    func bind(_ index: Int, _ value: Int64) { sqlite3_bind_int64(pointer, Int32(index + 1), value) }
    func bind(_ index: Int, _ value: Double) { sqlite3_bind_double(pointer, Int32(index + 1), value) }

    /// Binds UTF-8 text; the bytes are copied.
    func bind(text index: Int, _ bytes: UnsafeBufferPointer<CChar>) {
        // An empty buffer has no base address, and SQLite would read a null pointer as NULL.
        guard let base = bytes.baseAddress else {
            sqlite3_bind_text(pointer, Int32(index + 1), "", 0, Self.transient)
            return
        }
        sqlite3_bind_text(pointer, Int32(index + 1), base, Int32(bytes.count), Self.transient)
    }

    /// Binds a blob; the bytes are copied.
    func bind(_ index: Int, _ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress else {
            sqlite3_bind_zeroblob(pointer, Int32(index + 1), 0)
            return
        }
        sqlite3_bind_blob(pointer, Int32(index + 1), base, Int32(bytes.count), Self.transient)
    }

    // MARK: Columns

    func kind(_ column: Int) -> ColumnKind {
        switch sqlite3_column_type(pointer, Int32(column)) {
        case SQLITE_INTEGER: .integer
        case SQLITE_FLOAT: .real
        case SQLITE_TEXT: .text
        case SQLITE_BLOB: .blob
        default: .null
        }
    }

    func isNull(_ column: Int) -> Bool { sqlite3_column_type(pointer, Int32(column)) == SQLITE_NULL }
    func integer(_ column: Int) -> Int64 { sqlite3_column_int64(pointer, Int32(column)) }
    func real(_ column: Int) -> Double { sqlite3_column_double(pointer, Int32(column)) }

    func number(_ column: Int) -> Double {
        let value = sqlite3_column_value(pointer, Int32(column))
        return switch sqlite3_value_type(value) {
        case SQLITE_INTEGER, SQLITE_FLOAT: sqlite3_value_double(value)
        default: .nan
        }
    }

    func text(_ column: Int) -> String? {
        guard let bytes = sqlite3_column_text(pointer, Int32(column)) else { return nil }
        let count = sqlite3_column_bytes(pointer, Int32(column))
        return String(decoding: UnsafeBufferPointer(start: bytes, count: Int(count)), as: UTF8.self)
    }

    func blob(_ column: Int) -> UnsafeRawBufferPointer {
        let count = sqlite3_column_bytes(pointer, Int32(column))
        return UnsafeRawBufferPointer(start: sqlite3_column_blob(pointer, Int32(column)), count: Int(count))
    }

    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}
