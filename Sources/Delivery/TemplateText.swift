/// Text cut at its `{{ }}` tags, as messages and channels both write them.
enum TemplateText {
    enum Part: Equatable {
        case text(String)
        /// What stands between the braces, trimmed, and its line, from 1.
        case tag(String, line: Int)
    }

    struct Broken: Error, Equatable {
        var line: Int
        var message: String
    }

    static func parts(of text: String) throws(Broken) -> [Part] {
        var parts: [Part] = []
        var line = 1
        var rest = text[...]
        while let open = rest.firstRange(of: "{{") {
            let before = rest[..<open.lowerBound]
            if !before.isEmpty { parts.append(.text(String(before))) }
            line += before.utf8.count { $0 == UInt8(ascii: "\n") }
            guard let close = rest[open.upperBound...].firstRange(of: "}}") else {
                throw Broken(line: line, message: "\"{{\" without \"}}\"")
            }
            let inner = rest[open.upperBound..<close.lowerBound]
            guard !inner.contains("{"), !inner.contains("}"), !inner.contains("\n") else {
                throw Broken(line: line, message: "\"{{\(inner.prefix(40))\" is not a name in double braces")
            }
            let name = inner.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
            parts.append(.tag(String(name), line: line))
            rest = rest[close.upperBound...]
            if rest.hasPrefix("}") {
                throw Broken(line: line, message: "triple braces are not used: values are always escaped")
            }
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
        return parts
    }
}
