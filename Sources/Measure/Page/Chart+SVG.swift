import Basics
import Statistics

extension Report.Chart {
    /// The chart as one SVG element; nil when there is nothing to draw.
    ///
    /// - Parameters:
    ///   - id: of the element, unique in its page.
    ///   - link: the address of what stands behind a point; without it points lead nowhere.
    func svg(id: String, link: ((Report.Table.Lead) -> String)? = nil) -> HTML? {
        var drawing = HTML()
        let height: Double?
        // What one may follow is no part of a picture.
        var leads = false
        switch self {
        case .survival(let chart): height = chart.draw(in: &drawing)
        case .control(let chart):
            height = chart.draw(in: &drawing)
            if let link, height != nil { leads = chart.addLinks(link, to: &drawing) }
        case .funnel(let chart):
            height = chart.draw(in: &drawing)
            if let link, height != nil { leads = chart.addLinks(link, to: &drawing) }
        case .intervals(let chart): height = chart.draw(in: &drawing)
        case .heat(let chart): height = chart.draw(in: &drawing)
        case .line(let chart): height = chart.draw(in: &drawing)
        }
        guard let height else { return nil }
        return HTML { html in
            html.add(
                "svg",
                [
                    "id": id, "class": "plot", "viewBox": "0 0 \(SVG.number(Plot.width)) \(SVG.number(height))",
                    "role": leads ? "group" : "img", "aria-labelledby": "\(id)-title \(id)-desc",
                ]
            ) { html in
                html.add("title", ["id": "\(id)-title"], text: title)
                html.add("desc", ["id": "\(id)-desc"], text: description)
                html.add(drawing)
            }
        }
    }

    /// What one would see in the picture, in a sentence.
    private var description: String {
        switch self {
        case .survival(let chart):
            chart.curves.map { curve in
                let last = curve.points.last
                return
                    "\(curve.name): \(last.map { "\(Report.Unit.share.text($0.survival)) after \(Int($0.time)) \(chart.unit)" } ?? "no data")"
            }.joined(separator: "; ") + "."
        case .control(let chart):
            "\(chart.points.count) periods, \(chart.points.count(where: \.isOutside)) of them outside of the limits of chance."
        case .funnel(let chart):
            chart.steps.map { "\($0.label): \($0.count)" }.joined(separator: "; ") + "."
        case .intervals(let chart):
            chart.rows.map { row in
                let interval = row.interval.map { " (\(chart.unit.text($0)))" } ?? ""
                return "\(row.label): \(row.estimate.map { chart.unit.text($0) } ?? "not known")\(interval)"
            }.joined(separator: "; ") + "."
        case .heat(let chart):
            "\(chart.rows.count) rows by \(chart.columns.count) columns; the figures are in the table."
        case .line(let chart):
            chart.series.map { series in
                let known = zip(chart.labels, series.values).compactMap { label, value in value.map { (label, $0) } }
                guard let high = known.max(by: { $0.1 < $1.1 }), let low = known.min(by: { $0.1 < $1.1 }) else {
                    return "\(series.name): no data"
                }
                return
                    "\(series.name): highest \(chart.unit.text(high.1)) at \(high.0), lowest \(chart.unit.text(low.1)) at \(low.0)"
            }.joined(separator: "; ") + "."
        }
    }
}

extension Report.Chart.Survival {
    func draw(in svg: inout HTML) -> Double? {
        let points = curves.flatMap(\.points)
        guard let end = points.map(\.time).filter(\.isFinite).max(), end > 0 else { return nil }
        let low = points.map { $0.band?.lower ?? $0.survival }.filter(\.isFinite).min() ?? 0
        var plot = Plot()
        plot.top = curves.count > 1 ? 32 : 14
        plot.horizontal = 0...end
        // A tenth to spare; never so narrow that small differences look large.
        plot.vertical = max(0, min(0.8, (low * 10).rounded(.down) / 10))...1
        plot.verticalAxis(&svg, unit: .share)
        plot.horizontalAxis(&svg, unit: .plain(0), title: unit)
        plot.legend(&svg, curves.map(\.name))
        for (index, curve) in curves.enumerated() {
            var line = [(plot.x(0), plot.y(1))]
            var (upper, lower) = (line, line)
            func step(_ points: inout [(Double, Double)], _ x: Double, _ y: Double) {
                if let last = points.last { points.append((x, last.1)) }
                points.append((x, y))
            }
            for point in curve.points where point.time.isFinite {
                let x = plot.x(point.time)
                step(&line, x, plot.y(point.survival))
                step(&upper, x, plot.y(point.band?.upper ?? point.survival))
                step(&lower, x, plot.y(point.band?.lower ?? point.survival))
            }
            Plot.band(&svg, upper, lower, style: "band s\(index % 5)")
            Plot.line(&svg, line, style: "curve s\(index % 5)")
        }
        return plot.height
    }
}

extension Report.Chart.Control {
    func draw(in svg: inout HTML) -> Double? {
        guard !points.isEmpty else { return nil }
        let values = points.flatMap { [$0.value, $0.limits?.upper] } + [center, target]
        var plot = Plot()
        plot.vertical = 0...max(0.0001, (values.compactMap { $0 }.filter(\.isFinite).max() ?? 1) * 1.08)
        plot.verticalAxis(&svg, unit: .share)
        plot.slots(&svg, points.map(\.label))
        let count = points.count
        let half = plot.slotWidth(of: count) / 2
        for (index, point) in points.enumerated() {
            guard let limits = point.limits else { continue }
            let x = plot.slot(index, of: count)
            svg.add(
                "rect",
                [
                    "class": "limits", "x": SVG.number(x - half), "y": SVG.number(plot.y(limits.upper)),
                    "width": SVG.number(half * 2), "height": SVG.number(plot.y(limits.lower) - plot.y(limits.upper)),
                ])
        }
        if let center {
            let y = plot.y(center)
            svg.add(
                "line",
                [
                    "class": "target", "x1": SVG.number(plot.left), "x2": SVG.number(plot.end), "y1": SVG.number(y),
                    "y2": SVG.number(y),
                ])
            // Over or under the line, at the end of it that has the most room.
            func room(_ isAtEnd: Bool, _ below: Double) -> Double {
                let near = isAtEnd ? points.suffix(4) : points.prefix(4)
                return near.compactMap { $0.value.map { abs(plot.y($0) - (y + below - 4)) } }.min() ?? .infinity
            }
            let spots = [(true, -6.0), (true, 16), (false, -6), (false, 16)]
            let (isAtEnd, below) = spots.max { room($0.0, $0.1) < room($1.0, $1.1) } ?? spots[0]
            plot.label(
                &svg, "\(target == nil ? "mean" : "target") \(Report.Unit.share.text(center))",
                x: isAtEnd ? plot.end - 4 : plot.left + 4, y: y + below, anchor: isAtEnd ? "end" : "start",
                style: "strong")
        }
        let line = points.indices.compactMap { index in
            points[index].value.map { (plot.slot(index, of: count), plot.y($0)) }
        }
        Plot.line(&svg, line, style: "curve s0")
        // The newest has its name first.
        var labeled = Double.infinity
        for (index, point) in points.enumerated().reversed() {
            guard let value = point.value else { continue }
            let (x, y) = (plot.slot(index, of: count), plot.y(value))
            let isAbove = point.isOutside && value > point.limits?.upper ?? 0
            svg.add(
                "circle",
                [
                    "class": isAbove ? "outside" : point.isOutside ? "below" : "inside", "cx": SVG.number(x),
                    "cy": SVG.number(y), "r": point.isOutside ? "5" : "3",
                ])
            // Names that would run into each other are left to the table.
            if isAbove, labeled - x >= 68 {
                plot.label(&svg, point.label, x: x, y: y - 9, anchor: "middle", style: "strong")
                labeled = x
            }
        }
        return plot.height
    }
}

extension Report.Chart.Control {
    /// Over each point, as wide as there is room, the way to what it counts.
    ///
    /// - Returns: whether there is any.
    func addLinks(_ link: (Report.Table.Lead) -> String, to svg: inout HTML) -> Bool {
        let plot = Plot()
        let width = plot.slotWidth(of: points.count)
        for (index, point) in points.enumerated() {
            guard let lead = point.lead, let value = point.value else { continue }
            let name = "\(point.label): \(Report.Unit.share.text(value))"
            svg.add("a", ["href": link(lead), "aria-label": name]) { svg in
                svg.add("title", text: name)
                svg.add(
                    "rect",
                    [
                        "class": "way", "x": SVG.number(plot.slot(index, of: points.count) - width / 2),
                        "y": SVG.number(plot.top), "width": SVG.number(width),
                        "height": SVG.number(plot.floor - plot.top),
                    ])
            }
        }
        return points.contains { $0.lead != nil && $0.value != nil }
    }
}

extension Report.Chart.Funnel {
    private static let row = 34.0

    /// Over each step the way to what it counts.
    ///
    /// - Returns: whether there is any.
    func addLinks(_ link: (Report.Table.Lead) -> String, to svg: inout HTML) -> Bool {
        for (index, step) in steps.enumerated() {
            guard let lead = step.lead else { continue }
            let name = "\(step.label): \(step.count)"
            svg.add("a", ["href": link(lead), "aria-label": name]) { svg in
                svg.add("title", text: name)
                svg.add(
                    "rect",
                    [
                        "class": "way", "x": "0", "y": SVG.number(4 + Double(index) * Self.row),
                        "width": SVG.number(Plot.width), "height": SVG.number(Self.row - 4),
                    ])
            }
        }
        return steps.contains { $0.lead != nil }
    }

    func draw(in svg: inout HTML) -> Double? {
        guard let most = steps.map(\.count).max(), most > 0 else { return nil }
        let row = Self.row
        var plot = Plot()
        plot.height = Double(steps.count) * row + 8
        plot.left = min(260, 20 + Double(steps.map(\.label.count).max() ?? 0) * 7.2)
        plot.right = 190
        plot.horizontal = 0...Double(most)
        var before: Int?
        for (index, step) in steps.enumerated() {
            let y = 4 + Double(index) * row
            plot.label(&svg, step.label, x: plot.left - 10, y: y + 19, anchor: "end", style: "name")
            svg.add(
                "rect",
                [
                    "class": "column", "x": SVG.number(plot.left), "y": SVG.number(y + 3), "rx": "2",
                    "width": SVG.number(max(1, plot.x(Double(step.count)) - plot.left)), "height": SVG.number(row - 10),
                ])
            let share = before.flatMap { $0 > 0 ? Double(step.count) / Double($0) : nil }
            let text = "\(step.count)" + (share.map { "  (\(Report.Unit.share.text($0)) of the step before)" } ?? "")
            plot.label(&svg, text, x: plot.x(Double(step.count)) + 8, y: y + 19, anchor: "start")
            before = step.count
        }
        return plot.height
    }
}

extension Report.Chart.Intervals {
    func draw(in svg: inout HTML) -> Double? {
        let ends = rows.flatMap { [$0.interval?.lower, $0.interval?.upper, $0.estimate] }.compactMap { $0 }
        guard !ends.isEmpty else { return nil }
        let row = 32.0
        var plot = Plot()
        plot.left = min(260, 24 + Double(rows.map(\.label.count).max() ?? 0) * 7.2)
        plot.height = Double(rows.count) * row + plot.top + plot.bottom
        let range = Plot.range(ends, withZero: true)
        let margin = (range.upperBound - range.lowerBound) * 0.06
        plot.horizontal = (range.lowerBound - margin)...(range.upperBound + margin)
        plot.horizontalAxis(&svg, unit: unit, title: "")
        let zero = SVG.number(plot.x(0))
        svg.add("line", ["class": "target", "x1": zero, "x2": zero, "y1": "4", "y2": SVG.number(plot.floor)])
        for (index, item) in rows.enumerated() {
            let y = plot.top + (Double(index) + 0.5) * row
            plot.label(&svg, item.label, x: plot.left - 10, y: y + 4, anchor: "end", style: "name")
            let isClear = item.interval.map { $0.lower > 0 || $0.upper < 0 } ?? false
            let style = isClear ? "effect clear" : "effect"
            if let interval = item.interval {
                svg.add(
                    "line",
                    [
                        "class": style, "x1": SVG.number(plot.x(interval.lower)),
                        "x2": SVG.number(plot.x(interval.upper)),
                        "y1": SVG.number(y), "y2": SVG.number(y),
                    ])
            }
            if let estimate = item.estimate {
                svg.add(
                    "circle",
                    ["class": style, "cx": SVG.number(plot.x(estimate)), "cy": SVG.number(y), "r": "5"])
                plot.label(
                    &svg, unit.text(estimate), x: plot.x(estimate), y: y - 9, anchor: "middle")
            }
        }
        return plot.height
    }
}

extension Report.Chart.Heat {
    func draw(in svg: inout HTML) -> Double? {
        guard !rows.isEmpty, !columns.isEmpty else { return nil }
        let row = 24.0
        var plot = Plot()
        plot.left = 24 + Double(rows.map(\.label.count).max() ?? 0) * 7.2
        plot.top = 24
        plot.bottom = 6
        plot.height = Double(rows.count) * row + plot.top + plot.bottom
        let known = rows.flatMap(\.values).compactMap { $0 }
        let low = min(0.9, known.min() ?? 0)
        let width = min(64, plot.slotWidth(of: columns.count))
        for (index, column) in columns.enumerated() {
            plot.label(&svg, column, x: plot.left + width * (Double(index) + 0.5), y: 16, anchor: "middle")
        }
        for (index, item) in rows.enumerated() {
            let y = plot.top + Double(index) * row
            plot.label(&svg, item.label, x: plot.left - 10, y: y + 16, anchor: "end", style: "name")
            // What the cells of a row share is said once: a page of two years of cohorts is long enough.
            svg.add("g", ["text-anchor": "middle"]) { svg in
                for (column, value) in item.values.enumerated() {
                    guard let value else { continue }
                    let x = plot.left + width * Double(column)
                    let strength = low < 1 ? (value - low) / (1 - low) : 1
                    // Nine steps of color; the figure stands in each, so that nothing hangs on color alone.
                    let step = max(0, min(8, Int((strength * 8).rounded())))
                    let isComplete = column < item.complete
                    svg.add(
                        "rect",
                        [
                            "class": isComplete ? "cell h\(step)" : "cell h\(step) open", "x": SVG.number(x + 1),
                            "y": SVG.number(y + 1), "width": SVG.number(width - 2), "height": SVG.number(row - 2),
                        ])
                    svg.add(
                        "text",
                        ["class": step > 4 ? "on" : "off", "x": SVG.number(x + width / 2), "y": SVG.number(y + 16)],
                        text: Plot.mark((value * 100).rounded() / 100, .share) + (isComplete ? "" : "*"))
                }
            }
        }
        return plot.height
    }
}

extension Report.Chart.Line {
    func draw(in svg: inout HTML) -> Double? {
        let values = series.flatMap(\.values).compactMap { $0 }
        guard !labels.isEmpty, !values.isEmpty else { return nil }
        let bands = series.flatMap(\.bands).compactMap { $0 }
        var plot = Plot()
        plot.top = series.count > 1 ? 32 : 14
        // What a band reaches beyond three times the highest figure is cut, or one poor month would flatten all others.
        let most = (values.max() ?? 1) * 3
        let range = Plot.range(values + bands.flatMap { [$0.lower, min($0.upper, most)] }, withZero: true)
        plot.vertical = range.lowerBound...(range.upperBound + (range.upperBound - range.lowerBound) * 0.05)
        plot.verticalAxis(&svg, unit: unit)
        plot.slots(&svg, labels)
        plot.legend(&svg, series.map(\.name))
        // One series of intervals is drawn as bars with whiskers, several as lines.
        if series.count == 1, let only = series.first {
            bars(only, plot, &svg)
        } else {
            for (index, item) in series.enumerated() {
                let points = item.values.enumerated().compactMap { place, value in
                    value.map { (plot.slot(place, of: labels.count), plot.y($0)) }
                }
                Plot.line(&svg, points, style: "curve s\(index % 5)")
            }
        }
        return plot.height
    }

    private func bars(_ item: Series, _ plot: Plot, _ svg: inout HTML) {
        let width = plot.slotWidth(of: labels.count)
        for (index, value) in item.values.enumerated() {
            guard let value else { continue }
            let x = plot.slot(index, of: labels.count)
            let (top, base) = (min(plot.y(value), plot.y(0)), max(plot.y(value), plot.y(0)))
            svg.add(
                "rect",
                [
                    "class": "column", "x": SVG.number(x - width * 0.35), "y": SVG.number(top), "rx": "1",
                    "width": SVG.number(width * 0.7), "height": SVG.number(base - top),
                ])
            guard item.bands.indices.contains(index), let band = item.bands[index] else { continue }
            let place = SVG.number(x)
            svg.add(
                "line",
                [
                    "class": "whisker", "x1": place, "x2": place, "y1": SVG.number(plot.y(band.lower)),
                    "y2": SVG.number(plot.y(band.upper)),
                ])
        }
    }
}
