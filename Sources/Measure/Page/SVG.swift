import Foundation

/// Numbers in pictures.
package enum SVG {
    /// A coordinate, to a tenth; 0 for one that is none.
    package static func number(_ value: Double) -> String {
        guard let tenths = Int(exactly: (value * 10).rounded()) else { return "0" }
        let sign = tenths < 0 ? "-" : ""
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(sign)\(abs(tenths / 10)).\(abs(tenths % 10))"
    }
}

/// The marks of an axis: round numbers, evenly apart.
package struct Ticks {
    package let values: [Double]
    let step: Double

    /// At most so many marks within a range; of an empty range its one value.
    package init(from low: Double, to high: Double, most: Int = 6) {
        guard high > low, low.isFinite, high.isFinite, most > 1 else {
            (values, step) = ([low.isFinite ? low : 0], 1)
            return
        }
        let rough = (high - low) / Double(most - 1)
        let power = pow(10, log10(rough).rounded(.down))
        let step = ([1, 2, 2.5, 5, 10].first { $0 * power >= rough * (1 - 1e-9) } ?? 10) * power
        let first = (low / step - 1e-9).rounded(.up)
        let last = (high / step + 1e-9).rounded(.down)
        values = first <= last ? (Int(first)...Int(last)).map { Double($0) * step } : [low]
        self.step = step
    }
}
