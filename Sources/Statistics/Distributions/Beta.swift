import Foundation

/// A beta distribution: what is believed about a share.
///
/// A prior becomes a posterior when successes are added to `a` and failures to `b`.
package struct Beta: Sendable, Hashable {
    package let a: Double
    package let b: Double

    /// Parameters that are not positive and finite are drawn to the nearest that are.
    package init(a: Double, b: Double) {
        func positive(_ value: Double) -> Double { value > 1e-6 ? min(value, 1e15) : 1e-6 }
        self.a = positive(a)
        self.b = positive(b)
    }

    /// Knows nothing: every share is as likely.
    package static let uniform = Beta(a: 1, b: 1)

    /// What a history is worth as a prior: its rate, with the weight of so many accounts.
    package init(rate: Double, weight: Double) { self.init(a: rate * weight, b: (1 - rate) * weight) }

    package func updated(with data: Proportion) -> Beta {
        Beta(a: a + Double(data.successes), b: b + Double(data.failures))
    }

    package var mean: Double { a / (a + b) }
    /// The log odds of the mean.
    var logOdds: Double { log(a / b) }
    /// The distribution of one minus the share.
    package var mirrored: Beta { Beta(a: b, b: a) }

    /// The share below which a probability p lies.
    package func quantile(_ p: Double) -> Double { share(below: p, above: 1 - p) }

    /// The share above which a probability p lies: `quantile(1 - p)` without the loss of a small p.
    package func upperQuantile(_ p: Double) -> Double { share(below: 1 - p, above: p) }

    package func credible(alpha: Double = 0.05) -> Interval {
        Interval(lower: quantile(alpha / 2), upper: upperQuantile(alpha / 2))
    }

    /// The share between two probabilities that sum to one.
    private func share(below p: Double, above q: Double) -> Double {
        guard p > 0 else { return 0 }
        guard q > 0 else { return 1 }
        if Self.cumulative(0.5, 0.5, a, b) < p { return 1 - mirrored.lowerShare(below: q, above: p) }
        return lowerShare(below: p, above: q)
    }

    /// The same when it is at most a half: on the scale of the logarithm, where shares near zero keep their digits.
    private func lowerShare(below p: Double, above q: Double) -> Double {
        let logarithm = Root.between(-690, log(0.5)) { u in
            let (x, y) = (exp(u), -expm1(u))
            return p <= q ? Self.cumulative(x, y, a, b) - p : q - Self.cumulative(y, x, b, a)
        }
        return logarithm.map(exp) ?? 0
    }

    /// The regularized incomplete beta function I_x(a, b), the probability that a beta variable with these parameters is at most x.
    ///
    /// For `a, b > 0` and `0 <= x <= 1`, to about 1e-12 relative, tiny values included, which are never computed as one
    /// minus something. NaN outside the domain. The continued fraction of DiDonato and Morris, "Algorithm 708" (1992),
    /// equation 8 in its even part, evaluated as Lentz does.
    package static func regularized(_ x: Double, _ a: Double, _ b: Double) -> Double {
        guard a > 0, b > 0, a.isFinite, b.isFinite, x >= 0, x <= 1 else { return .nan }
        return cumulative(x, 1 - x, a, b)
    }

    /// I_x(a, b) where y = 1 - x is known better than by subtraction.
    static func cumulative(_ x: Double, _ y: Double, _ a: Double, _ b: Double) -> Double {
        if x <= 0 { return 0 }
        if y <= 0 { return 1 }
        // The fraction converges fast below the mean; above it the other tail is the small one.
        if x > (a + 1) / (a + b + 2) { return 1 - density(y, x, b, a) * fraction(y, x, b, a) }
        return density(x, y, a, b) * fraction(x, y, a, b)
    }

    /// x^a y^b / B(a, b), where y = 1 - x: xy times the density of a beta variable.
    static func density(_ x: Double, _ y: Double, _ a: Double, _ b: Double) -> Double {
        exp(logDensity(x, y, a, b))
    }

    /// ln of the same.
    static func logDensity(_ x: Double, _ y: Double, _ a: Double, _ b: Double) -> Double {
        if a > b { return logDensity(y, x, b, a) }
        let logarithmOfY = x < 0.5 ? log1p(-x) : log(y)
        guard b >= 10 else { return a * log(x) + b * logarithmOfY + lgamma(a + b) - lgamma(a) - lgamma(b) }
        // Differences of large logarithms would cancel: measure the distance from what is typical instead.
        guard a >= 10 else {
            return a * log(x * b) + b * logarithmOfY + Gamma.logRising(b, a) - lgamma(a)
        }
        let lambda = a * y - b * x
        let distance = a * Gamma.excess(-lambda / a) + b * Gamma.excess(lambda / b)
        let correction = Gamma.stirling(a) + Gamma.stirling(b) - Gamma.stirling(a + b)
        return log(a * (b / (a + b)) / (2 * Double.pi)) / 2 - distance - correction
    }

    private static func fraction(_ x: Double, _ y: Double, _ a: Double, _ b: Double) -> Double {
        let tiny = 1e-300
        func bounded(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
        func denominator(_ m: Double) -> Double {
            m + m * (b - m) * x / (a + 2 * m - 1) + (a + m) * (a * y - b * x + 1 + m * (1 + y)) / (a + 2 * m + 1)
        }
        var result = bounded(a * (a * y - b * x + 1) / (a + 1))
        var c = result
        var d = 0.0
        for step in 1...100_000 {
            let m = Double(step)
            let root = x / (a + 2 * m - 1)
            let numerator = (a + m - 1) * (a + b + m - 1) * m * (b - m) * root * root
            let next = denominator(m)
            d = 1 / bounded(next + numerator * d)
            c = bounded(next + numerator / c)
            result *= c * d
            if abs(c * d - 1) < 1e-16 { break }
        }
        return 1 / result
    }
}
