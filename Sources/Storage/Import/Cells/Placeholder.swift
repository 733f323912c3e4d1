/// What people write where there is no value.
enum Placeholder {
    private static let words: Set<String> = [
        "n/a", "na", "-", "--", "none", "null", "nil", "#n/a", "unknown", "?", ".", "(blank)", "tbd", "(none)",
        "(null)",
        "(unknown)", "<null>", "undefined",
    ]
    /// In UTF-8 bytes.
    static let longest = 9

    static func isOne(_ text: String) -> Bool {
        words.contains(text.lowercased())
    }
}
