/// A table of one connection's own that a report fills; in SQLite's words for types and options.
///
/// On PostgreSQL a session makes all of them at its beginning: who only reads may fill them then, and make none.
struct TemporaryTable {
    let name: String
    let definition: String
    /// Made when the table is full, where that is quicker.
    var index: String?

    static let all = [Benchmarks.planned, PlaybookEntries.table, RisksSeen.table, RiskFigures.newcomers]
}

extension Connection {
    /// Makes the table unless it is there.
    func make(_ table: TemporaryTable) throws {
        if dialect.engine == .sqlite { try executeScript(table.definition) }
    }

    /// Makes the table, or empties it.
    func renew(_ table: TemporaryTable) throws {
        switch dialect.engine {
        case .sqlite:
            try executeScript("DROP TABLE IF EXISTS \(table.name)")
            try executeScript(table.definition)
        case .postgresql:
            // TRUNCATE is refused to who only reads.
            try execute("DELETE FROM \(table.name)")
            (driver as? PostgreSQLDriver)?.emptied.insert(table.name)
        }
    }

    /// Makes the index of a table that is full.
    func index(_ table: TemporaryTable) throws {
        guard dialect.engine == .sqlite, let index = table.index else { return }
        try executeScript(index)
    }
}
