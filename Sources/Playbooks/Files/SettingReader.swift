/// Reads what steps write to accounts: `set: { phase: rescued }`, `tag: promoter`, `untag: [promoter, vip]`.
///
/// A tag is a declared attribute of the type boolean: set is true, taken away is false.
struct SettingReader {
    let terms: Terms
    private var diagnostics: Diagnostics { terms.diagnostics }
    private var dataMap: DataMap { terms.scope.dataMap }

    static let kinds = ["set", "tag", "untag"]

    /// Nil, with a complaint, when nothing can be read.
    func read(_ kind: String, _ fields: Fields) -> [Step.Setting]? {
        let settings =
            kind == "set"
            ? fields.sources("set").compactMap { $1.flatMap { [entry = $0] in setting(entry, $0) } }
            : fields.items(kind).compactMap { tag($0, kind, isSet: kind == "tag") }
        var seen: Set<String> = []
        for setting in settings where !seen.insert(setting.attribute.name).inserted {
            diagnostics.error(fields.position(kind), "\"\(kind)\" names \"\(setting.attribute.name)\" twice")
        }
        return settings.isEmpty ? nil : settings
    }

    private func tag(_ node: YAMLNode, _ kind: String, isSet: Bool) -> Step.Setting? {
        guard let name = diagnostics.text(node, kind), let attribute = attribute(name, at: node.position, "boolean")
        else { return nil }
        guard attribute.type == .boolean else {
            diagnostics.error(
                node.position,
                "a tag is an attribute of the type boolean, and \"\(name)\" is \(attribute.type.rawValue); write it with \"set\""
            )
            return nil
        }
        return Step.Setting(attribute, .term(.literal(isSet)))
    }

    private func setting(_ entry: YAMLNode.Entry, _ source: SourceText) -> Step.Setting? {
        guard let attribute = attribute(entry.key, at: entry.position, "text") else { return nil }
        // A text is what its quotes hold; a term begins where it was written.
        var source = source
        if attribute.type == .text || attribute.type == .reason { source.text = entry.value.text ?? source.text }
        return self.source(of: attribute, source).map { Step.Setting(attribute, $0) }
    }

    /// The value that an attribute is expected to have; `missing` for none.
    func value(of name: String, _ text: String, at position: Position) -> (Attribute, Value)? {
        guard let attribute = attribute(name, at: position, "text") else { return nil }
        if text == "missing" { return (attribute, .missing) }
        guard case .term(let term)? = source(of: attribute, SourceText(name: name, text: text, position: position))
        else { return nil }
        guard case .literal(let value) = term.node else {
            diagnostics.error(position, "expected a value for \"\(name)\", got \"\(text)\"")
            return nil
        }
        return (attribute, value)
    }

    /// A declared one; what is built in says what the data say.
    private func attribute(_ name: String, at position: Position, _ type: String) -> Attribute? {
        if terms.broken.contains(name) {
            diagnostics.error(position, "the attribute \"\(name)\" has an error of its own")
            return nil
        }
        if let attribute = dataMap.attributes.first(where: { $0.name == name }) { return attribute }
        if Attribute.builtIn.contains(where: { $0.name == name }) {
            diagnostics.error(
                position, "\"\(name)\" is built in and follows the data; declare an attribute of your own in data.yaml")
            return nil
        }
        let near = suggestion(for: name, in: dataMap.attributes.map(\.name))
        let remedy = near.isEmpty ? "; declare it in data.yaml: attributes: { \(name): \(type) }" : near
        diagnostics.error(position, "unknown attribute \"\(name)\"\(remedy)")
        return nil
    }

    /// A text is taken as it stands, and everything else is a term of the conditions; `=` makes a term of any value.
    private func source(of attribute: Attribute, _ source: SourceText) -> Step.Setting.Source? {
        let text = source.text.trimmingBlanks
        switch (attribute.type, text) {
        case (.boolean, "yes"), (.boolean, "no"): return .term(.literal(text == "yes"))
        case (.date, "today"), (.instant, "now"):
            return .clock
        case (.text, _) where !text.hasPrefix("="), (.reason, _) where !text.hasPrefix("="):
            let term = Term(.literal(.text(text)), attribute.type, text: "\"\(text)\"")
            return isAllowed(term, attribute, source.position) ? .term(term) : nil
        default:
            guard let term = terms.signal(source.withoutEqualsSign),
                isAllowed(term, attribute, source.position)
            else { return nil }
            return .term(term)
        }
    }

    /// Whether the attribute can hold what the term says.
    private func isAllowed(_ term: Term, _ attribute: Attribute, _ position: Position) -> Bool {
        let fits =
            attribute.type == term.type || attribute.type.isNumeric && term.type.isNumeric
            || attribute.type == .text && term.type == .reason || attribute.type == .reason && term.isTextLiteral
        guard fits else {
            diagnostics.error(
                position,
                "\(term.phrase), and the attribute \"\(attribute.name)\" is \(attribute.type.phrase)")
            return false
        }
        guard case .literal(.text(let text)) = term.node else { return true }
        let known = attribute.type == .reason ? dataMap.reasons.map(\.name) : attribute.values
        guard known.isEmpty && attribute.type == .text || known.contains(text) else {
            diagnostics.unknown(text, attribute.name, among: known, at: position)
            return false
        }
        return true
    }
}

extension Term {
    static func literal(_ isTrue: Bool) -> Term {
        Term(.literal(.boolean(isTrue)), .boolean, text: isTrue ? "true" : "false")
    }

    fileprivate var isTextLiteral: Bool {
        if case .literal(.text) = node { true } else { false }
    }
}

extension SourceText {
    /// Its place moves along.
    fileprivate var withoutEqualsSign: SourceText {
        let blanks = text.prefix { $0 == " " }.count
        guard text.dropFirst(blanks).first == "=" else { return self }
        var source = self
        source.text = String(text.dropFirst(blanks + 1))
        source.position.column += blanks + 1
        return source
    }
}

extension String {
    fileprivate var trimmingBlanks: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
