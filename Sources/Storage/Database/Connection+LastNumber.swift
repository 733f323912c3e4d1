/// The numbers that a database gives rows: none is given twice, also when its row is gone.
extension Connection {
    /// The last number that was given in a table; nil where none was.
    func lastNumber(of table: String) throws -> Int64? {
        switch dialect.engine {
        case .sqlite:
            try first("SELECT seq AS last FROM sqlite_sequence WHERE name = :table", ["table": .text(table)])?["last"]
                .integer
        case .postgresql:
            try first("SELECT CASE WHEN is_called THEN last_value END AS last FROM \(table)_id_seq")?["last"].integer
        }
    }

    /// Lets the numbers of a table go on behind one.
    func setLastNumber(of table: String, to last: Int64?) throws {
        guard let last else { return }
        switch dialect.engine {
        case .sqlite:
            try execute("DELETE FROM sqlite_sequence WHERE name = :table", ["table": .text(table)])
            try execute(
                "INSERT INTO sqlite_sequence (name, seq) VALUES (:table, :last)",
                ["table": .text(table), "last": .integer(last)])
        case .postgresql:
            _ = try first(
                "SELECT setval('\(table)_id_seq', CAST(:last AS bigint)) AS last", ["last": .integer(last)])
        }
    }
}
