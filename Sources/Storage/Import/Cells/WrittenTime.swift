import Playbooks

/// Dates and moments as they are written in a file.
struct WrittenTime {
    /// The format that is tried first.
    private let first: DateFormat
    /// The declared formats; none accepts ISO 8601 and, for moments, seconds or milliseconds since 1970.
    let formats: [DateFormat]
    /// As they are declared, for complaints.
    let names: [String]
    private let hasMonthNames: Bool
    /// Where the clocks of texts without a zone hang.
    let zone: Zone

    init(formats: [String] = [], zone: Zone) {
        let known = formats.filter { DateFormat($0) != nil }
        self.formats = known.compactMap { DateFormat($0) }
        names = known
        hasMonthNames = known.contains { $0.contains("mmm") }
        first = self.formats.first ?? .iso
        self.zone = zone
    }

    /// How a column says that its dates are written.
    init(_ form: ColumnForm, zone: Zone) {
        self.init(formats: form.formats, zone: form.zone ?? zone)
    }

    /// A calendar day; a time behind it is left out, the day counts as it is written.
    func day(_ text: Cell) -> Int? {
        if let day = day(text, first) { return day }
        for format in formats.dropFirst() { if let day = day(text, format) { return day } }
        return hasMonthNames ? undressed(text) { bare in formats.lazy.compactMap { day(bare, $0) }.first } : nil
    }

    private func day(_ text: Cell, _ format: DateFormat) -> Int? {
        guard let (day, length) = format.day(text) else { return nil }
        if length == text.count { return day }
        return timeOfDay(text, from: length) == nil ? nil : day
    }

    /// A moment in milliseconds since 1970 UTC; without a zone it is on the column's clock, without a time midnight.
    func instant(_ text: Cell) -> Int64? {
        if let moment = instant(text, first) { return moment }
        if formats.isEmpty { return epoch(text) }
        for format in formats.dropFirst() { if let moment = instant(text, format) { return moment } }
        return hasMonthNames ? undressed(text) { bare in formats.lazy.compactMap { instant(bare, $0) }.first } : nil
    }

    private static let weekdays: Set<String> = [
        "mon", "tue", "tues", "wed", "thu", "thur", "thurs", "fri", "sat", "sun", "monday", "tuesday", "wednesday",
        "thursday",
        "friday", "saturday", "sunday", "mo", "di", "mi", "do", "fr", "sa", "so", "montag", "dienstag", "mittwoch",
        "donnerstag",
        "freitag", "samstag", "sonntag", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche",
        "lunes", "martes",
        "miércoles", "jueves", "viernes", "sábado", "domingo",
    ]

    static func beginsWithWeekday(_ text: String) -> Bool {
        weekdays.contains(text.prefix { $0.isLetter }.lowercased())
    }

    /// Reads a date without what mail, browsers and people put around it: `Sun, 01 Oct 2023 09:15:00 +0000`, `6th March 2025`,
    /// `Wed Jul 12 2023 09:15:00 GMT+0000 (Coordinated Universal Time)`.
    private func undressed<T>(_ text: Cell, _ read: (Cell) -> T?) -> T? {
        guard text.count <= 80 else { return nil }
        var bare = text.string
        let weekday = bare.prefix { $0.isLetter }
        if Self.weekdays.contains(weekday.lowercased()) {
            bare = String(bare.dropFirst(weekday.count).drop { " ,.".contains($0) })
        }
        if let remark = bare.firstIndex(of: "(") { bare = String(bare[..<remark]) }
        bare = bare.replacing(/([0-9]{1,2})(st|nd|rd|th)\b/) { $0.1 }
            .replacing("GMT", with: bare.contains("GMT+") || bare.contains("GMT-") ? "" : "UTC")
            .replacing(" of ", with: " ")
        let arena = ByteArena(capacity: bare.utf8.count + 1)
        let cell = arena.append(bare.utf8).trimmed
        return cell.elementsEqual(text) ? nil : withExtendedLifetime(arena) { read(cell) }
    }

    private func instant(_ text: Cell, _ format: DateFormat) -> Int64? {
        if format.isSerial {
            return DateFormat.serial(text).map {
                zone.instant(local: Int64($0.day) * 86_400_000 + $0.millisecond).instant.milliseconds
            }
        }
        guard let (day, length) = format.day(text) else { return nil }
        if length == text.count { return zone.start(of: Day(number: day)).milliseconds }
        guard let time = timeOfDay(text, from: length) else { return nil }
        guard let offset = time.offset else {
            return zone.instant(local: Int64(day) * 86_400_000 + time.millisecond).instant.milliseconds
        }
        return Int64(day) * 86_400_000 + time.millisecond - offset
    }

    /// 9 or 10 digits are seconds, 12 or 13 milliseconds.
    private func epoch(_ text: Cell) -> Int64? {
        guard (9...13).contains(text.count), text.count != 11 else { return nil }
        var value: Int64 = 0
        for byte in text {
            guard byte &- 0x30 < 10 else { return nil }
            value = value * 10 + Int64(byte - 0x30)
        }
        return text.count <= 10 ? value * 1_000 : value
    }

    /// `T09:30`, ` 09:30:15.250`, ` 9:30 PM`, then a zone (`Z`, `UTC`, `+02:00`, `-0500`) or none.
    private func timeOfDay(_ text: Cell, from start: Int) -> (millisecond: Int64, offset: Int64?)? {
        var index = start
        if index + 1 < text.count, text[index] == UInt8(ascii: ","), text[index + 1] == 0x20 { index += 1 }
        guard index < text.count,
            text[index] == UInt8(ascii: "T") || text[index] == 0x20 || text[index] == UInt8(ascii: "t")
        else { return nil }
        index += 1
        guard var hour = number(text, &index), skip(":", text, &index), let minute = number(text, &index) else {
            return nil
        }
        var second = 0
        var fraction = 0.0
        if skip(":", text, &index) {
            guard let value = number(text, &index) else { return nil }
            second = value
            if skip(".", text, &index) {
                var unit = 0.1
                guard index < text.count, text[index] &- 0x30 < 10 else { return nil }
                while index < text.count, text[index] &- 0x30 < 10 {
                    fraction += Double(text[index] - 0x30) * unit
                    unit /= 10
                    index += 1
                }
            }
        }
        _ = skip(" ", text, &index)
        if index + 2 <= text.count, text[index + 1] | 0x20 == UInt8(ascii: "m") {
            guard (1...12).contains(hour) else { return nil }
            switch text[index] | 0x20 {
            case UInt8(ascii: "a"): hour %= 12
            case UInt8(ascii: "p"): hour = hour % 12 + 12
            default: return nil
            }
            index += 2
            _ = skip(" ", text, &index)
        }
        // A leap second counts as the second before it.
        guard hour < 24, minute < 60, second <= 60 else { return nil }
        let seconds = Int64(hour * 3_600 + minute * 60 + min(second, 59))
        let time = seconds * 1_000 + Int64((fraction * 1_000 + 1e-6).rounded(.down))
        if index == text.count { return (time, nil) }
        guard let offset = offset(text, &index), index == text.count else { return nil }
        return (time, offset)
    }

    private func offset(_ text: Cell, _ index: inout Int) -> Int64? {
        let rest = Cell(rebasing: text[index...])
        if rest.count == 1, rest[0] | 0x20 == UInt8(ascii: "z") {
            index += 1
            return 0
        }
        if rest.elementsEqual("UTC".utf8) {
            index += 3
            return 0
        }
        guard rest[0] == UInt8(ascii: "+") || rest[0] == UInt8(ascii: "-") else { return nil }
        index += 1
        guard let hours = number(text, &index), hours <= 18 else { return nil }
        _ = skip(":", text, &index)
        let minutes = number(text, &index) ?? 0
        guard minutes < 60 else { return nil }
        let offset = Int64(hours * 60 + minutes) * 60_000
        return rest[0] == UInt8(ascii: "-") ? -offset : offset
    }

    /// One or two digits.
    private func number(_ text: Cell, _ index: inout Int) -> Int? {
        var value = 0
        var digits = 0
        while index < text.count, digits < 2, text[index] &- 0x30 < 10 {
            value = value * 10 + Int(text[index] - 0x30)
            digits += 1
            index += 1
        }
        return digits == 0 ? nil : value
    }

    private func skip(_ scalar: Unicode.Scalar, _ text: Cell, _ index: inout Int) -> Bool {
        guard index < text.count, text[index] == UInt8(ascii: scalar) else { return false }
        index += 1
        return true
    }
}
