import Playbooks
import Storage

/// The names of the data map as other programs spell them: `createdAt`, `Cancel Requested`, `subscription plan`.
struct Vocabulary: Sendable {
    /// Columns by name.
    struct Names: Sendable {
        private var exact: [String: String] = [:]
        private var simple: [String: String] = [:]

        init(_ names: [(name: String, column: String?)]) {
            for (name, column) in names {
                exact[name] = name
                simple[Vocabulary.simplified(name)] = name
                if let column {
                    if exact[column] == nil { exact[column] = name }
                    let plain = Vocabulary.simplified(column)
                    if simple[plain] == nil { simple[plain] = name }
                }
            }
        }

        /// Other usual spellings of names that there are, as long as nothing else is called so.
        func withUsual(_ usual: [String: String]) -> Names {
            var names = self
            for (spelling, name) in usual where names.exact[name] != nil && names.simple[spelling] == nil {
                names.simple[spelling] = name
            }
            return names
        }

        /// What people call a wish to get nothing, or to get messages, where nothing else is called so.
        func withWishes() -> Names {
            var names = self
            for (spellings, name) in [(WishWord.optOutNames, "unsubscribed"), (WishWord.optInNames, "subscribed")] {
                for spelling in spellings where names.simple[spelling] == nil { names.simple[spelling] = spelling }
                if names.exact[name] == nil { names.exact[name] = name }
            }
            return names
        }

        subscript(name: String) -> String? { exact[name] ?? simple[Vocabulary.simplified(name)] }
    }

    /// How programs call what is known of a person.
    private static let usualOfContacts = [
        "email_address": "email", "e_mail": "email", "mail": "email", "full_name": "name", "display_name": "name",
        "user_role": "role", "account_role": "role", "job_title": "title", "position": "title", "time_zone": "timezone",
        "tz": "timezone", "language": "locale", "lang": "locale",
    ]

    let accounts: Names
    let contacts: Names
    let events: Names
    let metrics: Set<String>
    private let properties: [String: Names]

    init(_ map: DataMap) {
        func names(_ attributes: [Attribute]) -> Names { Names(attributes.map { ($0.name, $0.column) }) }
        // In which currency amounts are is read beside them, declared or not.
        accounts = names([Attribute("currency", .text)] + Attribute.builtIn + map.builtInColumns + map.attributes)
        contacts = names(Attribute.builtInOfContact + map.builtInColumnsOfContact + map.contactAttributes)
            .withUsual(Self.usualOfContacts).withWishes()
        events = Names(map.events.map { ($0.name, nil) })
        metrics = Set(map.metrics.map(\.name))
        properties = Dictionary(map.events.map { ($0.name, Names($0.properties.map { ($0.name, nil) })) }) { $1 }
    }

    func property(_ name: String, of event: String) -> String? { properties[event]?[name] }

    /// Lower case, words joined by `_`; a capital within a word begins another.
    static func simplified(_ name: String) -> String {
        var result = ""
        var endsInLower = false
        var isGap = false
        for character in name {
            guard character.isLetter || character.isNumber else {
                isGap = !result.isEmpty
                endsInLower = false
                continue
            }
            if isGap || (character.isUppercase && endsInLower) { result.append("_") }
            isGap = false
            endsInLower = character.isLowercase || character.isNumber
            result += character.lowercased()
        }
        return result
    }
}
