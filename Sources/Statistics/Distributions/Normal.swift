import Foundation

/// The standard normal distribution.
package enum Normal {
    /// P(Z <= z), accurate in relative terms however small.
    package static func below(_ z: Double) -> Double { erfc(-z * 0.5.squareRoot()) / 2 }

    /// P(Z > z), accurate in relative terms however small.
    package static func above(_ z: Double) -> Double { below(-z) }

    /// P(|Z| > |z|), accurate in relative terms however small.
    package static func outside(_ z: Double) -> Double { erfc(abs(z) * 0.5.squareRoot()) }

    package static func density(_ z: Double) -> Double { exp(-z * z / 2) / (2 * Double.pi).squareRoot() }

    /// The z below which a share p lies; a p that no finite z has is drawn to the nearest that does.
    ///
    /// Abramowitz and Stegun 26.2.23, then Newton's method on the logarithm of the tail, which is concave.
    package static func quantile(_ p: Double) -> Double {
        guard p > 0.5 else { return -upperQuantile(p) }
        return upperQuantile(1 - p)
    }

    /// The z above which a share p lies: `quantile(1 - p)` without the loss of a small p.
    package static func upperQuantile(_ p: Double) -> Double {
        if p > 0.5 { return -upperQuantile(1 - p) }
        if p == 0.5 { return 0 }
        let tail = p > 1e-300 ? p : 1e-300
        let t = (-2 * log(tail)).squareRoot()
        let numerator = 2.515517 + t * (0.802853 + t * 0.010328)
        let denominator = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308))
        var z = t - numerator / denominator
        for _ in 0..<6 {
            let share = above(z)
            let step = log(share / tail) * share / density(z)
            z += step
            if abs(step) < 1e-15 * abs(z) { break }
        }
        return z
    }
}
