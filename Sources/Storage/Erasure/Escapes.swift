/// The ways in which texts are written within other texts: `%40`, `&#64;`, `\u0040` and their like.
enum Escapes {
    /// The text without its outermost escapes, or nil when it has none. A `+` stays, since addresses may hold one.
    static func removed(from text: String) -> String? {
        let bytes = Array(text.utf8)
        guard bytes.contains(where: { $0 == percent || $0 == ampersand || $0 == backslash }) else { return nil }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var place = 0
        while place < bytes.count {
            let byte = bytes[place]
            let rest = bytes[(place + 1)...]
            if byte == percent, let value = number(rest.prefix(2), of: 2, radix: 16) {
                result.append(UInt8(truncatingIfNeeded: value))
                place += 3
            } else if byte == ampersand, let (text, length) = entity(rest) {
                result += text.utf8
                place += 1 + length
            } else if byte == backslash, let (text, length) = jsonEscape(rest) {
                result += text.utf8
                place += 1 + length
            } else {
                result.append(byte)
                place += 1
            }
        }
        return result == bytes ? nil : String(decoding: result, as: UTF8.self)
    }

    private static let percent = UInt8(ascii: "%")
    private static let ampersand = UInt8(ascii: "&")
    private static let backslash = UInt8(ascii: "\\")
    private static let named: [String: String] = [
        "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": " ", "commat": "@", "period": ".",
        "hyphen": "-", "lowbar": "_", "plus": "+", "percnt": "%",
    ]
    private static let longestEntity = 10

    private static func number(_ bytes: ArraySlice<UInt8>, of count: Int, radix: Int) -> UInt32? {
        guard bytes.count == count, bytes.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }) else {
            return nil
        }
        return UInt32(String(decoding: bytes, as: UTF8.self), radix: radix)
    }

    /// What an entity of HTML stands for, and how many bytes it has behind its `&`.
    private static func entity(_ bytes: ArraySlice<UInt8>) -> (String, Int)? {
        guard let end = bytes.prefix(longestEntity).firstIndex(of: UInt8(ascii: ";")) else { return nil }
        let name = String(decoding: bytes[..<end], as: UTF8.self)
        let length = end - bytes.startIndex + 1
        if let text = named[name.lowercased()] { return (text, length) }
        guard name.hasPrefix("#") else { return nil }
        let digits = name.dropFirst()
        let value =
            digits.lowercased().hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits, radix: 10)
        return value.flatMap(Unicode.Scalar.init).map { (String($0), length) }
    }

    /// What an escape of JSON stands for, and how many bytes it has behind its backslash.
    private static func jsonEscape(_ bytes: ArraySlice<UInt8>) -> (String, Int)? {
        switch bytes.first {
        case UInt8(ascii: "u"):
            let unit = number(bytes.dropFirst().prefix(4), of: 4, radix: 16)
            guard let unit else { return nil }
            if let scalar = Unicode.Scalar(unit) { return (String(scalar), 5) }
            let low = bytes.dropFirst(5)
            guard low.starts(with: [backslash, UInt8(ascii: "u")]),
                let second = number(low.dropFirst(2).prefix(4), of: 4, radix: 16), (0xdc00...0xdfff).contains(second),
                (0xd800...0xdbff).contains(unit),
                let scalar = Unicode.Scalar(0x10000 + ((unit - 0xd800) << 10) + (second - 0xdc00))
            else { return nil }
            return (String(scalar), 11)
        case UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"), UInt8(ascii: "b"), UInt8(ascii: "f"):
            return (" ", 1)
        case UInt8(ascii: "\\"): return ("\\", 1)
        case UInt8(ascii: "/"): return ("/", 1)
        case UInt8(ascii: "\""): return ("\"", 1)
        default: return nil
        }
    }
}
