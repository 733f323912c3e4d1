/// How many of a number of accounts did something.
package struct Proportion: Sendable, Hashable, Codable {
    package let successes: Int
    package let total: Int

    /// Counts that make no proportion are drawn to the nearest that do.
    package init(successes: Int, total: Int) {
        self.total = max(0, total)
        self.successes = min(max(0, successes), self.total)
    }

    package var failures: Int { total - successes }

    /// The share; nil of nobody.
    package var rate: Double? { total > 0 ? Double(successes) / Double(total) : nil }

    /// The same accounts seen from the other side: how many did not.
    package var complement: Proportion { Proportion(successes: failures, total: total) }

    package static func + (left: Proportion, right: Proportion) -> Proportion {
        Proportion(successes: left.successes + right.successes, total: left.total + right.total)
    }

    /// The Wilson score interval: (p + z²/2n ± z√(p(1-p)/n + z²/4n²)) / (1 + z²/n).
    ///
    /// Of nobody, everything is possible: 0 to 1.
    package func wilson(alpha: Double = 0.05) -> Interval {
        guard let p = rate else { return Interval(lower: 0, upper: 1) }
        let z = Normal.upperQuantile(alpha / 2)
        let n = Double(total)
        let center = p + z * z / (2 * n)
        let half = z * (p * (Double(failures) / n) / n + z * z / (4 * n * n)).squareRoot()
        let scale = 1 + z * z / n
        return Interval(
            lower: successes == 0 ? 0 : max(0, (center - half) / scale),
            upper: failures == 0 ? 1 : min(1, (center + half) / scale))
    }

    /// The exact interval of Clopper and Pearson, from quantiles of the beta distribution.
    package func exact(alpha: Double = 0.05) -> Interval {
        guard total > 0 else { return Interval(lower: 0, upper: 1) }
        let (x, y) = (Double(successes), Double(failures))
        return Interval(
            lower: successes == 0 ? 0 : Beta(a: x, b: y + 1).quantile(alpha / 2),
            upper: failures == 0 ? 1 : Beta(a: x + 1, b: y).upperQuantile(alpha / 2))
    }
}
