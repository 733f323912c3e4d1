import Playbooks

/// Temporary tables that stand before the real ones, so that the runner's statements change nothing real.
///
/// They are made by the statements that made the real tables. What a cycle writes starts empty; accounts, contacts and
/// changes of attributes are filled by `Replay`; metrics and events are the real ones, in which every event can trigger.
package enum Shadows {
    /// Facts that are dated, and read as of a moment.
    private static let real: Set = ["metric", "series", "metric_day", "event_kind", "event"]

    package static func make(_ connection: Connection) throws {
        try connection.executeScript("PRAGMA temp.cache_size = -65536")
        let definitions = try connection.query(
            """
            SELECT type, name, tbl_name, sql FROM main.sqlite_master
            WHERE type IN ('table', 'index') AND sql IS NOT NULL AND name NOT LIKE 'sqlite~_%' ESCAPE '~'
            ORDER BY type DESC, rowid
            """)
        for definition in definitions {
            guard let name = definition["name"].text, let table = definition["tbl_name"].text,
                let sql = definition["sql"].text, !real.contains(table)
            else { continue }
            try connection.executeScript(try shadow(of: sql, name: name, isTable: definition["type"].text == "table"))
        }
        // Not what cycles remember.
        try connection.executeScript("INSERT INTO temp.meta SELECT * FROM main.meta WHERE key LIKE 'column.%'")
        // Events that were imported as history trigger here like all others.
        let columns = try connection.columns(of: "event")
            .map { $0 == "history" ? "0 AS history" : $0 }
        try connection.executeScript(
            "CREATE TEMP VIEW event AS SELECT \(columns.joined(separator: ", ")) FROM main.event")
    }

    /// `CREATE TABLE x` as `CREATE TEMP TABLE x`, `CREATE INDEX x` as `CREATE INDEX temp.x`.
    private static func shadow(of sql: String, name: String, isTable: Bool) throws -> String {
        if isTable, sql.hasPrefix("CREATE TABLE") { return "CREATE TEMP TABLE" + sql.dropFirst("CREATE TABLE".count) }
        for head in ["CREATE UNIQUE INDEX ", "CREATE INDEX "] where sql.hasPrefix(head + name) {
            return head + "temp." + sql.dropFirst(head.count)
        }
        throw StorageError(
            "the table or index \(name) was not made by keeptouch; nothing can stand before it", sql: sql)
    }
}
