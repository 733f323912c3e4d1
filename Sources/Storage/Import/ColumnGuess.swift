import Playbooks

/// What the values of one column of a file look like.
///
/// Every reading that is still possible is kept; a value that it cannot read takes it away.
struct ColumnGuess {
    /// The ways in which dates are written, the likelier first.
    private static let formats: [String] = [
        "y-m-d", "m/d/y", "d/m/y", "d.m.y", "y/m/d", "m-d-y", "d-m-y", "y.m.d", "yyyymmdd",
    ]
    /// Text with at most so many different values is a choice of them.
    private static let mostChoices = 12

    private struct Dates {
        var name: String
        var time: WrittenTime
        var hasTime = false
        var isPossible = true
    }

    private(set) var count = 0
    private(set) var empty = 0
    /// Whether no value has come twice.
    private(set) var isUnique = true
    private(set) var distinct: [String] = []
    private(set) var latest = Int64.min
    private var hashes: Set<Int> = []
    private var dates: [Dates]
    private var canBeBoolean = true
    private var canBeNumber = true
    private var canBePercent = true
    private var canBeMoney = true
    private var hasCurrency = false
    private var canBeEpoch = true
    private var canBeEmail = true
    private var canBeZone = true
    private var hasLongText = false
    private let money: CellReader
    private let zoneName: CellReader
    private let plain: WrittenTime

    init(zone: Zone, minorDigits: Int = 2) {
        money = CellReader("", .money(digits: minorDigits))
        zoneName = CellReader("", .zone)
        plain = WrittenTime(format: nil, zone: zone)
        dates = Self.formats.map { Dates(name: $0, time: WrittenTime(format: DateFormat($0), zone: zone)) }
    }

    mutating func look(at value: String) {
        let bytes = ByteArena(capacity: value.utf8.count)
        look(at: bytes.append(value.utf8))
    }

    mutating func look(at field: Cell) {
        let text = field.trimmed
        count += 1
        if text.isEmpty {
            empty += 1
            return
        }
        if !hashes.insert(text.string.hashValue).inserted {
            isUnique = false
        } else if distinct.count <= Self.mostChoices {
            distinct.append(text.string)
        }
        hasLongText = hasLongText || text.count > 40
        canBeBoolean = canBeBoolean && ["yes", "no", "true", "false"].contains(text.string.lowercased())
        canBeNumber = canBeNumber && DecimalText.double(text) != nil
        canBePercent =
            canBePercent && text.last == UInt8(ascii: "%") && DecimalText.double(Cell(rebasing: text.dropLast())) != nil
        if canBeMoney {
            canBeMoney = (try? money.scalar(text)) != nil
            hasCurrency = hasCurrency || ["$", "€", "£", "¥"].contains { text.starts(with: $0.utf8) }
        }
        if canBeEpoch {
            let moment = text.contains { $0 &- 0x30 >= 10 } ? nil : plain.instant(text)
            canBeEpoch = moment != nil
            latest = max(latest, moment ?? .min)
        }
        canBeEmail = canBeEmail && EmailAddress.isPlain(text)
        canBeZone = canBeZone && (try? zoneName.scalar(text)) != nil
        for index in dates.indices where dates[index].isPossible {
            guard let moment = dates[index].time.instant(text) else {
                dates[index].isPossible = false
                continue
            }
            latest = max(latest, moment)
            if dates[index].time.format?.day(text)?.length != text.count { dates[index].hasTime = true }
        }
    }

    private var filled: Int { count - empty }
    var isEmail: Bool { filled > 0 && canBeEmail }
    var isZone: Bool { filled > 0 && canBeZone }
    var isMoney: Bool { filled > 0 && canBeMoney }
    var isMoment: Bool { filled > 0 && (canBeEpoch || dates.contains { $0.isPossible }) }

    /// The format to declare for a column of dates; nil for ISO 8601 and seconds or milliseconds since 1970.
    var format: String? {
        guard let found = dates.first(where: \.isPossible), found.name != Self.formats[0] else { return nil }
        return found.name
    }

    /// Formats that read every value, when more than one does.
    var ambiguousFormats: [String] {
        let possible = dates.filter(\.isPossible).map(\.name)
        return possible.count > 1 ? possible : []
    }

    /// The attribute to declare, its name and column apart.
    func attribute(_ name: String) -> Attribute {
        if filled == 0 { return Attribute(name, .text) }
        if canBeBoolean { return Attribute(name, .boolean) }
        if let found = dates.first(where: \.isPossible) {
            return Attribute(name, found.hasTime ? .instant : .date, format: format)
        }
        if canBePercent { return Attribute(name, .percent) }
        if canBeNumber { return Attribute(name, .number) }
        if canBeMoney, hasCurrency { return Attribute(name, .money) }
        let isChoice = distinct.count <= Self.mostChoices && !hasLongText && filled >= 2 * distinct.count
        return Attribute(name, .text, values: isChoice ? distinct.sorted() : [])
    }
}
