import Playbooks

/// How dates are written: the order of year, month and day, and what stands between them.
struct DateFormat: Equatable {
    enum Part: Character {
        case year = "y"
        case month = "m"
        case day = "d"
    }

    let order: [Part]
    /// Nil when the digits stand side by side: `yyyymmdd`.
    let separator: UInt8?

    static let iso = DateFormat(order: [.year, .month, .day], separator: UInt8(ascii: "-"))

    private init(order: [Part], separator: UInt8?) {
        self.order = order
        self.separator = separator
    }

    /// From `y-m-d`, `m/d/y`, `d.m.y` or `yyyymmdd`; a letter may be repeated. Nil for anything else.
    init?(_ text: String) {
        var order: [Part] = []
        var separators: [Character] = []
        for character in text.lowercased() {
            if let part = Part(rawValue: character) {
                if order.last == part, separators.count < order.count { continue }
                order.append(part)
            } else {
                guard "-/. ".contains(character), separators.count == order.count - 1 else { return nil }
                separators.append(character)
            }
        }
        guard Set(order).count == 3, order.count == 3, Set(separators).count <= 1 else { return nil }
        if separators.isEmpty {
            self.init(order: order, separator: nil)
        } else {
            guard separators.count == 2, let separator = separators[0].asciiValue else { return nil }
            self.init(order: order, separator: separator)
        }
    }

    /// The day that the text begins with and how many bytes that took; nil when it is not such a date.
    ///
    /// Years are 1900 to 2200; two digits, taken where the year does not come first, mean 1970 to 2069.
    func day(_ text: Cell) -> (day: Int, length: Int)? {
        var index = 0
        var year = 0
        var month = 0
        var day = 0
        for (place, part) in order.enumerated() {
            if place > 0, let separator {
                guard index < text.count, text[index] == separator else { return nil }
                index += 1
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
}
