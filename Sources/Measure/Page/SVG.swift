import Basics
import Foundation

/// A piece of SVG, or of HTML: elements whose texts and attributes are escaped.
struct SVG {
    private(set) var text = ""

    /// An element without content.
    mutating func add(_ name: String, _ attributes: KeyValuePairs<String, String>) {
        text += "<\(name)\(Self.list(attributes))/>\n"
    }

    mutating func add(_ name: String, _ attributes: KeyValuePairs<String, String>, text content: String) {
        text += "<\(name)\(Self.list(attributes))>\(HTML.escaped(content))</\(name)>\n"
    }

    /// An element around others.
    mutating func add(_ name: String, _ attributes: KeyValuePairs<String, String>, _ body: (inout SVG) -> Void) {
        text += "<\(name)\(Self.list(attributes))>\n"
        body(&self)
        text += "</\(name)>\n"
    }

    private static func list(_ attributes: KeyValuePairs<String, String>) -> String {
        attributes.map { " \($0.key)=\"\(HTML.escaped($0.value))\"" }.joined()
    }

    /// A coordinate, to a tenth; 0 for one that is none.
    static func number(_ value: Double) -> String {
        guard let tenths = Int(exactly: (value * 10).rounded()) else { return "0" }
        let sign = tenths < 0 ? "-" : ""
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(sign)\(abs(tenths / 10)).\(abs(tenths % 10))"
    }
}

/// The marks of an axis: round numbers, evenly apart.
struct Ticks {
    let values: [Double]
    let step: Double

    /// At most so many marks within a range; of an empty range its one value.
    init(from low: Double, to high: Double, most: Int = 6) {
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
