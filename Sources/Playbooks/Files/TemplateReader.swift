/// Reads the template of a request's body: plain scalars have the types of JSON, quoted ones are text.
struct TemplateReader {
    let vars: [String: String]
    let diagnostics: Diagnostics
    /// Which of the names that belong to an auth kind may be used here.
    var authNames: Set<String> = []

    private static let homes = [
        "secret": "body of the auth kind body", "timestamp": "auth kind hmac", "body": "auth kind hmac",
        "signature": "headers of the auth kind hmac",
    ]

    /// In a form `$spread` is a field; in JSON `$if`, `$each` and `$merge` stand for values.
    func template(_ node: YAMLNode, isForm: Bool = false) -> Channel.Template {
        switch node.content {
        case .scalar(let text, .plain): return plain(text, node.position)
        case .scalar(let text, _):
            check(text, at: node.position)
            return .text(text)
        case .list(let nodes): return .list(nodes.map { template($0, isForm: isForm) })
        case .mapping(let entries):
            checkForm(entries)
            return .object(entries.map { Channel.Template.Field($0.key, template($0.value, isForm: isForm)) })
        }
    }

    private func plain(_ text: String, _ position: Position) -> Channel.Template {
        switch text {
        case "", "~", "null": return .null
        case "true": return .boolean(true)
        case "false": return .boolean(false)
        default:
            let isNumber = text.utf8.allSatisfy { "0123456789+-.eE".utf8.contains($0) }
            if isNumber, let integer = Int(text) { return .integer(integer) }
            if isNumber, let number = Double(text), number.isFinite { return .number(number) }
            check(text, at: position)
            return .text(text)
        }
    }

    /// The structural keys and what goes with them.
    private static let forms: [String: (needed: Set<String>, allowed: Set<String>)] = [
        "$if": (["then"], ["then", "else"]), "$each": (["do"], ["do"]), "$merge": ([], []), "$spread": ([], []),
    ]

    private func checkForm(_ entries: [YAMLNode.Entry]) {
        for entry in entries where entry.key.hasPrefix("$") && !entry.key.hasPrefix("$$") {
            guard let form = Self.forms[entry.key] else {
                diagnostics.unknown(entry.key, "form", among: Self.forms.keys.sorted(), at: entry.position)
                continue
            }
            let others = Set(entries.map(\.key)).subtracting([entry.key])
            for key in form.needed.subtracting(others).sorted() {
                diagnostics.error(entry.position, "\"\(entry.key)\" needs \"\(key)\" beside it")
            }
            // `$merge` and `$spread` stand among other keys; the branching forms stand alone.
            guard !form.needed.isEmpty else { continue }
            for key in others.subtracting(form.allowed).sorted() {
                diagnostics.error(entry.position, "\"\(key)\" does not go with \"\(entry.key)\"")
            }
        }
    }

    /// Every `{{` is closed, and `vars.NAME` is declared.
    func check(_ text: String, at position: Position) {
        guard text.utf8.contains(UInt8(ascii: "{")) else { return }
        var rest = text[...]
        while let open = rest.firstRange(of: "{{") {
            guard let close = rest[open.upperBound...].firstRange(of: "}}") else {
                diagnostics.error(position, "\"{{\" is not closed by \"}}\"")
                return
            }
            let name = rest[open.upperBound..<close.lowerBound].prefix { $0 != "|" }.filter { !$0.isWhitespace }
            if name.isEmpty { diagnostics.error(position, "\"{{ }}\" names nothing") }
            if name.hasPrefix("vars."), vars[String(name.dropFirst(5))] == nil {
                let near = suggestion(for: name, in: vars.keys.map { "vars.\($0)" })
                diagnostics.error(
                    position, "unknown variable \"\(name)\"\(near.isEmpty ? "; declare it under \"vars\"" : near)")
            }
            if let home = Self.homes[name], !authNames.contains(name) {
                diagnostics.error(position, "\"{{ \(name) }}\" is known in the \(home) only")
            }
            rest = rest[close.upperBound...]
        }
    }
}
