import Basics
import Foundation

/// Takes a channel's secrets out of text that somebody else wrote, in every form in which an endpoint may repeat them.
///
/// As they are, in Base64 with and without padding, in hexadecimal, and cut in half; each of them with any of its characters
/// percent-encoded (once or more often), escaped as in JSON or HTML, or in the other case. Besides, whatever piece of
/// these forms stands in the text as it is.
struct SecretMask: Sendable {
    /// The longest first, so that no part of one is left. In small letters.
    private let forms: [[UInt8]]
    /// Halves of long secrets, which may be escaped, too.
    private let halves: [[UInt8]]
    /// Every piece of the forms of long secrets, in small letters.
    private let pieces: Set<ArraySlice<UInt8>>
    /// A shorter text is in too many words by chance.
    private static let shortest = 4
    private static let shortestHalf = 8
    /// So many bytes of a long secret in a row are no chance, and too few to be of use.
    private static let piece = 12
    /// How long a character becomes at most: `%252525` and two digits.
    private static let longestCharacter = 9

    init(_ secrets: [String]) {
        var forms: Set<String> = []
        var halves: Set<String> = []
        for secret in secrets where secret.count >= Self.shortest {
            // Bytes before a text, the name of Basic authentication above all, move what Base64 makes of it.
            for shift in 0..<3 {
                let text = Data(repeating: 0, count: shift) + Data(secret.utf8)
                let encoded = text.base64EncodedString().replacing("=", with: "")
                // Digits that are made of bytes of the neighbors, too, are left out.
                let own = String(encoded.dropFirst(shift == 0 ? 0 : shift + 1).dropLast())
                forms.formUnion([own, own.replacing("+", with: "-").replacing("/", with: "_")])
            }
            forms.formUnion([secret, Hexadecimal.text(Array(secret.utf8))])
            guard secret.count >= 2 * Self.shortestHalf else { continue }
            halves.formUnion([String(secret.prefix(secret.count / 2)), String(secret.suffix(secret.count / 2))])
        }
        func sorted(_ forms: Set<String>) -> [[UInt8]] {
            forms.filter { $0.count >= Self.shortest }.sorted { ($1.count, $0) < ($0.count, $1) }
                .map { $0.utf8.map(Self.small) }
        }
        self.forms = sorted(forms)
        self.halves = sorted(halves)
        // The beginning of a URL says nothing that is secret.
        pieces = Set(
            self.forms.filter { $0.count >= 2 * Self.piece && !$0.starts(with: "http".utf8) }.flatMap { form in
                (0...form.count - Self.piece).map { form[$0..<$0 + Self.piece] }
            })
    }

    /// - Parameter length: how much of the text is wanted; what is behind it is not looked through.
    func mask(_ text: String, upTo length: Int) -> String {
        guard let longest = forms.first else { return String(text.prefix(length)) }
        var bytes = Array(text.prefix(length + Self.longestCharacter * longest.count).utf8)
        for form in forms { bytes = Self.mask(form, in: bytes) }
        bytes = maskPieces(in: bytes)
        for half in halves { bytes = Self.mask(half, in: bytes) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func maskPieces(in text: [UInt8]) -> [UInt8] {
        guard !pieces.isEmpty, text.count >= Self.piece else { return text }
        let small = text.map(Self.small)
        var masked: [UInt8] = []
        // Up to where the text is covered by pieces that overlap.
        var covered = 0
        for index in text.indices {
            if index + Self.piece <= small.count, pieces.contains(small[index..<index + Self.piece]) {
                if index >= covered { masked += Credentials.mask.utf8 }
                covered = index + Self.piece
            }
            if index >= covered { masked.append(text[index]) }
        }
        return masked
    }

    private static func mask(_ form: [UInt8], in text: [UInt8]) -> [UInt8] {
        var masked: [UInt8] = []
        masked.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            if let end = end(of: form[...], in: text, from: index) {
                masked += Credentials.mask.utf8
                index = end
            } else {
                masked.append(text[index])
                index += 1
            }
        }
        return masked
    }

    /// Where the form ends that begins there; nil where none does.
    private static func end(of form: ArraySlice<UInt8>, in text: [UInt8], from start: Int) -> Int? {
        guard let byte = form.first else { return start }
        guard start < text.count else { return nil }
        // A percent sign may stand for itself, or begin what stands for it.
        if small(text[start]) == byte, let end = end(of: form.dropFirst(), in: text, from: start + 1) { return end }
        guard let escaped = EscapedByte(text, at: start), small(escaped.byte) == byte else { return nil }
        return end(of: form.dropFirst(), in: text, from: start + escaped.length)
    }

    private static func small(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}

/// A byte as URLs, JSON and HTML write it where they do not write it as it is.
private struct EscapedByte {
    var byte: UInt8
    /// How many bytes of the text it takes.
    var length: Int

    init?(_ text: [UInt8], at start: Int) {
        let rest = text[start...].prefix(12)
        switch rest.first {
        case UInt8(ascii: "%"): self.init(percent: rest)
        case UInt8(ascii: "\\"): self.init(backslash: rest)
        case UInt8(ascii: "&"): self.init(entity: rest)
        default: return nil
        }
    }

    /// `%2B`, and `%252B` where it was encoded again.
    private init?(percent text: ArraySlice<UInt8>) {
        var digits = text.dropFirst()
        while digits.count >= 4, digits.starts(with: "25".utf8), Self.number(digits.dropFirst(2).prefix(2), 16) != nil {
            digits = digits.dropFirst(2)
        }
        guard digits.count >= 2, let byte = Self.number(digits.prefix(2), 16) else { return nil }
        self.byte = byte
        length = digits.startIndex - text.startIndex + 2
    }

    /// `\/`, `\u002B` and `\x2B`.
    private init?(backslash text: ArraySlice<UInt8>) {
        let rest = text.dropFirst()
        guard let mark = rest.first else { return nil }
        let digits =
            switch mark {
            case UInt8(ascii: "u"): rest.dropFirst().prefix(4)
            case UInt8(ascii: "x"): rest.dropFirst().prefix(2)
            default: ArraySlice<UInt8>()
            }
        if let byte = Self.number(digits, 16) {
            (self.byte, length) = (byte, 2 + digits.count)
        } else {
            (byte, length) = (mark, 2)
        }
    }

    /// `&#43;`, `&#x2B;` and `&amp;`.
    private init?(entity text: ArraySlice<UInt8>) {
        guard let end = text.firstIndex(of: UInt8(ascii: ";")) else { return nil }
        let name = text[(text.startIndex + 1)..<end]
        length = end - text.startIndex + 1
        if name.starts(with: "#x".utf8) || name.starts(with: "#X".utf8) {
            guard let byte = Self.number(name.dropFirst(2), 16) else { return nil }
            self.byte = byte
        } else if name.first == UInt8(ascii: "#") {
            guard let byte = Self.number(name.dropFirst(), 10) else { return nil }
            self.byte = byte
        } else {
            let known = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'"]
            guard let byte = known[String(decoding: name, as: UTF8.self)]?.utf8.first else { return nil }
            self.byte = byte
        }
    }

    private static func number(_ digits: ArraySlice<UInt8>, _ radix: Int) -> UInt8? {
        digits.isEmpty ? nil : UInt8(String(decoding: digits, as: UTF8.self), radix: radix)
    }
}
