import Foundation

/// Student's t distribution; degrees of freedom may be fractional.
package enum StudentT {
    /// P(|T| > |t|), accurate in relative terms however small; for degrees > 0.
    package static func outside(_ t: Double, degrees: Double) -> Double {
        guard degrees.isFinite else { return Normal.outside(t) }
        let square = t * t / degrees
        // The two shares of ν and t² in their sum, neither as one minus the other.
        return Beta.cumulative(1 / (1 + square), square.isFinite ? square / (1 + square) : 1, degrees / 2, 0.5)
    }

    /// P(T > t).
    package static func above(_ t: Double, degrees: Double) -> Double {
        let half = outside(t, degrees: degrees) / 2
        return t >= 0 ? half : 1 - half
    }

    /// The t >= 0 that a share p lies outside of, on both sides together.
    package static func outsideQuantile(_ p: Double, degrees: Double) -> Double {
        guard p < 1 else { return 0 }
        let share = max(p, 1e-300)
        let normal = Normal.upperQuantile(share / 2)
        guard degrees.isFinite else { return normal }
        // The tails of t are heavier, so the normal quantile is a bound from below.
        var upper = max(2 * normal, 1)
        while outside(upper, degrees: degrees) > share, upper < 1e150 { upper *= 2 }
        let logarithm = log(share)
        return Root.between(0.999_999 * normal, upper) { log(outside($0, degrees: degrees)) - logarithm } ?? normal
    }
}
