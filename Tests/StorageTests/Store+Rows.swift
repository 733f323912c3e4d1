import Storage

extension Store {
    /// The rows of a query, their values joined by `|`; NULL is `-`.
    func rows(_ sql: String) throws -> [String] {
        try read { connection in
            try connection.query(sql).map { row in
                row.values.map { $0.text ?? $0.integer.map { "\($0)" } ?? "-" }.joined(separator: "|")
            }
        }
    }
}
