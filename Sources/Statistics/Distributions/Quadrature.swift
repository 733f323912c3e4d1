import Foundation

/// Integrals of smooth functions of one sign.
enum Quadrature {
    /// The integral between two bounds, to about 1e-13 of its size.
    ///
    /// The double exponential rule of Takahasi and Mori (1974), with twice the points until nothing changes. Its points crowd
    /// at both bounds, so a function may change there within a tiny part of the range; where it does so elsewhere, cut it.
    static func integral(_ lower: Double, _ upper: Double, of function: (Double) -> Double) -> Double {
        guard lower < upper else { return 0 }
        let half = (upper - lower) / 2
        func term(_ t: Double) -> Double {
            let stretched = Double.pi / 2 * sinh(t)
            // The distance from the nearer bound, which is exact however small.
            let distance = 2 * half / (1 + exp(2 * abs(stretched)))
            let weight = half * Double.pi / 2 * cosh(t) / (cosh(stretched) * cosh(stretched))
            return weight * function(t < 0 ? lower + distance : upper - distance)
        }
        let end = 3.5
        var step = 0.5
        var sum = term(0)
        for index in 1...Int(end / step) { sum += term(Double(index) * step) + term(-Double(index) * step) }
        var result = sum * step
        for _ in 0..<6 {
            for t in stride(from: step / 2, through: end, by: step) { sum += term(t) + term(-t) }
            step /= 2
            let previous = result
            result = sum * step
            // The number of right digits doubles with each step.
            if abs(result - previous) <= 1e-10 * abs(result) { break }
        }
        return result
    }

    /// The integral over all numbers of a function whose logarithm is concave; 0 when it vanishes at every start.
    ///
    /// - Parameter starts: where the function may have its peak, and where it may change within little space.
    static func integralOfPeak(near starts: [Double], logarithm: (Double) -> Double) -> Double {
        guard let range = peak(near: starts, logarithm: logarithm) else { return 0 }
        return integral(over: range, cut: starts) { exp(logarithm($0)) }
    }

    /// The integral over a range, cut where the function may change within little space.
    static func integral(over range: Interval, cut places: [Double], of function: (Double) -> Double) -> Double {
        let inside = places.filter { $0 > range.lower && $0 < range.upper }.sorted()
        let ends = [range.lower] + inside + [range.upper]
        return zip(ends, ends.dropFirst()).reduce(0) { $0 + integral($1.0, $1.1, of: function) }
    }

    /// Where a function with a concave logarithm is more than e^-45 of its largest value.
    static func peak(near starts: [Double], logarithm: (Double) -> Double) -> Interval? {
        let values = starts.map { ($0, logarithm($0)) }.filter { $0.1.isFinite }
        guard let start = values.max(by: { $0.1 < $1.1 }) else { return nil }
        var (top, height) = start
        // Uphill with growing strides, then with shrinking ones.
        var stride = 0.1
        while abs(stride) > 1e-6 {
            let next = logarithm(top + stride)
            if next > height {
                (top, height) = (top + stride, next)
                stride *= 2
            } else {
                stride *= -0.4
            }
        }
        func edge(_ direction: Double) -> Double {
            var (inside, outside) = (0.0, 1e-6)
            while logarithm(top + direction * outside) > height - 45, outside < 1e4 {
                (inside, outside) = (outside, outside * 2)
            }
            for _ in 0..<5 {
                let middle = (inside + outside) / 2
                if logarithm(top + direction * middle) > height - 45 { inside = middle } else { outside = middle }
            }
            return top + direction * outside
        }
        return Interval(lower: edge(-1), upper: edge(1))
    }
}
