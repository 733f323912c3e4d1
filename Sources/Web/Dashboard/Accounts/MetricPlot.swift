import Basics
import FoundationEssentials
import Measure
import Playbooks

/// The daily values that a playbook's conditions look at, with the stretches of days that they compare and the days on which
/// something was sent.
struct MetricPlot {
    /// Days that conditions look at together.
    struct Stretch: Hashable {
        var name: String
        /// Both ends included.
        var first: Day
        var last: Day
    }

    let ask: PageRequest
    let title: String
    /// The oldest first; NaN is "no data".
    let values: [(day: Day, value: Double)]
    let stretches: [Stretch]
    let sentOn: Set<Day>

    /// A condition over a year would leave no room for a day.
    static let mostDays = 120

    /// What signals look at, as of the last complete day.
    static func stretches(of signals: [MetricSignal], last: Day) -> [Stretch] {
        var found: [Stretch] = []
        for signal in signals where signal.window > 0 {
            let first = last - (signal.window - 1)
            var own = [Stretch(name: "\(signal.window) d", first: first, last: last)]
            if signal.baseline > 0 {
                own.append(
                    Stretch(name: "\(signal.baseline) d before", first: first - signal.baseline, last: first - 1))
            }
            for stretch in own where !found.contains(stretch) { found.append(stretch) }
        }
        return found
    }

    func draw(in html: inout HTML) {
        guard let first = values.first?.day, let last = values.last?.day else { return }
        let axis = BarAxis(top: 30, most: max(1, values.map(\.value).filter { !$0.isNaN }.max() ?? 0))
        let slot = (axis.width - axis.left) / Double(values.count)
        func x(_ day: Day) -> Double { axis.left + slot * Double(day - first) }
        let name = "\(title), \(ask.text(first)) to \(ask.text(last))"
        html.add("figure") { html in
            html.add("figcaption", ["class": "soft small"], text: name)
            html.add("div", ["class": "scroll end", "tabindex": "0", "role": "group", "aria-label": name]) { html in
                html.add(
                    "svg",
                    [
                        "class": "plot wider", "viewBox": "0 0 \(SVG.number(axis.width)) 172", "role": "img",
                        "aria-label": words,
                    ]
                ) { html in
                    for (index, stretch) in stretches.enumerated() where stretch.last >= first {
                        let (from, to) = (x(max(stretch.first, first)), x(stretch.last) + slot)
                        html.add(
                            "rect",
                            [
                                "class": "band s\(index % 4)", "x": SVG.number(from), "width": SVG.number(to - from),
                                "y": SVG.number(axis.top - 14), "height": SVG.number(axis.floor - axis.top + 14),
                            ])
                        html.add(
                            "text",
                            [
                                "x": SVG.number((from + to) / 2), "y": SVG.number(axis.top - 18),
                                "text-anchor": "middle",
                            ],
                            text: stretch.name)
                    }
                    axis.draw(marks: 4, in: &html, SVG.number)
                    for (day, value) in values { addDay(day, value, x(day), slot, axis, to: &html) }
                    for (day, anchor) in [(first, "start"), (last, "end")] {
                        html.add(
                            "text",
                            [
                                "x": SVG.number(anchor == "end" ? axis.width : axis.left), "y": "170",
                                "text-anchor": anchor,
                            ], text: ask.text(day))
                    }
                }
            }
        }
    }

    /// What one would see in the picture.
    private var words: String {
        let known = values.filter { !$0.value.isNaN }
        let parts = stretches.map { stretch in
            let own = known.filter { $0.day >= stretch.first && $0.day <= stretch.last }.map(\.value)
            return "\(stretch.name): \(SVG.number(own.reduce(0, +))) on \(own.count) days with data"
        }
        return ([title] + parts + (sentOn.isEmpty ? [] : ["\(sentOn.count) days with a message"])).joined(
            separator: "; ")
    }

    private func addDay(
        _ day: Day, _ value: Double, _ x: Double, _ slot: Double, _ axis: BarAxis, to html: inout HTML
    ) {
        let height = value.isNaN ? 0 : axis.height(of: max(0, value))
        html.add("g") { html in
            html.add(
                "title",
                text:
                    "\(ask.text(day)): \(value.isNaN ? "no data" : SVG.number(value))\(sentOn.contains(day) ? ", a message was sent" : "")"
            )
            html.add(
                "rect",
                [
                    "class": "f0", "x": SVG.number(x + slot * 0.1), "width": SVG.number(slot * 0.8),
                    "y": SVG.number(axis.floor - height), "height": SVG.number(max(height, value.isNaN ? 0 : 0.5)),
                ])
            if sentOn.contains(day) {
                html.add(
                    "circle",
                    ["class": "fwarn", "cx": SVG.number(x + slot / 2), "cy": SVG.number(axis.floor + 5), "r": "3.5"])
            }
        }
    }
}
