import Playbooks

extension DateFormat {
    /// The day that the text begins with and how many bytes that took; nil when it is not such a date.
    ///
    /// Years are 1900 to 2200; two digits, taken where the year does not come first, mean 1970 to 2069.
    func day(_ text: Cell) -> (day: Int, length: Int)? {
        if isSerial { return Self.serial(text).map { ($0.day, text.count) } }
        var index = 0
        var year = 0
        var month = 0
        var day = order.count == 2 ? 1 : 0
        for (place, part) in order.enumerated() {
            if place > 0, let separator {
                guard index < text.count, text[index] == separator || separator == 0x20 && Self.isGap(text[index])
                else { return nil }
                index += 1
                while separator == 0x20, index < text.count, Self.isGap(text[index]) { index += 1 }
            }
            if part == .month, namesMonths {
                guard let (named, length) = Self.month(Cell(rebasing: text[index...])) else { return nil }
                month = named
                index += length
                continue
            }
            let most = separator == nil ? (part == .year ? 4 : 2) : part == .year ? 4 : 2
            var value = 0
            var digits = 0
            while index < text.count, digits < most, text[index] &- 0x30 < 10 {
                value = value * 10 + Int(text[index] - 0x30)
                digits += 1
                index += 1
            }
            guard digits > 0, separator != nil || digits == most else { return nil }
            switch part {
            case .year:
                guard digits == 4 || (digits == 2 && place > 0) else { return nil }
                year = digits == 2 ? value + (value < 70 ? 2_000 : 1_900) : value
            case .month: month = value
            case .day: day = value
            }
        }
        if index < text.count, text[index] &- 0x30 < 10 { return nil }
        guard (1_900...2_200).contains(year), let day = Day(year: year, month: month, day: day) else { return nil }
        return (day.number, index)
    }

    /// Whether a text that is no date begins with a year that none has: `9999-12-31`, which some programs write for "never".
    static func isBeyond(_ text: Cell) -> Bool {
        let year = text.prefix { $0 &- 0x30 < 10 }
        guard year.count == 4, text.count > 4, text[4] == UInt8(ascii: "-") else { return false }
        return !(1_900...2_200).contains(year.reduce(0) { $0 * 10 + Int($1 - 0x30) })
    }

    /// The day that spreadsheets write as a number, and how far it had gone, in milliseconds; 1900 to 2200.
    static func serial(_ text: Cell) -> (day: Int, millisecond: Int64)? {
        guard (1...20).contains(text.count), let number = DecimalText.double(text, .point), number >= 1,
            number < 109_940
        else { return nil }
        let day = number.rounded(.down)
        // Whole seconds, for a day in fractions is exact to no more.
        let second = min(((number - day) * 86_400).rounded(), 86_399)
        return (Int(day) - 25_569, Int64(second) * 1_000)
    }

    private static func isGap(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == UInt8(ascii: ",") || byte == UInt8(ascii: ".")
    }

    private static let months = MonthName.english.map { Array($0.utf8) }

    /// The month whose name the text begins with, and how long that is.
    private static func month(_ text: Cell) -> (Int, Int)? {
        let length = text.prefix { ($0 | 0x20) &- 0x61 < 26 || $0 >= 0x80 }.count
        guard length >= 3 else { return nil }
        let letters = text.prefix(length).map { $0 | 0x20 }
        let english = months.firstIndex { $0.starts(with: letters) }.map { $0 + 1 }
        return (english ?? MonthName.number(of: String(decoding: text.prefix(length), as: UTF8.self))).map {
            ($0, length)
        }
    }
}
