import CSQLite
import Decisions

/// The SQL function `draw(salt, key)`: `Draw.number` of two texts.
enum DrawFunction {
    static func register(on handle: OpaquePointer) throws {
        let code = sqlite3_create_function_v2(
            handle, "draw", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC, nil,
            { context, _, arguments in
                guard let context, let arguments, let salt = DrawFunction.bytes(arguments[0]),
                    let key = DrawFunction.bytes(arguments[1])
                else { return sqlite3_result_null(context) }
                sqlite3_result_double(context, Draw.number(salt: salt, key: key))
            }, nil, nil, nil)
        guard code == SQLITE_OK else { throw StorageError(code: code, "SQLite refused the function draw") }
    }

    private static func bytes(_ value: OpaquePointer?) -> UnsafeRawBufferPointer? {
        guard let value, let text = sqlite3_value_text(value) else { return nil }
        return UnsafeRawBufferPointer(start: text, count: Int(sqlite3_value_bytes(value)))
    }
}
