package import Playbooks

/// What became of the pulls of a source.
package struct SourceState: Sendable, Equatable {
    package var name: String
    /// When the last pull that ended was made.
    package var pulledAt: Instant
    package var succeededAt: Instant?
    /// Of the last pull that came through.
    package var rows = 0
    package var changed = 0
    package var rejected = 0
    /// How many pulls have failed since then, and why the last one did.
    package var failures = 0
    package var error: String?
    package var since: DataSource.Since?
    /// Since when that is not moved on, because rows wait for their accounts.
    package var heldSince: Instant?
    /// How many rows were usual when the last pull that came through brought less than half of them.
    package var shortOf: Int?

    package init(_ name: String, pulledAt: Instant) {
        self.name = name
        self.pulledAt = pulledAt
    }
}

/// The rows of `source`.
package struct SourceRecords {
    private let connection: Connection

    package init(_ connection: Connection) {
        self.connection = connection
    }

    /// By name.
    package func all() throws -> [String: SourceState] {
        var states: [String: SourceState] = [:]
        for row in try connection.query("SELECT * FROM source") {
            guard let name = row["name"].text, let pulledAt = row["pulled_at"].instant else { continue }
            var state = SourceState(name, pulledAt: pulledAt)
            state.succeededAt = row["succeeded_at"].instant
            state.rows = Int(row["rows"].integer ?? 0)
            state.changed = Int(row["changed"].integer ?? 0)
            state.rejected = Int(row["rejected"].integer ?? 0)
            state.failures = Int(row["failures"].integer ?? 0)
            state.error = row["error"].text
            if let column = row["since_column"].text, let value = row["since"].text {
                state.since = DataSource.Since(column: column, first: value)
            }
            state.heldSince = row["held_since"].instant
            state.shortOf = row["short_of"].integer.map { Int($0) }
            states[name] = state
        }
        return states
    }

    package func write(_ state: SourceState) throws {
        try connection.execute(
            """
            INSERT INTO source (name, pulled_at, succeeded_at, rows, changed, rejected, failures, error, since, since_column,
                held_since, short_of)
            VALUES (:name, :pulled, :succeeded, :rows, :changed, :rejected, :failures, :error, :since, :column, :held, :short)
            ON CONFLICT (name) DO UPDATE SET pulled_at = excluded.pulled_at, succeeded_at = excluded.succeeded_at,
                rows = excluded.rows, changed = excluded.changed, rejected = excluded.rejected,
                failures = excluded.failures, error = excluded.error, since = excluded.since,
                since_column = excluded.since_column, held_since = excluded.held_since, short_of = excluded.short_of
            """,
            [
                "name": .text(state.name), "pulled": .instant(state.pulledAt),
                "succeeded": .optional(state.succeededAt?.milliseconds), "rows": .integer(Int64(state.rows)),
                "changed": .integer(Int64(state.changed)), "rejected": .integer(Int64(state.rejected)),
                "failures": .integer(Int64(state.failures)), "error": .optional(state.error),
                "since": .optional(state.since?.first), "column": .optional(state.since?.column),
                "held": .optional(state.heldSince?.milliseconds), "short": .optional(state.shortOf.map { Int64($0) }),
            ])
    }
}
