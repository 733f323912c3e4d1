import Playbooks

/// How an engine spells what SQLite and PostgreSQL have no common text for.
package struct Dialect: Sendable, Equatable {
    enum Engine: Sendable {
        case sqlite
        case postgresql
    }

    let engine: Engine
    /// Begins a transaction that writes, and one that sees one snapshot.
    let (beginWriting, beginReading): (String, String)
    /// Begins an INSERT whose failure ends the transaction: to undo its statement alone, SQLite would copy every page first.
    let insertOrFail: String

    /// Behind a table of which no covering index may stand in, because its rows are wanted in the order of their key.
    let inOrder: String

    /// Joins the texts of a group with commas: the aggregate's name.
    let listing: String

    /// The id of the newest change that was ever written, whether it is kept or not.
    let newestChange: String

    /// The names of the columns of the table `:table`.
    let columns: String

    /// A value of `history`, of whatever type the attribute is; PostgreSQL keeps all as texts.
    func stored(_ column: String, as type: ValueType) -> String {
        switch (engine, type) {
        case (.sqlite, _), (.postgresql, .text), (.postgresql, .reason): column
        case (.postgresql, .number), (.postgresql, .percent): "CAST(\(column) AS double precision) AS \(column)"
        case (.postgresql, .money), (.postgresql, .boolean), (.postgresql, .date), (.postgresql, .instant),
            (.postgresql, .duration):
            "CAST(\(column) AS bigint) AS \(column)"
        }
    }

    /// A value as `history` keeps it.
    package func stored(_ value: SQLValue) -> SQLValue {
        switch (engine, value) {
        case (.postgresql, .integer(let value)): .text(String(value))
        case (.postgresql, .real(let value)): .text(Self.text(value))
        default: value
        }
    }

    /// A number as a server writes it: 3, and not 3.0.
    private static func text(_ value: Double) -> String {
        let text = String(value)
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// A column to group by such that no index is used for it, which would be walked row by row through the table.
    func unindexed(_ column: String) -> String {
        switch engine {
        case .sqlite: "+" + column
        case .postgresql: column
        }
    }

    /// A column that an UPDATE of a table with another name returns; SQLite knows no such name there.
    func returned(_ column: String, of name: String) -> String {
        switch engine {
        case .sqlite: column
        case .postgresql: "\(name).\(column)"
        }
    }

    static let sqlite = Dialect(
        engine: .sqlite, beginWriting: "BEGIN IMMEDIATE", beginReading: "BEGIN DEFERRED",
        insertOrFail: "INSERT OR FAIL INTO", inOrder: "NOT INDEXED", listing: "group_concat",
        newestChange: "SELECT seq FROM sqlite_sequence WHERE name = 'change'",
        columns: "SELECT name FROM pragma_table_info(:table)")
    static let postgresql = Dialect(
        engine: .postgresql,
        // One writer at a time, as with SQLite: the snapshot of a statement is taken when the lock has been had.
        beginWriting: "BEGIN; SELECT pg_advisory_xact_lock(hashtext('keeptouch.write.' || current_schema()))",
        beginReading: "BEGIN ISOLATION LEVEL REPEATABLE READ",
        insertOrFail: "INSERT INTO", inOrder: "", listing: "string_agg",
        // Nothing that a transaction has yet to commit, as the number that the sequence gave last would be.
        newestChange: """
            SELECT coalesce(max(id), (SELECT CAST(value AS bigint) FROM meta WHERE key = 'changes_dropped'), 0) FROM change
            """,
        columns: """
            SELECT CAST(column_name AS text) AS name FROM information_schema.columns
            WHERE table_schema = current_schema() AND table_name = :table ORDER BY ordinal_position
            """)
}
