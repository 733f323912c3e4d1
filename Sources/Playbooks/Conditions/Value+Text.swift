extension Value {
    /// The value for people, in a terminal: `43%`, `12.50 USD`, `3d 4h`, `2026-03-01`, `missing`.
    package func text(as type: ValueType, currency: String, zone: Zone) -> String {
        switch self {
        case .missing: "missing"
        case .number(let number):
            switch type {
            case .percent: Self.decimal(number * 100, places: 1) + "%"
            case .money:
                Self.decimal(number, places: Currency.minorDigits(of: currency), isPadded: true) + " " + currency
            default: Self.decimal(number, places: 4)
            }
        case .text(let text): "\"\(text)\""
        case .boolean(let isTrue): isTrue ? "true" : "false"
        case .date(let day): day.description
        case .instant(let instant): instant.text(in: zone)
        case .duration(let span): Self.text(of: span)
        }
    }

    /// Days and hours, or what is smaller.
    private static func text(of span: TimeSpan) -> String {
        let sign = span.milliseconds < 0 ? "-" : ""
        let minutes = span.milliseconds.magnitude / 60_000
        let (days, hours) = (minutes / 1_440, minutes / 60 % 24)
        if days > 0 { return sign + (hours > 0 ? "\(days)d \(hours)h" : "\(days)d") }
        if hours > 0 { return sign + (minutes % 60 > 0 ? "\(hours)h \(minutes % 60)m" : "\(hours)h") }
        return sign + (minutes > 0 ? "\(minutes)m" : "\(span.milliseconds.magnitude / 1_000)s")
    }

    private static func decimal(_ number: Double, places: Int, isPadded: Bool = false) -> String {
        var factor = 1.0
        for _ in 0..<places { factor *= 10 }
        guard let scaled = Int64(exactly: (number * factor).rounded()) else { return "\(number)" }
        let whole = scaled.magnitude / UInt64(factor)
        var fraction = String(scaled.magnitude % UInt64(factor))
        fraction = String(repeating: "0", count: max(0, places - fraction.count)) + fraction
        if !isPadded { while fraction.last == "0" { fraction.removeLast() } }
        let digits = places == 0 || fraction.isEmpty ? "\(whole)" : "\(whole).\(fraction)"
        return scaled < 0 ? "-" + digits : digits
    }
}
