import Foundation

/// Integrals of smooth functions.
enum Quadrature {
    /// The points of Gauss and Legendre on -1 to 1 and their weights.
    static let points: [(position: Double, weight: Double)] = (0..<16).map { index in
        let count = 16.0
        var x = -cos(Double.pi * (Double(index) + 0.75) / (count + 0.5))
        var slope = 1.0
        for _ in 0..<8 {
            var (previous, current) = (1.0, x)
            for degree in stride(from: 2.0, through: count, by: 1) {
                (previous, current) = (current, ((2 * degree - 1) * x * current - (degree - 1) * previous) / degree)
            }
            slope = count * (x * current - previous) / (x * x - 1)
            x -= current / slope
        }
        return (x, 2 / ((1 - x * x) * slope * slope))
    }

    /// The points of `panels` equal panels between two bounds, ascending, with their weights.
    static func grid(_ lower: Double, _ upper: Double, panels: Int) -> [(position: Double, weight: Double)] {
        let half = (upper - lower) / Double(2 * panels)
        return (0..<panels).flatMap { panel in
            let center = lower + Double(2 * panel + 1) * half
            return points.map { (center + half * $0.position, half * $0.weight) }
        }
    }

    static func integral(
        _ lower: Double, _ upper: Double, panels: Int = 24, of function: (Double) -> Double
    ) -> Double {
        guard lower < upper else { return 0 }
        return grid(lower, upper, panels: panels).reduce(0) { $0 + $1.weight * function($1.position) }
    }

    /// The integral over all numbers of a function whose logarithm is concave; 0 when it vanishes at every start.
    static func integralOfPeak(near starts: [Double], logarithm: (Double) -> Double) -> Double {
        guard let range = peak(near: starts, logarithm: logarithm) else { return 0 }
        return integral(range.lower, range.upper) { exp(logarithm($0)) }
    }

    /// Where a function with a concave logarithm is more than e^-45 of its largest value.
    static func peak(near starts: [Double], logarithm: (Double) -> Double) -> Interval? {
        let values = starts.map { ($0, logarithm($0)) }.filter { $0.1.isFinite }
        guard let start = values.max(by: { $0.1 < $1.1 }) else { return nil }
        var (top, height) = start
        // Uphill with growing strides, then with shrinking ones.
        var stride = 0.1
        while abs(stride) > 1e-3 {
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
