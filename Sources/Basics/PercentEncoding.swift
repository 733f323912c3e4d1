/// Percent-encoding of bytes for URLs and forms (RFC 3986; WHATWG URL for forms).
package enum PercentEncoding {
    /// For one component of a URL: everything but letters, digits and `-._~` is encoded.
    package static func component(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 { append(byte, raw: isUnreserved(byte), into: &bytes) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// For a whole URL: what has a meaning in URLs stays, what cannot stand in one is encoded.
    package static func url(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            append(byte, raw: isUnreserved(byte) || "!#$%&'()*+,/:;=?@[]".utf8.contains(byte), into: &bytes)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// One name or value of `application/x-www-form-urlencoded`.
    package static func form(_ text: String, into bytes: inout [UInt8]) {
        for byte in text.utf8 {
            if byte == UInt8(ascii: " ") {
                bytes.append(UInt8(ascii: "+"))
            } else {
                append(byte, raw: byte != UInt8(ascii: "~") && isUnreserved(byte), into: &bytes)
            }
        }
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }

    private static func append(_ byte: UInt8, raw: Bool, into bytes: inout [UInt8]) {
        guard !raw else {
            bytes.append(byte)
            return
        }
        bytes.append(UInt8(ascii: "%"))
        for nibble in [byte >> 4, byte & 15] {
            bytes.append(nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "A") + nibble - 10)
        }
    }
}
