import Playbooks

/// An amount of money as people write it: `1,234.50`, `$49`, `49.00 USD`, `(49.00)`, `19,00 €`, `$1.2k`.
///
/// What has two readings is refused: `1.234` of a currency with cents may be a thousand. So is another currency. Two digits
/// behind a comma are no group of three: `49,00` has one reading.
struct MoneyText {
    enum Reading: Equatable {
        /// In minor units.
        case amount(Int64)
        case otherCurrency(String)
        /// Two readings, which a declared mark would settle.
        case ambiguous
        case none
    }

    let currency: String
    /// Digits after the point of the currency.
    let digits: Int
    let mark: ColumnForm.DecimalMark?
    /// Whether a `k` behind an amount stands for a thousand; not where the column is counted in thousands already.
    var takesThousands = true

    /// Signs, with the currencies that use them.
    private static let signs: [(sign: String, currencies: Set<String>)] = [
        ("€", ["EUR"]), ("£", ["GBP", "EGP", "LBP"]), ("¥", ["JPY", "CNY"]), ("₹", ["INR"]), ("US$", ["USD"]),
        ("CA$", ["CAD"]), ("C$", ["CAD"]), ("A$", ["AUD"]), ("AU$", ["AUD"]), ("NZ$", ["NZD"]), ("R$", ["BRL"]),
        (
            "$",
            [
                "USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "ARS", "CLP", "COP", "TWD", "JMD", "TTD", "UYU",
            ]
        ),
        ("kr", ["SEK", "NOK", "DKK", "ISK"]), ("zł", ["PLN"]), ("Fr", ["CHF"]), ("₺", ["TRY"]), ("₩", ["KRW"]),
        ("Kč", ["CZK"]), ("₪", ["ILS"]), ("R", ["ZAR"]),
    ]

    /// Reads what a source has as numbers.
    var ofNumbers: MoneyText { MoneyText(currency: currency, digits: digits, mark: .point) }

    /// A bare number that has one reading: what most cells hold.
    @inline(__always)
    func plainAmount(_ text: Cell) -> Int64? {
        guard let decimal = DecimalText(text, mark), decimal.scale != 3 || mark != nil || digits == 3,
            let value = decimal.units(digits: digits), value.magnitude < 1_000_000_000_000_000
        else { return nil }
        return value
    }

    func reading(of text: Cell) -> Reading {
        if let value = plain(text) { return value }
        guard let parts = Self.parts(of: text) else { return .none }
        if !parts.sign.isEmpty, let other = otherCurrency(parts.sign) { return other }
        guard !parts.isThousands || takesThousands else { return .none }
        let style = parts.isThousands ? MoneyText(currency: currency, digits: digits + 3, mark: mark) : self
        let value = style.plain(parts.number) ?? style.withoutGroups(parts.number)
        guard case .amount(let amount)? = value else { return value ?? .none }
        return .amount(parts.isNegative ? -amount : amount)
    }

    /// The amount in major units, in whatever currency it is.
    func amount(of text: Cell) -> Double? {
        guard let parts = Self.parts(of: text), parts.sign.isEmpty || sign(of: text) != nil,
            case .amount(let units)? = plain(parts.number) ?? withoutGroups(parts.number)
        else { return nil }
        return Double(parts.isNegative ? -units : units) * (parts.isThousands ? 10 : 0.01)
    }

    /// Whether an amount is written in thousands: `1.2k`.
    static func isInThousands(_ text: Cell) -> Bool {
        text.contains { $0 | 0x20 == UInt8(ascii: "k") } && parts(of: text)?.isThousands == true
    }

    /// The code of the currency that an amount names; of those with a dollar the American, of those with a pound the British.
    func sign(of text: Cell) -> String? {
        guard let sign = Self.parts(of: text)?.sign, !sign.isEmpty else { return nil }
        if let known = Self.signs.first(where: { $0.sign == sign || $0.sign + "." == sign }) {
            // Danes put a point behind it.
            if sign == "kr." { return "DKK" }
            return known.currencies.contains("USD") ? "USD" : sign == "£" ? "GBP" : known.currencies.sorted().last
        }
        let code = sign.uppercased()
        return Currency.isCode(code) ? code : nil
    }

    private struct Parts {
        var number: Cell
        /// What stands before or behind it.
        var sign: String
        var isNegative: Bool
        var isThousands: Bool
    }

    private static func parts(of text: Cell) -> Parts? {
        var number = text
        var isNegative = false
        if number.count > 2, number[0] == UInt8(ascii: "("), number[number.count - 1] == UInt8(ascii: ")") {
            isNegative = true
            number = Cell(rebasing: number[1..<(number.count - 1)]).trimmed
        }
        // A sign or a code stands on one side, a minus before or behind it.
        guard let first = number.firstIndex(where: isOfNumber), var last = number.lastIndex(where: isOfNumber) else {
            return nil
        }
        // The point behind a sign is none of the number's: 49,00 kr.
        if number[last] == UInt8(ascii: "."), last > first, number[last - 1] | 0x20 >= UInt8(ascii: "a") {
            guard let digit = number.lastIndex(where: { $0 &- 0x30 < 10 }) else { return nil }
            last = digit
        }
        var before = Cell(rebasing: number[..<first]).trimmed
        var behind = Cell(rebasing: number[(last + 1)...]).trimmed
        if ["~", "≈", "ca.", "ca"].contains(before.string) { before = Cell.empty }
        // Whole amounts are written so: 49,-
        if behind.count >= 2, behind[0] == UInt8(ascii: ","), behind[1] == UInt8(ascii: "-") {
            behind = Cell(rebasing: behind.drop { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "-") }).trimmed
        }
        behind = withoutMonth(withoutTax(behind))
        let isThousands = isThousand(behind)
        if isThousands { behind = Cell(rebasing: behind[1...]).trimmed }
        number = Cell(rebasing: number[first...last])
        for side in [0, 1] {
            let text = side == 0 ? before : behind
            guard let minus = text.firstIndex(of: UInt8(ascii: "-")), minus == 0 || minus == text.count - 1 else {
                continue
            }
            if isNegative { return nil }
            isNegative = true
            let rest = Cell(rebasing: minus == 0 ? text[1...] : text[..<minus]).trimmed
            if side == 0 { before = rest } else { behind = rest }
        }
        guard before.isEmpty || behind.isEmpty else { return nil }
        return Parts(
            number: number, sign: (before.isEmpty ? behind : before).string, isNegative: isNegative,
            isThousands: isThousands)
    }

    /// Whether it is a `k` alone, or before a sign or a code: `k`, `k €`; `kr` and `Kč` are currencies.
    private static func isThousand(_ behind: Cell) -> Bool {
        guard let first = behind.first, first | 0x20 == UInt8(ascii: "k") else { return false }
        return behind.count == 1 || [0x20, 0x24, 0xe2, 0xc2].contains(behind[1])
    }

    /// Beside an amount stands whether it holds the tax: `49 € + VAT`, `49,00 € zzgl. MwSt.`, `49 € HT`.
    private static func withoutTax(_ text: Cell) -> Cell {
        guard (2...24).contains(text.count) else { return text }
        let lower = text.string.lowercased()
        guard let found = ofTaxes.first(where: { lower.hasSuffix($0) }) else { return text }
        return Cell(rebasing: text.dropLast(found.utf8.count)).trimmed
    }

    private static let ofTaxes = [
        "excl. vat", "incl. vat", "ex vat", "inc vat", "plus vat", "+ vat", "+vat", "excl. tax", "incl. tax", "+ tax",
        "zzgl. mwst.", "zzgl. mwst", "zzgl. ust.", "inkl. mwst.", "inkl. mwst", "netto", "brutto", "net", "gross", "ht",
        "ttc",
        "+ iva", "sin iva", "con iva", "excl. btw", "incl. btw", "ex. btw",
    ]

    /// What is paid is paid for a month: `$49/mo`, `49 € pro Monat`.
    private static func withoutMonth(_ text: Cell) -> Cell {
        guard (2...24).contains(text.count) else { return text }
        let lower = text.string.lowercased()
        guard let found = ofMonths.first(where: { lower.hasSuffix($0) }) else { return text }
        return Cell(rebasing: text.dropLast(found.utf8.count)).trimmed
    }

    private static let ofMonths = [
        "/mo", "/mo.", "/mth", "/month", "/ month", "/ mo", "/m", "/monat", "/ monat", "/mois", "/ mois", "/mes",
        "/ mes",
        "/maand", "/mese", "per month", "a month", "monthly", "p.m.", "pro monat", "im monat", "par mois", "al mes",
        "por mes",
        "per maand", "al mese",
    ]

    private static func isOfNumber(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 || byte == UInt8(ascii: ".") }

    /// Nil for what is no number by itself.
    private func plain(_ text: Cell) -> Reading? {
        if let decimal = DecimalText(text, mark) {
            guard let value = decimal.units(digits: digits), value.magnitude < 1_000_000_000_000_000 else { return nil }
            // 1.234 to 999.999: three digits are no cents.
            if decimal.scale == 3, mark == nil, digits != 3, 1_000 <= decimal.mantissa.magnitude,
                decimal.mantissa.magnitude < 1_000_000
            {
                return .ambiguous
            }
            return .amount(value)
        }
        // Three digits behind a comma are no cents either: 1,234 is a thousand, unless the currency has mills.
        if mark == nil, digits != 3, let decimal = DecimalText(text, .point),
            let value = decimal.units(digits: digits), value.magnitude < 1_000_000_000_000_000
        {
            return .amount(value)
        }
        if mark == nil, let decimal = DecimalText(text, .comma) {
            guard (1...2).contains(decimal.scale), let value = decimal.units(digits: digits),
                value.magnitude < 1_000_000_000_000_000
            else { return .ambiguous }
            return .amount(value)
        }
        guard mark != .comma, text.contains(where: { $0 | 0x20 == UInt8(ascii: "e") }) || text.count > 18,
            let value = DecimalText.double(text), value.magnitude < 1e13
        else { return nil }
        let factor = [1.0, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000][min(max(digits, 0), 7)]
        return Int64(exactly: (value * factor).rounded()).map { .amount($0) }
    }

    private func withoutGroups(_ text: Cell) -> Reading? {
        guard let bytes = DecimalText.withoutGroups(text) else { return nil }
        // Who parts groups with blanks parts nothing else with a comma or a point.
        let mark = mark ?? (bytes.contains(UInt8(ascii: ",")) ? .comma : .point)
        let amount = MoneyText(currency: currency, digits: digits, mark: mark)
        return bytes.withUnsafeBufferPointer { amount.plain($0) }
    }

    /// The currencies that use a sign; nil for what is none.
    static func currencies(of sign: String) -> Set<String>? { signs.first { $0.sign == sign }?.currencies }

    /// Nil when the sign is that of the currency.
    private func otherCurrency(_ sign: String) -> Reading? {
        let code = sign.uppercased()
        if code == currency { return nil }
        if let known = Self.signs.first(where: { $0.sign == sign || $0.sign + "." == sign }) {
            return known.currencies.contains(currency) ? nil : .otherCurrency(sign)
        }
        return Currency.isCode(code) ? .otherCurrency(code) : Reading.none
    }
}
