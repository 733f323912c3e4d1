/// Walks over the members of one JSON object without building a tree.
///
/// Strings are unescaped in place once the whole object has been understood; numbers, booleans, objects and arrays stay
/// as they are written.
struct JSONScanner {
    enum ValueKind {
        case text, number, boolean, null, object, array
    }

    struct Member {
        var key: Cell
        var value: Cell
        var kind: ValueKind
    }

    /// Objects and arrays may nest this deep.
    private static let deepest = 32

    private let bytes: UnsafeMutableBufferPointer<UInt8>
    private var position = 0
    private var spans: [(key: Range<Int>, value: Range<Int>, kind: ValueKind)] = []

    private init(_ bytes: UnsafeMutableBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    /// The members of the object that the bytes hold, or nil when they are not exactly one JSON object.
    static func members(of bytes: UnsafeMutableBufferPointer<UInt8>) -> [Member]? {
        var scanner = JSONScanner(bytes)
        guard scanner.object(), scanner.atEnd(), let base = bytes.baseAddress else { return nil }
        return scanner.spans.map { span in
            Member(
                key: JSONEscapes.unescaped(base + span.key.lowerBound, span.key.count),
                value: span.kind == .text
                    ? JSONEscapes.unescaped(base + span.value.lowerBound, span.value.count)
                    : Cell(start: base + span.value.lowerBound, count: span.value.count),
                kind: span.kind)
        }
    }

    /// What MongoDB writes as an object is a value: `{"$oid": "65f0"}`, `{"$date": {"$numberLong": "0"}}`.
    static func plain(_ member: Member) -> Member {
        guard member.kind == .object, member.value.count < longestPlain else { return member }
        let bytes = UnsafeMutableBufferPointer(mutating: member.value)
        // Looks before anything is unescaped: other objects stay as they are written.
        var scanner = JSONScanner(bytes)
        guard scanner.object(), scanner.spans.count == 1,
            typesOfMongoDB.contains(Cell(rebasing: member.value[scanner.spans[0].key]).string),
            let inner = members(of: bytes)?.first
        else { return member }
        return plain(Member(key: member.key, value: inner.value, kind: inner.kind))
    }

    private static let longestPlain = 100
    /// MongoDB Extended JSON v2, those that a column may hold.
    private static let typesOfMongoDB: Set = [
        "$oid", "$date", "$numberInt", "$numberLong", "$numberDouble", "$numberDecimal", "$uuid",
    ]

    private mutating func object() -> Bool {
        skipBlanks()
        guard take("{") else { return false }
        skipBlanks()
        if take("}") { return true }
        while true {
            skipBlanks()
            guard let key = string() else { return false }
            skipBlanks()
            guard take(":") else { return false }
            skipBlanks()
            let start = position
            guard let kind = value(depth: 1) else { return false }
            let range = kind == .text ? (start + 1)..<(position - 1) : start..<position
            spans.append((key, range, kind))
            skipBlanks()
            if take("}") { return true }
            guard take(",") else { return false }
        }
    }

    private mutating func value(depth: Int) -> ValueKind? {
        guard position < bytes.count, depth <= Self.deepest else { return nil }
        switch bytes[position] {
        case UInt8(ascii: "\""): return string() == nil ? nil : .text
        case UInt8(ascii: "t"): return word("true") ? .boolean : nil
        case UInt8(ascii: "f"): return word("false") ? .boolean : nil
        case UInt8(ascii: "n"): return word("null") ? .null : nil
        case UInt8(ascii: "{"): return list(depth, closing: "}", isObject: true) ? .object : nil
        case UInt8(ascii: "["): return list(depth, closing: "]", isObject: false) ? .array : nil
        default: return number() ? .number : nil
        }
    }

    private mutating func list(_ depth: Int, closing: Unicode.Scalar, isObject: Bool) -> Bool {
        position += 1
        skipBlanks()
        if take(closing) { return true }
        while true {
            skipBlanks()
            if isObject {
                guard string() != nil else { return false }
                skipBlanks()
                guard take(":") else { return false }
                skipBlanks()
            }
            guard value(depth: depth + 1) != nil else { return false }
            skipBlanks()
            if take(closing) { return true }
            guard take(",") else { return false }
        }
    }

    /// The range between the quotes.
    private mutating func string() -> Range<Int>? {
        guard take("\"") else { return nil }
        let start = position
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                return start..<(position - 1)
            // What is no escape is understood as well as it can be (`JSONEscapes`).
            case UInt8(ascii: "\\"): position += 2
            default: position += 1
            }
        }
        return nil
    }

    private mutating func number() -> Bool {
        let start = position
        if position < bytes.count, bytes[position] == UInt8(ascii: "-") { position += 1 }
        // No JSON, but what some programs write; no column takes it.
        if word("NaN") || word("Infinity") { return true }
        guard digits() else { return false }
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            position += 1
            guard digits() else { return false }
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
                position += 1
            }
            guard digits() else { return false }
        }
        return position > start
    }

    private mutating func digits() -> Bool {
        let start = position
        while position < bytes.count, bytes[position] &- 0x30 < 10 { position += 1 }
        return position > start
    }

    private mutating func word(_ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard position + count <= bytes.count else { return false }
        for offset in 0..<count where bytes[position + offset] != word.utf8Start[offset] { return false }
        position += count
        return true
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: scalar) else { return false }
        position += 1
        return true
    }

    private mutating func skipBlanks() {
        while position < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[position]) { position += 1 }
    }

    private mutating func atEnd() -> Bool {
        skipBlanks()
        return position == bytes.count
    }
}
