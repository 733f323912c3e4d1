import Foundation

/// The share of accounts, or of revenue, that was lost in a number of days.
package struct Churn: Sendable, Hashable {
    package var rate: Double
    package var days: Double

    /// Nil when the rate is not within 0 and 1, or the days are none.
    package init?(rate: Double, days: Double) {
        guard (0...1).contains(rate), days > 0, days.isFinite else { return nil }
        self.rate = rate
        self.days = days
    }

    /// What the same pace makes in so many days: 1-(1-c)^(period/days), never a multiple.
    package func over(_ period: Double) -> Double { rate == 1 ? 1 : -expm1(period / days * log1p(-rate)) }

    package var annual: Double { over(365) }
    /// In a twelfth of a year.
    package var monthly: Double { over(365.0 / 12) }
}
