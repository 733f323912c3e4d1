/// What filters hold against a subject line, each by the name of its rule in SpamAssassin 4.0.
enum SubjectRule: String, CaseIterable {
    case allCapitals = "SUBJ_ALL_CAPS"
    case bothMarks = "PLING_QUERY"
    case dollars = "SUBJ_DOLLARS"
    case buy = "SUBJ_BUY"
    case fakeReply = "FAKE_REPLY_C"

    /// What it says of a subject with values in it.
    var words: String {
        switch self {
        case .allCapitals: "is all capitals"
        case .bothMarks: "has an exclamation mark and a question mark"
        case .dollars: "begins with an amount of dollars"
        case .buy: "begins with \"buy\""
        case .fakeReply: "begins as an answer to a message, which it is not"
        }
    }

    /// - Parameter subject: as it is written; a value counts as a word in small letters.
    func applies(to subject: String) -> Bool {
        let text = subject.replacing(/\{\{[^}]*\}\}/, with: "value")
        switch self {
        case .allCapitals:
            let letters = text.filter { $0.isASCII && $0.isLetter }
            return text.contains(" ") && text.count >= 10 && !letters.isEmpty && letters == letters.uppercased()
        case .bothMarks: return text.contains("?") && text.contains("!")
        case .dollars: return text.prefixMatch(of: /\$[0-9.,]+\b/) != nil
        case .buy: return text.lowercased().hasPrefix("buy")
        case .fakeReply: return text.prefixMatch(of: /(?i)(re|aw|sv|fwd?|wg):/) != nil
        }
    }
}
