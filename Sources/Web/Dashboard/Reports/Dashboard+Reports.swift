import Basics
import HTTPTypes
import Hummingbird
import Measure
import NIOCore
import Playbooks
import Storage

/// The reports of the command line, to the digit, as pages.
extension Dashboard {
    func addReports(to routes: DashboardRoutes) {
        routes.page("/experiments") { ask, connection in try ExperimentList(ask, connection).page }
        report("/experiments/:name", in: .experiments, on: routes) { ask in
            let name = ask.part("name")
            let rule: ArmComparison.Rule = try ask.word("rule") ?? .groupSequential
            return ReportRequest(
                name: "experiment \(name) \(rule.rawValue)", title: name, command: "keeptouch report experiment \(name)"
            ) { workspace, connection, asOf in
                let isKnown = try KnownPlaybook.named(name, connection) != nil
                guard isKnown || workspace.playbook(name) != nil else {
                    throw PageProblem.noPlaybook(name)
                }
                return try ExperimentReport(name, in: workspace, rule: rule, connection, asOf: asOf).make()
            }
        }
        report("/attrition", in: .attrition, on: routes) { ask in
            let (segment, from, to) = (ask["segment"], try ask.day("from"), try ask.day("to"))
            return ReportRequest(
                name: "attrition \(segment ?? "") \(from.map { "\($0)" } ?? "") \(to.map { "\($0)" } ?? "")",
                title: "Attrition",
                command: "keeptouch report attrition" + (segment.map { " --segment \($0)" } ?? "")
            ) { workspace, connection, asOf in
                try AttritionReport.report(
                    connection, workspace: workspace, segment: segment, from: from, to: to, asOf: asOf)
            }
        }
        report("/journeys", in: .journey, on: routes) { _ in
            ReportRequest(name: "journey", title: "Journey", command: "keeptouch report journey") {
                workspace, connection, asOf in
                try JourneyReport.report(connection, workspace: workspace, asOf: asOf)
            }
        }
        report("/risk", in: .risk, on: routes) { _ in
            ReportRequest(name: "risk", title: "Risk", command: "keeptouch report risk") {
                workspace, connection, asOf in
                try RiskReport.report(connection, workspace: workspace, asOf: asOf)
            }
        }
    }

    /// A report: the page shows the one that was made, with its moment; making it anew is a job.
    private func report(
        _ path: String, in place: DashboardPage.Place, on routes: DashboardRoutes,
        _ request: @escaping @Sendable (PageRequest) throws -> ReportRequest
    ) {
        routes.page(path) { [self] ask, connection in
            let asked = try request(ask)
            let name = asked.job(ask)
            var state: Jobs.State<Report> = jobs.state(name, now: ask.processNow)
            // Looked at for the first time, it is begun at once: a page that only offers a button says nothing.
            if case .none = state {
                begin(asked, ask)
                state = .running(since: ask.processNow)
            }
            return ReportPage(ask: ask, place: place, asked: asked, state: state, path: ask.path).page
        }
        routes.change(path, .viewer) { [self] ask, form, _ in
            let query = form["query"] ?? ""
            var ask = ask
            ask.query = Dictionary(Form(query, contentType: nil).fields.map { ($0.name, $0.value) }) { $1 }
            begin(try request(ask), ask)
            return .done(ask.path + (query.isEmpty ? "" : "?" + query), "It is being made anew.")
        }
        routes.file(path + "/csv", .operator) { [jobs] ask, _ in
            let asked = try request(ask)
            guard case .done(let report, _, _) = jobs.state(asked.job(ask), of: Report.self, now: ask.processNow) else {
                throw PageProblem(.notFound, "Not made yet", "Open the page of the report first.")
            }
            return Response(
                status: .ok, headers: CSVAnswer.headers("\(asked.title).csv"),
                body: .init(byteBuffer: ByteBuffer(string: report.csv)))
        }
    }

    private func begin(_ asked: ReportRequest, _ ask: PageRequest) {
        let (workspace, now) = (ask.workspace, ask.now)
        jobs.begin(asked.job(ask), processNow: processNow) { store in
            try store.read { try asked.make(workspace, $0, now) }
        }
    }
}

/// Which report, and how it is made.
struct ReportRequest: Sendable {
    /// With its arguments.
    var name: String
    var title: String
    var command: String
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

    private var query: String {
        let parts = ask.changing([:]).split(separator: "?", maxSplits: 1)
        return parts.count > 1 ? String(parts[1]) : ""
    }

    var page: DashboardPage {
        var title = asked.title
        if case .done(let report, _, _) = state { title = report.title }
        return DashboardPage(
            title, in: place,
            crumb: place == .experiments ? HTML { $0.link("Experiments", ask.link("/experiments")) } : nil, lead: lead,
            acts: HTML { html in
                html.change(ask, path, "Make anew", fields: ["query": query])
                if case .done = state, ask.visitor.role >= .operator {
                    html.add(
                        "a", ["class": "button", "href": ask.link(path + "/csv") + (query.isEmpty ? "" : "?" + query)],
                        text: "CSV")
                }
            }
        ) { html in
            addFilters(to: &html)
            switch state {
            case .none: html.nothing("Not made yet", "Press Make anew.")
            case .running(let since): html.running(ask, since: since)
            case .failed(let error, _): html.add("div", ["class": "note bad"]) { $0.add("p", text: error) }
            case .done(let report, _, _):
                html.add("div", ["class": "report"]) { html in
                    for (index, section) in report.sections.enumerated() {
                        let number = index + 1
                        let title = section.title.isEmpty ? "In short" : section.title
                        html.panel(title, id: "r\(number)") { $0.add(section.content(number: number)) }
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
            html.text(", made ")
            html.add(ask.time(at))
            html.text(" in \(WhomPage.text(took)).")
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

/// The experiments, a line each.
struct ExperimentList {
    private let ask: PageRequest
    private let counts: [(name: String, arms: [String: Int], since: Instant?)]

    init(_ ask: PageRequest, _ connection: Connection) throws {
        self.ask = ask
        counts = try ExperimentFigures.all(connection)
    }

    var page: DashboardPage {
        DashboardPage("Experiments", in: .experiments) { html in
            guard !counts.isEmpty else {
                return html.nothing(
                    "No experiment has begun",
                    "Every playbook with a holdout or variants is one, from its first entry on.")
            }
            html.panel("All", id: "all") { html in
                html.table(
                    "Experiments",
                    [
                        ("experiment", nil), ("state", nil), ("this period since", nil), ("treated", "num"),
                        ("held out", "num"), ("goal", "x"),
                    ]
                ) { html in
                    for item in counts {
                        let playbook = ask.workspace.playbooks.first { $0.experiment == item.name }
                        html.add("tr") { html in
                            html.add("th", ["scope": "row"]) {
                                $0.link(
                                    item.name,
                                    ask.link("/experiments/" + DashboardAddress.part(playbook?.name ?? item.name)))
                            }
                            html.add("td") { html in
                                guard let playbook else { return html.state("retired", "gone") }
                                html.state(playbook.state.rawValue, playbook.state.rawValue)
                            }
                            html.add("td") { html in if let since = item.since { html.add(ask.time(since, .day)) } }
                            html.number(item.arms["treated"] ?? 0)
                            html.number((item.arms["holdout"] ?? 0) + (item.arms["global_holdout"] ?? 0))
                            html.add("td", ["class": "x"]) { html in
                                if let goal = playbook?.goal { html.add("code", text: goal.condition.text) }
                            }
                        }
                    }
                }
            }
        }
    }
}
