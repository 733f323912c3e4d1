import Playbooks

/// A number as it is written: digits, a sign, a mark before the fraction, groups of three.
struct DecimalText {
    /// The value is `mantissa / 10^scale`.
    var mantissa: Int64
    var scale: Int

    /// Reads `1234.5`, `-3`, `+.5`, `1,234.50`, `1,234,567`; nil for what is no number or has more than 18 digits.
    ///
    /// `1,234` alone is refused, since it may also be a decimal comma; so are `12,5` and `1.234,50`. Where the mark is
    /// declared, that of the groups is the other one, and one group is enough.
    init?(_ text: Cell, _ mark: ColumnForm.DecimalMark? = nil) {
        let point = mark == .comma ? UInt8(ascii: ",") : UInt8(ascii: ".")
        let group = mark == .comma ? UInt8(ascii: ".") : UInt8(ascii: ",")
        var index = 0
        var isNegative = false
        if let sign = text.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            isNegative = sign == UInt8(ascii: "-")
            index = 1
        }
        var digits = 0
        var value: Int64 = 0
        var fraction: Int?
        var groups = 0
        var sinceComma = 0
        while index < text.count {
            let byte = text[index]
            if byte &- 0x30 < 10 {
                guard digits < 18 else { return nil }
                value = value * 10 + Int64(byte - 0x30)
                digits += 1
                sinceComma += 1
                if let count = fraction { fraction = count + 1 }
            } else if byte == point, fraction == nil, groups == 0 || sinceComma == 3 {
                fraction = 0
            } else if byte == group, fraction == nil, digits > 0, value > 0,
                groups == 0 ? digits <= 3 : sinceComma == 3
            {
                groups += 1
                sinceComma = 0
            } else {
                return nil
            }
            index += 1
        }
        guard digits > 0 else { return nil }
        if groups > 0, fraction == nil, (groups == 1 && mark == nil) || sinceComma != 3 { return nil }
        mantissa = isNegative ? -value : value
        scale = fraction ?? 0
    }

    private static let powers: [Double] = (0...22).map { exponent in
        (0..<exponent).reduce(1.0) { power, _ in power * 10 }
    }

    /// Exact where a double is: both parts are, and one division rounds once.
    var double: Double? {
        guard mantissa.magnitude < 1 << 53 else { return nil }
        return Double(mantissa) / Self.powers[scale]
    }

    /// The value in units of `10^-digits`, rounded half away from zero; nil beyond ±10^17.
    func units(digits: Int) -> Int64? {
        var value = mantissa
        var scale = scale
        while scale < digits {
            guard value.magnitude < 10_000_000_000_000_000 else { return nil }
            value *= 10
            scale += 1
        }
        guard scale > digits else { return value }
        var divisor: Int64 = 1
        for _ in digits..<scale { divisor *= 10 }
        let (quotient, rest) = value.quotientAndRemainder(dividingBy: divisor)
        guard rest.magnitude >= divisor.magnitude - rest.magnitude else { return quotient }
        return quotient + (value < 0 ? -1 : 1)
    }

    /// The text without the blanks and apostrophes that part groups of three (`1 234`, `1'234`), which may be bytes of
    /// U+00A0, U+2009, U+202F or U+2019 (`1’234`); nil when there are none or they part something else.
    static func withoutGroups(_ text: Cell) -> [UInt8]? {
        var digits: [UInt8] = []
        var ends: [Int] = []
        var index = 0
        while index < text.count {
            let rest = text.count - index
            let gap =
                text[index] == 0x20 || text[index] == UInt8(ascii: "'")
                ? 1
                : rest > 1 && text[index] == 0xc2 && text[index + 1] == 0xa0
                    ? 2
                    : rest > 2 && text[index] == 0xe2 && text[index + 1] == 0x80
                        && [0x89, 0x99, 0xaf].contains(text[index + 2]) ? 3 : 0
            if gap == 0 {
                digits.append(text[index])
                index += 1
            } else {
                ends.append(digits.count)
                index += gap
            }
        }
        let isGrouped = ends.allSatisfy { end in
            let group = digits[end...].prefix { $0 &- 0x30 < 10 }.count
            let next = ends.first { $0 > end } ?? end + group
            return end > 0 && digits[end - 1] &- 0x30 < 10 && group >= 3 && next - end == 3
        }
        return !ends.isEmpty && isGrouped ? digits : nil
    }

    /// Whether a number may be another one, a thousand times as large, where no mark is declared: `1.400`.
    @inline(__always)
    static func hasTwoReadings(_ text: Cell) -> Bool {
        guard (5...8).contains(text.count), text[text.count - 4] == UInt8(ascii: "."),
            let decimal = DecimalText(text)
        else { return false }
        return decimal.scale == 3 && (1_000..<1_000_000).contains(decimal.mantissa.magnitude)
    }

    /// Any finite decimal number, also with an exponent; nil for other text.
    static func double(_ text: Cell, _ mark: ColumnForm.DecimalMark? = nil) -> Double? {
        if let decimal = DecimalText(text, mark), let value = decimal.double { return value }
        if let digits = withoutGroups(text) {
            return digits.withUnsafeBufferPointer {
                DecimalText($0, mark ?? (digits.contains(0x2c) ? .comma : .point))
            }?
            .double
        }
        if mark == .comma, text.contains(UInt8(ascii: ".")) { return nil }
        let isPlain = text.allSatisfy { byte in
            byte &- 0x30 < 10 || byte == 0x2e || byte == 0x2d || byte == 0x2b || byte | 0x20 == 0x65
        }
        guard isPlain, text.count <= 400, let value = Double(text.string), value.isFinite else { return nil }
        return value
    }
}
