import Basics
import Decisions
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
    /// The one that is made every day; nil for one that is not.
    var daily: DailyReport?
    var make: @Sendable (Workspace, Connection, Instant) throws -> Report

    /// Reports of different days are different ones.
    func job(_ ask: PageRequest) throws -> String {
        let day = ask.workspace.configuration.zone.day(of: ask.now)
        return "report \(name) \(try asOf(ask) == ask.now ? "\(day)" : "\(ask["as_of"] ?? "")")"
    }

    /// The moment that the address names by a day, as commands do; else the one of all pages.
    ///
    /// - Throws: `PageProblem` when it is no day, or has not begun.
    func asOf(_ ask: PageRequest) throws -> Instant {
        guard let day = try ask.day("as_of") else { return ask.now }
        let start = ask.workspace.configuration.zone.start(of: day)
        guard start <= ask.now else {
            throw PageProblem(.badRequest, "Not yet", "as_of=\(day) in the address has not begun.")
        }
        return start
    }
}

/// What there is of a report: the last one that was made, by whomever, and how it stands with the next.
struct MadeReport {
    var state: Jobs.State<Report>
    /// Nil while there is none.
    var shown: (report: Report, at: Instant, took: Duration)?

    init(_ asked: ReportRequest, _ ask: PageRequest, _ jobs: Jobs, _ connection: Connection) throws {
        state = jobs.state(try asked.job(ask), now: ask.processNow)
        let look = try ask.number("look").map { Instant(milliseconds: $0) }
        if look == nil, case .done(let report, let at, let took) = state { shown = (report, at, took) }
        // A body that another version of the program wrote is made anew.
        guard ask["as_of"] == nil, let daily = asked.daily,
            let kept = try KeptReports(connection).kept(daily.key, look: look),
            kept.madeAt > shown?.at ?? Instant(milliseconds: .min), let body = try? ReportBody(text: kept.body)
        else { return }
        shown = (body.report, kept.madeAt, kept.took)
    }

    /// Neither one to show nor one under way, nor a reason why there is none.
    var isNothing: Bool {
        if case .none = state { shown == nil } else { false }
    }
}

extension PageRequest {
    /// What stands behind a cell of a report.
    ///
    /// - Parameter asOf: of the report. Who came and went, and who is in an arm, is counted as of then; what is asked of the
    ///   present, as the last cycle left it.
    func link(to lead: Report.Table.Lead, asOf: Instant) -> String {
        switch lead {
        case .accounts(var question):
            if asOf != now, question.isOfTheMoment { question.asOf = asOf }
            return link("/accounts") + Self.mark(question.query)
        case .touches(let question):
            return link(
                "/touches",
                [
                    "playbook": question.playbook, "state": question.state.rawValue,
                    "ended_from": "\(question.endedFrom)", "as_of": asOf == now ? nil : "\(asOf)",
                ])
        case .account(let key): return accountLink(key)
        }
    }
}
