import Foundation

/// What names a person, found in texts in every way in which texts of the database are written.
///
/// Letters count alike in any case and Unicode form, and a text is looked at as it is and without its percent-encoding, its
/// escapes of HTML and of JSON, also where one is within another. Only whole words count: `al` is not in `also`, and
/// `anna@example.com` is neither in `joanna@example.com` nor in `anna@example.com.au`.
struct Mentions: Sendable {
    /// How much of what names the person counts, by what is known of the row.
    enum Scope: Int, CaseIterable {
        /// The addresses, which are the person's alone: in any row.
        case addresses
        /// Also names of five letters and more: in rows of the person's accounts.
        case longNames
        /// Also short names: in rows that hold an address or a long name already.
        case names
    }

    /// Those that count in each scope.
    private let words: [Scope: [[UInt8]]]
    private static let shortestLongName = 5
    /// How often escapes are taken off: a link within HTML within JSON within JSON.
    private static let mostLayers = 5

    init(addresses: [String], names: [String]) {
        let names = names.map(Self.folded).filter { !$0.isEmpty }
        let all = addresses.map(Self.folded).filter { !$0.isEmpty }
        words = [
            .addresses: Self.distinct(all),
            .longNames: Self.distinct(all + names.filter { $0.count >= Self.shortestLongName }),
            .names: Self.distinct(all + names),
        ]
    }

    func isFound(in whole: String, _ scope: Scope) -> Bool {
        let words = words[scope] ?? []
        guard !words.isEmpty else { return false }
        if Self.isAny(of: words, within: whole) { return true }
        // Blanks in what forms send, which write the `+` of an address as `%2B` and its `@` as `%40`.
        guard whole.utf8.contains(UInt8(ascii: "+")) else { return false }
        let inForms = whole.contains("%40") ? words : words.filter { !$0.contains(UInt8(ascii: "@")) }
        return Self.isAny(of: inForms, within: whole.replacing("+", with: " "))
    }

    private static func isAny(of words: [[UInt8]], within whole: String) -> Bool {
        var text = whole
        for _ in 0..<mostLayers {
            let folded = Array(folded(text).utf8)
            if words.contains(where: { isWord($0, in: folded) }) { return true }
            guard let inner = Escapes.removed(from: text) else { return false }
            text = inner
        }
        return false
    }

    private static func distinct(_ words: [String]) -> [[UInt8]] { Set(words).sorted().map { Array($0.utf8) } }

    /// One form for all ways of writing the same letters; blanks in a row are one.
    private static func folded(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) {
            let lower = text.lowercased()
            guard lower.utf8.contains(where: { $0 <= 0x20 }) else { return lower }
            return lower.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        }
        let lower = text.precomposedStringWithCompatibilityMapping.lowercased()
            .precomposedStringWithCompatibilityMapping
        return lower.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    private static func isWord(_ word: [UInt8], in text: [UInt8]) -> Bool {
        guard let first = word.first, text.count >= word.count else { return false }
        for start in 0...(text.count - word.count) where text[start] == first {
            guard text[start..<start + word.count].elementsEqual(word) else { continue }
            if !goesOn(before: start, in: text, isAddress: word.contains(UInt8(ascii: "@"))),
                !goesOn(after: start + word.count, in: text, isAddress: word.contains(UInt8(ascii: "@")))
            {
                return true
            }
        }
        return false
    }

    /// Signs that stand within addresses, and between words.
    private static let links = Array(".-_+".utf8)

    private static func goesOn(before place: Int, in text: [UInt8], isAddress: Bool) -> Bool {
        var place = place
        if isAddress, place > 1, links.contains(text[place - 1]) { place -= 1 }
        var start = place - 1
        while start > 0, text[start] & 0xc0 == 0x80 { start -= 1 }
        return start >= 0 && isLetter(text[start..<place])
    }

    private static func goesOn(after place: Int, in text: [UInt8], isAddress: Bool) -> Bool {
        var place = place
        if isAddress, place + 1 < text.count, text[place] == UInt8(ascii: ".") || text[place] == UInt8(ascii: "-") {
            place += 1
        }
        return place < text.count && isLetter(text[place..<min(place + 4, text.count)])
    }

    /// Whether the bytes begin with a letter or digit of a script that puts blanks between words.
    private static func isLetter(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let scalar = String(decoding: bytes, as: UTF8.self).unicodeScalars.first else { return false }
        let hasBlanks = scalar.value < 0xe00 || (0x1e00...0x1fff).contains(scalar.value)
        return hasBlanks && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
    }
}
