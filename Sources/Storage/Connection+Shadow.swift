import GRDBSQLite

extension Connection {
    /// Refuses every statement that would change the database file or attach another; temporary tables stay free.
    ///
    /// The file is opened for reading only; this says it at once, when the statement is prepared.
    func forbidWriting() {
        sqlite3_set_authorizer(
            handle,
            { _, action, first, _, schema, _ in
                switch action {
                case SQLITE_ATTACH, SQLITE_DETACH: SQLITE_DENY
                case SQLITE_INSERT, SQLITE_UPDATE, SQLITE_DELETE, SQLITE_CREATE_TABLE, SQLITE_CREATE_INDEX,
                    SQLITE_CREATE_VIEW, SQLITE_CREATE_TRIGGER, SQLITE_CREATE_VTABLE, SQLITE_DROP_TABLE,
                    SQLITE_DROP_INDEX, SQLITE_DROP_VIEW, SQLITE_DROP_TRIGGER, SQLITE_DROP_VTABLE, SQLITE_REINDEX,
                    SQLITE_ANALYZE:
                    Connection.isFile(schema) ? SQLITE_DENY : SQLITE_OK
                // Of ALTER TABLE the first text is the schema.
                case SQLITE_ALTER_TABLE: Connection.isFile(first) ? SQLITE_DENY : SQLITE_OK
                default: SQLITE_OK
                }
            }, nil)
    }

    /// The columns of a table of the file, in their order.
    func columns(of table: String) throws -> [String] {
        try query("PRAGMA main.table_info(\(table))").compactMap { $0["name"].text }
    }

    private static func isFile(_ schema: UnsafePointer<CChar>?) -> Bool {
        schema.map { String(cString: $0) != "temp" } ?? false
    }
}
