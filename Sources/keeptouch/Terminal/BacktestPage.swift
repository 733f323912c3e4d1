import Basics
import Measure
import Playbooks
import Runner

/// A backtest as one page with a chart, which needs nothing but a browser: light or dark as the reader likes it, no script.
struct BacktestPage {
    let report: BacktestReport

    private static let (width, height, left, bottom, top) = (860.0, 300.0, 48.0, 28.0, 12.0)
    /// More bars than this stand for weeks.
    private static let mostBars = 130

    private var isByWeek: Bool { report.days.count > Self.mostBars }
    private var bars: [BacktestReport.Period] { isByWeek ? report.weeks : report.days }

    var text: String {
        let table = BacktestText(report: report)
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(HTML.escaped(report.playbook)), \(report.from) to \(report.to)</title>
            <style>
            \(Report.style)
            .key-bar { color: var(--c0) } .key-goal { color: var(--c1) } tr:last-child { font-weight: 600 }
            </style>
            </head>
            <body>
            <h1>\(HTML.escaped(report.title))</h1>
            <p class="soft">\(HTML.escaped(report.playbook)), \(report.from) to \(report.to)\(company)</p>
            <p><span class="key-bar">■</span> entered, each \(isByWeek ? "week" : "day")\(goalKey)</p>
            <div class="scroll chart" tabindex="0" role="group" aria-label="Enrollments over time">
            \(chart)
            </div>
            \(report.sentences.map { "<p>\(HTML.escaped($0))</p>" }.joined(separator: "\n"))
            <div class="scroll" tabindex="0" role="group" aria-label="By period">
            \(html(table.table(of: table.periods, isForReading: true)))
            </div>
            </body>
            </html>

            """
    }

    private var company: String {
        report.others.isEmpty ? "" : ", with \(HTML.escaped(report.others.joined(separator: ", ")))"
    }

    private var goalKey: String {
        report.goalRate == nil ? "" : " <span class=\"key-goal\">━</span> goals reached, all together"
    }

    private var chart: String {
        let bars = bars
        let most = Self.scale(bars.map(\.entered).max() ?? 0)
        let reached = bars.reduce(into: [Int]()) { $0.append(($0.last ?? 0) + $1.goals) }
        let mostReached = Self.scale(reached.last ?? 0)
        let right = report.goalRate == nil ? 8.0 : 48.0
        let slot = (Self.width - Self.left - right) / Double(max(1, bars.count))
        let floor = Self.height - Self.bottom
        func y(_ count: Int, of most: Int) -> Double { floor - (floor - Self.top) * Double(count) / Double(most) }
        func x(_ index: Int) -> Double { Self.left + slot * Double(index) }
        var parts = [
            "<svg viewBox=\"0 0 \(Int(Self.width)) \(Int(Self.height))\" role=\"img\" "
                + "aria-label=\"Enrollments\(report.goalRate == nil ? "" : " and goals") over time\">"
        ]
        for share in [0, 1, 2] {
            let height = y(share, of: 2)
            parts.append(
                "<line class=\"axis\" x1=\"\(Self.number(Self.left))\" x2=\"\(Self.number(Self.width - right))\" "
                    + "y1=\"\(Self.number(height))\" y2=\"\(Self.number(height))\"/>")
            parts.append(label(most * share / 2, x: Self.left - 6, y: height + 4, anchor: "end"))
            if report.goalRate != nil {
                parts.append(label(mostReached * share / 2, x: Self.width - right + 6, y: height + 4, anchor: "start"))
            }
        }
        for (index, bar) in bars.enumerated() where bar.entered > 0 {
            let height = y(bar.entered, of: most)
            parts.append(
                "<rect class=\"column\" x=\"\(Self.number(x(index) + slot * 0.1))\" y=\"\(Self.number(height))\" "
                    + "width=\"\(Self.number(slot * 0.8))\" height=\"\(Self.number(floor - height))\">"
                    + "<title>\(bar.day): \(bar.entered)</title></rect>")
        }
        if report.goalRate != nil {
            let points = reached.enumerated().map { index, count in
                "\(Self.number(x(index) + slot / 2)),\(Self.number(y(count, of: mostReached)))"
            }
            parts.append("<polyline class=\"curve s1\" points=\"\(points.joined(separator: " "))\"/>")
        }
        let every = max(1, (bars.count + 7) / 8)
        for (index, bar) in bars.enumerated() where index % every == 0 {
            parts.append(
                "<text x=\"\(Self.number(x(index)))\" y=\"\(Self.number(Self.height - 8))\">\(bar.day)</text>")
        }
        return (parts + ["</svg>"]).joined(separator: "\n")
    }

    private func label(_ count: Int, x: Double, y: Double, anchor: String) -> String {
        "<text x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" text-anchor=\"\(anchor)\">\(count)</text>"
    }

    private func html(_ table: Table) -> String {
        func row(_ cells: [String], _ tag: String) -> String {
            "<tr>"
                + cells.enumerated().map { index, cell in
                    let style = index == 0 ? "" : " class=\"num\""
                    return "<\(tag)\(style)>\(HTML.escaped(cell))</\(tag)>"
                }.joined() + "</tr>"
        }
        let rows = [row(table.columns.map(\.title), "th")] + table.rows.map { row($0, "td") }
        return "<table>\n\(rows.joined(separator: "\n"))\n</table>"
    }

    /// The next number whose half is whole and that reads well.
    private static func scale(_ most: Int) -> Int {
        var step = 2
        while true {
            for factor in [1, 2, 5] where step * factor >= most { return step * factor }
            step *= 10
        }
    }

    private static func number(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(abs(tenths % 10))"
    }
}
