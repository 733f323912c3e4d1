import Basics
import Measure
import Playbooks
import Storage

struct ReportPage {
    let ask: PageRequest
    let place: DashboardPage.Place
    let asked: ReportRequest
    let made: MadeReport
    /// The weekly looks that are kept, the newest first.
    let looks: [Instant]
    let path: String
    /// Which section is shown where not all of them are, from 1.
    let section: Int

    var page: DashboardPage {
        DashboardPage(
            made.shown?.report.title ?? asked.title, in: place,
            crumb: place == .experiments ? HTML { $0.link("Experiments", ask.link("/experiments")) } : nil, lead: lead,
            acts: HTML { html in
                html.change(ask, path, "Make anew", fields: ["query": ask.queryText()])
                if made.shown != nil, ask.visitor.role >= .operator {
                    html.add(
                        "a", ["class": "button", "href": ask.link(path + "/csv") + PageRequest.mark(ask.queryText())],
                        text: "CSV")
                }
            }
        ) { html in
            addFilters(to: &html)
            html.job(ask, made.state) { _ in
            } done: { _, _, _, _ in
            }
            if let shown = made.shown { draw(shown.report, in: &html) }
            addLooks(to: &html)
            html.command(asked.command + (ask["as_of"].map { ["--now", $0] } ?? []))
        }
    }

    /// A report that weighs more is shown a section at a time: a page stays under 100 kB with its style and script.
    private static let mostBytes = 55_000

    private func draw(_ whole: Report, in html: inout HTML) {
        var report = whole
        // An earlier period stands apart in the report; of the present one the rest is.
        if let period = ask["period"] {
            let ofPeriod = whole.sections.filter { $0.title.hasPrefix("Period \(period),") }
            report.sections = ofPeriod.isEmpty ? whole.sections.filter { !$0.title.hasPrefix("Period ") } : ofPeriod
        }
        // Of one journey what is about it, and what is about all.
        if place == .journey, let name = ask.parts["name"] {
            let others = ask.workspace.journeys.map(\.name).filter { $0 != name }
            report.sections.removeAll { section in others.contains { section.title.hasPrefix($0 + ", ") } }
        }
        let parts = report.sections.enumerated().flatMap { index, section in
            split(section, number: index + 1, asOf: report.asOf)
        }
        let panels = parts.enumerated().map { index, part in
            HTML { html in html.panel(part.title, id: "r\(index + 1)") { $0.add(part.content) } }
        }
        let isWhole = panels.reduce(0) { $0 + $1.markup.utf8.count } <= Self.mostBytes
        let shown = min(max(1, section), panels.count)
        if !isWhole {
            html.add("nav", ["aria-label": "Sections"]) { html in
                html.add("ul", ["class": "tabs"]) { html in
                    for (index, part) in parts.enumerated() {
                        html.add("li") {
                            $0.add(
                                "a",
                                [
                                    "href": ask.changing(["section": index == 0 ? "" : "\(index + 1)"]),
                                    "aria-current": index + 1 == shown ? "page" : nil,
                                ], text: part.title)
                        }
                    }
                }
            }
        }
        html.add("div", ["class": "report"]) { html in
            for (index, panel) in panels.enumerated() where isWhole || index + 1 == shown { html.add(panel) }
        }
    }

    /// A section, and one that is too long for a page in parts of as many of its blocks as go on one.
    private func split(
        _ section: Report.Section, number: Int, asOf: Instant
    ) -> [(title: String, content: HTML)] {
        func drawn(_ section: Report.Section, _ number: Int) -> HTML {
            section.content(number: number) { ask.link(to: $0, asOf: asOf) }
        }
        let title = Self.title(of: section)
        let whole = drawn(section, number)
        guard whole.markup.utf8.count > Self.mostBytes else { return [(title, whole)] }
        var parts: [HTML] = []
        for (index, block) in section.blocks.enumerated() {
            // Numbers of their own keep ids apart.
            let next = drawn(Report.Section(section.title, [block]), number * 1_000 + index)
            let size = (parts.last?.markup.utf8.count ?? .max / 2) + next.markup.utf8.count
            if size <= Self.mostBytes { parts[parts.count - 1].add(next) } else { parts.append(next) }
        }
        return parts.enumerated().map { index, part in (index == 0 ? title : "\(title), \(index + 1)", part) }
    }

    private static func title(of section: Report.Section) -> String {
        section.title.isEmpty ? "In short" : section.title
    }

    /// An experiment's verdict stays as it is from look to look.
    private func addLooks(to html: inout HTML) {
        guard place == .experiments, !looks.isEmpty else { return }
        html.panel("Look by look", id: "looks") { html in
            html.add("p", text: "The report as it was at each weekly look:")
            html.add("ul", ["class": "plain"]) { html in
                for look in looks {
                    html.add("li") { html in
                        let isShown = ask["look"] == "\(look.milliseconds)"
                        html.add(
                            "a",
                            [
                                "href": ask.changing(["look": "\(look.milliseconds)"]),
                                "aria-current": isShown ? "page" : nil,
                            ]
                        ) { $0.add(ask.time(look, .day)) }
                    }
                }
            }
        }
    }

    private var lead: HTML? {
        made.shown.map { shown in
            HTML { html in
                html.text("As of ")
                html.add(ask.time(shown.report.asOf))
                html.made(ask, shown.at, shown.took)
            }
        }
    }

    /// What one counts on, answered in place.
    private func addDesign(of name: String, to html: inout HTML) {
        let isMean = ask.workspace.playbook(name)?.meanGoal != nil
        html.add("p") {
            $0.link("The experiment as it runs", ask.link("/experiments/" + DashboardAddress.part(name)))
        }
        html.add("form", ["class": "filters", "action": ask.link(path)]) { html in
            html.field(
                isMean ? "Mean without it" : "Rate without it, such as 15%", "base", ask["base"], size: "8")
            if isMean { html.field("Standard deviation", "deviation", ask["deviation"], size: "8") }
            html.field(
                isMean ? "Smallest change worth finding" : "Smallest change worth finding, points", "detect",
                ask["detect"], size: "8")
            html.field("Accounts that enter in a day", "per_day", ask["per_day"], size: "8")
            html.add("button", ["class": "go"], text: "Work it out")
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
                html.field("As of", "as_of", ask["as_of"], type: "date")
                html.add("button", ["class": "go"], text: "Show")
            }
        } else if place == .journey || place == .risk {
            html.add("form", ["class": "filters", "action": ask.link(path)]) { html in
                html.field("As of", "as_of", ask["as_of"], type: "date")
                html.add("button", text: "Show")
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
        if let name = ask.parts["name"], path.hasSuffix("/design") { return addDesign(of: name, to: &html) }
        if place == .experiments {
            if let name = ask.parts["name"], ask.workspace.playbook(name) != nil {
                html.add("p") {
                    $0.link(
                        "Before the launch: what it would take",
                        ask.link("/experiments/\(DashboardAddress.part(name))/design"))
                }
            }
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
