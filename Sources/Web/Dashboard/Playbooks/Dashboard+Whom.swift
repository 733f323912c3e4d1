import Basics
import Decisions
import Foundation
import Hummingbird
import Playbooks
import Runner
import Storage

/// What a playbook would do now, kept for a while.
struct WhomResult: Sendable {
    var report: CycleReport
    var who: [CycleReport.Who]
}

extension Dashboard {
    /// At most so many accounts are kept of a plan; the counts are of all.
    private static let mostKept = 200_000

    static func whomJob(_ name: String, _ ask: PageRequest) -> String {
        "whom \(name) \(ask.workspace.playbook(name).map { Registry.hash($0.source) } ?? "")"
    }

    func addWhom(to routes: DashboardRoutes) {
        routes.page("/playbooks/:name/whom") { [jobs] ask, connection in
            let name = ask.part("name")
            guard ask.workspace.playbook(name) != nil else { throw PageProblem.noPlaybook(name) }
            let state: Jobs.State<WhomResult> = jobs.state(Self.whomJob(name, ask), now: ask.processNow)
            return try WhomPage(
                ask: ask, name: name, state: state, known: StatusQuery(connection).known(name, now: ask.now)
            ).page
        }
        routes.change("/playbooks/:name/whom", .viewer) { [self] ask, _, _ in
            let name = ask.part("name")
            guard ask.workspace.playbook(name) != nil else { throw PageProblem.noPlaybook(name) }
            try plan(name, ask)
            return .done("/playbooks/\(DashboardAddress.part(name))/whom", "It is being worked out.")
        }
        routes.export("/playbooks/:name/whom.csv") { [jobs] ask, _ in
            let name = ask.part("name")
            guard
                case .done(let result, _, _) = jobs.state(
                    Self.whomJob(name, ask), of: WhomResult.self, now: ask.processNow)
            else { throw PageProblem(.notFound, "Not worked out", "Ask the page for it first.") }
            let verdict: Verdict? = try ask.word("verdict")
            let rows = result.accounts(of: verdict, in: name).map { item in
                [
                    item.account, item.name ?? "", item.verdict.rawValue, item.ifReleased?.rawValue ?? "",
                    item.variant ?? "", item.firstTouchAt.map { "\($0)" } ?? "", item.recipient ?? "", item.reason,
                ]
            }
            return CSVAnswer.response(
                "\(name)-whom.csv",
                ["account", "name", "verdict", "if_released", "variant", "first_touch", "to", "reason"], rows)
        }
    }

    private func plan(_ name: String, _ ask: PageRequest) throws {
        let files = ask.edition.files
        let workspace = ask.workspace
        let (now, processNow) = (ask.now, processNow)
        try jobs.begin(
            Self.whomJob(name, ask), by: ask.visitor.name, processNow: processNow, rows: { $0.who.count }
        ) { store in
            var who: [CycleReport.Who] = []
            let report = try Cycle(
                workspace: workspace, pinned: files.pinned, store: store, processNow: processNow
            ).plan(now: now, only: [name]) { item in
                if item.playbook == name, who.count < Self.mostKept { who.append(item) }
            }
            return WhomResult(report: report, who: who)
        }
    }
}
