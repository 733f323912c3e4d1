import Basics
import Measure

/// The frame of a picture of bars: where its numbers stand, and a line at each mark.
struct BarAxis {
    let width = 700.0
    let left = 44.0
    let top: Double
    let floor = 150.0
    /// The largest number.
    let most: Double

    /// How high a number stands above the floor.
    func height(of value: Double) -> Double { (floor - top) * value / most }

    /// - Parameter marks: so many at the most.
    func draw(marks: Int, in html: inout HTML, _ text: (Double) -> String) {
        for value in Ticks(from: 0, to: most, most: marks).values {
            let y = floor - height(of: value)
            html.add(
                "line",
                [
                    "class": "gridline", "x1": SVG.number(left), "x2": SVG.number(width), "y1": SVG.number(y),
                    "y2": SVG.number(y),
                ])
            html.add(
                "text", ["x": SVG.number(left - 6), "y": SVG.number(y + 4), "text-anchor": "end"], text: text(value))
        }
    }
}
