package import Playbooks

/// The currency of the amounts that the database holds; they are kept in its minor units.
///
/// Another one with as many decimal places is the same numbers under another name, as after a guess that was wrong. One
/// with more or fewer would make every amount another.
package enum StoredCurrency {
    /// Remembers the currency of the workspace.
    ///
    /// - Throws: `StorageError` where amounts that are there would become others by it.
    package static func keep(_ workspace: Workspace, in store: Store) throws {
        let code = workspace.configuration.currency
        guard try store.read({ try Meta.currency.read($0) }) != code else { return }
        try store.write { connection in
            try expect(workspace, connection)
            try Meta.currency.write(code, connection)
        }
    }

    /// Makes sure that the amounts are read as they were written.
    ///
    /// - Throws: `StorageError` where they would become others.
    package static func expect(_ workspace: Workspace, _ connection: Connection) throws {
        let code = workspace.configuration.currency
        guard let stored = try Meta.currency.read(connection), stored != code else { return }
        let digits = (Currency.minorDigits(of: stored), Currency.minorDigits(of: code))
        guard digits.0 != digits.1, try hasAmounts(workspace.dataMap, connection) else { return }
        throw StorageError(
            "keeptouch.yaml: currency: the database holds amounts in \(stored), and \(code) has other decimal places: "
                + "\(Currency.text(minor: 4_900, digits: digits.0)) would become "
                + "\(Currency.text(minor: 4_900, digits: digits.1)). Put `currency: \(stored)` back, or name a new file under "
                + "`database:` and import again")
    }

    private static func hasAmounts(_ map: DataMap, _ connection: Connection) throws -> Bool {
        var columns = [("account", "mrr")]
        // One that was declared just now has no column yet.
        for (table, attributes) in [("account", map.attributes), ("contact", map.contactAttributes)] {
            for name in attributes.lazy.filter({ $0.type == .money }).map(\.name)
            where try Meta.value(of: AttributeColumns.key(table, name), connection) != nil {
                columns.append(
                    (table, table == "account" ? AttributeColumns.ofAccount(name) : AttributeColumns.ofContact(name)))
            }
        }
        for (table, column) in columns {
            let row = try connection.first("SELECT id FROM \(table) WHERE \(column) <> 0 LIMIT 1")
            if row != nil { return true }
        }
        for kind in map.events where kind.properties.contains(where: { $0.type == .money }) {
            let event = try connection.first(
                """
                SELECT id FROM event WHERE kind_id = (SELECT id FROM event_kind WHERE name = :kind)
                    AND properties IS NOT NULL LIMIT 1
                """, ["kind": .text(kind.name)])
            if event != nil { return true }
        }
        return false
    }
}
