/// A zero of a continuous function.
enum Root {
    /// The zero between two points, to the last digits of a double; nil when the function does not change sign there.
    ///
    /// Brent, "Algorithms for Minimization without Derivatives" (1973), chapter 4.
    static func between(_ lower: Double, _ upper: Double, of function: (Double) -> Double) -> Double? {
        var (a, b) = (lower, upper)
        var (fa, fb) = (function(a), function(b))
        if fa == 0 { return a }
        if fb == 0 { return b }
        guard fa.isFinite || fb.isFinite, (fa < 0) != (fb < 0) else { return nil }
        var (c, fc) = (a, fa)
        var step = b - a
        var previous = step
        for _ in 0..<500 {
            if (fb < 0) == (fc < 0) {
                (c, fc) = (a, fa)
                step = b - a
                previous = step
            }
            if abs(fc) < abs(fb) {
                (a, b, c) = (b, c, b)
                (fa, fb, fc) = (fb, fc, fb)
            }
            let tolerance = 2 * Double.ulpOfOne * abs(b)
            let half = (c - b) / 2
            if fb == 0 || abs(half) <= tolerance { return b }
            if abs(previous) > tolerance, abs(fa) > abs(fb), fa.isFinite, fc.isFinite {
                let s = fb / fa
                var p: Double
                var q: Double
                if a == c {
                    p = 2 * half * s
                    q = 1 - s
                } else {
                    let (t, r) = (fa / fc, fb / fc)
                    p = s * (2 * half * t * (t - r) - (b - a) * (r - 1))
                    q = (t - 1) * (r - 1) * (s - 1)
                }
                if p > 0 { q = -q } else { p = -p }
                if 2 * p < min(3 * half * q - abs(tolerance * q), abs(previous * q)) {
                    previous = step
                    step = p / q
                } else {
                    step = half
                    previous = half
                }
            } else {
                step = half
                previous = half
            }
            (a, fa) = (b, fb)
            b += abs(step) > tolerance ? step : (half > 0 ? tolerance : -tolerance)
            fb = function(b)
        }
        return b
    }
}
