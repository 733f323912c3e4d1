/// What a server takes of the rows of a table: it has texts without U+0000, and those only in `history`.
struct ServerTexts {
    private let table: String
    private let columns: [String]

    init(_ table: String, _ columns: [String]) {
        (self.table, self.columns) = (table, columns)
    }

    /// - Throws: `StorageError` when a text has the character that no server holds.
    func of(_ row: [SQLValue]) throws -> [SQLValue] {
        for (place, value) in row.enumerated() {
            guard case .text(let text) = value else { continue }
            guard !text.utf8.contains(0) else {
                let column = columns[place]
                throw StorageError(
                    "a text in \(column) has the character U+0000, which PostgreSQL cannot hold; cut such texts there with "
                        + "sqlite3: UPDATE \(table) SET \(column) = substr(\(column), 1, length(\(column))) "
                        + "WHERE instr(\(column), char(0)) > 0")
            }
            // As JSON it would be taken, and fail whoever reads it.
            guard !text.hasPrefix("{") || !Self.hasEscapedZero(text) else {
                let column = columns[place]
                throw StorageError(
                    "a text in \(column) has \\u0000, which PostgreSQL cannot read in JSON; take it out with sqlite3: "
                        + "UPDATE \(table) SET \(column) = replace(\(column), '\\u0000', '') "
                        + "WHERE instr(\(column), '\\u0000') > 0")
            }
        }
        guard table == "history" else { return row }
        return zip(columns, row).map { column, value in
            column == "value" || column == "previous" ? Dialect.postgresql.stored(value) : value
        }
    }

    /// Whether `\u0000` stands there, and not behind a backslash of its own.
    private static func hasEscapedZero(_ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        let escape = Array("u0000".utf8)
        while let start = rest.firstIndex(of: UInt8(ascii: "\\")) {
            if rest[(start + 1)...].starts(with: escape) { return true }
            rest = rest[start...].dropFirst(2)
        }
        return false
    }
}
