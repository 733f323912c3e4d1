import Basics
import FoundationEssentials
import Measure
import Playbooks
import Storage

/// Touches per day as bars of three parts: sent, held out, not sent.
struct DayBars {
    let ask: PageRequest
    let daily: [Day: DailyTouches.OfDay]
    let days: Int

    private static let height = 176.0

    func draw(in html: inout HTML) {
        let last = ask.workspace.configuration.zone.day(of: ask.now)
        let shown = (0..<days).map { last - (days - 1 - $0) }
        let sums = shown.map { day in daily[day].map { $0.sent + $0.heldOut + $0.notSent } ?? 0 }
        let most = sums.max() ?? 0
        guard most > 0 else {
            return html.nothing("Nothing was sent in these days", "As soon as a touch is settled it stands here.")
        }
        let axis = BarAxis(top: 14, most: Double(most))
        html.add("div", ["class": "scroll end", "tabindex": "0", "role": "group", "aria-label": "Touches per day"]) {
            html in
            html.add(
                "svg",
                [
                    "class": "plot wider", "viewBox": "0 0 \(SVG.number(axis.width)) \(SVG.number(Self.height))",
                    "role": "group", "aria-label": "Touches per day, at most \(most.grouped)",
                ]
            ) { html in
                axis.draw(marks: 5, in: &html) { Int($0).grouped }
                let slot = (axis.width - axis.left) / Double(days)
                for (index, day) in shown.enumerated() {
                    addDay(
                        day, daily[day] ?? DailyTouches.OfDay(), x: axis.left + slot * Double(index), slot, axis,
                        to: &html)
                    if index % 7 == (days - 1) % 7 {
                        // The last one would reach over the edge.
                        let isLast = index == days - 1
                        html.add(
                            "text",
                            [
                                "x": SVG.number(isLast ? axis.width : axis.left + slot * (Double(index) + 0.5)),
                                "y": "170", "text-anchor": isLast ? "end" : "middle",
                            ], text: ask.text(day))
                    }
                }
            }
        }
        html.add("ul", ["class": "legend"]) { html in
            for (style, name) in [
                ("f0", "sent"), ("f4", "held out: would have been sent"), ("fwarn", "did not go out"),
            ] {
                html.add("li") { html in
                    html.add("svg", ["viewBox": "0 0 20 12", "aria-hidden": "true"]) {
                        $0.add("rect", ["class": style, "width": "20", "height": "10", "y": "1"])
                    }
                    html.text(name)
                }
            }
        }
    }

    private func addDay(
        _ day: Day, _ counts: DailyTouches.OfDay, x: Double, _ slot: Double, _ axis: BarAxis, to html: inout HTML
    ) {
        var top = axis.floor
        let name =
            "\(day.weekday.shortName.capitalized) \(ask.text(day)): \(counts.sent.grouped) sent, \(counts.heldOut.grouped) held out, \(counts.notSent.grouped) did not go out"
        html.add(
            "a", ["href": ask.link("/touches", ["ended_from": "\(day)", "ended_to": "\(day)"]), "aria-label": name]
        ) { html in
            html.add("title", text: name)
            html.add(
                "rect",
                [
                    "x": SVG.number(x), "width": SVG.number(slot), "y": "14", "height": SVG.number(axis.floor - 14),
                    "fill": "transparent",
                ])
            for (count, style) in [(counts.sent, "f0"), (counts.heldOut, "f4"), (counts.notSent, "fwarn")]
            where count > 0 {
                let height = axis.height(of: Double(count))
                top -= height
                html.add(
                    "rect",
                    [
                        "class": style, "x": SVG.number(x + slot * 0.15), "width": SVG.number(slot * 0.7),
                        "y": SVG.number(top), "height": SVG.number(max(height, 0.5)),
                    ])
            }
        }
    }
}
