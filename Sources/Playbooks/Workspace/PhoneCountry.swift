/// A country whose national telephone numbers can be told from others by their digits alone.
package struct PhoneCountry: Sendable, Hashable {
    /// ISO 3166, two letters: `US`.
    package let name: String
    /// What stands before its numbers abroad, without the `+`.
    let code: String
    /// What callers within the country dial first; empty where there is nothing.
    let trunk: String
    /// How many digits a number has behind the trunk prefix.
    let lengths: ClosedRange<Int>

    private init(_ name: String, _ code: String, trunk: String = "", _ lengths: ClosedRange<Int>) {
        (self.name, self.code, self.trunk, self.lengths) = (name, code, trunk, lengths)
    }

    /// Nil for a country that is not here: of it only international numbers are taken.
    package init?(named name: String) {
        guard let country = Self.all.first(where: { $0.name == name }) else { return nil }
        self = country
    }

    package static var names: [String] { all.map(\.name).sorted() }

    /// The digits with the country's code; nil where they may be something else.
    ///
    /// A number without the prefix that its country dials may be one of the same town: it has no certain reading.
    func international(national digits: String) -> String? {
        var rest = digits[...]
        if code == "1" {
            if rest.count == 11, rest.first == "1" { rest = rest.dropFirst() }
            return Self.isNorthAmerican(rest) ? code + rest : nil
        }
        if !trunk.isEmpty {
            guard rest.hasPrefix(trunk) else { return nil }
            rest = rest.dropFirst(trunk.count)
        }
        guard lengths.contains(rest.count), rest.first != "0" || Self.keepsZero.contains(name) else { return nil }
        return code + rest
    }

    /// Whether the prefix for callers within a country has been left behind its code, as in `+44 07700 900123`: the number
    /// that is meant is another one.
    static func hasTrunk(_ digits: String) -> Bool {
        all.contains { !$0.trunk.isEmpty && digits.hasPrefix($0.code + $0.trunk) }
    }

    /// Ten digits, of which area and exchange begin with 2 to 9.
    static func isNorthAmerican(_ digits: Substring) -> Bool {
        let digits = Array(digits.utf8)
        return digits.count == 10 && digits[0] >= 0x32 && digits[3] >= 0x32
    }

    /// Where the zero before a fixed line is part of the number abroad, too.
    private static let keepsZero: Set<String> = ["IT"]

    private static let all: [PhoneCountry] = [
        PhoneCountry("US", "1", 10...10), PhoneCountry("CA", "1", 10...10), PhoneCountry("PR", "1", 10...10),
        PhoneCountry("AT", "43", trunk: "0", 7...13), PhoneCountry("AU", "61", trunk: "0", 9...9),
        PhoneCountry("BE", "32", trunk: "0", 8...9), PhoneCountry("BR", "55", 10...11),
        PhoneCountry("CH", "41", trunk: "0", 9...9), PhoneCountry("CZ", "420", 9...9),
        PhoneCountry("DE", "49", trunk: "0", 7...11), PhoneCountry("DK", "45", 8...8),
        PhoneCountry("ES", "34", 9...9), PhoneCountry("FI", "358", trunk: "0", 7...11),
        PhoneCountry("FR", "33", trunk: "0", 9...9), PhoneCountry("GB", "44", trunk: "0", 9...10),
        PhoneCountry("GR", "30", 10...10), PhoneCountry("HU", "36", trunk: "06", 8...9),
        PhoneCountry("IE", "353", trunk: "0", 7...9), PhoneCountry("IL", "972", trunk: "0", 8...9),
        PhoneCountry("IN", "91", 10...10), PhoneCountry("IT", "39", 9...11),
        PhoneCountry("JP", "81", trunk: "0", 9...10), PhoneCountry("MX", "52", 10...10),
        PhoneCountry("NL", "31", trunk: "0", 9...9), PhoneCountry("NO", "47", 8...8),
        PhoneCountry("NZ", "64", trunk: "0", 8...10), PhoneCountry("PL", "48", 9...9),
        PhoneCountry("PT", "351", 9...9), PhoneCountry("RO", "40", trunk: "0", 9...9),
        PhoneCountry("SE", "46", trunk: "0", 7...9), PhoneCountry("SG", "65", 8...8),
        PhoneCountry("SK", "421", trunk: "0", 9...9), PhoneCountry("TR", "90", trunk: "0", 10...10),
        PhoneCountry("ZA", "27", trunk: "0", 9...9),
    ]
}
