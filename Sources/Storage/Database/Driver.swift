/// What `Connection` asks of an engine; statements, which are stepped millions of times, have `PreparedStatement`.
protocol Driver: AnyObject {
    /// What messages call the database: a path, or host and name; never with a password.
    var place: String { get }
    var dialect: Dialect { get }
    /// Whether a transaction is open.
    var isInTransaction: Bool { get }

    func prepare(_ sql: String) throws -> PreparedStatement
    /// Makes a connection that was lost anew, unless a transaction was lost with it that has not ended yet.
    func ensureConnected() throws
    /// Begins a transaction.
    func begin(_ text: String) throws
    /// Ends it for good.
    func commit() throws
    /// Undoes it, unless it has undone itself.
    func rollback()
    /// Runs several statements without parameters, one after the other.
    func executeScript(_ sql: String) throws
    /// Steps a statement to its end; answers how many rows it inserted, updated or deleted.
    func changes(of statement: Statement) throws -> Int
    /// Changes whenever another connection, of this process or another, has committed a change to the database.
    func dataVersion() throws -> Int64
    /// Runs the body such that nothing can change the database and that it ends when `limit` is over.
    func guarded<T>(for limit: Duration, orElse complaint: Store.Complaint, _ body: () throws -> T) throws -> T
    /// Stops the running statement; may be called from any thread.
    func interrupt()
    /// Ends the connection, which must not be used any more.
    func close()
}
