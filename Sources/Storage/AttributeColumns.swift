package import Playbooks

/// The declared attributes as typed columns: `a_<name>` of `account`, `c_<name>` of `contact`.
///
/// A column is added when the data map has a new attribute, and never dropped. `meta` remembers each column's type.
package struct AttributeColumns {
    private struct Column {
        var table: String
        var attribute: Attribute

        var name: String { (table == "account" ? "a_" : "c_") + attribute.name }
        /// Where `meta` keeps the type.
        var key: String { "column.\(table).\(name.lowercased())" }
    }

    private let columns: [Column]

    /// - Throws: `StorageError` when a name cannot be a column's, or two differ only in case.
    package init(_ map: DataMap) throws {
        columns =
            map.attributes.map { Column(table: "account", attribute: $0) }
            + map.contactAttributes.map { Column(table: "contact", attribute: $0) }
        var seen: [String: String] = [:]
        for column in columns {
            let name = column.attribute.name
            guard Self.isValid(name) else {
                throw StorageError("the attribute \"\(name)\" needs a name of letters, digits and _ to have a column")
            }
            if let other = seen.updateValue(name, forKey: column.key) {
                throw StorageError(
                    "the attributes \"\(other)\" and \"\(name)\" of data.yaml would share a column; rename one of them")
            }
        }
    }

    /// The column of an attribute of an account, quoted; the built-in ones have their own names.
    package static func ofAccount(_ attribute: String) -> String {
        Attribute.builtIn.contains { $0.name == attribute } ? quoted(attribute) : quoted("a_" + attribute)
    }

    /// The column of an attribute of a contact, quoted; the built-in ones have their own names.
    package static func ofContact(_ attribute: String) -> String {
        Attribute.builtInOfContact.contains { $0.name == attribute } ? quoted(attribute) : quoted("c_" + attribute)
    }

    /// How a value of the type is stored: money in minor units, dates as day numbers, the rest of time in milliseconds.
    package static func sqlType(of type: ValueType) -> String {
        switch type {
        case .number, .percent: "REAL"
        case .money, .boolean, .date, .instant, .duration: "INTEGER"
        case .text, .reason: "TEXT"
        }
    }

    /// Adds what is missing; takes the write lock only then.
    ///
    /// - Throws: `StorageError` when an attribute has changed its type, before anything is added.
    package func apply(to store: Store) throws {
        if try store.read({ try missing($0) }).isEmpty { return }
        try store.write { connection in
            // Another process may have added some in between.
            for column in try missing(connection) {
                let type = Self.sqlType(of: column.attribute.type)
                try connection.executeScript(
                    "ALTER TABLE \(column.table) ADD COLUMN \(Self.quoted(column.name)) \(type)")
                try Meta.set(column.key, to: column.attribute.type.rawValue, connection)
            }
        }
    }

    private func missing(_ connection: Connection) throws -> [Column] {
        try columns.filter { column in
            guard let stored = try Meta.value(of: column.key, connection) else { return true }
            guard Self.kind(of: stored) == Self.kind(of: column.attribute.type.rawValue) else {
                throw StorageError(
                    "the attribute \"\(column.attribute.name)\" was \(stored) and is now \(column.attribute.type.rawValue), "
                        + "but its column holds values; put `type: \(stored)` back, or give it another name and import it again"
                )
            }
            return false
        }
    }

    /// Types that are stored alike and mean the same to SQL.
    private static func kind(of type: String) -> String {
        switch type {
        case "percent": "number"
        case "reason": "text"
        default: type
        }
    }

    private static func isValid(_ name: String) -> Bool {
        !name.isEmpty
            && name.unicodeScalars.allSatisfy {
                $0 == "_" || $0.properties.isAlphabetic || $0.properties.numericType != nil
            }
    }

    private static func quoted(_ name: String) -> String { "\"\(name)\"" }
}
