import CSQLite
import Crypto

/// The SQL function `draw(salt, key)`: a number in [0, 1) that is the same for the same two texts everywhere.
///
/// It is the first 52 bits of SHA-256 over salt, a zero byte and key, as a fraction; the draw behind arms and variants.
enum DrawFunction {
    static func register(on handle: OpaquePointer) throws {
        let code = sqlite3_create_function_v2(
            handle, "draw", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC, nil,
            { context, _, arguments in
                guard let context, let arguments, let salt = DrawFunction.bytes(arguments[0]),
                    let key = DrawFunction.bytes(arguments[1])
                else { return sqlite3_result_null(context) }
                sqlite3_result_double(context, DrawFunction.draw(salt, key))
            }, nil, nil, nil)
        guard code == SQLITE_OK else { throw StorageError(code: code, "SQLite refused the function draw") }
    }

    static func draw(_ salt: UnsafeRawBufferPointer, _ key: UnsafeRawBufferPointer) -> Double {
        var hash = SHA256()
        hash.update(bufferPointer: salt)
        withUnsafeBytes(of: UInt8(0)) { hash.update(bufferPointer: $0) }
        hash.update(bufferPointer: key)
        var bits: UInt64 = 0
        for byte in hash.finalize().prefix(7) { bits = bits << 8 | UInt64(byte) }
        return Double(bits >> 4) / 4_503_599_627_370_496
    }

    private static func bytes(_ value: OpaquePointer?) -> UnsafeRawBufferPointer? {
        guard let value, let text = sqlite3_value_text(value) else { return nil }
        return UnsafeRawBufferPointer(start: text, count: Int(sqlite3_value_bytes(value)))
    }
}
