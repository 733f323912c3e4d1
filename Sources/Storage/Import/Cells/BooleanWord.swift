/// What people write for yes and no, in the languages of the usual exports.
enum BooleanWord {
    /// The longest of them, in bytes.
    static let longest = 10

    private static let yes: Set<String> = [
        "yes", "true", "y", "t", "on", "ja", "j", "wahr", "oui", "vrai", "si", "sí", "sì", "verdadero", "vero", "sim",
        "verdadeiro", "waar", "tak", "s", "igen", "ano", "kyllä",
    ]
    private static let no: Set<String> = [
        "no", "false", "n", "f", "off", "nein", "falsch", "non", "faux", "falso", "não", "nao", "nee", "onwaar", "nie",
        "nej", "nei", "nem", "ne", "ei",
    ]

    /// Nil when it is none; in either case.
    static func value(of text: String) -> Bool? {
        let word = text.lowercased()
        if yes.contains(word) { return true }
        return no.contains(word) ? false : nil
    }
}
