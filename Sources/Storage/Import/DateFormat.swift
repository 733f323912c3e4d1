import Playbooks

/// How dates are written: the order of year, month and day, and what stands between them.
struct DateFormat: Equatable {
    enum Part: Character {
        case year = "y"
        case month = "m"
        case day = "d"
    }

    let order: [Part]
    /// Nil when the digits stand side by side: `yyyymmdd`. A blank is any blanks, commas and points.
    let separator: UInt8?
    /// Whether months are written by their English names, at least three letters of them: `mmm`.
    let namesMonths: Bool

    static let iso = DateFormat(order: [.year, .month, .day], separator: UInt8(ascii: "-"))

    private init(order: [Part], separator: UInt8?, namesMonths: Bool = false) {
        self.order = order
        self.separator = separator
        self.namesMonths = namesMonths
    }

    /// From `y-m-d`, `m/d/y`, `d.m.y`, `mmm d y` or `yyyymmdd`; a letter may be repeated. Nil for anything else.
    ///
    /// - Parameter isMonth: takes `y-m` and `mmm y`, a month; its day is the first.
    init?(_ text: String, isMonth: Bool = false) {
        var order: [Part] = []
        var separators: [Character] = []
        var months = 0
        for character in text.lowercased() {
            if let part = Part(rawValue: character) {
                if part == .month { months += 1 }
                if order.last == part, separators.count < order.count { continue }
                order.append(part)
            } else {
                if character == " ", separators.count == order.count, separators.last == "," {
                    separators[separators.count - 1] = " "
                    continue
                }
                guard "-/. ,".contains(character), separators.count == order.count - 1 else { return nil }
                separators.append(character)
            }
        }
        let count = isMonth ? 2 : 3
        guard Set(order).count == count, order.count == count, !isMonth || !order.contains(.day),
            Set(separators).count <= 1
        else { return nil }
        let namesMonths = months >= 3
        if separators.isEmpty {
            guard !namesMonths else { return nil }
            self.init(order: order, separator: nil)
        } else {
            guard separators.count == count - 1, let separator = separators[0].asciiValue, separator != 0x2c else {
                return nil
            }
            self.init(order: order, separator: separator, namesMonths: namesMonths)
        }
    }

    /// The day that the text begins with and how many bytes that took; nil when it is not such a date.
    ///
    /// Years are 1900 to 2200; two digits, taken where the year does not come first, mean 1970 to 2069.
    func day(_ text: Cell) -> (day: Int, length: Int)? {
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

    private static func isGap(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == UInt8(ascii: ",") || byte == UInt8(ascii: ".")
    }

    private static let months = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
        "december",
    ].map { Array($0.utf8) }

    /// The month whose name the text begins with, and how long that is.
    private static func month(_ text: Cell) -> (Int, Int)? {
        let length = text.prefix { ($0 | 0x20) &- 0x61 < 26 }.count
        guard length >= 3 else { return nil }
        let letters = text.prefix(length).map { $0 | 0x20 }
        return months.firstIndex { $0.starts(with: letters) || (letters.elementsEqual("sept".utf8) && $0[0] == 0x73) }
            .map { ($0 + 1, length) }
    }
}
