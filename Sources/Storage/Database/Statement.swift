/// A prepared statement; indexes of parameters and columns count from 0.
package final class Statement {
    private let prepared: PreparedStatement
    private let sql: String
    /// Where the columns stand whose names are in the program's text, by where the name stands, in the order in which they
    /// were first asked for.
    private var places: [(name: UnsafePointer<UInt8>, place: Int)] = []
    /// Which of them is asked for next when this row is read as the one before.
    private var nextPlace = 0
    /// Known from the first step on.
    private(set) package lazy var columns: [String] =
        switch prepared {
        case .sqlite(let statement): statement.columns
        case .postgresql(let statement): statement._withUnsafeGuaranteedRef { $0.columns }
        }

    init(_ driver: any Driver, _ sql: String) throws {
        prepared = try driver.prepare(sql)
        self.sql = sql
    }

    #if DEBUG
        private let log = StatementLog.shared
        /// What was bound, for the log.
        private var given: [Character] = []

        private func note(_ index: Int, _ kind: Character) {
            guard log != nil else { return }
            while given.count <= index { given.append("-") }
            given[index] = kind
        }
    #endif

    /// Whether it has been stepped and neither ended nor reset.
    var isBusy: Bool {
        switch prepared {
        case .sqlite(let statement): statement.isBusy
        case .postgresql(let statement): statement._withUnsafeGuaranteedRef { $0.isBusy }
        }
    }

    deinit {
        switch prepared {
        case .sqlite(let statement):
            statement.end()
            statement.finalize()
        case .postgresql(let statement):
            statement._withUnsafeGuaranteedRef { $0.end() }
            statement.release()
        }
    }

    /// The position of a named parameter, for the indexed `bind`s; nil when the text has none of that name.
    package func parameter(_ name: String) -> Int? {
        switch prepared {
        case .sqlite(let statement): statement.parameter(name)
        case .postgresql(let statement): statement._withUnsafeGuaranteedRef { $0.parameter(name) }
        }
    }

    /// Binds by name; a name that the text does not have is ignored, a parameter without a value stays null.
    package func bind(_ arguments: [String: SQLValue]) throws {
        for (name, value) in arguments {
            if let index = parameter(name) { try bind(index, value) }
        }
    }

    package func bind(_ index: Int, _ value: SQLValue) throws {
        switch value {
        case .null:
            #if DEBUG
                note(index, "-")
            #endif
            switch prepared {
            case .sqlite(let statement): statement.bindNull(index)
            case .postgresql(let statement): statement._withUnsafeGuaranteedRef { $0.bind(index, .null) }
            }
        case .integer(let value): bind(index, value)
        case .real(let value): bind(index, value)
        case .text(let value): bind(index, value)
        case .blob(let value): value.withUnsafeBytes { bind(index, $0) }
        }
    }

    package func bind(_ index: Int, _ value: Int64) {
        #if DEBUG
            note(index, "i")
        #endif
        switch prepared {
        case .sqlite(let statement): statement.bind(index, value)
        case .postgresql(let statement): statement._withUnsafeGuaranteedRef { $0.bind(index, .integer(value)) }
        }
    }

    package func bind(_ index: Int, _ value: Double) {
        #if DEBUG
            note(index, "r")
        #endif
        switch prepared {
        case .sqlite(let statement): statement.bind(index, value)
        case .postgresql(let statement): statement._withUnsafeGuaranteedRef { $0.bind(index, .real(value)) }
        }
    }

    package func bind(_ index: Int, _ value: String) {
        var value = value
        value.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { bind(text: index, $0) }
        }
    }

    /// Binds UTF-8 text; the bytes are copied.
    package func bind(text index: Int, _ bytes: UnsafeBufferPointer<CChar>) {
        #if DEBUG
            note(index, "t")
        #endif
        switch prepared {
        case .sqlite(let statement): statement.bind(text: index, bytes)
        case .postgresql(let statement): statement._withUnsafeGuaranteedRef { $0.bind(text: index, bytes) }
        }
    }

    /// Binds a blob; the bytes are copied.
    package func bind(_ index: Int, _ bytes: UnsafeRawBufferPointer) {
        #if DEBUG
            note(index, "b")
        #endif
        switch prepared {
        case .sqlite(let statement): statement.bind(index, bytes)
        case .postgresql(let statement): statement._withUnsafeGuaranteedRef { $0.bind(index, .blob(Array(bytes))) }
        }
    }

    /// Moves to the next row; false at the end.
    package func step() throws -> Bool {
        #if DEBUG
            log?.note(sql, given: given)
        #endif
        switch prepared {
        case .sqlite(let statement): return try statement.step(sql)
        case .postgresql(let statement): return try statement._withUnsafeGuaranteedRef { try $0.step() }
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
        switch prepared {
        case .sqlite(let statement): statement.clear()
        case .postgresql(let statement): statement._withUnsafeGuaranteedRef { $0.clear() }
        }
    }

    private func end() {
        switch prepared {
        case .sqlite(let statement): statement.end()
        case .postgresql(let statement): statement._withUnsafeGuaranteedRef { $0.end() }
        }
    }

    /// How many rows its last run to the end changed, where PostgreSQL ran it.
    var remoteChanges: Int {
        switch prepared {
        case .sqlite: 0
        case .postgresql(let statement): statement._withUnsafeGuaranteedRef { $0.changes }
        }
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

    package func isNull(_ column: Int) -> Bool {
        switch prepared {
        case .sqlite(let statement): statement.isNull(column)
        case .postgresql(let statement): statement._withUnsafeGuaranteedRef { $0.isNull(column) }
        }
    }

    /// What the column of this row holds.
    func kind(_ column: Int) -> ColumnKind {
        switch prepared {
        case .sqlite(let statement): statement.kind(column)
        case .postgresql(let statement): statement._withUnsafeGuaranteedRef { $0.kind(column) }
        }
    }

    func isText(_ column: Int) -> Bool { kind(column) == .text }

    package func integer(_ column: Int) -> Int64 {
        switch prepared {
        case .sqlite(let statement): statement.integer(column)
        case .postgresql(let statement): statement._withUnsafeGuaranteedRef { $0.integer(column) }
        }
    }

    package func real(_ column: Int) -> Double {
        switch prepared {
        case .sqlite(let statement): statement.real(column)
        case .postgresql(let statement): statement._withUnsafeGuaranteedRef { $0.real(column) }
        }
    }

    /// NaN for what is no number.
    package func number(_ column: Int) -> Double {
        switch prepared {
        case .sqlite(let statement): statement.number(column)
        case .postgresql(let statement): statement._withUnsafeGuaranteedRef { $0.number(column) }
        }
    }

    package func text(_ column: Int) -> String? {
        switch prepared {
        case .sqlite(let statement): statement.text(column)
        case .postgresql(let statement): statement._withUnsafeGuaranteedRef { $0.text(column) }
        }
    }

    /// A word of a closed list, as `SQLValue.word`.
    package func word<Word: RawRepresentable<String>>(_ column: Int) throws -> Word { try value(column).word() }

    /// The bytes are valid until the next step.
    package func blob(_ column: Int) -> UnsafeRawBufferPointer {
        switch prepared {
        case .sqlite(let statement): statement.blob(column)
        case .postgresql(let statement): statement._withUnsafeGuaranteedRef { $0.blob(column) }
        }
    }

    package func value(_ column: Int) -> SQLValue {
        switch kind(column) {
        case .null: .null
        case .integer: .integer(integer(column))
        case .real: .real(real(column))
        case .text: .text(text(column) ?? "")
        case .blob: .blob(Array(blob(column)))
        }
    }

    package var row: Row {
        Row(columns: columns, values: columns.indices.map { value($0) })
    }
}
