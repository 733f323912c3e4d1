import CSQLite

/// The database as the rest of Storage sees it: SQL text in, values out; `Store` hands its one to each block of work.
///
/// Used by one thread at a time. Parameters are bound by name: `:now` in the text, `"now"` in the arguments.
package final class Connection {
    let driver: any Driver
    package let dialect: Dialect
    private var cache: [String: Statement] = [:]
    /// The statements whose text stands in the program, by where it stands.
    private var fixed: [UnsafePointer<UInt8>: Statement] = [:]
    /// What the files are called that lie beside the database: `<path>.secret`.
    let path: String
    /// Counts what is written; nil for a connection that only reads, and on PostgreSQL.
    private var counter: FlowCounter?

    /// - Parameter path: the place of a database in a file when it is left out.
    init(_ driver: any Driver, path: String? = nil) {
        self.driver = driver
        self.path = path ?? driver.place
        dialect = driver.dialect
    }

    /// Counts from now on what is written.
    func count() throws {
        guard let driver = driver as? SQLiteDriver else { return }
        let counter = FlowCounter()
        try driver.watch(counter)
        self.counter = counter
    }

    /// Counts no more: for who writes the counts, too.
    func stopCounting() {
        counter = nil
        (driver as? SQLiteDriver)?.unwatch()
    }

    /// A connection to a database file of somebody else, which can only be read.
    static func toForeignDatabase(_ path: String) throws -> Connection {
        Connection(try SQLiteDriver(path: path, flags: SQLITE_OPEN_READONLY, busyTimeout: 10_000))
    }

    deinit {
        close()
    }

    /// Ends the connection, which must not be used any more.
    func close() {
        cache.removeAll()
        fixed.removeAll()
        driver.close()
    }

    /// What messages call the database.
    var place: String { driver.place }

    /// The connection to SQLite of what only that has.
    ///
    /// - Parameter what: what is to be done, as messages say it: `erasing a person`.
    func sqlite(_ what: String) throws -> SQLiteDriver {
        guard let driver = driver as? SQLiteDriver else {
            throw StorageError("\(what) does not work on PostgreSQL yet, nothing was changed")
        }
        return driver
    }

    /// Stops the running statement; may be called from any thread.
    func interrupt() {
        driver.interrupt()
    }

    /// Runs the body between `begin` and COMMIT; undoes all of it when it throws.
    func transaction<T>(_ begin: String, _ body: () throws -> T) throws -> T {
        try driver.begin(begin)
        let before = counter?.sums
        do {
            if counter != nil { try (driver as? SQLiteDriver)?.findColumns() }
            let result = try body()
            try counter?.write(self)
            try driver.commit()
            return result
        } catch {
            if let before { counter?.restore(before) }
            driver.rollback()
            throw error
        }
    }

    /// A part of the open transaction that is undone alone when it throws.
    package func savepoint<T>(_ body: () throws -> T) throws -> T {
        try executeScript("SAVEPOINT part")
        let before = counter?.sums
        do {
            let result = try body()
            try executeScript("RELEASE part")
            return result
        } catch {
            if let before { counter?.restore(before) }
            if isInTransaction { try executeScript("ROLLBACK TO part; RELEASE part") }
            throw error
        }
    }

    /// Runs one statement that returns no rows; answers how many rows it changed.
    @discardableResult
    package func execute(_ sql: String, _ arguments: [String: SQLValue] = [:]) throws -> Int {
        let statement = try cached(sql)
        defer { statement.reset() }
        try statement.bind(arguments)
        return try driver.changes(of: statement)
    }

    /// Runs a statement whose parameters take the values in the order in which their names first appear in the text.
    ///
    /// For those that run thousands of times a second: looking up the text and its names costs as much as changing a row.
    package func execute(_ sql: StaticString, inOrder values: [SQLValue]) throws -> Int {
        let statement: Statement
        if let kept = fixed[sql.utf8Start] {
            statement = kept
        } else {
            statement = try Statement(driver, sql.description)
            fixed[sql.utf8Start] = statement
        }
        defer { statement.reset() }
        for (index, value) in values.enumerated() { try statement.bind(index, value) }
        return try driver.changes(of: statement)
    }

    /// Runs several statements without parameters, one after the other.
    package func executeScript(_ sql: String) throws {
        #if DEBUG
            StatementLog.shared?.note(script: sql)
        #endif
        try driver.executeScript(sql)
    }

    /// Sets what only SQLite has; does nothing on PostgreSQL.
    package func pragma(_ setting: String) throws {
        if dialect.engine == .sqlite { try executeScript("PRAGMA \(setting)") }
    }

    /// Makes or changes a table, in SQLite's words for types and options.
    func define(_ sql: String) throws {
        switch dialect.engine {
        case .sqlite: try executeScript(sql)
        case .postgresql: try executeScript(PostgreSQLSchema.translated(sql))
        }
    }

    /// The columns of a table, in their order.
    func columns(of table: String) throws -> [String] {
        try query(dialect.columns, ["table": .text(table)]).compactMap { $0["name"].text }
    }

    package func query(_ sql: String, _ arguments: [String: SQLValue] = [:]) throws -> [Row] {
        var rows: [Row] = []
        try forEach(sql, arguments) { statement in rows.append(statement.row) }
        return rows
    }

    package func first(_ sql: String, _ arguments: [String: SQLValue] = [:]) throws -> Row? {
        let statement = try cached(sql)
        defer { statement.reset() }
        try statement.bind(arguments)
        return try statement.step() ? statement.row : nil
    }

    /// The first column of the first row as an integer; 0 when there is none.
    package func integer(_ sql: String, _ arguments: [String: SQLValue] = [:]) throws -> Int64 {
        try first(sql, arguments)?[0].integer ?? 0
    }

    /// Streams the rows, reading columns from the statement without making a `Row`.
    package func forEach(_ sql: String, _ arguments: [String: SQLValue] = [:], _ body: (Statement) throws -> Void)
        throws
    {
        let statement = try cached(sql)
        defer { statement.reset() }
        try statement.bind(arguments)
        while try statement.step() { try body(statement) }
    }

    package func prepare(_ sql: String) throws -> Statement {
        try Statement(driver, sql)
    }

    /// A prepared statement kept for the next call with the same text; another one while that is being stepped.
    package func cached(_ sql: String) throws -> Statement {
        if let statement = cache[sql], !statement.isBusy { return statement }
        if cache.count >= 200 { cache.removeAll() }
        let statement = try Statement(driver, sql)
        cache[sql] = statement
        return statement
    }

    /// Whether a transaction is open.
    package var isInTransaction: Bool { driver.isInTransaction }

    /// Changes whenever another connection, of this process or another, has committed a change to the database.
    package func dataVersion() throws -> Int64 { try driver.dataVersion() }
}
