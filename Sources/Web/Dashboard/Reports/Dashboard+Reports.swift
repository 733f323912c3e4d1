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
        report("/experiments/:name", in: .experiments, on: routes) { ask, connection in
            let name = ask.part("name")
            if ask.workspace.playbook(name) == nil, try KnownPlaybook.named(name, connection) == nil {
                throw PageProblem.noPlaybook(name)
            }
            let experiment = ask.workspace.playbook(name)?.experiment ?? name
            if let period = try ask.number("period") {
                let last = try ExperimentFigures.lastPeriod(of: experiment, connection) ?? 0
                guard (1...max(1, last)).contains(period) else {
                    throw PageProblem(
                        .notFound, "No such period", "\(name) has had \(Int(last).of("period")).", at: "period")
                }
            }
            let rule: ArmComparison.Rule = try ask.word("rule") ?? .groupSequential
            return ReportRequest(
                name: "experiment \(name) \(rule.rawValue)", title: name,
                command: ["report", "experiment", name] + rule.option,
                daily: rule == .groupSequential ? .experiment(name) : nil
            ) { workspace, connection, asOf in
                try ExperimentReport(name, in: workspace, rule: rule, connection, asOf: asOf).make()
            }
        }
        report("/experiments/:name/design", in: .experiments, on: routes) { ask, _ in
            let name = ask.part("name")
            guard let playbook = ask.workspace.playbook(name) else { throw PageProblem.noPlaybook(name) }
            let question = try DesignQuestion(ask)
            do {
                try question.check(for: playbook)
            } catch let error as MeasureError {
                throw PageProblem(
                    .badRequest, "It cannot be worked out", error.description.replacing("--", with: ""), at: error.about
                )
            }
            return ReportRequest(
                name: "design \(name) \(question)", title: "Design of \(name)",
                command: ["report", "experiment", name, "--design"] + question.options
            ) { workspace, connection, asOf in
                try question.report(of: playbook, in: workspace, connection, asOf: asOf)
            }
        }
        report("/attrition", in: .attrition, on: routes) { ask, _ in
            let segment = try ask.name("segment", among: ask.workspace.segments.map(\.name))
            let (from, to) = (try ask.day("from"), try ask.day("to"))
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
        report("/journeys", in: .journey, on: routes) { _, _ in
            ReportRequest(name: "journey", title: "Journey", command: ["report", "journey"], daily: .journey) {
                workspace, connection, asOf in
                try JourneyReport.report(connection, workspace: workspace, asOf: asOf)
            }
        }
        report("/journeys/map", in: .journey, on: routes) { _, _ in
            ReportRequest(name: "journey map", title: "Journey map", command: ["journey", "map"]) {
                workspace, connection, asOf in
                try JourneyMap.report(connection, workspace: workspace, asOf: asOf)
            }
        }
        report("/journeys/:name", in: .journey, on: routes) { ask, _ in
            let names = ask.workspace.journeys.map(\.name)
            guard names.contains(ask.part("name")) else {
                throw PageProblem.nameless("journey", ask.part("name"), among: names, at: "name")
            }
            return ReportRequest(name: "journey", title: "Journey", command: ["report", "journey"], daily: .journey) {
                workspace, connection, asOf in
                try JourneyReport.report(connection, workspace: workspace, asOf: asOf)
            }
        }
        report("/risk", in: .risk, on: routes) { _, _ in
            ReportRequest(name: "risk", title: "Risk", command: ["report", "risk"], daily: .risk) {
                workspace, connection, asOf in
                try RiskReport.report(connection, workspace: workspace, asOf: asOf)
            }
        }
    }

    /// A report: the page shows the one that was made last, with its moment; making it anew is a job.
    private func report(
        _ path: String, in place: DashboardPage.Place, on routes: DashboardRoutes,
        _ request: @escaping @Sendable (PageRequest, Connection) throws -> ReportRequest
    ) {
        routes.page(path) { [self] ask, connection in
            let asked = try request(ask, connection)
            var made = try MadeReport(asked, ask, jobs, connection)
            // Looked at for the first time, it is begun at once: a page that only offers a button says nothing.
            if made.isNothing {
                try begin(asked, ask)
                jobs.wait(for: try asked.job(ask), atMost: Self.patienceOfJobs)
                made = try MadeReport(asked, ask, jobs, connection)
            }
            let looks = try asked.daily.map { try KeptReports(connection).looks($0.key) } ?? []
            let section = try ask.number("section").flatMap { Int(exactly: $0) } ?? 1
            return ReportPage(
                ask: ask, place: place, asked: asked, made: made, looks: looks, path: ask.path, section: section
            ).page
        }
        routes.change(path, .viewer) { [self] ask, form, connection in
            var ask = ask
            ask.query = PageRequest.query(of: form["query"] ?? "")
            ask.query["look"] = nil
            try begin(try request(ask, connection), ask)
            return .done(ask.here, "It is being made anew.")
        }
        routes.export(path + "/csv") { [jobs] ask, connection in
            let asked = try request(ask, connection)
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

extension DesignQuestion {
    /// What the address of a page asks.
    ///
    /// - Throws: `PageProblem` for what is no number.
    fileprivate init(_ ask: PageRequest) throws {
        func number(_ name: String) throws -> Double? {
            guard let text = ask[name] else { return nil }
            if let number = Double(text), number.isFinite { return number }
            throw PageProblem(.badRequest, "Not a number", "\(name)=\(text.prefix(60)) is no number.", at: name)
        }
        self.init()
        base = ask["base"]
        (deviation, detect, perDay) = (try number("deviation"), try number("detect"), try number("per_day"))
    }

    fileprivate var options: [String] {
        let pairs = [
            ("--base", base), ("--deviation", deviation.map { "\($0)" }), ("--detect", detect.map { "\($0)" }),
            ("--per-day", perDay.map { "\($0)" }),
        ]
        return pairs.flatMap { name, value in value.map { [name, $0] } ?? [] }
    }
}
