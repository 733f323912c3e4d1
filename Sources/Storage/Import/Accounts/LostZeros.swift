import Playbooks

/// Keys that differ from those of accounts in nothing but zeros before them, as where a spreadsheet has read them as numbers.
struct LostZeros {
    /// The longest key that is a number with a zero before it; 0 where there is none.
    private let longest: Int
    /// Whether there are accounts at all.
    private let isNeeded: Bool

    init(_ connection: Connection) throws {
        longest = Int(
            try connection.integer("SELECT coalesce(max(length(key)), 0) FROM account WHERE key >= '0' AND key < '1'"))
        isNeeded = try connection.first("SELECT 1 FROM account LIMIT 1") != nil
    }

    /// The key of an account that a number which no account has may stand for; nil where there is none.
    func twin(of key: Cell, isKnown: (String) throws -> Bool) rethrows -> String? {
        guard isNeeded, KeyForm.isNumber(key), key.count <= 40 else { return nil }
        if key[0] == UInt8(ascii: "0") {
            let plain = KeyForm.padded(key.string, to: 1)
            if plain.utf8.count < key.count, try isKnown(plain) { return plain }
        }
        guard key.count < min(longest, 40) else { return nil }
        let text = key.string
        return try (key.count + 1...min(longest, 40)).lazy.map { KeyForm.padded(text, to: $0) }.first(where: isKnown)
    }

    /// The digits with which both are one.
    static func digits(of known: String) -> Int { known.hasPrefix("0") ? known.utf8.count : 1 }
}
