import Playbooks

/// Writes values as people read them: `43%`, `$12.00`, `March 3`, `March 3, 2028`, `14 days`.
struct ValueFormat: Sendable {
    let language: Language
    /// ISO 4217.
    let currency: String
    /// In which instants fall on a day.
    let zone: Zone
    /// Of the workspace, where a date that was given without a time is the beginning of a day.
    let home: Zone
    /// What people read for reasons, by their names.
    var reasons: [String: String] = [:]
    /// When what is written is true; a date of another year says which. Nil where dates are of no year.
    var moment: Instant?

    func text(of variable: Variables.Variable) -> String {
        switch variable.value {
        case .missing: ""
        case .number(let number):
            switch variable.type {
            case .percent: percent(number)
            case .money: money(number)
            default: decimal(number, places: 2, isTrimmed: true, groupsFrom: 10_000)
            }
        case .text(let text): variable.type == .reason ? reasons[text] ?? text : text
        case .boolean(let isTrue): isTrue ? language.yes : language.no
        case .date(let day): date(day)
        case .instant(let instant): date(day(of: instant))
        case .duration(let span): duration(span)
        }
    }

    private func percent(_ share: Double) -> String {
        decimal(Self.percents(share), places: 2, isTrimmed: true, groupsFrom: 10_000) + language.percent
    }

    /// A share in percents, as it is where two decimals say all of it; else whole ones, and one decimal below 10 %.
    static func percents(_ share: Double) -> Double {
        let percents = share * 100
        let written = (percents * 100).rounded() / 100
        if abs(percents - written) < 1e-9 * max(1, abs(percents)) { return written }
        return abs(percents) < 9.95 ? (percents * 10).rounded() / 10 : percents.rounded()
    }

    private func money(_ amount: Double) -> String {
        let places = ["JPY", "KRW", "CLP", "VND", "ISK", "HUF"].contains(currency) ? 0 : 2
        let text = decimal(abs(amount), places: places, isTrimmed: false, groupsFrom: 1_000)
        let sign = amount < 0 && text.contains(where: { $0.isNumber && $0 != "0" }) ? "-" : ""
        let symbol = Self.symbols[currency]
        if language.currencyLeads {
            return sign + (symbol ?? currency) + (symbol == nil || language.currencySpaces ? "\u{a0}" : "") + text
        }
        return "\(sign)\(text)\u{a0}\(symbol ?? currency)"
    }

    private static let symbols = [
        "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩", "BRL": "R$", "CAD": "CA$", "AUD": "A$",
    ]

    /// Rounded half away from zero; thousands are grouped from the given number on.
    private func decimal(_ number: Double, places: Int, isTrimmed: Bool, groupsFrom: Double) -> String {
        let scale = places == 0 ? 1.0 : places == 1 ? 10 : 100
        let scaled = (abs(number) * scale).rounded()
        guard let units = Int64(exactly: scaled), scaled < 1e17 else { return "\(number)" }
        var whole = String(units / Int64(scale))
        if abs(number) >= groupsFrom {
            var index = whole.count - 3
            while index > 0 {
                whole.insert(contentsOf: language.group, at: whole.index(whole.startIndex, offsetBy: index))
                index -= 3
            }
        }
        var fraction = places == 0 ? "" : String(units % Int64(scale))
        fraction = String(repeating: "0", count: max(places - fraction.count, 0)) + fraction
        if isTrimmed { while fraction.last == "0" { fraction.removeLast() } }
        let sign = number < 0 && units != 0 ? "-" : ""
        return sign + whole + (fraction.isEmpty ? "" : language.decimal + fraction)
    }

    /// What begins a day of the workspace is that day wherever it is read.
    private func day(of instant: Instant) -> Day {
        let day = home.day(of: instant)
        return zone == home || home.start(of: day) != instant ? zone.day(of: instant) : day
    }

    private func date(_ day: Day) -> String {
        let date = day.civil
        let month = language.months[date.month - 1]
        let text = language.date.replacing("{day}", with: "\(date.day)").replacing("{month}", with: month)
        guard let moment, date.year != self.day(of: moment).civil.year else { return text }
        let year = language.year.replacing("{year}", with: "\(date.year)")
        return language.yearLeads ? year + text : text + year
    }

    private func word(_ unit: (one: String, many: String), of index: Int, _ count: Double) -> String {
        if abs(count) == 1 { return unit.one }
        let isFew = PluralCategory(of: count, in: language.code) == .few
        return isFew ? language.fewUnits?[index] ?? unit.many : unit.many
    }

    /// In the largest unit that leaves no more than a tenth unsaid, at least two of it: `14 days`, `36 hours`.
    private func duration(_ span: TimeSpan) -> String {
        let seconds = Double(span.milliseconds) / 1_000
        let sizes = [86_400.0, 3_600, 60, 1]
        for (index, (size, unit)) in zip(sizes, language.units).enumerated() {
            let count = (seconds / size).rounded()
            let isClose = abs(seconds - count * size) <= 0.1 * size
            guard size == 1 || (abs(count) >= 1 && isClose) || abs(count) >= 10 else { continue }
            let number = decimal(count, places: 0, isTrimmed: true, groupsFrom: 10_000)
            return "\(number) \(word(unit, of: index, count))"
        }
        return ""
    }
}
