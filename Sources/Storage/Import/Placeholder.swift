/// What people write where there is no value.
enum Placeholder {
    private static let words: Set<String> = [
        "n/a", "na", "-", "--", "none", "null", "nil", "#n/a", "unknown", "?", ".", "(blank)", "tbd",
    ]

    static func isOne(_ text: String) -> Bool {
        words.contains(text.lowercased())
    }
}
