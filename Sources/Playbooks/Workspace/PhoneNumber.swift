/// Telephone numbers in the one form in which they are stored and compared: E.164, `+14155550123`.
///
/// A number in international form is taken as it is written, without what stands between its digits. One in national form
/// is taken only where a country is declared and its rules leave no doubt; nothing is guessed.
package enum PhoneNumber {
    /// Bytes of any way of writing a number; a longer text is none, and is not looked at.
    private static let longest = 64

    /// The number in E.164; nil for what is none, or has more than one reading.
    ///
    /// - Parameter country: whose national numbers are meant; nil where all are international.
    package static func normalized(_ text: String, in country: PhoneCountry? = nil) -> String? {
        guard let written = Written(text) else { return nil }
        if written.isInternational { return international(written.digits) }
        return country.flatMap { $0.international(national: written.digits) }.flatMap(international)
    }

    /// Whether a text is a number in its canonical form: the recipient of a text message is nothing else.
    package static func isCanonical(_ text: String) -> Bool {
        text.first == "+" && international(String(text.dropFirst())) == text
    }

    /// `+` and 7 to 15 digits; those of North America have their own form, by which most mistakes are seen.
    private static func international(_ digits: String) -> String? {
        guard (7...15).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let first = digits.utf8.first, first != 0x30
        else { return nil }
        if first == 0x31, !PhoneCountry.isNorthAmerican(digits.dropFirst()) { return nil }
        return PhoneCountry.hasTrunk(digits) ? nil : "+" + digits
    }

    /// The digits of a number, and whether the code of its country is among them.
    private struct Written {
        var digits = ""
        var isInternational = false

        /// Nil where anything but digits and what people put between them stands there.
        init?(_ text: String) {
            guard text.utf8.count <= PhoneNumber.longest else { return nil }
            // `+49 (0)30 1234`: the zero is for callers within the country.
            var rest = text.replacing("(0)", with: "")[...]
            rest = rest.drop(while: Self.isBlank)
            if rest.lowercased().hasPrefix("tel:") { rest = rest.dropFirst(4) }
            for character in rest {
                switch character {
                case "0"..."9" where character.isASCII: digits.append(character)
                case "+" where digits.isEmpty && !isInternational: isInternational = true
                case "-", ".", "/", "(", ")", "\u{2010}", "\u{2011}", "\u{2012}", "\u{2013}": continue
                case _ where Self.isBlank(character): continue
                default: return nil
                }
            }
            // No country's national numbers begin so.
            if !isInternational, digits.hasPrefix("00") {
                isInternational = true
                digits.removeFirst(2)
            } else if !isInternational, text.contains("(0)") {
                return nil
            }
        }

        private static func isBlank(_ character: Character) -> Bool {
            character.isWhitespace
                || character.unicodeScalars.allSatisfy { $0.properties.generalCategory == .format }
        }
    }
}
