/// A piece of HTML, XHTML or SVG: elements whose texts and attributes are escaped.
package struct HTML: Sendable, Hashable {
    /// Attributes in their order; one that is nil is left out.
    package typealias Attributes = KeyValuePairs<StaticString, String?>

    package private(set) var markup = ""

    package init() {}

    package init(_ build: (inout HTML) throws -> Void) rethrows {
        try build(&self)
    }

    package mutating func add(_ other: HTML) { markup += other.markup }

    package mutating func text(_ text: String) { markup += Self.escaped(text) }

    /// An element without content.
    package mutating func add(_ name: StaticString, _ attributes: Attributes = [:]) {
        markup += "<\(name)\(Self.list(attributes))/>\n"
    }

    package mutating func add(_ name: StaticString, _ attributes: Attributes = [:], text content: String) {
        markup += "<\(name)\(Self.list(attributes))>\(Self.escaped(content))</\(name)>"
    }

    /// An element around others.
    package mutating func add(
        _ name: StaticString, _ attributes: Attributes = [:], _ body: (inout HTML) throws -> Void
    ) rethrows {
        markup += "<\(name)\(Self.list(attributes))>"
        try body(&self)
        markup += "</\(name)>\n"
    }

    private static func list(_ attributes: Attributes) -> String {
        attributes.map { name, value in value.map { " \(name)=\"\(escaped($0))\"" } ?? "" }.joined()
    }
}

extension HTML {
    /// For content and for attributes in quotes; control characters, which neither may have, are left out.
    package static func escaped(_ text: String) -> String {
        guard text.utf8.contains(where: isSpecial) else { return text }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count + 16)
        escape(text, into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    package static func escape(_ text: String, into bytes: inout [UInt8]) {
        guard text.utf8.contains(where: isSpecial) else {
            bytes.append(contentsOf: text.utf8)
            return
        }
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "&"): bytes.append(contentsOf: "&amp;".utf8)
            case UInt8(ascii: "<"): bytes.append(contentsOf: "&lt;".utf8)
            case UInt8(ascii: ">"): bytes.append(contentsOf: "&gt;".utf8)
            case UInt8(ascii: "\""): bytes.append(contentsOf: "&quot;".utf8)
            case UInt8(ascii: "'"): bytes.append(contentsOf: "&#39;".utf8)
            default: if !isControl(byte) { bytes.append(byte) }
            }
        }
    }

    private static func isSpecial(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""), UInt8(ascii: "'"): true
        default: isControl(byte)
        }
    }

    private static func isControl(_ byte: UInt8) -> Bool {
        byte < 0x20 && byte != UInt8(ascii: "\n") && byte != UInt8(ascii: "\t") || byte == 0x7f
    }
}
