extension Channel {
    /// The values of accounts, contacts, events and signals that any of its templates reads, in alphabetical order; a
    /// touch freezes them together with those of its message.
    package var variables: [String] {
        var templates: [Template] = [.text(url)] + (query + headers).map(\.value) + body.templates
        switch auth {
        case .hmac(let auth): templates += [.text(auth.payload)] + auth.headers.map(\.value)
        case .sigv4(let auth): templates.append(.text(auth.region))
        case .none, .bearer, .basic, .header, .query, .body: break
        }
        if let batch { templates += [.text(batch.url ?? "")] + (batch.body?.templates ?? []) }
        let sources = templates.flatMap { $0.expressions(vars: vars) }.flatMap(\.sources)
        return Set(sources.compactMap { if case .variable(let name) = $0 { name } else { nil } }).sorted()
    }
}

extension Channel.Body {
    var templates: [Channel.Template] {
        switch self {
        case .none: []
        case .json(let template): [template]
        case .form(let fields): [.object(fields)]
        }
    }
}

extension Channel.Template {
    /// The keys whose value is a name, with or without braces.
    static let naming: Set<String> = ["$if", "$each", "map"]

    /// What stands in its `{{ }}`; what cannot be read is left out.
    func expressions(vars: [String: String]) -> [Channel.Expression] {
        switch self {
        case .null, .boolean, .integer, .number: []
        // Whether inside `$each` or not is for those who check and send.
        case .text(let text): Channel.Text.read(text, vars: vars, inEach: true).text.expressions
        case .list(let items): items.flatMap { $0.expressions(vars: vars) }
        case .object(let fields):
            fields.flatMap { field in
                if Self.naming.contains(field.key), case .text(let text) = field.value,
                    let named = try? Channel.Expression.named(text, vars: vars, inEach: true)
                {
                    return [named]
                }
                return field.value.expressions(vars: vars)
            }
        }
    }
}
