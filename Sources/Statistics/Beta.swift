import Foundation

/// The regularized incomplete beta function.
package enum Beta {
    /// I_x(a, b), the probability that a beta variable with these parameters is at most x.
    ///
    /// For `a, b > 0` and `0 <= x <= 1`, to about 1e-12 relative for parameters up to a million, tiny values included,
    /// which are never computed as one minus something. NaN outside the domain. The continued fraction of DiDonato and
    /// Morris, "Algorithm 708" (1992), equation 8, evaluated as Lentz does.
    package static func regularized(_ x: Double, _ a: Double, _ b: Double) -> Double {
        guard a > 0, b > 0, a.isFinite, b.isFinite, x >= 0, x <= 1 else { return .nan }
        if x == 0 || x == 1 { return x }
        // The fraction converges fast below the mean; above it the other tail is the small one.
        if x > (a + 1) / (a + b + 2) {
            return 1 - density(1 - x, x, b, a) / b * fraction(1 - x, b, a)
        }
        return density(x, 1 - x, a, b) / a * fraction(x, a, b)
    }

    /// x^a y^b / B(a, b), where y = 1 - x.
    private static func density(_ x: Double, _ y: Double, _ a: Double, _ b: Double) -> Double {
        guard min(a, b) >= 10 else {
            let logarithm = lgamma(a + b) - lgamma(a) - lgamma(b)
            return exp(a * log(x) + b * log(y) + logarithm)
        }
        // Differences of large logarithms would cancel: measure the distance from the mode instead.
        let lambda = a * y - b * x
        let exponent = a * excess(-lambda / a) + b * excess(lambda / b)
        let correction = stirling(a) + stirling(b) - stirling(a + b)
        return (a * (b / (a + b)) / (2 * Double.pi)).squareRoot() * exp(-exponent - correction)
    }

    /// e - ln(1 + e).
    private static func excess(_ e: Double) -> Double { e - log1p(e) }

    /// What Stirling's formula lacks to ln Γ(a), for a >= 10.
    private static func stirling(_ a: Double) -> Double {
        let square = 1 / (a * a)
        let tail =
            1.0 / 1260 - square * (1.0 / 1680 - square * (1.0 / 1188 - square * (691.0 / 360_360 - square / 156)))
        return (1.0 / 12 - square * (1.0 / 360 - square * tail)) / a
    }

    private static func fraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
        let tiny = 1e-300
        func bounded(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
        var c = 1.0
        var d = 1 / bounded(1 - (a + b) * x / (a + 1))
        var result = d
        for step in 1...100_000 {
            let m = Double(step)
            let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
            d = 1 / bounded(1 + even * d)
            c = bounded(1 + even / c)
            result *= d * c
            let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
            d = 1 / bounded(1 + odd * d)
            c = bounded(1 + odd / c)
            result *= d * c
            if abs(d * c - 1) < 1e-16 { break }
        }
        return result
    }
}
