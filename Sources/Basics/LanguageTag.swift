/// Tags of languages, as RFC 5646 writes them: `de`, `pt-BR`, `zh-Hant-TW`.
package enum LanguageTag {
    /// In small letters, with hyphens: `zh_Hant` is `zh-hant`.
    package static func normalized(_ text: String) -> String {
        // Every message that is rendered asks for several; most are written so already.
        if text.utf8.allSatisfy({ $0 < 0x80 && $0 != UInt8(ascii: "_") && !(0x41...0x5a).contains($0) }) { return text }
        let letters = text.lowercased().utf8.map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : $0 }
        return String(decoding: letters, as: UTF8.self)
    }

    /// The tag that fits a wish best by the lookup of RFC 4647 (section 3.4): the wish itself, or what is left of it when
    /// parts are taken off its end.
    ///
    /// - Parameter isAvailable: whether there is a tag, in its normalized form.
    package static func lookup(_ wish: String?, in isAvailable: (String) -> Bool) -> String? {
        guard let wish else { return nil }
        var parts = normalized(wish).split(separator: "-", omittingEmptySubsequences: false)
        while !parts.isEmpty {
            let tag = parts.joined(separator: "-")
            if isAvailable(tag) { return tag }
            parts.removeLast()
            // A single letter says what kind of part follows, and means nothing alone.
            if let last = parts.last, last.count == 1 { parts.removeLast() }
        }
        return nil
    }

    /// The language without region and script: `pt` of `pt-BR`.
    package static func primary(_ tag: String) -> String { String(normalized(tag).prefix { $0 != "-" }) }

    /// As it is usually written: `zh-Hant-TW`.
    package static func canonical(_ tag: String) -> String {
        normalized(tag).split(separator: "-").enumerated().map { index, part in
            guard index > 0 else { return String(part) }
            switch part.count {
            case 2: return part.uppercased()
            case 4: return part.prefix(1).uppercased() + part.dropFirst()
            default: return String(part)
            }
        }.joined(separator: "-")
    }

    private static let rightToLeft: Set = [
        "ar", "arc", "ckb", "dv", "fa", "he", "iw", "ks", "ps", "sd", "syr", "ug", "ur", "yi",
    ]
    private static let rightToLeftScripts: Set = ["adlm", "arab", "hebr", "nkoo", "rohg", "syrc", "thaa"]

    /// Whether the language is written from right to left.
    package static func isRightToLeft(_ tag: String) -> Bool {
        let parts = normalized(tag).split(separator: "-").map(String.init)
        if let script = parts.dropFirst().first(where: { $0.count == 4 }) { return rightToLeftScripts.contains(script) }
        return parts.first.map(rightToLeft.contains) ?? false
    }
}
