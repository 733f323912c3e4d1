package import Playbooks
package import Statistics

extension Report {
    /// One typed value of a table.
    package enum Cell: Sendable, Hashable, Codable {
        case text(String)
        /// What people call it, and the name that files and commands have for it.
        case named(String, key: String)
        case count(Int)
        case number(Double, Unit)
        case interval(Interval, Unit)
        case day(Day)
        /// 0 to 1, drawn as a small bar where there is room for one; a number elsewhere.
        case bar(Double)
        /// There is no such figure; the sentence says why.
        case none(String)

        /// A share of 0 to 1, or why there is none.
        package static func share(_ value: Double?, else reason: Unmeasurable = .noAccounts) -> Cell {
            value.map { .number($0, .share) } ?? .none(reason.sentence)
        }

        /// A figure that may not be measurable.
        package static func of<Value>(_ result: Result<Value, Unmeasurable>, cell: (Value) -> Cell) -> Cell {
            switch result {
            case .success(let value): cell(value)
            case .failure(let reason): .none(reason.sentence)
            }
        }
    }

    /// How a number is written.
    package enum Unit: Sendable, Hashable, Codable {
        /// With so many decimal places.
        case plain(Int)
        /// 0.043 is `4.3%`.
        case share
        /// The same of those only whose time has come: `4.3%*`.
        case shareSoFar
        /// A p-value; a very small one is `under 0.0001`.
        case probability
        /// A difference of shares: 0.031 is `+3.1` points.
        case points
        /// A relative change: 0.12 is `+12%`.
        case change
        case days
        /// Minor units of a currency's code: 1999 of USD is `19.99`.
        case money(String)
    }
}

extension Report.Unit {
    /// A number as people read it; a dash when it is none.
    package func text(_ value: Double) -> String {
        guard value.isFinite else { return "–" }
        return switch self {
        case .plain(let places): Self.fixed(value, places)
        case .share: Self.fixed(value * 100, 1) + "%"
        case .shareSoFar: Self.fixed(value * 100, 1) + "%*"
        case .probability: value < 0.0001 ? "under 0.0001" : Self.fixed(value, 4)
        case .points: Self.signed(value * 100, 1)
        case .change: Self.signed(value * 100, 0) + "%"
        case .days: Self.fixed(value, abs(value) < 10 ? 1 : 0)
        case .money(let currency): Self.money(value, currency)
        }
    }

    /// An interval as people read it: `1.2% to 5.0%`.
    package func text(_ interval: Interval) -> String { "\(text(interval.lower)) to \(text(interval.upper))" }

    /// The number that machines get: shares stay fractions, money is in major units.
    package func value(_ value: Double) -> Double? {
        guard value.isFinite else { return nil }
        guard case .money(let currency) = self else { return value }
        return (0..<Currency.minorDigits(of: currency)).reduce(value) { value, _ in value / 10 }
    }

    private static func money(_ value: Double, _ currency: String) -> String {
        let digits = Currency.minorDigits(of: currency)
        let major = (0..<digits).reduce(value) { value, _ in value / 10 }
        let text = fixed(abs(major), abs(major) < 1_000 ? digits : 0)
        let whole = text.prefix { $0 != "." }
        var grouped = ""
        for (index, digit) in whole.enumerated() {
            if index > 0, (whole.count - index) % 3 == 0 { grouped.append(",") }
            grouped.append(digit)
        }
        return (major < 0 ? "-" : "") + grouped + text.dropFirst(whole.count)
    }

    private static func signed(_ value: Double, _ places: Int) -> String {
        let text = fixed(value, places)
        return value > 0 && text.contains { $0.isNumber && $0 != "0" } ? "+" + text : text
    }

    /// Rounded half to even on the shortest decimal, so that the same number is the same text on every machine.
    private static func fixed(_ value: Double, _ places: Int) -> String {
        let scale = (0..<max(0, places)).reduce(1.0) { scale, _ in scale * 10 }
        let rounded = (value * scale).rounded(.toNearestOrEven)
        guard abs(rounded) < 1e15 else { return "\(value)" }
        let units = Int64(abs(rounded))
        let sign = value < 0 && units > 0 ? "-" : ""
        guard places > 0 else { return "\(sign)\(units)" }
        let base = Int64(scale)
        let fraction = "\(units % base)"
        return "\(sign)\(units / base)." + String(repeating: "0", count: max(0, places - fraction.count)) + fraction
    }
}

extension Report.Cell {
    /// The cell as people read it, and as CSV has it where that is one field.
    package var text: String {
        switch self {
        case .text(let text), .named(let text, _): text
        case .count(let count): "\(count)"
        case .number(let value, let unit): unit.text(value)
        case .interval(let interval, let unit): unit.text(interval)
        case .day(let day): "\(day)"
        case .bar(let share): Report.bar(share, width: 10)
        case .none: "–"
        }
    }
}

extension Report {
    /// A bar of eighths of a block: a share of 0 to 1 of a width.
    package static func bar(_ share: Double, width: Int) -> String {
        guard share.isFinite, share > 0 else { return "" }
        let eighths = Int((min(1, share) * Double(width * 8)).rounded())
        let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
        return String(repeating: "█", count: eighths / 8) + parts[eighths % 8]
    }
}
