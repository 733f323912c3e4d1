/// The accounts that a file names, row by row.
package struct AccountFile {
    package enum Line: Sendable {
        /// The account's key, or an address of it.
        case name(String)
        case bad(String)
    }

    private static let columns = ["account", "key", "email"]

    /// Tells each row with the line on which it begins.
    ///
    /// The column is `account`, `key` or `email`, or the only one there is.
    ///
    /// - Throws: `StorageError` when the file cannot be read, or has none of the columns.
    package static func forEach(_ path: String, _ body: (Int, Line) throws -> Void) throws {
        let reader = try CSVReader(InputBuffer(path: path))
        let header = (reader.header ?? []).map { $0.lowercased() }
        guard
            let column = Self.columns.lazy.compactMap({ header.firstIndex(of: $0) }).first
                ?? (header.count == 1 ? 0 : nil)
        else {
            throw StorageError(
                "\(path): there is no column \"account\"; it has \(header.joined(separator: ", "))")
        }
        var record = Record()
        while true {
            switch try reader.next(&record) {
            case .end: return
            case .bad(let rejection): try body(record.row, .bad(rejection.reason))
            case .row:
                let text = record.cells.indices.contains(column) ? record.cells[column].trimmed.string : ""
                try body(record.row, text.isEmpty ? .bad("account: it is empty") : .name(text))
            }
        }
    }
}
