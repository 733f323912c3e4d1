/// The ids of names in the small tables `metric` and `event_kind`.
enum NameIDs {
    /// The ids of all names of the table, by name; those that are missing are added.
    static func load(_ names: [String], of table: String, _ store: Store, _ connection: Connection) throws -> [String:
        Int64]
    {
        func stored() throws -> [String: Int64] {
            var ids: [String: Int64] = [:]
            try connection.forEach("SELECT name, id FROM \(table)") { ids[$0.text(0) ?? ""] = $0.integer(1) }
            return ids
        }
        let known = try stored()
        let missing = names.filter { known[$0] == nil }
        if missing.isEmpty { return known }
        try store.write(on: connection) { connection in
            for name in missing {
                try connection.execute(
                    "INSERT INTO \(table) (name) VALUES (:name) ON CONFLICT (name) DO NOTHING", ["name": .text(name)])
            }
        }
        return try stored()
    }
}
