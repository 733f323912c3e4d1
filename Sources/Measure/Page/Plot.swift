import Basics
import Statistics

/// The frame of a chart: where a value is on the paper, with its axes.
struct Plot {
    static let width = 860.0

    var height = 320.0
    var left = 56.0
    var right = 16.0
    var top = 14.0
    var bottom = 40.0
    var horizontal: ClosedRange<Double> = 0...1
    var vertical: ClosedRange<Double> = 0...1

    var floor: Double { height - bottom }
    var end: Double { Self.width - right }

    func x(_ value: Double) -> Double {
        left + (end - left) * Self.share(value, of: horizontal)
    }

    func y(_ value: Double) -> Double { floor - (floor - top) * Self.share(value, of: vertical) }

    private static func share(_ value: Double, of range: ClosedRange<Double>) -> Double {
        let width = range.upperBound - range.lowerBound
        return width > 0 ? min(1, max(0, (value - range.lowerBound) / width)) : 0.5
    }

    /// A range with room for all values, which begins at zero where that costs little.
    static func range(_ values: [Double], withZero: Bool) -> ClosedRange<Double> {
        let known = values.filter(\.isFinite) + (withZero ? [0] : [])
        guard let low = known.min(), let high = known.max() else { return 0...1 }
        return low < high ? low...high : low...(low + 1)
    }

    func verticalAxis(_ svg: inout HTML, unit: Report.Unit) {
        for value in Ticks(from: vertical.lowerBound, to: vertical.upperBound).values {
            svg.add(
                "line",
                [
                    "class": "gridline", "x1": SVG.number(left), "x2": SVG.number(end), "y1": SVG.number(y(value)),
                    "y2": SVG.number(y(value)),
                ])
            label(&svg, Self.mark(value, unit), x: left - 8, y: y(value) + 4, anchor: "end")
        }
    }

    func horizontalAxis(_ svg: inout HTML, unit: Report.Unit, title: String) {
        for value in Ticks(from: horizontal.lowerBound, to: horizontal.upperBound, most: 9).values {
            svg.add(
                "line",
                [
                    "class": "axis", "x1": SVG.number(x(value)), "x2": SVG.number(x(value)), "y1": SVG.number(floor),
                    "y2": SVG.number(floor + 4),
                ])
            label(&svg, Self.mark(value, unit), x: x(value), y: floor + 17, anchor: "middle")
        }
        baseline(&svg)
        label(&svg, title, x: end, y: height - 5, anchor: "end")
    }

    /// Labels of slots side by side, as many as there is room for.
    func slots(_ svg: inout HTML, _ labels: [String], title: String = "") {
        let longest = Double(labels.map(\.count).max() ?? 1) * 6.6 + 10
        let every = max(1, Int((longest * Double(labels.count) / (end - left)).rounded(.up)))
        for (index, text) in labels.enumerated() where index % every == 0 {
            label(&svg, text, x: slot(index, of: labels.count), y: floor + 17, anchor: "middle")
        }
        baseline(&svg)
        if !title.isEmpty { label(&svg, title, x: end, y: height - 5, anchor: "end") }
    }

    /// The middle of a slot.
    func slot(_ index: Int, of count: Int) -> Double {
        left + (end - left) * (Double(index) + 0.5) / Double(max(1, count))
    }

    func slotWidth(of count: Int) -> Double { (end - left) / Double(max(1, count)) }

    private func baseline(_ svg: inout HTML) {
        svg.add(
            "line",
            [
                "class": "axis", "x1": SVG.number(left), "x2": SVG.number(end), "y1": SVG.number(floor),
                "y2": SVG.number(floor),
            ])
    }

    func label(_ svg: inout HTML, _ text: String, x: Double, y: Double, anchor: String, style: String = "label") {
        guard !text.isEmpty else { return }
        svg.add(
            "text", ["class": style, "x": SVG.number(x), "y": SVG.number(y), "text-anchor": anchor], text: text)
    }

    /// The number of a mark, without the places that all marks have in vain.
    static func mark(_ value: Double, _ unit: Report.Unit) -> String {
        switch unit {
        case .share:
            let text = unit.text(value)
            return text.hasSuffix(".0%") ? String(text.dropLast(3)) + "%" : text
        case .points:
            let text = unit.text(value)
            return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
        case .days, .plain: return unit.text(value).replacing(".0", with: "")
        case .change, .money, .probability, .shareSoFar: return unit.text(value)
        }
    }

    /// What is drawn as what, above the plot.
    func legend(_ svg: inout HTML, _ names: [String]) {
        guard names.count > 1 else { return }
        var x = left
        for (index, name) in names.enumerated() {
            svg.add(
                "line",
                [
                    "class": "curve s\(index % 5)", "x1": SVG.number(x), "x2": SVG.number(x + 22), "y1": "10",
                    "y2": "10",
                ])
            label(&svg, name, x: x + 28, y: 14, anchor: "start")
            x += 28 + Double(name.count) * 6.8 + 18
        }
    }

    /// A band between two lines of points.
    static func band(_ svg: inout HTML, _ upper: [(Double, Double)], _ lower: [(Double, Double)], style: String) {
        let points = (upper + lower.reversed()).map { "\(SVG.number($0.0)),\(SVG.number($0.1))" }
        svg.add("polygon", ["class": style, "points": points.joined(separator: " ")])
    }

    static func line(_ svg: inout HTML, _ points: [(Double, Double)], style: String) {
        guard !points.isEmpty else { return }
        svg.add(
            "polyline",
            [
                "class": style,
                "points": points.map { "\(SVG.number($0.0)),\(SVG.number($0.1))" }.joined(separator: " "),
            ])
    }
}
