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
        var key: String { AttributeColumns.key(table, attribute.name) }
    }

    /// Where `meta` keeps the type of an attribute's column.
    static func key(_ table: String, _ attribute: String) -> String {
        "column.\(table).\(table == "account" ? "a_" : "c_")\(attribute.lowercased())"
    }

    private let columns: [Column]
    private let texts: TextMessaging?

    /// - Throws: `StorageError` when a name cannot be a column's, or two differ only in case.
    package init(_ map: DataMap) throws {
        texts = map.sms
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

    /// The columns there are, by the keys under which `meta` keeps their types: one that was declared just now has none.
    static func existing(_ connection: Connection) throws -> Set<String> {
        var keys: Set<String> = []
        try connection.forEach("SELECT key FROM meta WHERE key LIKE 'column.%'") { row in
            if let key = row.optionalText("key") { keys.insert(key) }
        }
        return keys
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
    /// An attribute whose type has changed gets another column as long as that is empty.
    ///
    /// - Throws: `StorageError` when one whose column holds values has changed its type, before anything is added.
    package func apply(to store: Store) throws {
        try add(to: store)
        if let texts { try ContactNumbers(texts).apply(to: store) }
    }

    /// For those who only read: complains of what `apply` would refuse.
    ///
    /// - Throws: `StorageError` when an attribute whose column holds values has changed its type.
    package func expectTypes(_ connection: Connection) throws { _ = try missing(connection) }

    private func add(to store: Store) throws {
        if try store.read({ try missing($0) }).isEmpty { return }
        try store.write { connection in
            // Another process may have added some in between.
            for column in try missing(connection) {
                let type = Self.sqlType(of: column.attribute.type)
                if try Meta.value(of: column.key, connection) != nil {
                    try connection.executeScript("ALTER TABLE \(column.table) DROP COLUMN \(Self.quoted(column.name))")
                }
                try connection.define(
                    "ALTER TABLE \(column.table) ADD COLUMN \(Self.quoted(column.name)) \(type)")
                try Meta.set(column.key, to: column.attribute.type.rawValue, connection)
            }
        }
    }

    private func missing(_ connection: Connection) throws -> [Column] {
        try columns.filter { column in
            guard let stored = try Meta.value(of: column.key, connection) else { return true }
            let type = column.attribute.type.rawValue
            if Self.kind(of: stored) == Self.kind(of: type) { return false }
            let isEmpty =
                try connection.first(
                    "SELECT id FROM \(column.table) WHERE \(Self.quoted(column.name)) IS NOT NULL LIMIT 1") == nil
            if isEmpty { return true }
            let name = column.attribute.name
            throw StorageError(
                "the attribute \"\(name)\" was \(stored) and is now \(type), but its column holds values; "
                    + "`keeptouch retype \(name) \(type)` says what would be lost and changes it, or put `type: \(stored)` back"
            )
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
