import Foundation

/// The gamma function where plain `lgamma` would cancel.
package enum Gamma {
    /// Q(a, x), the upper regularized incomplete gamma function: the chance that a gamma variable exceeds x.
    ///
    /// For `a > 0` and `x >= 0`, to about 1e-13 relative while the value is above 1e-300; NaN outside. The series
    /// below the mean and the continued fraction of Lentz above it: Press et al., "Numerical Recipes", 6.2.
    package static func upper(_ a: Double, _ x: Double) -> Double {
        guard a > 0, a.isFinite, x >= 0 else { return .nan }
        if x == 0 { return 1 }
        if x == .infinity { return 0 }
        return x < a + 1 ? 1 - density(a, x) * series(a, x) : density(a, x) * fraction(a, x)
    }

    /// x^a e^-x / Γ(a).
    private static func density(_ a: Double, _ x: Double) -> Double {
        guard a >= 10 else { return exp(a * log(x) - x - lgamma(a)) }
        return (a / (2 * Double.pi)).squareRoot() * exp(-a * excess((x - a) / a) - stirling(a))
    }

    private static func series(_ a: Double, _ x: Double) -> Double {
        var term = 1 / a
        var sum = term
        var n = a
        while term > sum * 1e-17 {
            n += 1
            term *= x / n
            sum += term
        }
        return sum
    }

    private static func fraction(_ a: Double, _ x: Double) -> Double {
        let tiny = 1e-300
        var b = x + 1 - a
        var c = 1 / tiny
        var d = 1 / b
        var result = d
        for step in 1...100_000 {
            let n = Double(step)
            let factor = -n * (n - a)
            b += 2
            let next = factor * d + b
            d = 1 / (abs(next) < tiny ? tiny : next)
            c = b + factor / c
            if abs(c) < tiny { c = tiny }
            result *= d * c
            if abs(d * c - 1) < 1e-16 { break }
        }
        return result
    }

    /// What Stirling's formula lacks to ln Γ(a), for a >= 10.
    static func stirling(_ a: Double) -> Double {
        let square = 1 / (a * a)
        let tail =
            1.0 / 1260 - square * (1.0 / 1680 - square * (1.0 / 1188 - square * (691.0 / 360_360 - square / 156)))
        return (1.0 / 12 - square * (1.0 / 360 - square * tail)) / a
    }

    /// e - ln(1 + e), for e > -1.
    static func excess(_ e: Double) -> Double {
        guard abs(e) < 0.3 else { return e - log1p(e) }
        // ln(1 + e) = 2 artanh(r), and e - 2r = er: nothing cancels.
        let r = e / (2 + e)
        let square = r * r
        var sum = 0.0
        for odd in stride(from: 27.0, through: 3, by: -2) { sum = sum * square + 1 / odd }
        return e * r - 2 * r * square * sum
    }

    /// ln(Γ(a + n) / (Γ(a) aⁿ)), for a > 0 and n >= 0: the sum of ln(1 + j/a) over the first n integers j.
    static func logRising(_ a: Double, _ n: Double) -> Double {
        guard a >= 10 else { return lgamma(a + n) - lgamma(a) - n * log(a) }
        // (a + n - 1/2) ln(1 + n/a) - n, less what cancels.
        let growth = n / a
        let logarithm = log1p(growth)
        return n * logarithm - a * excess(growth) - logarithm / 2 + stirling(a + n) - stirling(a)
    }
}
