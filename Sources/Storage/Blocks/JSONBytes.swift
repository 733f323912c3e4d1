/// JSON that is read from the left, a piece at a time, in place.
struct JSONBytes {
    /// What stands between two quotes.
    struct Text {
        var range: Range<Int>
        var isEscaped: Bool
    }

    private let bytes: UnsafeRawBufferPointer
    private(set) var position = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// 0 at the end.
    var next: UInt8 { position < bytes.count ? bytes[position] : 0 }

    var isAtEnd: Bool {
        bytes[position...].allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0a || $0 == 0x0d }
    }

    mutating func skipBlanks() {
        while position < bytes.count {
            let byte = bytes[position]
            guard byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d else { return }
            position += 1
        }
    }

    /// Takes a sign and the blanks before it.
    mutating func takeSign(_ sign: UInt8) -> Bool {
        skipBlanks()
        guard next == sign else { return false }
        position += 1
        return true
    }

    /// Takes a text and the blanks before it; nil when there is none.
    mutating func takeText() -> Text? {
        guard takeSign(0x22) else { return nil }
        let start = position
        var isEscaped = false
        while position < bytes.count {
            switch bytes[position] {
            case 0x22:
                position += 1
                return Text(range: start..<position - 1, isEscaped: isEscaped)
            case 0x5c:
                isEscaped = true
                position += 2
            default: position += 1
            }
        }
        return nil
    }

    /// Takes a value of any kind and the blanks before it; false when there is none.
    mutating func skipValue() -> Bool {
        skipBlanks()
        switch next {
        case 0x22: return takeText() != nil
        case 0x7b, 0x5b: return skipList()
        case 0x74: return skipWord("true")
        case 0x66: return skipWord("false")
        case 0x6e: return skipWord("null")
        default: return takeNumber() != nil
        }
    }

    private mutating func skipWord(_ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard position + count <= bytes.count else { return false }
        for offset in 0..<count where bytes[position + offset] != word.utf8Start[offset] { return false }
        position += count
        return true
    }

    /// An object or a list; only that what opens is closed is looked at.
    private mutating func skipList() -> Bool {
        var depth = 0
        while position < bytes.count {
            switch bytes[position] {
            case 0x22:
                guard takeText() != nil else { return false }
                continue
            case 0x7b, 0x5b: depth += 1
            case 0x7d, 0x5d: depth -= 1
            default: break
            }
            position += 1
            if depth == 0 { return true }
        }
        return false
    }

    /// Takes a number; nil when there is none.
    mutating func takeNumber() -> (value: Double, isWhole: Bool)? {
        let start = position
        var whole: Int64 = 0
        var isWhole = true
        if next == 0x2d { position += 1 }
        let digits = position
        while position < bytes.count {
            let byte = bytes[position]
            if byte &- 0x30 < 10 {
                if position - digits < 18 { whole = whole &* 10 &+ Int64(byte &- 0x30) }
            } else if byte == 0x2e || byte | 0x20 == 0x65 || byte == 0x2b || byte == 0x2d {
                isWhole = false
            } else {
                break
            }
            position += 1
        }
        guard position > digits else { return nil }
        if isWhole, position - digits <= 18 { return (Double(bytes[start] == 0x2d ? -whole : whole), true) }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        return Double(text).map { ($0, isWhole) }
    }

    // MARK: Texts

    func equals(_ text: Text, _ name: [UInt8]) -> Bool {
        if text.isEscaped { return string(text).utf8.elementsEqual(name) }
        guard text.range.count == name.count else { return false }
        return name.withUnsafeBufferPointer { name in
            for index in 0..<name.count where bytes[text.range.lowerBound + index] != name[index] { return false }
            return true
        }
    }

    func string(_ text: Text) -> String {
        guard text.isEscaped else { return String(decoding: bytes[text.range], as: UTF8.self) }
        var copy = Array(bytes[text.range])
        return copy.withUnsafeMutableBufferPointer { copy in
            guard let start = copy.baseAddress else { return "" }
            return String(decoding: JSONEscapes.unescaped(start, copy.count), as: UTF8.self)
        }
    }

    /// An object or a list without the blanks between its pieces.
    func compact(_ range: Range<Int>) -> String {
        var text: [UInt8] = []
        var isQuoted = false
        var isEscaped = false
        for byte in bytes[range] {
            if !isQuoted, byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d { continue }
            if byte == 0x22, !isEscaped { isQuoted.toggle() }
            isEscaped = isQuoted && byte == 0x5c && !isEscaped
            text.append(byte)
        }
        return String(decoding: text, as: UTF8.self)
    }
}
