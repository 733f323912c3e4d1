/// Inserts many rows by few statements: one that takes a row costs as much again as the row.
struct Insertion {
    private struct Texts {
        let one: String
        let many: String
    }

    private let (sqlite, postgresql): (Texts, Texts)
    private let width: Int
    private static let rowsAtOnce = 32

    /// - Parameters:
    ///   - conflict: the text behind ON CONFLICT.
    ///   - returned: the columns of new rows that are read back.
    init(into table: String, _ columns: [String], onConflict conflict: String, returning returned: [String] = []) {
        width = columns.count
        let row = "(" + repeatElement("?", count: width).joined(separator: ", ") + ")"
        func texts(_ dialect: Dialect) -> Texts {
            func text(_ count: Int) -> String {
                "\(dialect.insertOrFail) \(table) (\(columns.joined(separator: ", "))) VALUES "
                    + repeatElement(row, count: count).joined(separator: ", ") + " ON CONFLICT \(conflict)"
                    + (returned.isEmpty ? "" : " RETURNING " + returned.joined(separator: ", "))
            }
            return Texts(one: text(1), many: text(Self.rowsAtOnce))
        }
        (sqlite, postgresql) = (texts(.sqlite), texts(.postgresql))
    }

    /// - Parameter values: row after row, each in the order of the columns.
    func insert(
        _ values: [SQLValue], _ connection: Connection, _ read: (Statement) throws -> Void = { _ in }
    ) throws {
        let texts = connection.dialect.engine == .sqlite ? sqlite : postgresql
        var rest = values[...]
        while !rest.isEmpty {
            let isFull = rest.count >= width * Self.rowsAtOnce
            let part = rest.prefix(isFull ? width * Self.rowsAtOnce : width)
            let statement = try connection.cached(isFull ? texts.many : texts.one)
            defer { statement.reset() }
            for (index, value) in part.enumerated() { try statement.bind(index, value) }
            while try statement.step() { try read(statement) }
            rest = rest.dropFirst(part.count)
        }
    }
}
