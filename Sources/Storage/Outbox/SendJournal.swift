/// The sender's journal, the table `send_log`: intents and results that the other tables have not been told of yet.
///
/// A touch that is sent changes five rows. Where many go, the sender writes one row of the journal a tick instead, what
/// came back and what is about to leave, commits it, and only then do bytes leave; now and then the journal is **folded**:
/// what it says is written into `touch`, `attempt`, `enrollment` and `change`, and its rows are deleted, in one
/// transaction. Where few go, nothing is journaled and the rows are written at once.
///
/// Until it is folded, the table calls `pending` what is on its way. So that nobody decides on that:
/// - **Every write transaction but the sender's own begins with a fold** (`Store.write`), which is one look where there is
///   nothing to fold. Results are settled by it, and intents without a result become `sending` rows: whoever writes finds
///   the table as if there were no journal. Cancelling, erasing, suppressing, resolving, webhooks, exits, imports, cycles
///   and the commands that open a database for writing need to know nothing of it. One that only reads folds as it
///   opens the database, where it may.
/// - The sender looks at the journal at the start of each tick. Where its rows are gone, somebody has folded them: its
///   intents are rows now, and their answers are settled row by row. Rows that are not its own it folds first.
/// - Claims are in the sender's memory alone: whoever has `runner.lock` has them all. When another connection has written
///   since a claim, it is looked at again before its intent is written: whoever changed the touch, or its address's
///   suppression, wins. Two senders, should there ever be two, win by turns: the second folds the first one's intents.
///
/// **A crash** leaves, at whatever instant: before the commit of an intent, a `pending` touch of which no byte has left;
/// after it, an intent that the next fold makes a `sending` row, and then `Recovery` does what it does to those: the same
/// bytes with the same key, or `unknown`; after the commit of a result, that result; within a fold, the journal as it was,
/// to be folded again. A fold is one transaction and deletes what it has written, so nothing is folded twice. A
/// back-up holds its journal, and putting it back is folded like a crash before anybody is asked what has left since.
///
/// Only results that say `sent` are ever journaled. All others are folded in the tick that writes them, because the look
/// for retries, breakers and people go by rows.
package struct SendJournal {
    private let connection: Connection

    package init(_ connection: Connection) {
        self.connection = connection
    }

    /// How many rows there are, and the number of the last one, which is never given again.
    package struct Extent: Sendable, Equatable {
        package var rows: Int64
        package var last: Int64

        package static let empty = Extent(rows: 0, last: 0)
    }

    package var isEmpty: Bool {
        get throws { try connection.first("SELECT 1 FROM send_log LIMIT 1") == nil }
    }

    package var extent: Extent {
        get throws {
            let row = try connection.first("SELECT count(*) AS rows, coalesce(max(id), 0) AS last FROM send_log")
            return Extent(rows: row?["rows"].integer ?? 0, last: row?["last"].integer ?? 0)
        }
    }

    /// Adds a row.
    ///
    /// - Parameter results: of intents that are in the journal; all `sent`.
    /// - Returns: its number.
    package func append(owner: String, intents: [SendIntent], results: [SendIntent.Result]) throws -> Int64 {
        let entries = JournalEntries.bytes(of: intents, results)
        return try connection.integer(
            "INSERT INTO send_log (owner, version, entries) VALUES (:owner, :version, :entries) RETURNING id",
            ["owner": .text(owner), "version": .integer(JournalEntries.version), "entries": .blob(entries)])
    }

    /// Forgets what the caller has written into the other tables.
    package func clear() throws {
        try connection.execute("DELETE FROM send_log")
    }

    /// Writes everything into the other tables; intents without a result become `sending`.
    ///
    /// - Throws: `StorageError` when a row is of a form that this program does not know; then nothing is changed.
    package func fold() throws {
        guard try !isEmpty else { return }
        var open: [Int64: (intent: SendIntent, owner: String)] = [:]
        var results: [(result: SendIntent.Result, owner: String)] = []
        try connection.forEach("SELECT id, owner, version, entries FROM send_log ORDER BY id") { row in
            let (id, owner) = (row.integer("id"), row.text("owner") ?? "")
            let version = row.integer("version")
            guard version == JournalEntries.version else {
                throw StorageError(
                    "row \(id) of send_log is of version \(version), and this program knows \(JournalEntries.version): it says "
                        + "what has left; run keeptouch run of the program that wrote it, nothing was changed")
            }
            var entries = JournalEntries(Array(row.blob(row.place(of: "entries"))))
            while !entries.isAtEnd {
                switch entries.next() {
                case .intent(let intent): open[intent.id] = (intent, owner)
                case .result(let result):
                    guard let (intent, owner) = open.removeValue(forKey: result.id) else { continue }
                    results.append((result.result(of: intent), owner))
                case nil:
                    throw StorageError(
                        "row \(id) of send_log cannot be read: it says what has left; put back a back-up of the database, "
                            + "nothing was changed")
                }
            }
        }
        let outbox = Outbox(connection)
        for (result, owner) in results.sorted(by: { $0.result.intent.id < $1.result.intent.id }) {
            try outbox.finish(result, owner: owner)
        }
        for (intent, owner) in open.values.sorted(by: { $0.intent.id < $1.intent.id }) {
            try outbox.begin(intent, owner: owner)
        }
        try clear()
    }
}
