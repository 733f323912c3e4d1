/// What people write where there is no value.
enum Placeholder {
    private static let words: Set<String> = [
        "n/a", "na", "-", "--", "none", "null", "nil", "#n/a", "unknown", "?", ".", "(blank)", "tbd", "(none)",
        "(null)",
        "(unknown)", "<null>", "undefined", "\\n", "—", "–", "n.a.", "n.v.t.", "#n/v",
    ]
    /// What stands in a column of days where there has been none.
    private static let noDays: Set<String> = [
        "never", "not yet", "no date", "open", "open end", "ongoing", "nat", "nan", "nie", "niemals", "offen",
        "noch nicht",
        "unbefristet", "laufend", "jamais", "ouvert", "nunca", "abierto", "mai", "aperto", "nooit", "no", "nein", "non",
        "nee",
        "não", "false", "0",
    ]
    /// In UTF-8 bytes.
    static let longest = 9

    /// Days that databases write for none; those that somebody may be born on are for `LifecycleCells` to doubt.
    private static let zeroDays = [
        "0000-00-00", "0001-01-01", "9999-12-31", "2999-12-31", "2099-12-31", "3000-01-01",
    ]
    private static let longestNoDay = 32

    /// Whether a cell of a column of days says that there is none.
    static func isNoDay(_ text: Cell) -> Bool {
        guard let first = text.first, text.count <= longestNoDay else { return false }
        if first &- 0x30 < 10, text.count > 1 { return zeroDays.contains { text.starts(with: $0.utf8) } }
        let word = text.string.lowercased()
        return noDays.contains(word) || words.contains(word)
    }

    static func isOne(_ text: String) -> Bool {
        words.contains(text.lowercased())
    }
}
