private import Foundation

/// The name by which a person is greeted, out of a name as systems keep it: that of `Lovelace, Dr. Ada` is Ada.
enum FirstName {
    /// Nil where none is known: of an address, and of a title with nothing but a last name.
    static func of(_ name: String) -> String? {
        let parts = name.split(separator: ",").map(words).filter { !$0.isEmpty }
        guard let first = parts.first else { return nil }
        if let given = parts.dropFirst().first(where: { !$0.allSatisfy(isSuffix) })?[...],
            let word = withoutTitles(given).first
        {
            return word
        }
        let rest = withoutTitles(first[...])
        // Behind a title one word alone is the last name.
        return rest.count < first.count && rest.count < 2 ? nil : rest.first
    }

    private static func words(_ part: Substring) -> [String] {
        part.split(whereSeparator: \.isWhitespace).filter { word in
            !word.contains("@") && word.contains(where: { $0.isLetter || $0 == "&" })
        }.map(String.init)
    }

    private static func withoutTitles(_ words: ArraySlice<String>) -> ArraySlice<String> {
        let rest = words.drop(while: isTitle)
        guard rest.startIndex > words.startIndex, let next = rest.first, joints.contains(folded(next)) else {
            return rest
        }
        return withoutTitles(rest.dropFirst())
    }

    private static func isSuffix(_ word: String) -> Bool { suffixes.contains(folded(word)) || isTitle(word) }

    /// Some are names as well, and titles only where they are cut short: `Sig. Rossi`, but `Sig Hansen`.
    private static func isTitle(_ word: String) -> Bool {
        titles.contains(folded(word)) || word.hasSuffix(".") && cut.contains(folded(word))
    }

    /// In small letters without accents and dots.
    private static func folded(_ word: String) -> String {
        word.lowercased().folding(options: .diacriticInsensitive, locale: Locale(identifier: "en_US_POSIX"))
            .filter { $0 != "." }
    }

    private static let titles: Set = [
        // English
        "mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "doctor", "sir", "madam", "rev",
        // German
        "herr", "hr", "frau", "dipl-ing", "dr-ing", "drs",
        // French, Italian, Spanish, Portuguese
        "mme", "mlle", "monsieur", "madame", "mademoiselle", "sigra", "signor", "signora", "dott",
        "dottssa",
        "sr", "sra", "srta", "senor", "senora", "senhor", "senhora", "dra", "profa",
        // Dutch, Swedish, Danish, Norwegian, Polish
        "dhr", "mevr", "mw", "fru", "frk", "pan", "pani",
    ]
    private static let cut: Set = ["m", "fr", "sig", "ing", "mag", "hon"]
    /// Between two titles: `Mr. and Mrs. Smith`.
    private static let joints: Set = ["&", "and", "und", "et", "y", "e", "en", "och", "og", "i"]
    /// What follows a name behind a comma and is none.
    private static let suffixes: Set = [
        "jr", "sr", "ii", "iii", "iv", "phd", "md", "mba", "msc", "bsc", "ma", "ba", "esq", "cpa", "pmp", "rn", "dds",
        "ceo", "cfo", "cto", "coo", "cmo", "vp", "evp", "svp", "inc", "llc", "ltd", "limited", "gmbh", "ag", "co",
        "corp",
        "sa", "srl", "bv", "ab", "oy", "plc",
    ]
}
