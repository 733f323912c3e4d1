import Foundation

/// How the keys of accounts are spelled: two that look alike are one.
///
/// A key that is there is found as it is, for keys stay what they are; another one is looked for, and kept, in Unicode NFC,
/// without invisible characters, and without no-break blanks at its ends.
final class AccountKeySpelling {
    private let lookUp: Statement
    private let arena = ByteArena(capacity: 256)

    init(_ connection: Connection) throws {
        lookUp = try connection.prepare("SELECT id FROM account WHERE key = :key")
    }

    /// The key under which an account is, or will be, kept; its bytes are valid until the next one.
    func key(_ written: Cell) throws -> Cell {
        guard let cleaned = Self.cleaned(written), try !isKnown(written) else { return written }
        arena.removeAll(reserving: cleaned.utf8.count)
        return arena.append(cleaned.utf8)
    }

    private func isKnown(_ key: Cell) throws -> Bool {
        key.withMemoryRebound(to: CChar.self) { lookUp.bind(text: 0, $0) }
        defer { lookUp.reset() }
        return try lookUp.step()
    }

    /// The same for keys that come one by one.
    static func key(_ written: String, _ connection: Connection) throws -> String {
        let bytes = ByteArena(capacity: written.utf8.count + 1)
        return try AccountKeySpelling(connection).key(bytes.append(written.utf8).trimmed).string
    }

    /// Nil where it is in that form already, as nearly all are.
    static func cleaned(_ key: Cell) -> String? {
        guard key.contains(where: { $0 >= 0x80 }) else { return nil }
        let written = key.string
        let visible = written.unicodeScalars.filter { !$0.properties.isDefaultIgnorableCodePoint }
        let blanks = visible.map { $0.properties.isWhitespace ? " " : $0 }
        let cleaned = String(String.UnicodeScalarView(blanks)).precomposedStringWithCanonicalMapping
            .trimmingCharacters(in: .whitespaces)
        return cleaned.utf8.elementsEqual(written.utf8) ? nil : cleaned
    }
}
