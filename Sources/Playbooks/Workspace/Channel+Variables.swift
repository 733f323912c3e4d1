extension Channel {
    /// The values of accounts, contacts, events and signals that its templates read, in alphabetical order; a touch
    /// freezes them together with those of its message.
    package var variables: [String] {
        var names: Set<String> = []
        Self.collect(url, into: &names)
        for field in query + headers { Self.collect(field.value, into: &names) }
        switch body {
        case .none: break
        case .json(let template): Self.collect(template, into: &names)
        case .form(let fields): Self.collect(.object(fields), into: &names)
        }
        return names.sorted()
    }

    private static func collect(_ template: Template, into names: inout Set<String>) {
        switch template {
        case .null, .boolean, .integer, .number: break
        case .text(let text): collect(text, into: &names)
        case .list(let items): for item in items { collect(item, into: &names) }
        case .object(let fields):
            for field in fields {
                collect(field.value, into: &names)
                // These take a name without braces too.
                if ["$if", "$each", "map"].contains(field.key), case .text(let text) = field.value {
                    add(text, to: &names)
                }
            }
        }
    }

    private static func collect(_ text: String, into names: inout Set<String>) {
        var rest = text[...]
        while let open = rest.firstRange(of: "{{"), let close = rest[open.upperBound...].firstRange(of: "}}") {
            for part in rest[open.upperBound..<close.lowerBound].split(separator: "|") {
                let word = part.filter { !$0.isWhitespace }
                add(word.hasPrefix("default:") ? String(word.dropFirst(8)) : word, to: &names)
            }
            rest = rest[close.upperBound...]
        }
    }

    private static func add(_ name: String, to names: inout Set<String>) {
        let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return }
        switch parts[0] {
        case "recipient" where ["id", "email", "name"].contains(parts[1]): break
        case "recipient": names.insert("contact.\(parts[1])")
        case "signals": names.insert(parts[1])
        case "account", "contact", "event", "entry": names.insert(name)
        default: break
        }
    }
}
