import Basics
import Decisions
import Measure
import Playbooks
import Storage

/// The health score of an account: its last weeks, and part by part what it is now.
struct HealthPanel {
    let ask: PageRequest
    let health: HealthStory

    private static let (width, height) = (260.0, 56.0)

    func draw(in html: inout HTML) {
        html.panel("Health", id: "he", note: health.score.map { "\(Int($0)) of 100" } ?? "missing") { html in
            addWeeks(to: &html)
            html.add("ul", ["class": "clauses"]) { html in
                for part in health.now.children { ClauseList.draw("part", part, in: &html) }
            }
        }
    }

    /// A bar a week; weeks without a score have none.
    private func addWeeks(to html: inout HTML) {
        let sums = health.weeks.map { "\(ask.text($0.day)): \($0.score.map { "\(Int($0))" } ?? "missing")" }
        html.add(
            "svg",
            [
                "class": "plot", "viewBox": "0 0 \(SVG.number(Self.width)) \(SVG.number(Self.height))", "role": "img",
                "aria-label": "Health by week: " + sums.joined(separator: ", "),
            ]
        ) { html in
            let slot = Self.width / Double(max(1, health.weeks.count))
            for (index, week) in health.weeks.enumerated() {
                guard let score = week.score else { continue }
                let height = max(1, Self.height * score / 100)
                html.add(
                    "rect",
                    [
                        "class": "f0", "x": SVG.number(slot * (Double(index) + 0.15)), "width": SVG.number(slot * 0.7),
                        "y": SVG.number(Self.height - height), "height": SVG.number(height),
                    ])
            }
        }
    }
}
