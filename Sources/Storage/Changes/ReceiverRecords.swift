package import Playbooks

/// How far a receiver has come.
package struct ReceiverState: Sendable, Equatable {
    package var name: String
    /// Changes up to this id have been taken.
    package var cursor: Int64
    package var triedAt: Instant?
    package var takenAt: Instant?
    package var retryAt: Instant?
    /// How often the change that is next was tried.
    package var attempts = 0
    /// Changes that became too old before it took them.
    package var lost = 0
    package var error: String?

    package init(name: String, cursor: Int64) {
        self.name = name
        self.cursor = cursor
    }
}

/// The rows of `receiver`.
package struct ReceiverRecords {
    private let connection: Connection

    package init(_ connection: Connection) {
        self.connection = connection
    }

    package func all() throws -> [String: ReceiverState] {
        try connection.query(
            "SELECT name, cursor, tried_at, taken_at, retry_at, attempts, lost, error FROM receiver"
        ).reduce(into: [:]) { states, row in
            var state = ReceiverState(name: row["name"].text ?? "", cursor: row["cursor"].integer ?? 0)
            (state.triedAt, state.takenAt) = (row["tried_at"].instant, row["taken_at"].instant)
            (state.retryAt, state.error) = (row["retry_at"].instant, row["error"].text)
            state.attempts = Int(row["attempts"].integer ?? 0)
            state.lost = Int(row["lost"].integer ?? 0)
            states[state.name] = state
        }
    }

    /// Begins with the next change: what was before is history, which `changes` reads.
    package func begin(_ name: String) throws {
        try connection.execute(
            "INSERT INTO receiver (name, cursor) VALUES (:name, :cursor) ON CONFLICT (name) DO NOTHING",
            ["name": .text(name), "cursor": .integer(try ChangeFeed(connection).newest())])
    }

    /// Everything but what it has lost, which the sweep counts.
    package func write(_ state: ReceiverState) throws {
        try connection.execute(
            """
            UPDATE receiver SET cursor = :cursor, tried_at = :tried, taken_at = :taken, retry_at = :retry,
                attempts = :attempts, error = :error WHERE name = :name
            """,
            [
                "name": .text(state.name), "cursor": .integer(state.cursor),
                "tried": .optional(state.triedAt?.milliseconds), "taken": .optional(state.takenAt?.milliseconds),
                "retry": .optional(state.retryAt?.milliseconds), "attempts": .integer(Int64(state.attempts)),
                "error": .optional(state.error),
            ])
    }

    /// How many changes a receiver has still to get, and how old the first of them is.
    package func backlog(of state: ReceiverState, kinds: [String]?) throws -> (count: Int, oldest: Instant?) {
        let among = kinds.map { BoundList("kind", $0) }
        let row = try connection.first(
            """
            SELECT count(*) AS count, min(at) AS oldest FROM change
            WHERE id > :cursor\(among.map { " AND type IN (\($0.names))" } ?? "")
            """, ["cursor": .integer(state.cursor)].merging(among?.arguments ?? [:]) { $1 })
        return (Int(row?["count"].integer ?? 0), row?["oldest"].instant)
    }
}
