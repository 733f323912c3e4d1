import Basics

/// Reads the template of a request's body: plain scalars have the types of JSON, quoted ones are text.
struct TemplateReader {
    let vars: [String: String]
    let diagnostics: Diagnostics
    /// What is wrong in `{{ }}`.
    let refusals: Diagnostics
    /// Which of the names that belong to an auth kind may be used here.
    var authNames: Set<String> = []

    func template(_ node: YAMLNode, inEach: Bool = false) -> Channel.Template {
        switch node.content {
        case .scalar(let text, .plain): return plain(text, node, inEach)
        case .scalar(let text, _):
            check(node, inEach: inEach)
            return .text(text)
        case .list(let nodes): return .list(nodes.map { template($0, inEach: inEach) })
        case .mapping(let entries):
            checkForm(entries)
            let isEach = entries.contains { $0.key == "$each" }
            return .object(
                entries.map { entry in
                    let value =
                        entry.key == "$if" || entry.key == "$each"
                        ? name(entry, inEach: inEach) : template(entry.value, inEach: inEach || isEach)
                    return Channel.Template.Field(entry.key, value)
                })
        }
    }

    /// A field of a form, or `$spread`, which stands for several.
    func field(_ entry: YAMLNode.Entry) -> Channel.Template.Field {
        guard entry.key == "$spread" else { return Channel.Template.Field(entry.key, template(entry.value)) }
        let items = entry.value.list ?? []
        let spreads = items.compactMap { item -> Channel.Template? in
            guard let map = item.entries?.first(where: { $0.key == "map" }) else { return nil }
            let prefix = item["prefix"]?.text.map { [Channel.Template.Field("prefix", .text($0))] }
            return .object([Channel.Template.Field("map", name(map, inEach: false))] + (prefix ?? []))
        }
        if items.isEmpty || spreads.count < items.count {
            diagnostics.error(
                entry.value.position, "expected a list of { map: NAME, prefix: TEXT } for \"$spread\"")
        }
        return Channel.Template.Field(entry.key, .list(spreads))
    }

    /// A header or a parameter: one line of text; nil, with a complaint, for anything else.
    func line(_ entry: YAMLNode.Entry) -> Channel.Template.Field? {
        guard let text = diagnostics.text(entry.value, entry.key) else { return nil }
        let value = template(entry.value)
        if case .null = value {
            diagnostics.error(entry.value.position, "\"\(entry.key)\" has no value; write it in quotes")
        }
        if text.utf8.contains(where: { $0 < 0x20 && $0 != 9 || $0 == 0x7f }) {
            diagnostics.error(entry.value.position, "\"\(entry.key)\" must be one line without control characters")
        }
        return Channel.Template.Field(entry.key, value)
    }

    private func plain(_ text: String, _ node: YAMLNode, _ inEach: Bool) -> Channel.Template {
        switch text {
        case "", "~", "null": return .null
        case "true": return .boolean(true)
        case "false": return .boolean(false)
        default:
            let isNumber = text.utf8.allSatisfy { "0123456789+-.eE".utf8.contains($0) }
            if isNumber, let integer = Int(text) { return .integer(integer) }
            if isNumber, let number = Double(text), number.isFinite { return .number(number) }
            check(node, inEach: inEach)
            return .text(text)
        }
    }

    /// The structural keys and what goes with them.
    private static let forms: [String: (needed: Set<String>, allowed: Set<String>)] = [
        "$if": (["then"], ["then", "else"]), "$each": (["do"], ["do"]), "$merge": ([], []),
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
            // `$merge` stands among other keys; the branching forms stand alone.
            guard !form.needed.isEmpty else { continue }
            for key in others.subtracting(form.allowed).sorted() {
                diagnostics.error(entry.position, "\"\(key)\" does not go with \"\(entry.key)\"")
            }
        }
    }

    /// Everything in `{{ }}` is known.
    ///
    /// - Returns: nil when it is not.
    @discardableResult
    func check(_ node: YAMLNode, inEach: Bool = false) -> Channel.Text? {
        let source = source(of: node)
        let (text, complaints) = Channel.Text.read(source.text, vars: vars, inEach: inEach)
        for complaint in complaints { refusals.add(Diagnostic(complaint, in: source)) }
        for expression in text.expressions { check(expression, at: source.position) }
        return complaints.isEmpty ? text : nil
    }

    /// A name, bare or in braces.
    private func name(_ entry: YAMLNode.Entry, inEach: Bool) -> Channel.Template {
        guard let text = entry.value.text else {
            diagnostics.error(
                entry.value.position, "expected a name such as to.name for \"\(entry.key)\", got \(entry.value.summary)"
            )
            return .null
        }
        do throws(TextComplaint) {
            let expression = try Channel.Expression.named(text, vars: vars, inEach: inEach)
            check(expression, at: entry.value.position)
        } catch {
            refusals.add(Diagnostic(error, in: source(of: entry.value)))
        }
        return .text(text)
    }

    private func source(of node: YAMLNode) -> SourceText {
        node.written ?? SourceText(name: "", text: node.text ?? "", position: node.position)
    }

    private func check(_ expression: Channel.Expression, at position: Position) {
        for home in expression.sources.compactMap(\.home) where !authNames.contains(home.name) {
            refusals.error(position, "\"{{ \(home.name) }}\" is known in the \(home.place) only")
        }
    }
}
