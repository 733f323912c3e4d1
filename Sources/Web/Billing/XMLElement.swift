/// A small XML document: names, texts and children. Attributes are passed over; a document type is refused, so that no
/// entity can be declared.
struct XMLElement {
    private(set) var name = ""
    private(set) var text = ""
    private(set) var children: [XMLElement] = []

    private static let depthLimit = 32

    /// Nil for what is not one well-formed element.
    init?(parsing bytes: [UInt8]) {
        var reader = Reader(rest: Substring(String(decoding: bytes, as: UTF8.self)))
        reader.skipProlog()
        guard let root = reader.element(depth: 0) else { return nil }
        self = root
    }

    private init() {}

    /// The text at the end of a path of names, without blanks around it; nil when it is not there or empty.
    func text(_ path: String...) -> String? {
        var element = self
        for name in path {
            guard let child = element.children.first(where: { $0.name == name }) else { return nil }
            element = child
        }
        let words = element.text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return words.isEmpty ? nil : words
    }

    private struct Reader {
        var rest: Substring

        mutating func skipProlog() {
            while true {
                rest = rest.drop { $0.isWhitespace || $0 == "\u{feff}" }
                guard skip("<?", to: "?>") || skip("<!--", to: "-->") else { return }
            }
        }

        private mutating func skip(_ start: String, to end: String) -> Bool {
            guard rest.hasPrefix(start), let range = rest.firstRange(of: end) else { return false }
            rest = rest[range.upperBound...]
            return true
        }

        mutating func element(depth: Int) -> XMLElement? {
            guard depth < XMLElement.depthLimit, rest.first == "<", let close = rest.firstIndex(of: ">") else {
                return nil
            }
            let tag = rest[rest.index(after: rest.startIndex)..<close]
            rest = rest[rest.index(after: close)...]
            var element = XMLElement()
            element.name = String(tag.prefix { !$0.isWhitespace && $0 != "/" })
            guard element.name.first?.isLetter == true else { return nil }
            if tag.last == "/" { return element }
            while true {
                if skip("<!--", to: "-->") { continue }
                if rest.hasPrefix("<![CDATA["), let end = rest.firstRange(of: "]]>") {
                    element.text += rest[..<end.lowerBound].dropFirst(9)
                    rest = rest[end.upperBound...]
                } else if rest.hasPrefix("</") {
                    guard let close = rest.firstIndex(of: ">"),
                        rest[..<close].dropFirst(2).split(whereSeparator: \.isWhitespace).first.map(String.init)
                            == element.name
                    else { return nil }
                    rest = rest[rest.index(after: close)...]
                    return element
                } else if rest.first == "<" {
                    guard let child = self.element(depth: depth + 1) else { return nil }
                    element.children.append(child)
                } else {
                    guard let next = rest.firstIndex(of: "<") else { return nil }
                    element.text += Self.unescaped(rest[..<next])
                    rest = rest[next...]
                }
            }
        }

        private static let entities: [Substring: String] = [
            "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'",
        ]

        private static func unescaped(_ text: Substring) -> String {
            guard text.contains("&") else { return String(text) }
            var parts = text.split(separator: "&", omittingEmptySubsequences: false)
            var result = String(parts.removeFirst())
            for part in parts {
                guard let end = part.firstIndex(of: ";"), let character = character(part[..<end]) else {
                    result += "&" + part
                    continue
                }
                result += character + part[part.index(after: end)...]
            }
            return result
        }

        private static func character(_ name: Substring) -> String? {
            guard name.first == "#" else { return entities[name] }
            let digits = name.dropFirst()
            let code = digits.first == "x" ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
            return code.flatMap(Unicode.Scalar.init).map { String(Character($0)) }
        }
    }
}
