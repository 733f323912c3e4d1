/// How dates are written: the order of year, month and day, and what stands between them.
package struct DateFormat: Sendable, Equatable {
    package enum Part: Character, Sendable {
        case year = "y"
        case month = "m"
        case day = "d"
    }

    package let order: [Part]
    /// Nil when the digits stand side by side: `yyyymmdd`. A blank is any blanks, commas and points.
    package let separator: UInt8?
    /// Whether months are written by their English names, at least three letters of them: `mmm`.
    package let namesMonths: Bool

    /// Whether days are numbers, as spreadsheets count them: 45321 is January 30 of 2024. It is called `excel`.
    package let isSerial: Bool

    /// What headings are called that name weeks of ISO 8601, however they are written: `2026-W05`, `KW 5 2026`.
    package static let ofWeeks = "week"

    package static let iso = DateFormat(order: [.year, .month, .day], separator: UInt8(ascii: "-"))

    private init(order: [Part], separator: UInt8?, namesMonths: Bool = false, isSerial: Bool = false) {
        self.isSerial = isSerial
        self.order = order
        self.separator = separator
        self.namesMonths = namesMonths
    }

    /// From `y-m-d`, `m/d/y`, `d.m.y`, `mmm d y` or `yyyymmdd`; a letter may be repeated. Nil for anything else.
    ///
    /// - Parameter isMonth: takes `y-m` and `mmm y`, a month; its day is the first.
    package init?(_ text: String, isMonth: Bool = false) {
        if text == "excel" {
            self.init(order: [], separator: nil, isSerial: true)
            return
        }
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

    /// Whether the same text can be read by both formats, as another day.
    package static func areMixed(_ one: String, _ other: String) -> Bool {
        guard let one = DateFormat(one), let other = DateFormat(other), !one.namesMonths, !other.namesMonths,
            !one.isSerial, !other.isSerial
        else {
            return false
        }
        return one != other && one.separator == other.separator
            && one.order.firstIndex(of: .year) == other.order.firstIndex(of: .year)
    }
}
