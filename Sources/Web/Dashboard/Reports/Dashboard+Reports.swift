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
        routes.page("/experiments") { ask, connection in
            try ExperimentList(ask, connection).page
        }
        report("/experiments/:name", in: .experiments, on: routes) { ask in
            let name = ask.part("name")
            let rule: ArmComparison.Rule = try ask.word("rule") ?? .groupSequential
            return ReportRequest(
                name: "experiment \(name) \(rule.rawValue)", title: name,
                command: ["report", "experiment", name] + rule.option,
                daily: rule == .groupSequential ? .experiment(name) : nil
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
                command: ["report", "attrition"] + (segment.map { ["--segment", $0] } ?? [])
                    + (from.map { ["--from", "\($0)"] } ?? []) + (to.map { ["--to", "\($0)"] } ?? []),
                daily: segment == nil && from == nil && to == nil ? .attrition : nil
            ) { workspace, connection, asOf in
                try AttritionReport.report(
                    connection, workspace: workspace, segment: segment, from: from, to: to, asOf: asOf)
            }
        }
        report("/journeys", in: .journey, on: routes) { _ in
            ReportRequest(name: "journey", title: "Journey", command: ["report", "journey"], daily: .journey) {
                workspace, connection, asOf in
                try JourneyReport.report(connection, workspace: workspace, asOf: asOf)
            }
        }
        report("/journeys/map", in: .journey, on: routes) { _ in
            ReportRequest(name: "journey map", title: "Journey map", command: ["journey", "map"]) {
                workspace, connection, asOf in
                try JourneyMap.report(connection, workspace: workspace, asOf: asOf)
            }
        }
        report("/risk", in: .risk, on: routes) { _ in
            ReportRequest(name: "risk", title: "Risk", command: ["report", "risk"], daily: .risk) {
                workspace, connection, asOf in
                try RiskReport.report(connection, workspace: workspace, asOf: asOf)
            }
        }
    }

    /// A report: the page shows the one that was made last, with its moment; making it anew is a job.
    private func report(
        _ path: String, in place: DashboardPage.Place, on routes: DashboardRoutes,
        _ request: @escaping @Sendable (PageRequest) throws -> ReportRequest
    ) {
        routes.page(path) { [self] ask, connection in
            let asked = try request(ask)
            var made = try MadeReport(asked, ask, jobs, connection)
            // Looked at for the first time, it is begun at once: a page that only offers a button says nothing.
            if made.isNothing {
                try begin(asked, ask)
                made = try MadeReport(asked, ask, jobs, connection)
            }
            let looks = try asked.daily.map { try KeptReports(connection).looks($0.key) } ?? []
            let section = try ask.number("section").flatMap { Int(exactly: $0) } ?? 1
            return ReportPage(
                ask: ask, place: place, asked: asked, made: made, looks: looks, path: ask.path, section: section
            ).page
        }
        routes.change(path, .viewer) { [self] ask, form, _ in
            var ask = ask
            ask.query = PageRequest.query(of: form["query"] ?? "")
            ask.query["look"] = nil
            try begin(try request(ask), ask)
            return .done(ask.here, "It is being made anew.")
        }
        routes.file(path + "/csv", .operator) { [jobs] ask, connection in
            let asked = try request(ask)
            guard let shown = try MadeReport(asked, ask, jobs, connection).shown else {
                throw PageProblem(.notFound, "Not made yet", "Open the page of the report first.")
            }
            return Response(
                status: .ok, headers: CSVAnswer.headers("\(asked.title).csv"),
                body: .init(byteBuffer: ByteBuffer(string: shown.report.csv)))
        }
    }

    private func begin(_ asked: ReportRequest, _ ask: PageRequest) throws {
        let workspace = ask.workspace
        let asOf = try asked.asOf(ask)
        try jobs.begin(try asked.job(ask), by: ask.visitor.name, processNow: processNow) { store in
            try store.read { try asked.make(workspace, $0, asOf) }
        }
    }
}

extension ArmComparison.Rule {
    /// The option by which the command takes it; none for the usual one.
    fileprivate var option: [String] {
        switch self {
        case .groupSequential: []
        case .alwaysValid: ["--always-valid"]
        case .fixed: ["--fixed"]
        }
    }
}
