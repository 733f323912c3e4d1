import Foundation

/// Email addresses in the one form in which they are compared: by suppression, caps, erasure, webhooks and imports.
///
/// Nothing of that form can be seen or not be seen: no invisible characters and no blanks, Unicode NFC, case folded, the
/// domain in ASCII (IDNA, after the mapping of UTS 46). What is written to stays as it was sent, but for what is invisible.
package enum EmailAddress {
    /// Bytes of any way of writing an address of 254 signs; a longer text is none, and is not looked at.
    private static let longest = 4 * 254

    /// The form in which an address is compared, or nil when it is not one plain address (`ada@example.com`).
    package static func normalized(_ text: String) -> String? {
        guard text.utf8.count <= longest, let text = cleaned(text), let at = text.firstIndex(of: "@") else {
            return nil
        }
        let domain = DomainName.ascii(text[text.index(after: at)...])
        let address = folded(text[..<at]) + "@" + domain
        var bytes = Array(address.utf8)
        return bytes.withUnsafeMutableBufferPointer { hasForm(Cell($0)) } ? address : nil
    }

    /// Whether the bytes are one plain address.
    static func isPlain(_ text: Cell) -> Bool {
        isDressed(text) ? normalized(text.string) != nil : hasForm(text)
    }

    /// The form in which an address is compared, in the arena; nil when it is none.
    static func normalized(_ text: Cell, in arena: ByteArena) -> Cell? {
        if isDressed(text) {
            guard let address = normalized(text.string) else { return nil }
            arena.removeAll(reserving: address.utf8.count)
            return arena.append(address.utf8)
        }
        guard hasForm(text) else { return nil }
        arena.removeAll(reserving: text.count)
        return arena.append(text.lazy.map { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 })
    }

    /// Whether its bytes alone do not show what it is: letters beyond ASCII, or the apostrophe that spreadsheets put before texts.
    static func isDressed(_ text: Cell) -> Bool {
        text.first == UInt8(ascii: "'") || text.contains { $0 >= 0x80 }
    }

    /// The address as it is written to: without blanks and apostrophes around it and without invisible characters, in
    /// Unicode NFC.
    ///
    /// Nil when a blank or a character that stands for none is left within.
    static func cleaned(_ text: String) -> String? {
        guard text.utf8.count <= longest else { return nil }
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return withoutApostrophes(text.trimmingBlanks) }
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars where !isInvisible(scalar) { scalars.append(scalar) }
        let visible = scalars.drop(while: isBlank)
        guard let last = visible.lastIndex(where: { !isBlank($0) }) else { return nil }
        let address = visible[...last]
        if address.contains(where: { isBlank($0) || standsForNothing($0) }) { return nil }
        return withoutApostrophes(
            String(String.UnicodeScalarView(address)).precomposedStringWithCanonicalMapping)
    }

    private static func withoutApostrophes(_ text: String) -> String {
        let marks: Set<Character> = ["'", "\u{2019}", "\u{2018}"]
        guard let first = text.first, marks.contains(first) else { return text }
        let rest = text.drop(while: marks.contains)
        return String(rest.last.map(marks.contains) == true ? rest.dropLast() : rest).trimmingBlanks
    }

    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isDefaultIgnorableCodePoint || scalar.properties.generalCategory == .format
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isWhitespace || scalar.properties.generalCategory == .control
    }

    /// The empty pattern of Braille, and the marks of what could not be read.
    private static func standsForNothing(_ scalar: Unicode.Scalar) -> Bool {
        [0x2800, 0xfffc, 0xfffd].contains(scalar.value)
    }

    /// Simple case folding, in NFKC: letters that differ in case or width alone are one, `ß` and `ss` are two.
    private static func folded(_ text: Substring) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.lowercased() }
        var result = ""
        for scalar in text.unicodeScalars {
            let upper = scalar.properties.uppercaseMapping.unicodeScalars
            let dotless: Unicode.Scalar = "\u{131}"
            let large = upper.count == 1 && scalar != dotless ? upper.first ?? scalar : scalar
            result += large.properties.lowercaseMapping
        }
        return result.precomposedStringWithCompatibilityMapping.lowercased()
    }

    /// Whether the bytes are a local part, an `@` and a domain with a dot, at most 254 bytes, without blanks.
    private static func hasForm(_ text: Cell) -> Bool {
        guard text.count <= 254, let at = text.firstIndex(of: UInt8(ascii: "@")), (1...64).contains(at) else {
            return false
        }
        for byte in text where byte <= 0x20 || byte == 0x7f { return false }
        for byte in text[..<at] {
            switch byte {
            case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\""),
                UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: ":"), UInt8(ascii: "\\"):
                return false
            default: continue
            }
        }
        guard text[0] != UInt8(ascii: "."), !text.contains(UInt8(ascii: "*")), text[at - 1] != UInt8(ascii: ".") else {
            return false
        }
        return DomainName.hasForm(Cell(rebasing: text[(at + 1)...]))
    }
}

extension String {
    /// Without blanks and control characters at both ends.
    var trimmingBlanks: String {
        let scalars = unicodeScalars
        guard let first = scalars.firstIndex(where: { $0.value > 0x20 }),
            let last = scalars.lastIndex(where: { $0.value > 0x20 })
        else { return "" }
        return String(scalars[first...last])
    }
}
