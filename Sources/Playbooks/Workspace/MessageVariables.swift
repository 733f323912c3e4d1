/// The variables that a text uses in `{{ }}`, with their places.
package struct MessageVariables: Sendable, Hashable {
    package struct Use: Sendable, Hashable {
        package var name: String
        package var position: Position
        /// Whether the text stands without it: inside `{{#name}}`, or beside a `{{^name}}`.
        package var isCovered: Bool
    }

    package private(set) var uses: [Use] = []
    /// Tags that are not closed, not allowed or out of place.
    package private(set) var diagnostics: [Diagnostic] = []

    /// Those without which the touch is held, in alphabetical order.
    package var required: [String] { Set(uses.lazy.filter { !$0.isCovered }.map(\.name)).sorted() }

    /// Those that may be missing, in alphabetical order.
    package var optional: [String] { Set(uses.map(\.name)).subtracting(required).sorted() }

    /// Each text stands for itself: a section begins and ends in one.
    package init(of texts: [SourceText] = []) {
        for text in texts { scan(text) }
    }

    package mutating func add(_ other: MessageVariables) {
        uses += other.uses
        diagnostics += other.diagnostics
    }

    private mutating func scan(_ source: SourceText) {
        guard source.text.utf8.contains(UInt8(ascii: "{")) else { return }
        let first = uses.count
        var sections: [(name: String, isInverted: Bool, position: Position)] = []
        var inverted: Set<String> = []
        var cursor = Cursor(source)
        while let position = cursor.skipToTag() {
            guard let tag = cursor.tag() else {
                diagnostics.append(Diagnostic(at: position, "\"{{\" is not closed by \"}}\""))
                break
            }
            let name = tag.name
            switch tag.sigil {
            case "!": continue
            case "#", "^":
                sections.append((name, tag.sigil == "^", position))
                if tag.sigil == "^" { inverted.insert(name) }
                uses.append(Use(name: name, position: position, isCovered: true))
            case "/":
                guard let open = sections.last, open.name == name else {
                    let expected = sections.last.map { "; \"{{/\($0.name)}}\" comes first" } ?? "; no section is open"
                    diagnostics.append(Diagnostic(at: position, "\"{{/\(name)}}\" closes nothing\(expected)"))
                    continue
                }
                sections.removeLast()
            case nil where name == ".":
                if sections.isEmpty {
                    diagnostics.append(Diagnostic(at: position, "\"{{.}}\" stands for something in a section only"))
                }
            case nil:
                let isCovered = sections.contains { $0.name == name && !$0.isInverted }
                uses.append(Use(name: name, position: position, isCovered: isCovered))
            case let sigil?:
                diagnostics.append(Diagnostic(at: position, refusal(sigil)))
            }
        }
        for section in sections {
            let tag = "{{\(section.isInverted ? "^" : "#")\(section.name)}}"
            diagnostics.append(
                Diagnostic(at: section.position, "the section \"\(tag)\" is not closed by \"{{/\(section.name)}}\""))
        }
        for index in uses.indices.dropFirst(first) where inverted.contains(uses[index].name) {
            uses[index].isCovered = true
        }
    }

    private func refusal(_ sigil: Unicode.Scalar) -> String {
        switch sigil {
        case "{", "&": "\"{{{ }}}\" and \"{{& }}\" are not allowed; every value is escaped"
        case ">", "<", "$": "partials and blocks are not allowed in a message"
        default: "other tags than {{ }} cannot be set"
        }
    }
}

/// Walks a text from tag to tag, counting lines and columns.
private struct Cursor {
    private var rest: Substring.UnicodeScalarView
    private var position: Position

    init(_ source: SourceText) {
        rest = source.text[...].unicodeScalars
        position = source.position
    }

    private mutating func next() -> Unicode.Scalar? {
        guard let scalar = rest.popFirst() else { return nil }
        if scalar == "\n" {
            position.line += 1
            position.column = 1
        } else {
            position.column += 1
        }
        return scalar
    }

    /// Moves behind the next `{{` and returns where it stands.
    mutating func skipToTag() -> Position? {
        while let first = rest.first {
            let place = position
            _ = next()
            if first == "{", rest.first == "{" {
                _ = next()
                return place
            }
        }
        return nil
    }

    /// Reads up to `}}`; nil when there is none.
    mutating func tag() -> (sigil: Unicode.Scalar?, name: String)? {
        var sigil: Unicode.Scalar?
        var name = String.UnicodeScalarView()
        while let scalar = rest.first, scalar.properties.isWhitespace { _ = next() }
        if let scalar = rest.first, "#^/!>&{=<$".unicodeScalars.contains(scalar) { sigil = next() }
        while let scalar = next() {
            if scalar == "}", rest.first == "}" {
                _ = next()
                if sigil == "{", rest.first == "}" { _ = next() }
                return (sigil, trimmed(name))
            }
            name.append(scalar)
        }
        return nil
    }

    private func trimmed(_ name: String.UnicodeScalarView) -> String {
        let start = name.drop { $0.properties.isWhitespace }
        let end = start.reversed().drop { $0.properties.isWhitespace }.reversed()
        return String(String.UnicodeScalarView(end))
    }
}

extension Message {
    /// What its subject, preheader, action and body use, in this language only.
    package var variables: MessageVariables {
        let place = Position(file: path)
        var texts: [SourceText] = []
        for (name, text) in [
            ("subject", subject), ("preheader", preheader), ("label", action?.label), ("url", action?.url),
        ] {
            if let text { texts.append(SourceText(name: name, text: text, position: place)) }
        }
        texts.append(SourceText(name: "body", text: body, position: Position(file: path, line: bodyLine)))
        return MessageVariables(of: texts)
    }
}

extension Playbook {
    /// What a message uses, in all its languages together.
    package func variables(ofMessage path: String) -> MessageVariables {
        guard let message = messages[path] else { return MessageVariables() }
        var variables = message.variables
        for (_, other) in message.locales.sorted(by: { $0.key < $1.key }) { variables.add(other.variables) }
        return variables
    }
}
