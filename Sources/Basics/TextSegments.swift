/// How a text message is written on its way to a phone, and how many parts it is paid for.
///
/// The alphabet is that of 3GPP TS 23.038 (GSM 7 bit, with its extension table), or UTF-16 where one character is in
/// neither. A part alone holds 160 or 70 units, one of several 153 or 67: what is left holds its number. A character is
/// never cut in two.
package struct TextSegments: Sendable, Hashable {
    package enum Encoding: String, Sendable {
        case gsm7 = "GSM-7"
        case ucs2 = "UCS-2"

        /// How many units a part holds.
        fileprivate var alone: Int { self == .gsm7 ? 160 : 70 }
        fileprivate var ofSeveral: Int { self == .gsm7 ? 153 : 67 }
    }

    package let encoding: Encoding
    /// Units of the encoding: one of the extension table counts two, and so does one beyond the first plane of Unicode.
    package let characters: Int
    package let segments: Int

    package init(_ text: String) {
        let encoding = text.unicodeScalars.allSatisfy { Self.septets(of: $0) != nil } ? Encoding.gsm7 : .ucs2
        var (total, filled, parts) = (0, 0, 1)
        for scalar in text.unicodeScalars {
            let units = encoding == .gsm7 ? Self.septets(of: scalar) ?? 1 : scalar.value > 0xffff ? 2 : 1
            total += units
            if filled + units > encoding.ofSeveral { (filled, parts) = (0, parts + 1) }
            filled += units
        }
        self.encoding = encoding
        characters = total
        segments = text.isEmpty ? 0 : total <= encoding.alone ? 1 : parts
    }

    /// How many septets a character takes; nil for one that GSM 7 bit does not have.
    package static func septets(of scalar: Unicode.Scalar) -> Int? {
        basic.contains(scalar) ? 1 : extended.contains(scalar) ? 2 : nil
    }

    /// What says the same in GSM 7 bit as a character that word processors put in its place; nil for all others.
    package static func plain(for scalar: Unicode.Scalar) -> String? {
        switch scalar {
        case "\u{2018}", "\u{2019}", "\u{201a}", "\u{201b}", "\u{2032}", "\u{b4}", "`": "'"
        case "\u{201c}", "\u{201d}", "\u{201e}", "\u{201f}", "\u{2033}", "\u{ab}", "\u{bb}": "\""
        case "\u{2010}", "\u{2011}", "\u{2012}", "\u{2013}", "\u{2014}", "\u{2015}", "\u{2212}": "-"
        case "\u{2026}": "..."
        case "\u{2022}", "\u{b7}": "*"
        default: nil
        }
    }

    /// The text with plain blanks in the place of those of other widths: one of them alone would more than halve its room.
    package static func withPlainBlanks(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: blanks.contains) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { blanks.contains($0) ? " " : $0 }))
    }

    private static let blanks: Set<Unicode.Scalar> = ["\u{a0}", "\u{2007}", "\u{2009}", "\u{202f}"]
    private static let basic = Set(
        ("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
            + "abcdefghijklmnopqrstuvwxyzäöñüà").unicodeScalars)
    private static let extended = Set("\u{c}^{}\\[~]|€".unicodeScalars)
}

extension TextSegments: CustomStringConvertible {
    /// `GSM-7, 142 characters, 1 segment`
    package var description: String {
        "\(encoding.rawValue), \(characters) character\(characters == 1 ? "" : "s"), \(segments) "
            + "segment\(segments == 1 ? "" : "s")"
    }
}
