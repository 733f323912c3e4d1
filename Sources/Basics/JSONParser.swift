extension JSON {
    /// Reads one JSON value (RFC 8259); nil for anything else.
    ///
    /// What is wrong with one value costs that value and not the whole: half a character and what is no UTF-8 become
    /// U+FFFD, control characters in texts are taken, a number beyond 64 bits and doubles stays as it is written
    /// (`NaN` too, which some senders write), and what lies deeper than 64 levels is an empty list.
    package init?(parsing bytes: some Collection<UInt8>) {
        let result = bytes.withContiguousStorageIfAvailable { JSONParser.parse($0) }
        guard let value = result ?? Array(bytes).withUnsafeBufferPointer({ JSONParser.parse($0) }) else { return nil }
        self = value
    }

    package init?(parsing text: String) {
        self.init(parsing: text.utf8)
    }
}

/// A recursive-descent parser over bytes that nobody has checked.
private struct JSONParser {
    private struct Broken: Error {}

    private static let depthLimit = 64

    private let bytes: UnsafeBufferPointer<UInt8>
    private var index = 0

    static func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> JSON? {
        var parser = JSONParser(bytes: bytes)
        if bytes.starts(with: [0xef, 0xbb, 0xbf]) { parser.index = 3 }
        guard let value = try? parser.value(depth: 0) else { return nil }
        parser.skipSpace()
        return parser.index == bytes.count ? value : nil
    }

    private init(bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { index += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    private mutating func expect(_ word: StaticString) throws {
        for offset in 0..<word.utf8CodeUnitCount {
            guard next == word.utf8Start[offset] else { throw Broken() }
            index += 1
        }
    }

    private mutating func value(depth: Int) throws -> JSON {
        skipSpace()
        if depth >= Self.depthLimit, next == UInt8(ascii: "{") || next == UInt8(ascii: "[") {
            try skipNested()
            return .list([])
        }
        switch next {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try list(depth: depth)
        case UInt8(ascii: "\""): return .text(try text())
        case UInt8(ascii: "t"):
            try expect("true")
            return .boolean(true)
        case UInt8(ascii: "f"):
            try expect("false")
            return .boolean(false)
        case UInt8(ascii: "n"):
            try expect("null")
            return .null
        default: return try number()
        }
    }

    /// Skips what stands between a bracket and the one that closes it.
    private mutating func skipNested() throws {
        var depth = 0
        repeat {
            switch next {
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: "\""):
                _ = try text()
                continue
            case nil: throw Broken()
            default: break
            }
            index += 1
        } while depth > 0
    }

    private mutating func object(depth: Int) throws -> JSON {
        index += 1
        var members: [JSON.Member] = []
        skipSpace()
        if take("}") { return .object([]) }
        repeat {
            skipSpace()
            let key = try text()
            skipSpace()
            guard take(":") else { throw Broken() }
            members.append(JSON.Member(key, try value(depth: depth + 1)))
            skipSpace()
        } while take(",")
        guard take("}") else { throw Broken() }
        return .object(members)
    }

    private mutating func list(depth: Int) throws -> JSON {
        index += 1
        var items: [JSON] = []
        skipSpace()
        if take("]") { return .list([]) }
        repeat {
            items.append(try value(depth: depth + 1))
            skipSpace()
        } while take(",")
        guard take("]") else { throw Broken() }
        return .list(items)
    }

    private mutating func number() throws -> JSON {
        let start = index
        _ = take("-")
        if next == UInt8(ascii: "N") || next == UInt8(ascii: "I") {
            try expect(next == UInt8(ascii: "N") ? "NaN" : "Infinity")
            return .decimal(String(decoding: bytes[start..<index], as: UTF8.self))
        }
        guard let first = next, isDigit(first) else { throw Broken() }
        if !take("0") { skipDigits() }
        var isWhole = true
        if take(".") {
            isWhole = false
            try skipSomeDigits()
        }
        if take("e") || take("E") {
            isWhole = false
            if !take("+") { _ = take("-") }
            try skipSomeDigits()
        }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        if isWhole { return Int64(text).map { .integer($0) } ?? .decimal(text) }
        guard let number = Double(text), number.isFinite else { return .decimal(text) }
        return .number(number)
    }

    private func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    private mutating func skipDigits() {
        while let byte = next, isDigit(byte) { index += 1 }
    }

    private mutating func skipSomeDigits() throws {
        guard let byte = next, isDigit(byte) else { throw Broken() }
        skipDigits()
    }

    private mutating func text() throws -> String {
        guard take("\"") else { throw Broken() }
        let start = index
        while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { index += 1 }
        if take("\"") { return String(decoding: bytes[start..<(index - 1)], as: UTF8.self) }
        var result = Array(bytes[start..<index])
        while let byte = next {
            index += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: result, as: UTF8.self)
            case UInt8(ascii: "\\"): try escape(into: &result)
            default: result.append(byte)
            }
        }
        throw Broken()
    }

    private mutating func escape(into result: inout [UInt8]) throws {
        guard let byte = next else { throw Broken() }
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): result.append(byte)
        case UInt8(ascii: "b"): result.append(0x08)
        case UInt8(ascii: "f"): result.append(0x0c)
        case UInt8(ascii: "n"): result.append(0x0a)
        case UInt8(ascii: "r"): result.append(0x0d)
        case UInt8(ascii: "t"): result.append(0x09)
        case UInt8(ascii: "u"): result.append(contentsOf: String(Character(escapedScalar())).utf8)
        // No escape: the character itself.
        default: result.append(byte)
        }
    }

    /// Half a character, and an escape that is cut off, are U+FFFD.
    private mutating func escapedScalar() -> Unicode.Scalar {
        guard let unit = codeUnit() else { return "\u{fffd}" }
        let start = index
        if unit & 0xfc00 == 0xd800, take("\\"), take("u"), let low = codeUnit(), low & 0xfc00 == 0xdc00 {
            return Unicode.Scalar(0x10000 + (unit & 0x3ff) << 10 + (low & 0x3ff)) ?? "\u{fffd}"
        }
        index = start
        return Unicode.Scalar(unit) ?? "\u{fffd}"
    }

    private mutating func codeUnit() -> UInt32? {
        let start = index
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, byte < 0x80, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                index = start
                return nil
            }
            unit = unit << 4 | UInt32(digit)
            index += 1
        }
        return unit
    }
}
