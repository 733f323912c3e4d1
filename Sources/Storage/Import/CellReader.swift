import Playbooks

/// A typed value on its way from a field to the database; text lies in the bytes of the record.
enum Scalar {
    case null
    case integer(Int64)
    case real(Double)
    case text(Cell)

    var isNull: Bool {
        if case .null = self { return true }
        return false
    }

    var value: SQLValue {
        switch self {
        case .null: .null
        case .integer(let value): .integer(value)
        case .real(let value): .real(value)
        case .text(let bytes): .text(bytes.string)
        }
    }
}

/// Reads the fields of one column as what the data map says they are; blanks around them do not count.
final class CellReader {
    enum Kind {
        case text
        case choice([[UInt8]])
        case number, percent
        case money(digits: Int)
        case boolean
        case date(WrittenTime), instant(WrittenTime)
        case duration
        case zone
        case email
        case reason(map: [String: String], known: [String])
    }

    let name: String
    let kind: Kind
    /// Text that was found good before; most columns of names hold few of them.
    private var known: [[UInt8]] = []

    init(_ name: String, _ kind: Kind) {
        self.name = name
        self.kind = kind
    }

    convenience init(_ attribute: Attribute, _ context: ImportContext) {
        self.init(attribute.name, Self.kind(of: attribute, context))
    }

    private static func kind(of attribute: Attribute, _ context: ImportContext) -> Kind {
        let format = attribute.format.flatMap { DateFormat($0) }
        let time = WrittenTime(format: format, zone: context.zone)
        switch attribute.type {
        case .text where attribute.name == "timezone": return .zone
        case .text where attribute.name == "email": return .email
        case .text: return attribute.values.isEmpty ? .text : .choice(attribute.values.map { Array($0.utf8) })
        case .number: return .number
        case .percent: return .percent
        case .money: return .money(digits: context.minorDigits)
        case .boolean: return .boolean
        case .date: return .date(time)
        case .instant: return .instant(time)
        case .duration: return .duration
        case .reason: return .reason(map: [:], known: context.dataMap.reasons.map(\.name))
        }
    }

    /// The value of a field; an empty one is null.
    func scalar(_ field: Cell) throws -> Scalar {
        let text = field.trimmed
        if text.isEmpty { return .null }
        switch kind {
        case .text: return .text(text)
        case .choice(let values):
            if values.contains(where: { text.isEqual(to: $0) }) { return .text(text) }
        case .number:
            if let value = DecimalText.double(text) { return .real(value) }
        case .percent:
            if text.last == UInt8(ascii: "%") {
                if let value = DecimalText.double(Cell(rebasing: text.dropLast()).trimmed) { return .real(value / 100) }
            } else if let value = DecimalText.double(text) {
                return .real(value)
            }
        case .money(let digits):
            if let value = money(text, digits) { return .integer(value) }
        case .boolean:
            if let value = Self.boolean(text) { return .integer(value ? 1 : 0) }
        case .date(let time):
            if let value = time.day(text) { return .integer(Int64(value)) }
        case .instant(let time):
            if let value = time.instant(text) { return .integer(value) }
        case .duration:
            if let value = Self.duration(text) { return .integer(value) }
        case .zone:
            if isKnown(text) { return .text(text) }
            if Zone(text.string) != nil {
                remember(text)
                return .text(text)
            }
        case .email:
            if EmailAddress.isPlain(text) { return .text(cleaned(text)) }
        case .reason(let map, let known):
            if isKnown(text), map.isEmpty { return .text(text) }
            return try reason(text, map, known)
        }
        throw Rejection(.value, name, "\(text.excerpt) \(complaint(text))", value: text.string)
    }

    private func cleaned(_ address: Cell) -> Cell {
        guard address.contains(where: { $0 >= 0x80 }), let text = EmailAddress.cleaned(address.string) else {
            return address
        }
        arena.removeAll(reserving: text.utf8.count)
        return arena.append(text.utf8)
    }

    private func reason(_ text: Cell, _ map: [String: String], _ known: [String]) throws -> Scalar {
        let word = text.string
        if let mapped = map[word] {
            let bytes = Array(mapped.utf8)
            arena.removeAll(reserving: bytes.count)
            return .text(arena.append(bytes))
        }
        // A workspace that declares no reasons takes them as they come.
        if known.isEmpty || known.contains(word) {
            remember(text)
            return .text(text)
        }
        throw Rejection(
            .unknownName, name,
            "\(text.excerpt) is not a reason of data.yaml\(suggestion(for: word, in: known + map.keys.sorted()))",
            value: word)
    }

    /// What the field should have been.
    private func complaint(_ text: Cell) -> String {
        switch kind {
        case .text: "is not text"
        case .choice(let values):
            "is not one of \(values.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ", "))"
                + suggestion(for: text.string, in: values.map { String(decoding: $0, as: UTF8.self) })
        case .number, .percent:
            text.contains(UInt8(ascii: ","))
                ? "is ambiguous or no number; write 1234.5 or 1,234.50" : "is not a number"
        case .money:
            text.contains(UInt8(ascii: ","))
                ? "is ambiguous or no amount; write 1234.50 or 1,234.50" : "is not an amount of money such as 12.50"
        case .boolean: "is not yes or no"
        case .date(let time): "is not a date written \(time.format == nil ? "2026-03-01" : "as format: says")"
        case .instant(let time):
            "is not a moment written \(time.format == nil ? "2026-03-01T09:30:00Z or 2026-03-01" : "as format: says")"
        case .duration: "is not a duration such as 36h or 14d"
        case .zone: "is not a time zone such as America/Chicago"
        case .email: "is not an email address"
        case .reason: "is not a reason"
        }
    }

    // MARK: Values

    /// An amount in minor units; a currency sign or code beside it is left out.
    private func money(_ text: Cell, _ digits: Int) -> Int64? {
        var amount = text
        for sign in ["$", "€", "£", "¥"] where amount.starts(with: sign.utf8) {
            amount = Cell(rebasing: amount[sign.utf8.count...]).trimmed
        }
        guard let value = DecimalText(amount)?.units(digits: digits), value.magnitude < 1_000_000_000_000_000 else {
            guard let value = DecimalText.double(amount), value.magnitude < 1e13 else { return nil }
            let factor = [1.0, 10, 100, 1_000, 10_000][min(max(digits, 0), 4)]
            return Int64(exactly: (value * factor).rounded())
        }
        return value
    }

    private static func boolean(_ text: Cell) -> Bool? {
        guard text.count <= 5 else { return nil }
        switch text.string.lowercased() {
        case "yes", "true", "1", "y", "t", "on": return true
        case "no", "false", "0", "n", "f", "off": return false
        default: return nil
        }
    }

    /// `36h`, `14d`, `1d 12h`: whole weeks, days, hours, minutes and seconds, in milliseconds.
    private static func duration(_ text: Cell) -> Int64? {
        var total: Int64 = 0
        var count: Int64?
        for byte in text {
            if byte &- 0x30 < 10 {
                guard (count ?? 0) < 1_000_000 else { return nil }
                count = (count ?? 0) * 10 + Int64(byte - 0x30)
                continue
            }
            if byte == 0x20, count == nil { continue }
            guard let number = count else { return nil }
            switch byte {
            case UInt8(ascii: "w"): total += number * 604_800_000
            case UInt8(ascii: "d"): total += number * 86_400_000
            case UInt8(ascii: "h"): total += number * 3_600_000
            case UInt8(ascii: "m"): total += number * 60_000
            case UInt8(ascii: "s"): total += number * 1_000
            default: return nil
            }
            count = nil
        }
        return count == nil ? total : nil
    }

    // MARK: Known text

    private let arena = ByteArena(capacity: 64)

    private func isKnown(_ text: Cell) -> Bool {
        guard let place = known.firstIndex(where: { text.isEqual(to: $0) }) else { return false }
        if place > 0 { known.swapAt(place, place - 1) }
        return true
    }

    private func remember(_ text: Cell) {
        if known.count < 500 { known.append(Array(text)) }
    }
}
