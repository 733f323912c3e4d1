import Basics
import Crypto

/// Rows on their way out of a table, as both engines tell them.
struct CopiedRows {
    private let statement: Statement
    private let columns: [String]
    /// What texts stand for; nil where values are what they are.
    private let types: HistoryTypes?
    private(set) var count: Int64 = 0
    private var hash = SHA256()

    init(_ statement: Statement, _ columns: [String], _ types: HistoryTypes?) {
        (self.statement, self.columns, self.types) = (statement, columns, types)
    }

    /// The next row; nil behind the last one.
    mutating func next() throws -> [SQLValue]? {
        guard try statement.step() else { return nil }
        var values = columns.indices.map { statement.value($0) }
        types?.read(&values, columns)
        count += 1
        hash.update(data: Self.canonical(values))
        return values
    }

    /// Of all rows that have come out.
    var checksum: String { Hexadecimal.text(Array(hash.finalize().prefix(8))) }

    /// The text of a row, the same whatever engine it comes from: no two rows have the same.
    private static func canonical(_ values: [SQLValue]) -> [UInt8] {
        var bytes: [UInt8] = []
        for value in values {
            switch value {
            case .null: bytes += "-".utf8
            case .integer(let number): bytes += "\(number)".utf8
            // SQLite has one zero only.
            case .real(let number): bytes += "\(number == 0 ? 0 : number)".utf8
            case .text(let text): bytes += "\"\(text.utf8.count):\(text)".utf8
            case .blob(let blob): bytes += Array("#\(blob.count):".utf8) + blob
            }
            bytes += ",".utf8
        }
        return bytes + "\n".utf8
    }
}
