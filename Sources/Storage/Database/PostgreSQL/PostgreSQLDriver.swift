import CPQ
import Foundation
import NIOConcurrencyHelpers

/// One connection to a PostgreSQL server.
///
/// Values go both ways in binary form; the types of parameters are those that the server infers from the text.
final class PostgreSQLDriver: Driver {
    enum Answer {
        case row(OpaquePointer)
        /// No more rows, and how many the statement changed.
        case end(changes: Int)
    }

    let address: PostgreSQLAddress
    /// Whether the session may change anything but temporary tables.
    let canWrite: Bool
    /// Nil while the connection is lost.
    private var connection: OpaquePointer?
    /// Stops what is running, from whatever thread.
    private let canceller = NIOLockedValueBox(Canceller())
    private var plans: [String: PostgreSQLPlan] = [:]
    private var planCount = 0
    /// Whether a column of an answer may have another type by now.
    private var arePlansStale = false
    /// The statement whose rows are on the way.
    private var reading: Unmanaged<PostgreSQLStatement>?
    private var isOpen = true
    /// Whether the other end was found to be gone; the connection itself may take some time to see it.
    private var isBroken = false
    /// The session of the connection; of the last one while it is lost.
    var session: ServerSession?
    /// Advisory locks that the session keeps for its life, in SQL; a new session takes them before anything else.
    var rights: [String] = []
    var attempts = Reconnection()
    /// The version of a schema that a newer program made and that this one works with; nil for its own.
    var newerSchema: Int64?
    /// The transaction between its beginning and its end, whatever became of the connection meanwhile.
    var transaction: ServerTransaction?
    /// Temporary tables that were emptied row by row, which only VACUUM frees of what stood there.
    var emptied: Set<String> = []

    private static let mostPlans = 500

    private struct Canceller: @unchecked Sendable {
        var handle: OpaquePointer?
    }

    /// Rows that statements read as tables.
    private(set) var staged: [StagedRows] = []

    init(_ address: PostgreSQLAddress, canWrite: Bool) throws {
        self.address = address
        self.canWrite = canWrite
        try connect()
    }

    deinit { close() }

    var place: String { address.place }
    var dialect: Dialect { .postgresql }

    func close() {
        guard isOpen else { return }
        isOpen = false
        hangUp()
    }

    /// Makes a connection in the place of one that is no more; what was prepared is prepared again when it is wanted.
    func connect() throws {
        hangUp()
        let connection = try address.connect(canWrite: canWrite)
        self.connection = connection
        isBroken = false
        // What the server has to say besides is told with the error that follows.
        PQsetNoticeReceiver(connection, { _, _ in }, nil)
        canceller.withLockedValue { $0.handle = PQgetCancel(connection) }
        do {
            try beginSession()
        } catch {
            hangUp()
            throw error
        }
    }

    func hangUp() {
        // What was on its way ends with the failure.
        takeRest()
        canceller.withLockedValue { canceller in
            PQfreeCancel(canceller.handle)
            canceller.handle = nil
        }
        PQfinish(connection)
        connection = nil
        for plan in plans.values { plan.name = nil }
        plans.removeAll()
    }

    func interrupt() {
        canceller.withLockedValue { canceller in
            var message = [CChar](repeating: 0, count: 256)
            if let handle = canceller.handle { PQcancel(handle, &message, Int32(message.count)) }
        }
    }

    /// Also of one that failed and waits to be undone.
    var isInTransaction: Bool { isConnected && PQtransactionStatus(connection) != PQTRANS_IDLE }

    var isConnected: Bool { isOpen && !isBroken && PQstatus(connection) == CONNECTION_OK }

    /// Of a transaction in which a statement has failed nothing can be committed.
    var hasFailed: Bool { PQtransactionStatus(connection) == PQTRANS_INERROR }

    func executeScript(_ sql: String) throws {
        takeRest()
        let result = PQexec(connection, sql)
        defer { PQclear(result) }
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: break
        default: throw error(result, sql)
        }
        // What a table has for columns may be another now.
        if sql.contains("ALTER TABLE") || sql.contains("CREATE ") || sql.contains("DROP ") { try forgetPlans() }
    }

    /// What the server says that it has done with the last command of a script: `COMMIT`, or `ROLLBACK` in its place.
    func answer(to sql: String) throws -> String {
        takeRest()
        let result = PQexec(connection, sql)
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_COMMAND_OK else { throw error(result, sql) }
        return PQcmdStatus(result).map { String(cString: $0) } ?? ""
    }

    func changes(of statement: Statement) throws -> Int {
        while try statement.step() {}
        return statement.remoteChanges
    }

    func dataVersion() throws -> Int64 {
        let statement = try Statement(
            self, "SELECT CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS text) AS bigint)")
        return try statement.step() ? statement.integer(0) : 0
    }

    func guarded<T>(for limit: Duration, orElse complaint: Store.Complaint, _ body: () throws -> T) throws -> T {
        let deadline = ContinuousClock.now + limit
        let milliseconds = max(
            1, limit.components.seconds * 1_000 + limit.components.attoseconds / 1_000_000_000_000_000)
        try executeScript("SET statement_timeout = \(milliseconds)")
        defer { try? executeScript("RESET statement_timeout") }
        do {
            return try body()
        } catch let error as StorageError where error.isInterrupted && ContinuousClock.now >= deadline {
            throw StorageError(complaint.text(limit))
        }
    }

    // MARK: Plans

    func prepare(_ sql: String) throws -> PreparedStatement {
        let plan = plans[sql] ?? PostgreSQLPlan(sql)
        try prepare(plan)
        return .postgresql(Unmanaged.passRetained(PostgreSQLStatement(self, plan)))
    }

    /// Lets the server prepare a text unless it has it.
    func prepare(_ plan: PostgreSQLPlan) throws {
        guard plan.name == nil else { return }
        takeRest()
        if plans.count >= Self.mostPlans || arePlansStale { try forgetPlans() }
        planCount += 1
        let name = "p\(planCount)"
        let prepared = PQprepare(connection, name, plan.numbered.text, 0, nil)
        defer { PQclear(prepared) }
        guard PQresultStatus(prepared) == PGRES_COMMAND_OK else { throw error(prepared, plan.sql) }
        let description = PQdescribePrepared(connection, name)
        defer { PQclear(description) }
        guard PQresultStatus(description) == PGRES_COMMAND_OK, let description else {
            throw error(description, plan.sql)
        }
        try plan.describe(description)
        plan.name = name
        plans[plan.sql] = plan
    }

    private func forgetPlans() throws {
        for plan in plans.values { plan.name = nil }
        arePlansStale = false
        guard !plans.isEmpty else { return }
        plans.removeAll()
        let result = PQexec(connection, "DEALLOCATE ALL")
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_COMMAND_OK else { throw error(result, nil) }
    }

    // MARK: The conversation

    /// Sends what is bound; the rows are received one by one.
    func send(_ plan: PostgreSQLPlan, _ values: [SQLValue], for statement: PostgreSQLStatement) throws {
        for rows in staged where rows.isChanged && plan.sql.contains(rows.name) { try copy(rows) }
        try prepare(plan)
        takeRest()
        var bytes: [UInt8] = []
        var parts: [(start: Int, count: Int)?] = []
        for (index, value) in values.enumerated() {
            guard value != .null else {
                parts.append(nil)
                continue
            }
            let encoded = BinaryValue.Kind(rawValue: plan.parameters[index]).flatMap {
                BinaryValue.bytes(of: value, as: $0)
            }
            guard let encoded else {
                let name = plan.numbered.names[index].map { ":\($0)" } ?? "parameter \(index + 1)"
                throw StorageError(
                    "PostgreSQL takes another type for \(name) (\(plan.parameters[index])) than it is given",
                    sql: plan.sql)
            }
            parts.append((bytes.count, encoded.count))
            // An empty value is no null pointer.
            bytes += encoded + [0]
        }
        let formats = [Int32](repeating: 1, count: max(1, values.count))
        let lengths = parts.map { Int32($0?.count ?? 0) } + [0]
        let isSent = bytes.withUnsafeBytes { bytes in
            let pointers = parts.map { part in
                part.flatMap { bytes.baseAddress?.advanced(by: $0.start).assumingMemoryBound(to: CChar.self) }
            }
            return PQsendQueryPrepared(
                connection, plan.name, Int32(values.count), pointers + [nil], lengths, formats, 1)
        }
        guard isSent == 1, PQsetSingleRowMode(connection) == 1 else { throw error(nil, plan.sql) }
        reading = Unmanaged.passUnretained(statement)
    }

    func receive(_ plan: PostgreSQLPlan) throws -> Answer {
        guard let result = PQgetResult(connection) else {
            reading = nil
            return .end(changes: 0)
        }
        switch PQresultStatus(result) {
        case PGRES_SINGLE_TUPLE: return .row(result)
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK:
            let changes = PQcmdTuples(result).flatMap { Int(String(cString: $0)) } ?? 0
            let isQuery = PQcmdStatus(result).map { String(cString: $0).hasPrefix("SELECT") } ?? true
            PQclear(result)
            finish()
            return .end(changes: isQuery ? 0 : changes)
        default:
            let error = error(result, plan.sql)
            PQclear(result)
            finish()
            throw error
        }
    }

    /// Reads to the end of the answer, after which the connection takes the next statement.
    private func finish() {
        while let result = PQgetResult(connection) { PQclear(result) }
        reading = nil
    }

    /// Throws away what is left of a statement's rows.
    func skipRest(of statement: PostgreSQLStatement) {
        if let reading, reading.toOpaque() == Unmanaged.passUnretained(statement).toOpaque() { finish() }
    }

    private func takeRest() {
        reading?._withUnsafeGuaranteedRef { $0.takeRest() }
        reading = nil
    }

    // MARK: Staged rows

    /// Makes a temporary table of the rows, in place of one that an earlier import left.
    func stage(_ rows: StagedRows) throws {
        unstage(rows)
        try executeScript(rows.definition)
        rows.isChanged = true
        staged.append(rows)
    }

    func unstage(_ rows: StagedRows) {
        staged.removeAll { $0.name == rows.name }
        try? executeScript("DROP TABLE IF EXISTS \(rows.name)")
    }

    /// Gives the server the rows as they are now.
    private func copy(_ rows: StagedRows) throws {
        let sql = "TRUNCATE \(rows.name); COPY \(rows.name) FROM STDIN (FORMAT binary)"
        takeRest()
        rows.isChanged = false
        do {
            PQclear(PQexec(connection, "TRUNCATE \(rows.name)"))
            let begun = PQexec(connection, "COPY \(rows.name) FROM STDIN (FORMAT binary)")
            defer { PQclear(begun) }
            guard PQresultStatus(begun) == PGRES_COPY_IN else { throw error(begun, sql) }
            try rows.copy { bytes in
                let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
                guard PQputCopyData(connection, start, Int32(bytes.count)) == 1 else { throw error(nil, sql) }
            }
            guard PQputCopyEnd(connection, nil) == 1 else { throw error(nil, sql) }
            while let result = PQgetResult(connection) {
                defer { PQclear(result) }
                guard PQresultStatus(result) == PGRES_COMMAND_OK else { throw error(result, sql) }
            }
        } catch {
            rows.isChanged = true
            throw error
        }
    }

    private func error(_ result: OpaquePointer?, _ sql: String?) -> StorageError {
        let state = PQresultErrorField(result, CInt(UInt8(ascii: "C"))).map { String(cString: $0) }
        let said =
            PQresultErrorField(result, CInt(UInt8(ascii: "M"))).map { String(cString: $0) }
            ?? PQerrorMessage(connection).map { String(cString: $0) } ?? ""
        if state == "25006", !canWrite {
            return StorageError(state: state, "\(place) is open for reading only", sql: sql)
        }
        // "cached plan must not change result type": prepared anew, the text is right.
        if state == "0A000", said.contains("cached plan") { arePlansStale = true }
        // What the server answers has a state; without one it is the library that has lost it.
        let isLost = result != nil || !isConnected
        let complaint = PostgreSQLError(state: state ?? (isLost ? PostgreSQLError.lost : nil), said: said)
            .complaint(of: place, password: address.password, sql: sql)
        isBroken = isBroken || complaint.isLost
        return complaint
    }
}
