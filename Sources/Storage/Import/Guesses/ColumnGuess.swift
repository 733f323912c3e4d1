import Playbooks

/// What the values of one column of a file look like: how many of them can be read as what.
///
/// The majority decides; what it cannot read is counted, never in the way.
struct ColumnGuess {
    /// The ways in which dates are written, the likelier first.
    static let formats: [String] = [
        "y-m-d", "m/d/y", "d/m/y", "d.m.y", "y/m/d", "m-d-y", "d-m-y", "y.m.d", "yyyymmdd", "mmm d y", "d mmm y",
        "d-mmm-y",
    ]
    /// Text with at most so many different values may be a list of choices.
    private static let mostChoices = 8
    private static let mostWords = 60

    private struct Dates {
        var name: String
        var time: WrittenTime
        var count = 0
        var withTime = 0
    }

    let name: String
    private(set) var count = 0
    private(set) var empty = 0
    private(set) var placeholders = 0
    /// Values that would say, in a column of days, that there has been none.
    private var noDays = 0
    /// Values that had come before.
    private(set) var repeats = 0
    /// How often each of the first different values came, as they are spelled.
    private(set) var words: [String: Int] = [:]
    private(set) var hashes: Set<Int> = []
    /// Cells that hold several words, such as the keys of several accounts, and the first word of each.
    private(set) var lists: Set<Int> = []
    private var firstOfLists: Set<Int> = []
    /// The values, of lists the first.
    var namedThings: Set<Int> { lists.isEmpty ? hashes : hashes.subtracting(lists).union(firstOfLists) }
    /// Of values, of lists the first, as other attributes than the key are compared: without case.
    private(set) var folded: Set<Int> = []
    /// Of whole numbers without the zeros before them, which spreadsheets drop.
    private(set) var withoutZeros: Set<Int> = []
    /// How many digits whole numbers have; of several lengths the first three.
    private var lengths: Set<Int> = []
    private(set) var emails = 0
    /// Of addresses in the form in which they are compared.
    private(set) var addresses: Set<Int> = []
    private(set) var zones = 0
    private(set) var numbers: [Double] = []
    private(set) var currencies: [String: Int] = [:]
    private var dates: [Dates]
    /// By the formats that read each value: how often that came.
    private var readings: [UInt16: Int] = [:]
    private var past = 0
    /// Weeks and months: `2026-01`, `2026-W05`.
    private var periods = 0
    private var epochs = 0
    private var booleans = 0
    private var percents = 0
    private var plainNumbers = 0
    private var points = 0
    private var commas = 0
    private var amounts = 0
    /// Amounts with a `k` behind them.
    private(set) var thousands = 0
    /// Numbers that are another one, a thousand times as large or small, if their point or their comma is a decimal one.
    private(set) var twoReadings: (points: Int, commas: Int, example: String) = (0, 0, "")
    private var leadingZeros = 0
    /// Days as spreadsheets number them.
    private var serials = 0
    /// Numbers that a spreadsheet has rounded: `7.213E+12`.
    private(set) var rounded = 0
    private var longTexts = 0
    private let zoneName = CellReader("", .zone)
    private let plain: WrittenTime
    private let latest: Int64
    private let holdsNames: Bool
    private let holdsDates: Bool
    /// Whether dates that can be read both ways have the day first, as where amounts are in euros or have a comma.
    var isDayFirst = false

    /// - Parameters:
    ///   - name: what the column is called, simplified.
    ///   - holdsNames: whether its digits alone are no moments, but name things.
    ///   - holdsDates: whether its digits alone may be days as spreadsheets number them.
    init(_ name: String = "", zone: Zone, latest: Int64 = .max, holdsNames: Bool = false, holdsDates: Bool = false) {
        self.name = name
        self.holdsNames = holdsNames
        self.holdsDates = holdsDates
        plain = WrittenTime(zone: zone)
        self.latest = latest
        dates = Self.formats.map { Dates(name: $0, time: WrittenTime(formats: [$0], zone: zone)) }
    }

    mutating func look(at value: String) {
        let bytes = ByteArena(capacity: value.utf8.count + 1)
        look(at: bytes.append(value.utf8))
    }

    mutating func look(at field: Cell) {
        let text = field.trimmed
        count += 1
        if text.isEmpty {
            empty += 1
            return
        }
        let string = text.string
        let word = string.lowercased()
        if Placeholder.isOne(word) {
            placeholders += 1
            return
        }
        if Placeholder.isNoDay(text) { noDays += 1 }
        let isPlain = !KeyForm.mayBeDressed(text)
        let isNew = hashes.insert((isPlain ? string : KeyForm.plain(string)).hashValue).inserted
        if !isNew { repeats += 1 }
        let first = WordList.words(of: text, commas: false).first
        if let first {
            lists.insert(string.hashValue)
            firstOfLists.insert(first.string.hashValue)
        }
        if isNew { folded.insert(AccountsByAttribute.plain(first?.string ?? string).hashValue) }
        if words.count < Self.mostWords || words[string] != nil { words[string, default: 0] += 1 }
        if text.count > 40 { longTexts += 1 }
        if text.count <= BooleanWord.longest, BooleanWord.value(of: word) != nil { booleans += 1 }
        if text.contains(UInt8(ascii: "@")) {
            if let address = EmailAddress.isPlain(text) ? string : Mailbox(string)?.address {
                emails += 1
                if let address = EmailAddress.normalized(address) { addresses.insert(address.hashValue) }
            }
            return
        }
        if word.utf8.contains(where: { $0 &- 0x30 < 10 }) { lookAtFigures(text) }
        if text.contains(UInt8(ascii: "/")) || word == "utc" || word == "gmt" {
            if (try? zoneName.scalar(text)) != nil { zones += 1 }
        }
    }

    private mutating func lookAtFigures(_ text: Cell) {
        if !text.contains(where: { $0 &- 0x30 >= 10 }) {
            withoutZeros.insert(String(text.string.drop { $0 == "0" }).hashValue)
            if lengths.count < 3 { lengths.insert(text.count) }
        }
        if PeriodText.days(of: text) != nil { periods += 1 }
        if text.last == UInt8(ascii: "%") {
            if DecimalText.double(Cell(rebasing: text.dropLast()).trimmed) != nil { percents += 1 }
            return
        }
        if Rejection.isRounded(text) { rounded += 1 }
        if holdsDates, let serial = DateFormat.serial(text), (20_000..<80_000).contains(serial.day + 25_569) {
            serials += 1
            if Int64(serial.day) * 86_400_000 <= latest { past += 1 }
        }
        if text.count > 1, text[0] == 0x30, text[1] &- 0x30 < 10 { leadingZeros += 1 }
        let point = MoneyText(currency: "", digits: 2, mark: .point)
        let sign = point.sign(of: text)
        if let sign { currencies[sign, default: 0] += 1 }
        let asPoint = point.amount(of: text)
        let asComma = MoneyText(currency: "", digits: 2, mark: .comma).amount(of: text)
        let (isPoint, isComma) = (asPoint != nil, asComma != nil)
        if isPoint || isComma { amounts += 1 }
        let isInThousands = MoneyText.isInThousands(text)
        if isInThousands { thousands += 1 }
        if isPoint, !isComma { points += 1 }
        if isComma, !isPoint { commas += 1 }
        if let asPoint, let asComma, asPoint != asComma {
            let hasPoint = text.contains(UInt8(ascii: "."))
            twoReadings.points += hasPoint ? 1 : 0
            twoReadings.commas += hasPoint ? 0 : 1
            if twoReadings.example.isEmpty { twoReadings.example = text.string }
        }
        if sign == nil, isPoint || isComma, !isInThousands { plainNumbers += 1 }
        if numbers.count < 10_000, let value = asPoint ?? asComma { numbers.append(value) }
        if Placeholder.isNoDay(text) { return }
        guard text.count <= 70, !holdsNames || text.contains(where: { $0 &- 0x30 >= 10 }) else { return }
        if !text.contains(where: { $0 &- 0x30 >= 10 }), let moment = plain.instant(text), text.count != 8 {
            epochs += 1
            if moment <= latest { past += 1 }
        }
        var reading: UInt16 = 0
        for index in dates.indices {
            guard let moment = dates[index].time.instant(text) else { continue }
            reading |= 1 << UInt16(index)
            dates[index].count += 1
            if dates[index].time.formats.first?.day(text)?.length != text.count { dates[index].withTime += 1 }
            if reading & (reading - 1) == 0, moment <= latest { past += 1 }
        }
        if reading != 0 { readings[reading, default: 0] += 1 }
    }

    // MARK: What it is

    /// Values that say something.
    var filled: Int { count - empty - placeholders }
    var isUnique: Bool { filled > 0 && repeats == 0 }
    /// Whether it numbers things: each has another number of as many digits, and of five or more.
    var isNumbered: Bool {
        isUnique && filled >= 10 && lengths.count == 1 && lengths.allSatisfy { $0 >= 5 } && withoutZeros.count == filled
    }
    var distinct: Int { hashes.count }
    private func isMost(_ some: Int, of share: Double = 0.8) -> Bool {
        filled > 0 && Double(some) >= share * Double(filled)
    }

    /// Whether the values are those of another column without the zeros before them.
    func lacksZeros(of other: ColumnGuess) -> Bool {
        guard !withoutZeros.isEmpty, other.leadingZeros > 0 else { return false }
        let (found, lost) = (
            hashes.intersection(other.hashes).count, withoutZeros.intersection(other.withoutZeros).count
        )
        return lost * 2 > hashes.count && found * 2 < lost
    }

    /// With how many digits the keys of this column and of one that has lost their zeros agree; nil where nobody can say.
    var digits: Int? {
        guard leadingZeros > 0 else { return withoutZeros.isEmpty ? nil : 1 }
        return lengths.count == 1 ? lengths.first : nil
    }

    var isEmail: Bool { isMost(emails, of: 0.5) }
    var isZone: Bool {
        isMost(zones, of: 0.5)
            || isMost(filled - noZones.reduce(0) { $0 + $1.value }, of: 0.5) && words.count < Self.mostWords
    }
    /// Values that are no time zones, the most frequent first.
    var noZones: [(key: String, value: Int)] {
        words.filter { Zone($0.key) == nil && ZoneNames.zone($0.key) == nil }.sorted {
            ($1.value, $0.key) < ($0.value, $1.key)
        }
    }
    var isBoolean: Bool { isMost(booleans, of: 0.95) }
    var isNumber: Bool { isMost(plainNumbers) && leadingZeros * 10 < filled }
    var isMoney: Bool { isMost(amounts) }
    /// Whether more values are amounts than not.
    var isMostlyMoney: Bool { isMost(amounts, of: 0.51) }
    /// The values that are no amounts, the most frequent first.
    var notMoney: [(key: String, value: Int)] {
        let money = [ColumnForm.DecimalMark.point, .comma].map { MoneyText(currency: "", digits: 2, mark: $0) }
        return words.filter { word, _ in
            let bytes = ByteArena(capacity: word.utf8.count + 1)
            let text = bytes.append(word.utf8)
            return money.allSatisfy { $0.amount(of: text) == nil }
        }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    }
    var isPast: Bool { isMoment && Double(past) >= 0.9 * Double(filled - noDays) * 0.8 }
    /// Values that say a day, in a column of days.
    var days: Int { filled - noDays }
    var isMoment: Bool { dateFormats != nil }
    var isPeriod: Bool { isMost(periods) }
    /// Whether amounts are written with a decimal comma, by those that leave no doubt.
    var usesComma: Bool? { commas == points ? nil : commas > points }
    /// How many amounts have a decimal comma, and how many a decimal point; nil where nearly all have the same.
    var mixedMarks: (commas: Int, points: Int)? {
        min(commas, points) * 20 >= max(commas + points, 1) ? (commas, points) : nil
    }
    var hasCurrency: Bool { isMost(currencies.values.reduce(0, +), of: 0.5) }

    /// The formats that read most values, the first the most frequent; empty for seconds or milliseconds since 1970, and
    /// nil when most values are no dates.
    var dateFormats: [String]? {
        func areMost(_ some: Int) -> Bool { days > 0 && Double(some) >= 0.8 * Double(days) }
        if areMost(epochs) { return [] }
        if areMost(serials) { return ["excel"] }
        var chosen: [Int] = []
        var left = readings
        while chosen.count < 4 {
            let counts = dates.indices.map { index in
                left.reduce(0) { $0 + ($1.key & 1 << UInt16(index) == 0 ? 0 : $1.value) }
            }
            // A second order with the same mark would guess at every value that both can read.
            let allowed = dates.indices.filter { index in !chosen.contains { Self.isContrary($0, index) } }
            guard let best = allowed.max(by: { (counts[$0], rank($1)) < (counts[$1], rank($0)) }), counts[best] > 0,
                chosen.isEmpty || counts[best] * 200 >= days
            else { break }
            chosen.append(best)
            left = left.filter { $0.key & 1 << UInt16(best) == 0 }
        }
        let read = readings.values.reduce(0, +) - left.values.reduce(0, +)
        return !chosen.isEmpty && areMost(read) ? chosen.map { dates[$0].name } : nil
    }

    /// Of formats that read as many dates the one with the lowest is taken.
    private func rank(_ index: Int) -> Int {
        guard isDayFirst, let other = Self.dayFirst[Self.formats[index]].flatMap(Self.formats.firstIndex) else {
            return index
        }
        return other
    }

    /// Whether the dates of the column show that the day stands before the month, or behind it; nil where none or both do.
    var dayFirstProof: Bool? {
        guard isMoment else { return nil }
        let (first, second) = orderProofs
        return first > 0 && second == 0 ? true : second > 0 && first == 0 ? false : nil
    }

    /// How many dates can only be read with the day first, and how many only with the month.
    private var orderProofs: (dayFirst: Int, monthFirst: Int) {
        var (first, second) = (0, 0)
        for (one, other) in [("d/m/y", "m/d/y"), ("d-m-y", "m-d-y")] {
            guard let one = Self.formats.firstIndex(of: one), let other = Self.formats.firstIndex(of: other) else {
                continue
            }
            for (reading, count) in readings {
                let (isFirst, isSecond) = (reading & 1 << UInt16(one) != 0, reading & 1 << UInt16(other) != 0)
                if isFirst, !isSecond { first += count }
                if isSecond, !isFirst { second += count }
            }
        }
        return (first, second)
    }

    /// How many dates have the day first, and how many the month, where so many of both do that no order reads most of them.
    var contraryDates: (dayFirst: Int, monthFirst: Int)? {
        let (first, second) = orderProofs
        guard !isMoment, first > 0, second > 0, readings.values.reduce(0, +) * 5 >= days * 4 else { return nil }
        return (first, second)
    }

    private static let dayFirst = ["m/d/y": "d/m/y", "d/m/y": "m/d/y", "m-d-y": "d-m-y", "d-m-y": "m-d-y"]

    private static func isContrary(_ one: Int, _ other: Int) -> Bool {
        let (one, other) = (formats[one], formats[other])
        guard one.first != "y", other.first != "y", one != other else { return false }
        return one.first { !"ymd".contains($0) } == other.first { !"ymd".contains($0) } && !one.contains("mmm")
    }

    /// Formats that read every date as well as the chosen one does.
    var otherFormats: [String] {
        guard let first = dateFormats?.first, let chosen = dates.first(where: { $0.name == first }) else { return [] }
        let chosenIndex = Self.formats.firstIndex(of: first) ?? 0
        return dates.indices.filter { index in
            Self.isContrary(chosenIndex, index) && dates[index].count == chosen.count
        }.map { dates[$0].name }
    }

    /// Of dates with day and month in numbers: how many can be read only as the chosen format says, only the other way
    /// round, and both ways.
    var orders: (chosen: String, only: Int, other: String, onlyOther: Int, both: Int)? {
        guard let chosen = dateFormats?.first, let index = Self.formats.firstIndex(of: chosen) else { return nil }
        let counts = dates.indices.filter {
            Self.isContrary(index, $0) && dates[$0].count > 0 && !Self.formats[$0].contains("mmm")
        }
        guard let other = counts.max(by: { dates[$0].count < dates[$1].count }) else { return nil }
        let (one, two) = (UInt16(1) << UInt16(index), UInt16(1) << UInt16(other))
        func count(_ belongs: (UInt16) -> Bool) -> Int { readings.reduce(0) { $0 + (belongs($1.key) ? $1.value : 0) } }
        return (
            chosen, count { $0 & one != 0 && $0 & two == 0 }, dates[other].name,
            count { $0 & two != 0 && $0 & one == 0 },
            count { $0 & one != 0 && $0 & two != 0 }
        )
    }

    var hasTimes: Bool { dates.contains { $0.withTime * 2 > filled } || isMost(epochs) }

    /// The formats to declare; none for ISO 8601 alone.
    var declaredFormats: [String] {
        let formats = dateFormats ?? []
        return formats == ["y-m-d"] ? [] : formats
    }

    /// The values of a column with few of them, in their most frequent spellings; empty when it is no such column.
    ///
    /// Certain is a list only where each value came often: what a few rows show is no list.
    var choices: [String] {
        guard longTexts == 0, filled >= 100, (2...Self.mostChoices).contains(distinct) else { return [] }
        let byWord = Dictionary(grouping: words, by: { $0.key.lowercased() })
        guard byWord.values.allSatisfy({ same in same.reduce(0) { $0 + $1.value } * 50 >= filled }) else { return [] }
        return byWord.values.compactMap { same in
            same.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
        }.sorted()
    }

    /// The attribute to declare, its column apart.
    func attribute(_ name: String) -> Attribute {
        var attribute = Attribute(name, type)
        if type == .date || type == .instant { attribute.form.formats = declaredFormats }
        if type == .text { attribute.values = choices }
        return attribute
    }

    var type: ValueType {
        if filled == 0 { return .text }
        if isBoolean { return .boolean }
        if isMoment { return hasTimes ? .instant : .date }
        if isMost(percents) { return .percent }
        if isMoney, hasCurrency { return .money }
        if isNumber { return .number }
        return .text
    }
}
