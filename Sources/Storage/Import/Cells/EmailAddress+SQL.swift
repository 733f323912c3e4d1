import CSQLite

extension EmailAddress {
    /// Adds the SQL function `normalized_address(text)`, NULL for what is no address, which migrations use.
    static func register(on driver: SQLiteDriver) throws {
        let code = sqlite3_create_function_v2(
            driver.handle, "normalized_address", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, nil,
            { context, _, arguments in
                guard let value = arguments?[0], let text = sqlite3_value_text(value) else {
                    return sqlite3_result_null(context)
                }
                let bytes = UnsafeBufferPointer(start: text, count: Int(sqlite3_value_bytes(value)))
                guard let address = EmailAddress.normalized(String(decoding: bytes, as: UTF8.self)) else {
                    return sqlite3_result_null(context)
                }
                sqlite3_result_text(context, address, -1, unsafeBitCast(-1, to: sqlite3_destructor_type.self))
            }, nil, nil, nil)
        guard code == SQLITE_OK else {
            throw StorageError(code: code, "SQLite refused the function normalized_address")
        }
    }
}
