import Playbooks

/// The columns of a table that is copied; declared attributes have theirs on top of the schema's.
extension CopiedTable {
    /// Gives the target the columns that the source has, and no others; answers them.
    ///
    /// - Throws: `StorageError` when the source has one that no attribute made.
    func align(_ target: Connection, with source: Connection) throws -> [String] {
        let (wanted, there) = try (source.columns(of: name), target.columns(of: name))
        for column in there where !wanted.contains(column) { try drop(column, of: target) }
        for column in wanted where !there.contains(column) {
            let key = "column.\(name).\(column.lowercased())"
            guard let type = try Meta.value(of: key, source).flatMap(ValueType.init(rawValue:)) else {
                throw StorageError("the column \(column) is none that keeptouch has made; drop it")
            }
            try target.define(
                "ALTER TABLE \(name) ADD COLUMN \"\(column)\" \(AttributeColumns.sqlType(of: type))")
        }
        return wanted
    }

    /// Empties the table, and forgets the columns of attributes, which may be of another type by now.
    func begin(anewIn target: Connection) throws {
        try empty(target)
        for column in try target.columns(of: name) where !own.contains(column) { try drop(column, of: target) }
    }

    private func drop(_ column: String, of connection: Connection) throws {
        try connection.executeScript("ALTER TABLE \(name) DROP COLUMN \"\(column)\"")
    }
}
