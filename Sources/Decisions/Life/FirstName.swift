private import Foundation

/// The name by which a person is greeted, out of a name as systems keep it: that of `Lovelace, Dr. Ada` is Ada.
enum FirstName {
    /// Nil where none is known: of an address, of a title with nothing but a last name, and where it is cut to its initial.
    static func of(_ name: String) -> String? { plain(name) ?? read(name) }

    /// Of most names the first word, where they are of small and large Latin letters and it is no title; each touch of each
    /// campaign comes by here.
    private static func plain(_ name: String) -> String? {
        var name = name
        let word = name.withUTF8 { bytes -> String? in
            let isPlain = bytes.allSatisfy { $0 == UInt8(ascii: " ") || ($0 | 0x20) &- UInt8(ascii: "a") < 26 }
            let first = bytes.drop { $0 == UInt8(ascii: " ") }.prefix { $0 != UInt8(ascii: " ") }
            guard isPlain, first.contains(where: { $0 & 0x20 != 0 }) else { return nil }
            return String(decoding: first, as: UTF8.self)
        }
        return word.flatMap { isTitle($0) ? nil : $0 }
    }

    /// The rule for all names.
    static func read(_ name: String) -> String? {
        let parts = name.split(separator: ",").map(words).filter { !$0.isEmpty }
        guard let first = parts.first else { return nil }
        if let given = parts.dropFirst().first(where: { !$0.allSatisfy(isSuffix) })?[...],
            let word = withoutTitles(given).first
        {
            return isInitial(word) ? nil : word
        }
        let rest = withoutTitles(first[...])
        // Behind a title one word alone is the last name.
        guard rest.count == first.count || rest.count > 1, let word = rest.first else { return nil }
        return isInitial(word) ? nil : word
    }

    /// `J`, `J.`, `J.R.` and `J.-P.`: one capital, or each letter with its dot.
    private static func isInitial(_ word: String) -> Bool {
        let letters = word.filter { $0 != "." && $0 != "-" }
        guard letters.allSatisfy({ $0.isCased && $0.isUppercase }) else { return false }
        return letters.count < 2 || word.split(separator: ".").allSatisfy { $0.count(where: \.isLetter) == 1 }
    }

    private static func words(_ part: Substring) -> [String] {
        part.split(whereSeparator: \.isWhitespace).filter { word in
            !word.contains("@") && word.contains(where: { $0.isLetter || $0 == "&" })
        }.map(String.init)
    }

    private static func withoutTitles(_ words: ArraySlice<String>) -> ArraySlice<String> {
        var rest = words.drop(while: isTitle)
        // What a doctor is one of stands behind the title: `Dr. med.`, `Dr. rer. nat.`, `Dr. h. c.`
        if rest.startIndex > words.startIndex { rest = rest.drop { isFaculty($0) || isTitle($0) } }
        guard rest.startIndex > words.startIndex, let next = rest.first, joints.contains(folded(next)) else {
            return rest
        }
        return withoutTitles(rest.dropFirst())
    }

    private static func isSuffix(_ word: String) -> Bool { suffixes.contains(folded(word)) || isTitle(word) }

    /// Some are names as well, and titles only where they are cut short: `Sig. Rossi`, but `Sig Hansen`.
    private static func isTitle(_ word: String) -> Bool {
        let plain = folded(word)
        return titles.contains(plain) || word.utf8.last == UInt8(ascii: ".") && cut.contains(plain)
    }

    /// Cut short or written small, for Nat and Phil are names of people; `E.` is an initial.
    private static func isFaculty(_ word: String) -> Bool {
        let plain = folded(word)
        return faculties.contains(plain)
            && (word.first?.isLowercase == true || word.hasSuffix(".") && plain.count > 1)
    }

    /// In small letters without accents and dots.
    private static func folded(_ word: String) -> String {
        // Foundation's folding takes many times as long.
        if word.utf8.allSatisfy({ $0 < 0x80 }) {
            return String(decoding: word.lowercased().utf8.filter { $0 != UInt8(ascii: ".") }, as: UTF8.self)
        }
        return word.lowercased().folding(options: .diacriticInsensitive, locale: Locale(identifier: "en_US_POSIX"))
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
    private static let cut: Set = ["m", "fr", "sig", "ing", "mag", "hon", "dipl"]
    private static let faculties: Set = [
        "med", "dent", "vet", "rer", "nat", "phil", "jur", "iur", "oec", "pol", "publ", "theol", "agr", "sc", "soc",
        "techn", "habil", "univ", "hum", "mont", "paed", "mus", "biol", "troph", "pharm", "h", "c", "hc", "e", "eh",
        "mult", "cult", "math", "mag", "dipl", "ing",
    ]
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
