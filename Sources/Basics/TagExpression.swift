/// What stands in a `{{ }}` of a channel: `name | filter | filter:argument`.
package struct TagExpression: Sendable, Hashable {
    package enum Argument: Sendable, Hashable {
        case name(String)
        /// In quotes.
        case text(String)
    }

    package struct Filter: Sendable, Hashable {
        package var name: String
        package var argument: Argument?
    }

    package let name: String
    package let filters: [Filter]

    package init(_ text: String) {
        let parts = Self.split(text)
        name = (parts.first ?? "").trimmingBlanks
        filters = parts.dropFirst().map(Self.filter)
    }

    /// At each `|` outside quotes.
    private static func split(_ text: String) -> [String] {
        var parts = [""]
        var quote: Character?
        for character in text {
            if character == "|", quote == nil {
                parts.append("")
                continue
            }
            if character == quote {
                quote = nil
            } else if quote == nil, parts.count > 1, character == "\"" || character == "'" {
                quote = character
            }
            parts[parts.count - 1].append(character)
        }
        return parts
    }

    private static func filter(_ text: String) -> Filter {
        guard let colon = text.firstIndex(of: ":") else { return Filter(name: text.trimmingBlanks) }
        let name = String(text[..<colon]).trimmingBlanks
        let argument = String(text[text.index(after: colon)...]).trimmingBlanks
        guard argument.count >= 2, let quote = argument.first, quote == "\"" || quote == "'", argument.last == quote
        else { return Filter(name: name, argument: .name(argument)) }
        return Filter(name: name, argument: .text(String(argument.dropFirst().dropLast())))
    }
}
