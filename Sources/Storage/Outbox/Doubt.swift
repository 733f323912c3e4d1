/// Why it is not certain that a database is the one that sent last; kept until a person has said what it is.
package struct Doubt: Sendable, Equatable {
    package var reason: String
    /// Whether the list of requests is the one that the database last sent with, so that it says what has left.
    package var hasOwnLog: Bool

    package init(reason: String, hasOwnLog: Bool) {
        self.reason = reason
        self.hasOwnLog = hasOwnLog
    }

    /// Nil when nothing is doubtful.
    package init?(_ connection: Connection) throws {
        guard let text = try Meta.doubt.read(connection) else { return nil }
        hasOwnLog = text.hasPrefix("1")
        reason = String(text.dropFirst(2))
    }

    /// What speaks against the database being the one that sent last, as it lies there; nil when nothing does, or a person
    /// has already been asked.
    package static func found(in store: Store) throws -> Doubt? {
        let isSettled = try store.read { try Meta.isSimulation($0) || Doubt($0) != nil }
        guard !isSettled else { return nil }
        let log = try SendLog.count(database: store.path)
        guard case .doubtful(let reason) = try Instance.check(store, listed: log) else { return nil }
        return Doubt(reason: reason, hasOwnLog: try Instance.hasOwnLog(store, listed: log))
    }

    /// The first doubt stays: the next start finds the files as this one has left them.
    ///
    /// Whatever comes in before a person has answered gets numbers that no lost row has had.
    package func write(gap: Int64, _ connection: Connection) throws {
        guard try Doubt(connection) == nil else { return }
        try Meta.doubt.write("\(hasOwnLog ? 1 : 0) \(reason)", connection)
        try LostSends(connection).moveNumbersOn(by: gap)
    }
}
