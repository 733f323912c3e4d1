/// What some accounts pay together, and how many of them are left out because nobody knows what they pay.
package struct RiskSum: Sendable, Hashable {
    /// In minor units.
    package var known: Int64
    package var unknown = 0

    package init(known: Int64, unknown: Int = 0) {
        (self.known, self.unknown) = (known, unknown)
    }

    /// Of the columns `mrr` and `unknown`.
    init(_ row: Row) {
        self.init(known: row["mrr"].integer ?? 0, unknown: Int(row["unknown"].integer ?? 0))
    }

    /// `49.00 USD a month (2 of unknown MRR left out)`, or `MRR unknown` where it is so of all.
    package func text(of accounts: Int, each unit: String = "", _ money: (Int64) -> String) -> String {
        if unknown == accounts { return "MRR unknown" }
        return money(known) + unit + (unknown > 0 ? " (\(unknown) of unknown MRR left out)" : "")
    }
}
