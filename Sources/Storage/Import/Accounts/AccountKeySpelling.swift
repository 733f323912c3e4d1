import Foundation

/// How the keys of accounts are spelled: two that look alike are one.
///
/// A key that is there is found as it is, for keys stay what they are; another one is looked for, and kept, in Unicode NFC,
/// without invisible characters, and without no-break blanks at its ends. Addresses are compared as addresses are. What a
/// spreadsheet or a program has put on a key is taken off where an account has the rest.
final class AccountKeySpelling {
    private let lookUp: Statement
    private let connection: Connection
    private let arena = ByteArena(capacity: 256)
    /// How many digits keys have that are numbers; nil leaves them.
    private let declaredDigits: Int?
    /// Nil where rows do not come from files.
    private let lostZeros: LostZeros?
    /// Addresses that are keys in capitals, by the form in which they are compared.
    private lazy var inCapitals = Result { try readCapitals() }
    /// Keys that are written otherwise than those of the accounts that they were taken for.
    private var respelled = KeyExamples()
    /// The digits with which keys of accounts and of rows that were refused would agree.
    private(set) var digits: Int?

    /// - Parameter isOfFiles: whether spreadsheets may have changed the keys.
    init(_ connection: Connection, digits: Int? = nil, isOfFiles: Bool = false) throws {
        self.connection = connection
        lookUp = try connection.prepare("SELECT id FROM account WHERE key = :key")
        declaredDigits = digits
        lostZeros = isOfFiles ? try LostZeros(connection) : nil
    }

    /// The key under which an account is, or will be, kept; its bytes are valid until the next one.
    ///
    /// - Throws: `Rejection` where an account has the same number with zeros before it, or without.
    func key(_ written: Cell) throws -> Cell {
        let cleaned = Self.cleaned(written)
        let isNumber = KeyForm.isNumber(written)
        let isDressed = KeyForm.mayBeDressed(written)
        guard cleaned != nil || isDressed || isNumber && (declaredDigits != nil || lostZeros != nil)
        else { return written }
        if isNumber, let declaredDigits { return kept(KeyForm.padded(written.string, to: declaredDigits)) }
        if try isKnown(written) { return written }
        if isNumber {
            try refuseLostZeros(written)
            if lostZeros != nil, try isKnown(written.string + ".0") {
                return respell(written, as: written.string + ".0")
            }
            return written
        }
        let text = cleaned ?? written.string
        let plain = KeyForm.plain(text)
        if text.contains("@") {
            if try isKnown(plain) { return kept(plain) }
            return kept(try inCapitals.get()[plain] ?? plain)
        }
        guard plain != text else { return kept(text) }
        if let declaredDigits, plain.utf8.allSatisfy({ $0 &- 0x30 < 10 }) {
            return kept(KeyForm.padded(plain, to: declaredDigits))
        }
        if try isKnown(text) { return kept(text) }
        if try isKnown(plain) { return respell(written, as: plain) }
        // An apostrophe is no part of a key.
        return kept(text.hasPrefix("'") || text.hasPrefix("\u{2019}") ? plain : text)
    }

    private func refuseLostZeros(_ written: Cell) throws {
        guard let twin = try lostZeros?.twin(of: written, isKnown: { try isKnown($0) }) else { return }
        digits = LostZeros.digits(of: twin)
        throw Rejection(
            .value, "key",
            "\(written.excerpt) may be \"\(twin)\", which is here and differs only in zeros, as spreadsheets drop them; as a key of its "
                + "own it would be a second account", value: written.string)
    }

    private func respell(_ written: Cell, as key: String) -> Cell {
        respelled.add("\(written.string) for \(key)")
        return kept(key)
    }

    private func kept(_ key: String) -> Cell {
        arena.removeAll(reserving: key.utf8.count)
        return arena.append(key.utf8)
    }

    private func isKnown(_ key: Cell) throws -> Bool {
        key.withMemoryRebound(to: CChar.self) { lookUp.bind(text: 0, $0) }
        defer { lookUp.reset() }
        return try lookUp.step()
    }

    private func isKnown(_ key: String) throws -> Bool {
        var key = key
        return try key.withUTF8 { try isKnown($0) }
    }

    private func readCapitals() throws -> [String: String] {
        var keys: [String: String] = [:]
        try connection.forEach("SELECT key FROM account WHERE key LIKE '%@%' AND key <> lower(key)") { row in
            guard let key = row.text(0), let address = EmailAddress.normalized(key) else { return }
            keys[address] = key
        }
        return keys
    }

    /// What is to be said of keys that were taken for others.
    var warning: String? {
        respelled.count == 0
            ? nil
            : "\(respelled.count) \(respelled.count == 1 ? "key is" : "keys are") written otherwise than those of the accounts here "
                + "(\(respelled.names)), and taken for these; export them as text, so that nothing is put on them"
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
