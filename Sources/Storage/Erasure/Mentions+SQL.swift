import CSQLite

extension Mentions {
    /// Adds the SQL function `is_mentioned(text, scope)` to the connection, in the place of that of an earlier erasure.
    func register(on connection: Connection) throws {
        let code = sqlite3_create_function_v2(
            try connection.sqlite("erasing").handle, "is_mentioned", 2, SQLITE_UTF8,
            Unmanaged.passRetained(Box(self)).toOpaque(),
            { context, _, arguments in
                guard let context, let arguments, let value = arguments[0], let text = sqlite3_value_text(value),
                    let own = sqlite3_user_data(context),
                    let scope = Scope(rawValue: Int(sqlite3_value_int(arguments[1])))
                else { return sqlite3_result_int(context, 0) }
                let bytes = UnsafeBufferPointer(start: text, count: Int(sqlite3_value_bytes(value)))
                let mentions = Unmanaged<Box>.fromOpaque(own).takeUnretainedValue().mentions
                let isFound = mentions.isFound(in: String(decoding: bytes, as: UTF8.self), scope)
                sqlite3_result_int(context, isFound ? 1 : 0)
            }, nil, nil, { $0.map { Unmanaged<Box>.fromOpaque($0).release() } })
        guard code == SQLITE_OK else { throw StorageError(code: code, "SQLite refused the function is_mentioned") }
    }

    /// Whether a text names the erased.
    static func isFound(_ text: String, _ scope: Scope) -> String { "is_mentioned(\(text), \(scope.rawValue)) = 1" }

    private final class Box: Sendable {
        let mentions: Mentions

        init(_ mentions: Mentions) {
            self.mentions = mentions
        }
    }
}
