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
        /// What a person or a company is called; what stands where there is no name is noted and left out.
        case name
        /// Text of which some values are known; others are noted, or refused where the list is closed.
        case choice([[UInt8]], isClosed: Bool)
        case number(ColumnForm.DecimalMark?), percent(ColumnForm.DecimalMark?)
        case money(MoneyText)
        case boolean
        case date(WrittenTime), instant(WrittenTime)
        case duration
        case zone
        case email
        /// A telephone number, with whose national numbers are meant.
        case phone(PhoneCountry?)
        /// Whether somebody wants no messages, as yes and no (`isOptIn`: as no and yes), in words, or as the day it was said.
        case wish(isOptIn: Bool, WrittenTime)
        /// A reason of the data map; other words are noted and stay as they are.
        case reason(known: [String])
    }

    let name: String
    let kind: Kind
    /// What its values are stored as.
    var stored: ColumnKind {
        switch kind {
        case .number, .percent: .real
        case .money, .boolean, .date, .instant, .duration, .wish: .integer
        case .text, .name, .choice, .zone, .email, .phone, .reason: .text
        }
    }
    /// Words of the file and what they stand for.
    private let words: MappedWords?
    /// What amounts are paid for, where the row does not say it.
    private let interval: BillingInterval
    /// Whether values that no list knows are refused.
    private let isStrict: Bool
    /// The bytes of a value that is not stored as it was written; valid until the next one.
    private let arena = ByteArena(capacity: 64)
    /// Text that was found good before; most columns of names hold few of them.
    private var known: [[UInt8]] = []
    /// Words of a status that were met before, and what they mean.
    private var statuses: [(word: [UInt8], status: Cell)] = []
    private static let mostStatuses = 30
    private let ofStatuses = ByteArena(capacity: mostStatuses * 8)
    /// How many cells of addresses hold several, of which the first was taken.
    private(set) var severalAddresses = 0
    /// Values that no list knows, and were taken, with their counts.
    private(set) var noted = NotedValues()

    init(
        _ name: String, _ kind: Kind, map: [String: String] = [:], interval: BillingInterval = .month,
        isStrict: Bool = false
    ) {
        self.name = name
        self.kind = kind
        self.interval = interval
        self.isStrict = isStrict
        words = MappedWords(map)
    }

    convenience init(_ attribute: Attribute, _ context: ImportContext) {
        let form = context.form(of: attribute.name, attribute.form)
        self.init(
            attribute.name, Self.kind(of: attribute, form, context),
            map: form.map, interval: Self.interval(form),
            isStrict: context.isStrict)
    }

    /// Reads a column of contacts; the one with telephone numbers for text messages as such.
    static func ofContact(_ attribute: Attribute, _ context: ImportContext) -> CellReader {
        guard let texts = context.dataMap.sms, texts.phone == attribute.name else {
            return CellReader(attribute, context)
        }
        let form = context.form(of: attribute.name, attribute.form)
        return CellReader(attribute.name, .phone(texts.country), map: form.map, isStrict: context.isStrict)
    }

    private static func interval(_ form: ColumnForm) -> BillingInterval {
        if case .interval(let interval) = form.period { interval } else { .month }
    }

    private static func kind(of attribute: Attribute, _ form: ColumnForm, _ context: ImportContext) -> Kind {
        let time = WrittenTime(form, zone: context.zone)
        switch attribute.type {
        case .text where attribute.name == "timezone": return .zone
        case .text where attribute.name == "email": return .email
        case .text where attribute.name == "name" && attribute.values.isEmpty: return .name
        case .text:
            return attribute.values.isEmpty
                ? .text : .choice(attribute.values.map { Array($0.utf8) }, isClosed: attribute.name == "status")
        case .number: return .number(form.decimal)
        case .percent: return .percent(form.decimal)
        case .money:
            // In cents the last digit before the point is the last one of the amount, in thousands it is a thousand.
            let shift =
                switch form.unit {
                case .cents: -context.minorDigits
                case .thousands: 3
                case nil: 0
                }
            return .money(
                MoneyText(
                    currency: context.currency, digits: context.minorDigits + shift, mark: form.decimal,
                    takesThousands: form.unit == nil))
        case .boolean: return .boolean
        case .date: return .date(time)
        case .instant: return .instant(time)
        case .duration: return .duration
        case .reason: return .reason(known: context.dataMap.reasons.map(\.name))
        }
    }

    /// The value of a field; an empty one is null, unless the map says what it stands for.
    ///
    /// - Parameter isNumber: whether its source has it as a number: then its mark is a point.
    func scalar(_ field: Cell, isNumber: Bool = false) throws -> Scalar {
        var text = field.trimmed
        if text.isEmpty, words?.value(of: text) == nil { return .null }
        // Most cells are spelled as the list is.
        if case .choice(let values, _) = kind, values.contains(where: { text.isEqual(to: $0) }) { return .text(text) }
        if let words, let mapped = words.value(of: text) {
            if mapped.isEmpty { return .null }
            text = mapped
        }
        switch kind {
        case .text: return .text(text)
        case .name:
            guard text.count <= Placeholder.longest, Placeholder.isOne(text.string) else { return .text(text) }
            noted.add(text)
            return .null
        case .choice(let values, let isClosed):
            if values.contains(where: { text.isEqual(to: $0) }) { return .text(text) }
            if let spelled = values.first(where: { text.isEqualIgnoringCase(to: $0) }) {
                return .text(spelling(spelled))
            }
            if isClosed, let status = status(text, values) { return status }
            if !isClosed, !isStrict {
                noted.add(text)
                return .text(text)
            }
        case .number(let mark):
            if mark == nil, !isNumber, DecimalText.hasTwoReadings(text) { break }
            if let value = DecimalText.double(text, isNumber ? .point : mark) { return .real(value) }
        case .percent(let declared):
            let mark = isNumber ? .point : declared
            if text.last == UInt8(ascii: "%") {
                if let value = DecimalText.double(Cell(rebasing: text.dropLast()).trimmed, mark) {
                    return .real(value / 100)
                }
            } else if let value = DecimalText.double(text, mark) {
                return .real(value)
            }
        case .money(let declared):
            let money = isNumber ? declared.ofNumbers : declared
            if let value = money.plainAmount(text) {
                return .integer(interval.monthly(value))
            }
            if case .amount(let value) = money.reading(of: text) {
                return .integer(interval.monthly(value))
            }
        case .boolean:
            if let value = Self.boolean(text) { return .integer(value ? 1 : 0) }
        case .date(let time):
            if !isStrict, Placeholder.isNoDay(text) { return .null }
            if let value = time.day(text) { return .integer(Int64(value)) }
        case .instant(let time):
            if !isStrict, Placeholder.isNoDay(text) { return .null }
            if let value = time.instant(text) { return .integer(value) }
        case .duration:
            if let value = Self.duration(text) { return .integer(value) }
        case .zone:
            if isKnown(text) { return .text(text) }
            if Zone(text.string) != nil {
                remember(text)
                return .text(text)
            }
            if let zone = ZoneNames.zone(text.string) { return .text(spelling(Array(zone.utf8))) }
        case .email:
            if EmailAddress.isPlain(text) { return .text(cleaned(text)) }
            if let mailbox = Mailbox(text.string) {
                if mailbox.isOneOfSeveral { severalAddresses += 1 }
                arena.removeAll(reserving: mailbox.address.utf8.count)
                return .text(arena.append(mailbox.address.utf8))
            }
        case .phone(let country):
            if let number = PhoneNumber.normalized(text.string, in: country) {
                arena.removeAll(reserving: number.utf8.count)
                return .text(arena.append(number.utf8))
            }
        case .wish(let isOptIn, let time):
            if text.elementsEqual(WishWord.held.utf8) { return .integer(WishReader.unclear) }
            switch WishWord.meaning(text, isOptIn: isOptIn, time) {
            case .out: return .integer(1)
            case .within: return .integer(0)
            case .unclear:
                if !isStrict {
                    noted.add(text)
                    return .integer(WishReader.unclear)
                }
            }
        case .reason(let known): return try reason(text, known)
        }
        let isForeign =
            if case .money(let money) = kind, case .otherCurrency = money.reading(of: text) { true } else { false }
        throw Rejection(
            isForeign ? .currency : .value, name, "\(text.excerpt) \(complaint(text))", value: text.string)
    }

    private func cleaned(_ address: Cell) -> Cell {
        guard EmailAddress.isDressed(address), let text = EmailAddress.cleaned(address.string) else {
            return address
        }
        arena.removeAll(reserving: text.utf8.count)
        return arena.append(text.utf8)
    }

    /// A workspace that declares no reasons takes them as they come; others are kept as they are, and noted.
    private func reason(_ text: Cell, _ declared: [String]) throws -> Scalar {
        if isKnown(text) { return .text(text) }
        let word = text.string
        if declared.isEmpty || declared.contains(word) {
            remember(text)
            return .text(text)
        }
        if let spelled = declared.first(where: { text.isEqualIgnoringCase(to: Array($0.utf8)) }) {
            return .text(spelling(Array(spelled.utf8)))
        }
        guard isStrict else {
            noted.add(text)
            return .text(text)
        }
        throw Rejection(
            .unknownName, name,
            "\(text.excerpt) is not a reason of data.yaml\(suggestion(for: word, in: declared))", value: word)
    }

    /// What the field should have been.
    private func complaint(_ text: Cell) -> String {
        switch kind {
        case .text: "is not text"
        case .name: "is not a name"
        case .choice(let values, _):
            "is not one of \(values.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ", "))"
                + suggestion(for: text.string, in: values.map { String(decoding: $0, as: UTF8.self) })
        case .number(nil) where DecimalText.hasTwoReadings(text):
            "has two readings; say decimal: comma, if it is \(DecimalText.double(text, .comma) ?? 0), or decimal: point, if "
                + "it is \(DecimalText.double(text, .point) ?? 0)"
        case .number(let mark), .percent(let mark):
            mark == nil && text.contains(UInt8(ascii: ","))
                ? "is ambiguous or no number; write 1234.5 or 1,234.50, or say decimal: point (1,001 is a thousand and one) or decimal: comma"
                : "is not a number"
        case .money(let money):
            switch money.reading(of: text) {
            case .ambiguous: "has two readings; say decimal: comma or decimal: point"
            case .otherCurrency(let sign):
                "is in \(sign), and the workspace counts in \(money.currency) (currency: of keeptouch.yaml)"
            case .none, .amount: "is not an amount of money such as 12.50"
            }
        case .boolean: "is not yes or no"
        case .date where DateFormat.isBeyond(text), .instant where DateFormat.isBeyond(text):
            "lies beyond 1900 to 2200, the years that are taken; leave the cell empty where there is no date"
        case .date(let time): "is not a date written \(Self.forms(time, "2026-03-01"))"
        case .instant(let time): "is not a moment written \(Self.forms(time, "2026-03-01T09:30:00Z or 2026-03-01"))"
        case .duration: "is not a duration such as 36h or 14d"
        case .zone: "is not a time zone such as America/Chicago"
        case .email: "is not an email address"
        case .phone(nil):
            "is not a telephone number with the code of its country, such as +14155550123; where all are of one country, "
                + "sms: { country: US } of keeptouch.yaml says which"
        case .phone(let country?):
            "is certainly no number of \(country.name) as it is dialed there, nor one with the code of its country, such as "
                + "+14155550123"
        case .wish(let isOptIn, _):
            "says neither that messages are wanted nor that they are not"
                + (isOptIn ? "" : "; the address is held back until it does")
        case .reason: "is not a reason"
        }
    }

    private static func forms(_ time: WrittenTime, _ standard: String) -> String {
        time.names.isEmpty ? standard : time.names.joined(separator: " or ")
    }

    // MARK: Values

    private static func boolean(_ text: Cell) -> Bool? {
        guard text.count <= BooleanWord.longest else { return nil }
        if text.count == 1, text[0] &- 0x30 < 2 { return text[0] == 0x31 }
        return BooleanWord.value(of: text.string)
    }

    /// What a word of the usual systems makes of a status; most files have few of them.
    ///
    /// A contact's may say no more than that nothing is wanted: that is no status (`WishReader`).
    private func status(_ text: Cell, _ values: [[UInt8]]) -> Scalar? {
        if let met = statuses.first(where: { text.isEqual(to: $0.word) }) { return .text(met.status) }
        let isOfAccounts = values.last.map { $0.elementsEqual("churned".utf8) } ?? false
        if !isOfAccounts, WishWord.meaning(ofStatus: text) != nil { return .null }
        let word = text.string
        if isOfAccounts, StatusWords.status(of: word) == nil, let several = status(ofSeveral: text, values) {
            return several
        }
        guard let found = isOfAccounts ? StatusWords.status(of: word) : StatusWords.statusOfContact(word),
            let value = values.first(where: { $0.elementsEqual(found.utf8) })
        else { return nil }
        guard statuses.count < Self.mostStatuses else { return .text(spelling(value)) }
        let status = ofStatuses.append(value)
        statuses.append((Array(text), status))
        return .text(status)
    }

    /// Of several words, such as tags, one that says that somebody has left counts before those that do not; nil where none
    /// is known.
    private func status(ofSeveral text: Cell, _ values: [[UInt8]]) -> Scalar? {
        let found = WordList.words(of: text, commas: true).compactMap { word -> String? in
            let mapped = words?.value(of: word)?.string ?? word.string
            return ["active", "churned"].first { $0 == mapped } ?? StatusWords.status(of: mapped)
        }
        guard let status = found.first(where: { $0 == "churned" }) ?? found.first else { return nil }
        return values.first { $0.elementsEqual(status.utf8) }.map { .text(spelling($0)) }
    }

    /// `36h`, `14d`, `1d 12h`: whole weeks, days, hours, minutes and seconds, in milliseconds.
    private static func duration(_ text: Cell) -> Int64? {
        var total: Int64 = 0
        var count: Int64?
        // So short a text comes to no more than 64 bits hold.
        guard text.count <= 64 else { return nil }
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

    private func isKnown(_ text: Cell) -> Bool {
        guard let place = known.firstIndex(where: { text.isEqual(to: $0) }) else { return false }
        if place > 0 { known.swapAt(place, place - 1) }
        return true
    }

    private let spelled = ByteArena(capacity: 256)

    /// The value as a list spells it, in bytes that stay until the next one.
    private func spelling(_ value: [UInt8]) -> Cell {
        spelled.removeAll(reserving: value.count)
        return spelled.append(value)
    }

    private func remember(_ text: Cell) {
        if known.count < 500 { known.append(Array(text)) }
    }
}
