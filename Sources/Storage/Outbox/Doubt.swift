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

    /// The first doubt stays: the next start finds the files as this one has left them.
    package func write(_ connection: Connection) throws {
        guard try Doubt(connection) == nil else { return }
        try Meta.doubt.write("\(hasOwnLog ? 1 : 0) \(reason)", connection)
    }
}
