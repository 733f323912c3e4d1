/// What parts of text messages cost, where the workspace declares a price.
package struct TextCost: Sendable, Hashable, CustomStringConvertible {
    package let amount: Double
    package let currency: String

    /// Nil without a price.
    package init?(of segments: Int, _ configuration: Configuration) {
        guard let price = configuration.sms?.price else { return nil }
        // A price has few digits, and their sum no more.
        amount = (price * Double(segments) * 10_000).rounded() / 10_000
        currency = configuration.currency
    }

    /// `12.40 USD`; less than one with four digits, for a part costs less than a cent: `0.0079 USD`.
    package var description: String {
        let digits = amount < 1 ? 4 : 2
        let scale = digits == 4 ? 10_000 : 100
        let minor = Int((amount * Double(scale)).rounded())
        let fraction = String(minor % scale)
        return "\(minor / scale).\(String(repeating: "0", count: digits - fraction.count))\(fraction) \(currency)"
    }
}
