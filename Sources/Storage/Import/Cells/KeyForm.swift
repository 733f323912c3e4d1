/// The ways in which spreadsheets and programs change the keys of accounts on their way.
enum KeyForm {
    /// Whether it is a number of nothing but digits.
    static func isNumber(_ key: Cell) -> Bool { !key.isEmpty && key.allSatisfy { $0 &- 0x30 < 10 } }

    /// A number with so many digits: with zeros put before it, or taken off.
    static func padded(_ key: some StringProtocol, to digits: Int) -> String {
        let plain = key.drop { $0 == "0" }
        return String(repeating: "0", count: max(0, digits - max(1, plain.count)))
            + (plain.isEmpty ? "0" : String(plain))
    }

    /// The key without what spreadsheets and programs put on it: the apostrophe of a text (`'00101`), the fraction of a number
    /// (`101.0`), the capitals of an address.
    static func plain(_ key: String) -> String {
        if key.contains("@") { return EmailAddress.normalized(key) ?? key }
        var rest = key[...]
        if let first = rest.first, "'\u{2019}".contains(first), rest.dropFirst().first?.isNumber == true {
            rest = rest.dropFirst()
        }
        for fraction in [".0", ".00"] where rest.hasSuffix(fraction) {
            let number = rest.dropLast(fraction.count)
            if !number.isEmpty, number.utf8.allSatisfy({ $0 &- 0x30 < 10 }) { return String(number) }
        }
        return String(rest)
    }

    /// Whether `plain` may change it, by a look at its bytes.
    static func mayBeDressed(_ key: Cell) -> Bool {
        guard let first = key.first, let last = key.last else { return false }
        return first == UInt8(ascii: "'") || first == 0xe2 || key.contains(UInt8(ascii: "@"))
            || last == UInt8(ascii: "0") && key.contains(UInt8(ascii: "."))
    }
}
