/// The rules of a style sheet that can stand on the elements themselves; what depends on the device is passed over.
struct StyleSheet: Sendable {
    struct Declaration: Sendable, Equatable {
        var property: String
        var value: String
        var isImportant: Bool
    }

    /// `td.main`: a name, classes and an id, each of which may be left out.
    struct Compound: Sendable, Equatable {
        var name: String?
        var id: String?
        var classes: [String] = []
    }

    struct Rule: Sendable {
        /// The element is the last; the others are around it, in this order.
        var selector: [Compound]
        var declarations: [Declaration]

        /// Ids, classes and names, as CSS counts them.
        var specificity: Int {
            selector.reduce(0) {
                $0 + ($1.id == nil ? 0 : 10_000) + 100 * $1.classes.count + ($1.name == nil ? 0 : 1)
            }
        }
    }

    private(set) var rules: [Rule] = []

    init(_ text: String = "") {
        var rest = Self.withoutComments(text)[...]
        while let open = rest.firstIndex(of: "{") {
            let prelude = rest[..<open].split(separator: ";").last.map(Self.trimmed) ?? ""
            let body = rest[rest.index(after: open)...]
            guard let close = Self.end(of: body) else { return }
            if !prelude.hasPrefix("@") {
                let declarations = Self.declarations(String(body[..<close]))
                for selector in prelude.split(separator: ",") {
                    guard let selector = Self.selector(selector), !declarations.isEmpty else { continue }
                    rules.append(Rule(selector: selector, declarations: declarations))
                }
            }
            rest = body[body.index(after: close)...]
        }
    }

    mutating func add(_ other: StyleSheet) { rules += other.rules }

    /// `color: red; margin: 0 !important`
    static func declarations(_ text: String) -> [Declaration] {
        var parts: [String] = [""]
        var depth = 0
        for character in text {
            if character == ";", depth == 0 {
                parts.append("")
                continue
            }
            if character == "(" { depth += 1 }
            if character == ")" { depth -= 1 }
            parts[parts.count - 1].append(character)
        }
        return parts.compactMap { part in
            guard let colon = part.firstIndex(of: ":") else { return nil }
            let property = trimmed(part[..<colon]).lowercased()
            var value = trimmed(part[part.index(after: colon)...])
            let isImportant = value.lowercased().hasSuffix("!important")
            if isImportant { value = trimmed(value.dropLast("!important".count)) }
            guard !property.isEmpty, !value.isEmpty else { return nil }
            return Declaration(property: property, value: value, isImportant: isImportant)
        }
    }

    /// Where the block that has been opened is closed.
    private static func end(of text: Substring) -> String.Index? {
        var depth = 0
        for index in text.indices {
            if text[index] == "{" { depth += 1 }
            guard text[index] == "}" else { continue }
            if depth == 0 { return index }
            depth -= 1
        }
        return nil
    }

    private static func withoutComments(_ text: String) -> String {
        var result = ""
        var rest = text[...]
        while let start = rest.firstRange(of: "/*") {
            result += rest[..<start.lowerBound]
            let behind = rest[start.upperBound...]
            rest = behind.firstRange(of: "*/").map { behind[$0.upperBound...] } ?? ""
        }
        return (result + rest).replacing("<!--", with: "").replacing("-->", with: "")
    }

    /// Nil for what no element alone can tell: `a:hover`, `p > a`, `[href]`, `*`.
    private static func selector(_ text: Substring) -> [Compound]? {
        var selector: [Compound] = []
        for part in text.split(whereSeparator: \.isWhitespace) {
            guard let compound = compound(part) else { return nil }
            selector.append(compound)
        }
        return selector.isEmpty ? nil : selector
    }

    private static func compound(_ text: Substring) -> Compound? {
        var compound = Compound()
        var rest = text
        while let first = rest.first {
            let sigil = first == "." || first == "#" ? first : nil
            if sigil != nil { rest = rest.dropFirst() }
            let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" }
            guard !word.isEmpty else { return nil }
            rest = rest.dropFirst(word.count)
            switch sigil {
            case ".": compound.classes.append(String(word))
            case "#": compound.id = String(word)
            default: compound.name = word.lowercased()
            }
        }
        return compound
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        let start = text.drop { $0.isWhitespace }
        return String(String(start.reversed().drop { $0.isWhitespace }.reversed()))
    }
}
