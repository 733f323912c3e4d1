/// Cuts HTML into its pieces, as browsers do, without mending it; every byte is in one of them.
package struct HTMLScanner: Sequence, IteratorProtocol {
    package struct Token {
        package enum Kind {
            case text
            /// What stands in `<style>`, `<script>`, `<title>` and `<textarea>`, where tags are none.
            case raw(of: String)
            case open(Tag)
            case close(String)
            case comment
            /// `<!doctype html>`
            case declaration
            /// A `<` whose tag or comment has no end.
            case unended
        }

        package let kind: Kind
        /// In bytes.
        package let range: Range<Int>
    }

    package struct Tag {
        /// In small letters.
        package let name: String
        package let attributes: [Attribute]

        package func value(_ name: String) -> String? { attributes.first { $0.name == name }?.value }
    }

    package struct Attribute {
        /// In small letters.
        package let name: String
        /// As it is written, with its escapes.
        package let value: String
        /// Of the name with its value, in bytes.
        package let range: Range<Int>
        /// Of the value without its quotes; empty behind the name where there is none.
        package let valueRange: Range<Int>
    }

    private let bytes: [UInt8]
    private var index = 0
    /// The element whose text comes next.
    private var rawElement: String?

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    private static let rawElements: Set = ["style", "script", "title", "textarea"]

    package mutating func next() -> Token? {
        guard index < bytes.count else { return nil }
        let start = index
        if let name = rawElement {
            rawElement = nil
            index = end(ofRaw: name)
            if index > start { return Token(kind: .raw(of: name), range: start..<index) }
        }
        guard isTagStart(index) else {
            index += 1
            while index < bytes.count, !isTagStart(index) { index += 1 }
            return Token(kind: .text, range: start..<index)
        }
        let kind = markup()
        if case .open(let tag) = kind, Self.rawElements.contains(tag.name) { rawElement = tag.name }
        return Token(kind: kind, range: start..<index)
    }

    private func byte(_ index: Int) -> UInt8 { index < bytes.count ? bytes[index] : 0 }

    private func isTagStart(_ index: Int) -> Bool {
        guard bytes[index] == UInt8(ascii: "<") else { return false }
        let next = byte(index + 1)
        return Self.isLetter(next) || next == UInt8(ascii: "!") || next == UInt8(ascii: "?")
            || next == UInt8(ascii: "/") && Self.isLetter(byte(index + 2))
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5a).contains(byte & 0xdf) }
    private static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }

    private func starts(with text: StaticString, at index: Int) -> Bool {
        guard index + text.utf8CodeUnitCount <= bytes.count else { return false }
        return text.withUTF8Buffer { $0.elementsEqual(bytes[index..<index + text.utf8CodeUnitCount]) }
    }

    /// Where the text of an element ends that holds no tags.
    private func end(ofRaw name: String) -> Int {
        let wanted = Array("</\(name)".utf8)
        var at = index
        while at + wanted.count <= bytes.count {
            if bytes[at] == UInt8(ascii: "<"), zip(bytes[at...], wanted).allSatisfy({ Self.small($0) == $1 }) {
                return at
            }
            at += 1
        }
        return bytes.count
    }

    private static func small(_ byte: UInt8) -> UInt8 { (0x41...0x5a).contains(byte) ? byte | 0x20 : byte }

    /// Reads the tag, comment or declaration that begins here and moves behind it.
    private mutating func markup() -> Token.Kind {
        if starts(with: "<!--", at: index) {
            var at = index + 4
            while at < bytes.count {
                if starts(with: "-->", at: at) {
                    index = at + 3
                    return .comment
                }
                at += 1
            }
            index = bytes.count
            return .unended
        }
        if byte(index + 1) == UInt8(ascii: "!") || byte(index + 1) == UInt8(ascii: "?") {
            return skipToEnd() ? .declaration : .unended
        }
        let isClose = byte(index + 1) == UInt8(ascii: "/")
        index += isClose ? 2 : 1
        let name = word { Self.isBlank($0) || $0 == UInt8(ascii: ">") || $0 == UInt8(ascii: "/") }
        if isClose { return skipToEnd() ? .close(name) : .unended }
        var attributes: [Attribute] = []
        while index < bytes.count {
            while index < bytes.count, Self.isBlank(bytes[index]) || bytes[index] == UInt8(ascii: "/") { index += 1 }
            guard index < bytes.count else { break }
            if bytes[index] == UInt8(ascii: ">") {
                index += 1
                return .open(Tag(name: name, attributes: attributes))
            }
            guard let attribute = attribute() else { break }
            attributes.append(attribute)
        }
        index = bytes.count
        return .unended
    }

    private mutating func skipToEnd() -> Bool {
        guard let end = bytes[index...].firstIndex(of: UInt8(ascii: ">")) else {
            index = bytes.count
            return false
        }
        index = end + 1
        return true
    }

    private mutating func word(until isEnd: (UInt8) -> Bool) -> String {
        let start = index
        while index < bytes.count, !isEnd(bytes[index]) { index += 1 }
        return String(decoding: bytes[start..<index].map(Self.small), as: UTF8.self)
    }

    /// Nil when its value does not end.
    private mutating func attribute() -> Attribute? {
        let start = index
        // An equals sign that begins a name is part of it.
        if byte(index) == UInt8(ascii: "=") { index += 1 }
        _ = word { Self.isBlank($0) || [UInt8(ascii: "="), UInt8(ascii: ">"), UInt8(ascii: "/")].contains($0) }
        let name = String(decoding: bytes[start..<index].map(Self.small), as: UTF8.self)
        let nameEnd = index
        while index < bytes.count, Self.isBlank(bytes[index]) { index += 1 }
        guard byte(index) == UInt8(ascii: "=") else {
            index = nameEnd
            return Attribute(name: name, value: "", range: start..<nameEnd, valueRange: nameEnd..<nameEnd)
        }
        index += 1
        while index < bytes.count, Self.isBlank(bytes[index]) { index += 1 }
        let quote = byte(index)
        let value: Range<Int>
        if quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
            index += 1
            guard let end = bytes[index...].firstIndex(of: quote) else { return nil }
            value = index..<end
            index = end + 1
        } else {
            let first = index
            while index < bytes.count, !Self.isBlank(bytes[index]), bytes[index] != UInt8(ascii: ">") { index += 1 }
            value = first..<index
        }
        return Attribute(
            name: name, value: String(decoding: bytes[value], as: UTF8.self), range: start..<index, valueRange: value)
    }
}
