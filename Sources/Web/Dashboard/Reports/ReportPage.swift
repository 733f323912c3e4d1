import Basics
import Measure
import Playbooks
import Storage

/// Which report, and how it is made.
struct ReportRequest: Sendable {
    /// With its arguments.
    var name: String
    var title: String
    /// The words of the command that prints the same.
    var command: [String]
    var make: @Sendable (Workspace, Connection, Instant) throws -> Report

    /// Reports of different days are different ones.
    func job(_ ask: PageRequest) -> String { "report \(name) \(ask.workspace.configuration.zone.day(of: ask.now))" }
}

struct ReportPage {
    let ask: PageRequest
    let place: DashboardPage.Place
    let asked: ReportRequest
    let state: Jobs.State<Report>
    let path: String

    var page: DashboardPage {
        var title = asked.title
        if case .done(let report, _, _) = state { title = report.title }
        return DashboardPage(
            title, in: place,
            crumb: place == .experiments ? HTML { $0.link("Experiments", ask.link("/experiments")) } : nil, lead: lead,
            acts: HTML { html in
                html.change(ask, path, "Make anew", fields: ["query": ask.queryText()])
                if case .done = state, ask.visitor.role >= .operator {
                    html.add(
                        "a", ["class": "button", "href": ask.link(path + "/csv") + PageRequest.mark(ask.queryText())],
                        text: "CSV")
                }
            }
        ) { html in
            addFilters(to: &html)
            html.job(ask, state) { html in
                html.nothing("Not made yet", "Press Make anew.")
            } done: { report, _, _, html in
                html.add("div", ["class": "report"]) { html in
                    for (index, section) in report.sections.enumerated() {
                        let title = section.title.isEmpty ? "In short" : section.title
                        html.panel(title, id: "r\(index + 1)") { $0.add(section.content(number: index + 1)) }
                    }
                }
            }
            html.command(asked.command)
        }
    }

    private var lead: HTML? {
        guard case .done(let report, let at, let took) = state else { return nil }
        return HTML { html in
            html.text("As of ")
            html.add(ask.time(report.asOf))
            html.made(ask, at, took)
        }
    }

    private func addFilters(to html: inout HTML) {
        if place == .attrition {
            html.add("form", ["class": "filters", "action": ask.link(path)]) { html in
                html.select(
                    "Segment", "segment", [("", "all")] + ask.workspace.segments.map { ($0.name, $0.name) },
                    chosen: ask["segment"])
                html.field("From", "from", ask["from"], type: "date")
                html.field("To", "to", ask["to"], type: "date")
                html.add("button", ["class": "go"], text: "Show")
            }
        }
        if place == .journey {
            let isMap = path.hasSuffix("/map")
            html.add("p") { html in
                html.link(
                    isMap ? "Where accounts get lost" : "The map: what happens in each stage",
                    ask.link(isMap ? "/journeys" : "/journeys/map"))
            }
        }
        if place == .experiments {
            html.add("form", ["class": "filters", "action": ask.link(path)]) { html in
                html.select(
                    "Rule", "rule",
                    [
                        ("", "weekly looks"), (ArmComparison.Rule.alwaysValid.rawValue, "valid on any day"),
                        (ArmComparison.Rule.fixed.rawValue, "a single look"),
                    ],
                    chosen: ask["rule"])
                html.add("button", text: "Show")
            }
        }
    }
}
