/// A table as it is copied: row after row in the order of its key, so that the last key tells how far a copy has come.
struct CopiedTable {
    let name: String
    /// The columns that every database has; those of declared attributes come on top.
    let own: [String]
    /// The columns of its key, in their order.
    let key: [String]
    /// Whether the database numbers the rows.
    let isNumbered: Bool

    /// All tables, those last that are written while others are.
    static func all() throws -> [CopiedTable] {
        try Store(path: "", mode: .memory).read { connection in
            try connection.query(
                """
                SELECT name, CASE WHEN sql LIKE '%AUTOINCREMENT%' THEN 1 ELSE 0 END AS is_numbered FROM sqlite_schema
                WHERE type = 'table' AND substr(name, 1, 7) <> 'sqlite_' ORDER BY name = '\(counts)', name
                """
            ).map { row in
                let name = row["name"].text ?? ""
                let key = try connection.query(
                    "SELECT name FROM pragma_table_info(:table) WHERE pk > 0 ORDER BY pk", ["table": .text(name)])
                return CopiedTable(
                    name: name, own: try connection.columns(of: name), key: key.compactMap { $0["name"].text },
                    isNumbered: row["is_numbered"].integer == 1)
            }
        }
    }

    /// What is counted of the other tables: a database raises it while rows come in.
    private static let counts = "flow_count"
    var isCounts: Bool { name == Self.counts }

    /// What a database says of itself alone is no part of the copy.
    private var condition: String { name == "meta" ? "key <> '\(Meta.copying.rawValue)'" : "1 = 1" }

    func isEmpty(_ connection: Connection) throws -> Bool {
        try connection.first("SELECT 1 FROM \(name) WHERE \(condition) LIMIT 1") == nil
    }

    func count(_ connection: Connection) throws -> Int64 {
        try connection.integer("SELECT count(*) FROM \(name) WHERE \(condition)")
    }

    func empty(_ connection: Connection) throws {
        try connection.execute("DELETE FROM \(name) WHERE \(condition)")
    }

    /// The key of the last row; nil where there is none.
    func lastKey(_ connection: Connection) throws -> [SQLValue]? {
        let backwards = key.map { "\($0) DESC" }.joined(separator: ", ")
        return try connection.first(
            "SELECT \(key.joined(separator: ", ")) FROM \(name) WHERE \(condition) ORDER BY \(backwards) LIMIT 1")?
            .values
    }

    /// The rows behind a key, or all.
    ///
    /// - Parameter types: of the values of `history`.
    func rows(
        _ columns: [String], behind last: [SQLValue]? = nil, _ types: HistoryTypes, _ connection: Connection
    ) throws -> CopiedRows {
        let keys = key.joined(separator: ", ")
        let places = key.indices.map { ":key_\($0)" }.joined(separator: ", ")
        let statement = try connection.prepare(
            """
            SELECT \(Self.list(columns)) FROM \(name)
            WHERE \(condition)\(last == nil ? "" : " AND (\(keys)) > (\(places))") ORDER BY \(keys)
            """)
        for (index, value) in (last ?? []).enumerated() { try statement.bind(["key_\(index)": value]) }
        let areTexts = name == "history" && connection.dialect.engine == .postgresql
        return CopiedRows(statement, columns, areTexts ? types : nil)
    }

    func insertion(_ columns: [String]) -> Insertion {
        Insertion(into: name, columns.map { "\"\($0)\"" }, onConflict: "DO NOTHING")
    }

    private static func list(_ columns: [String]) -> String { columns.map { "\"\($0)\"" }.joined(separator: ", ") }
}
