import CPQ

/// A statement on its way through one execution: what is bound to it, and the row at which it stands.
///
/// Rows come one by one. When another statement wants the connection, the rest of them is taken into memory first.
final class PostgreSQLStatement {
    private let driver: PostgreSQLDriver
    private let plan: PostgreSQLPlan
    private var values: [SQLValue]
    private var state = State.idle
    /// The present row, and those that were taken ahead behind it.
    private var row: OpaquePointer?
    private var ahead: ArraySlice<OpaquePointer> = []
    /// How many rows the last execution changed.
    private(set) var changes = 0
    /// What ended the rows that were taken ahead.
    private var failure: (any Error)?

    private enum State {
        case idle
        /// The server is sending rows.
        case reading
        /// All rows are here, or have been read.
        case ended
    }

    init(_ driver: PostgreSQLDriver, _ plan: PostgreSQLPlan) {
        self.driver = driver
        self.plan = plan
        values = Array(repeating: .null, count: plan.numbered.names.count)
    }

    deinit { PQclear(row) }

    var columns: [String] { plan.columns }
    /// Whether it has been stepped and not ended.
    var isBusy: Bool { row != nil || state != .idle }

    // MARK: Parameters

    func parameter(_ name: String) -> Int? { plan.places[name] }

    func bind(_ index: Int, _ value: SQLValue) {
        if values.indices.contains(index) { values[index] = value }
    }

    func bind(text index: Int, _ bytes: UnsafeBufferPointer<CChar>) {
        bytes.withMemoryRebound(to: UInt8.self) { bind(index, .text(String(decoding: $0, as: UTF8.self))) }
    }

    func clear() {
        for index in values.indices { values[index] = .null }
    }

    // MARK: Rows

    func step() throws -> Bool {
        if state == .idle {
            changes = 0
            try driver.send(plan, values, for: self)
            state = .reading
        }
        PQclear(row)
        row = nil
        if let next = ahead.popFirst() {
            row = next
            return true
        }
        if let failure {
            self.failure = nil
            throw failure
        }
        if state == .reading { row = try receive() }
        return row != nil
    }

    /// The next row from the server; nil behind the last one.
    private func receive() throws -> OpaquePointer? {
        do {
            switch try driver.receive(plan) {
            case .row(let row): return row
            case .end(let changes):
                self.changes = changes
                state = .ended
                return nil
            }
        } catch {
            state = .ended
            throw error
        }
    }

    /// Takes the rest of the rows, so that the connection is free.
    func takeRest() {
        guard state == .reading else { return }
        do {
            while let row = try receive() { ahead.append(row) }
        } catch {
            failure = error
        }
    }

    /// Lets go of the rows, read or not.
    func end() {
        if state == .reading { driver.skipRest(of: self) }
        for row in ahead { PQclear(row) }
        ahead = []
        failure = nil
        PQclear(row)
        row = nil
        state = .idle
    }

    // MARK: Columns

    private func bytes(_ column: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(
            start: PQgetvalue(row, 0, Int32(column)), count: Int(PQgetlength(row, 0, Int32(column))))
    }

    private func has(_ column: Int) -> Bool { row != nil && plan.kinds.indices.contains(column) }

    func isNull(_ column: Int) -> Bool { !has(column) || PQgetisnull(row, 0, Int32(column)) == 1 }
    func kind(_ column: Int) -> ColumnKind { isNull(column) ? .null : plan.kinds[column].column }

    func integer(_ column: Int) -> Int64 {
        isNull(column) ? 0 : BinaryValue.integer(bytes(column), plan.kinds[column])
    }

    func real(_ column: Int) -> Double {
        isNull(column) ? 0 : BinaryValue.real(bytes(column), plan.kinds[column])
    }

    func number(_ column: Int) -> Double {
        switch kind(column) {
        case .integer, .real: real(column)
        case .null, .text, .blob: .nan
        }
    }

    func text(_ column: Int) -> String? {
        switch kind(column) {
        case .null: nil
        case .integer: String(integer(column))
        case .real: String(real(column))
        case .text, .blob: String(decoding: bytes(column), as: UTF8.self)
        }
    }

    func blob(_ column: Int) -> UnsafeRawBufferPointer {
        isNull(column) ? UnsafeRawBufferPointer(start: nil, count: 0) : bytes(column)
    }
}
