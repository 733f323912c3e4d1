import CSQLite

/// A prepared statement; indexes of parameters and columns count from 0.
package final class Statement {
    private let handle: OpaquePointer
    private let pointer: OpaquePointer
    private let sql: String
    /// Where the columns stand whose names are in the program's text, by where the name stands, in the order in which they
    /// were first asked for.
    private var places: [(name: UnsafePointer<UInt8>, place: Int)] = []
    /// Which of them is asked for next when this row is read as the one before.
    private var nextPlace = 0
    private(set) package lazy var columns: [String] = (0..<sqlite3_column_count(pointer)).map {
        sqlite3_column_name(pointer, $0).map { String(cString: $0) } ?? ""
    }

    init(_ handle: OpaquePointer, _ sql: String) throws {
        #if DEBUG
            StatementLog.shared?.note(sql)
        #endif
        var pointer: OpaquePointer?
        let code = sqlite3_prepare_v2(handle, sql, -1, &pointer, nil)
        guard code == SQLITE_OK, let pointer else {
            throw StorageError(code, of: handle, sql: sql)
        }
        self.handle = handle
        self.pointer = pointer
        self.sql = sql
    }

    /// Whether it has been stepped and neither ended nor reset.
    var isBusy: Bool { sqlite3_stmt_busy(pointer) != 0 }

    deinit {
        end()
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

    /// Moves to the next row; false at the end.
    package func step() throws -> Bool {
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

    /// Runs to the end and makes the statement ready for the next binding.
    package func run() throws {
        defer { end() }
        while try step() {}
    }

    /// Makes it ready to run again with what is bound.
    func rewind() {
        end()
    }

    package func reset() {
        end()
        sqlite3_clear_bindings(pointer)
    }

    private func end() {
        sqlite3_reset(pointer)
        #if DEBUG
            StepCount.shared.note(pointer, of: handle)
        #endif
    }

    /// The place of a column; one that the answer does not have is a mistake of the program, and reads as NULL.
    ///
    /// The name is looked for once a statement and place in the program, so that reading by name costs what reading by
    /// number costs.
    package func place(of name: StaticString) -> Int {
        if nextPlace >= places.count || places[nextPlace].name != name.utf8Start { find(name) }
        nextPlace += 1
        return places[nextPlace - 1].place
    }

    /// Makes a name the next one.
    private func find(_ name: StaticString) {
        if let known = places.firstIndex(where: { $0.name == name.utf8Start }) {
            nextPlace = known
            return
        }
        let place = columns.firstIndex(of: name.description) ?? -1
        assert(place >= 0, "there is no column \(name) in \(sql)")
        nextPlace = places.count
        places.append((name.utf8Start, place))
    }

    package func isNull(_ column: Int) -> Bool { sqlite3_column_type(pointer, Int32(column)) == SQLITE_NULL }
    func isText(_ column: Int) -> Bool { sqlite3_column_type(pointer, Int32(column)) == SQLITE_TEXT }
    package func integer(_ column: Int) -> Int64 { sqlite3_column_int64(pointer, Int32(column)) }
    package func real(_ column: Int) -> Double { sqlite3_column_double(pointer, Int32(column)) }

    /// NaN for what is no number.
    package func number(_ column: Int) -> Double {
        let value = sqlite3_column_value(pointer, Int32(column))
        return switch sqlite3_value_type(value) {
        case SQLITE_INTEGER, SQLITE_FLOAT: sqlite3_value_double(value)
        default: .nan
        }
    }

    package func text(_ column: Int) -> String? {
        guard let bytes = sqlite3_column_text(pointer, Int32(column)) else { return nil }
        let count = sqlite3_column_bytes(pointer, Int32(column))
        return String(decoding: UnsafeBufferPointer(start: bytes, count: Int(count)), as: UTF8.self)
    }

    /// A word of a closed list, as `SQLValue.word`.
    package func word<Word: RawRepresentable<String>>(_ column: Int) throws -> Word { try value(column).word() }

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
