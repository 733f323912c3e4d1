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

    private static func job(_ name: String, _ ask: PageRequest) -> String {
        "whom \(name) \(ask.workspace.playbook(name).map { Registry.hash($0.source) } ?? "")"
    }

    func addWhom(to routes: DashboardRoutes) {
        routes.page("/playbooks/:name/whom") { [jobs] ask, connection in
            let name = ask.part("name")
            guard ask.workspace.playbook(name) != nil else { throw PageProblem.noPlaybook(name) }
            let state: Jobs.State<WhomResult> = jobs.state(Self.job(name, ask), now: ask.processNow)
            return try WhomPage(ask: ask, name: name, state: state, known: StatusQuery(connection).known(name, now: ask.now)).page
        }
        routes.change("/playbooks/:name/whom", .viewer) { [self] ask, _, _ in
            let name = ask.part("name")
            guard ask.workspace.playbook(name) != nil else { throw PageProblem.noPlaybook(name) }
            plan(name, ask)
            return .done("/playbooks/\(DashboardAddress.part(name))/whom", "It is being worked out.")
        }
        routes.change("/jobs/stop", .viewer) { [jobs] ask, form, _ in
            jobs.stop()
            let back = form["back"] ?? "/"
            return .done(back, "It was asked to stop.")
        }
        routes.file("/playbooks/:name/whom.csv", .operator) { [jobs] ask, _ in
            let name = ask.part("name")
            guard
                case .done(let result, _, _) = jobs.state(Self.job(name, ask), of: WhomResult.self, now: ask.processNow)
            else { throw PageProblem(.notFound, "Not worked out", "Ask the page for it first.") }
            let verdict: Verdict? = try ask.word("verdict")
            let rows = result.who.filter { $0.isOf(verdict) }.map { item in
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

    private func plan(_ name: String, _ ask: PageRequest) {
        let files = ask.edition.files
        let workspace = ask.workspace
        let (now, processNow) = (ask.now, processNow)
        jobs.begin(Self.job(name, ask), processNow: processNow) { store in
            var who: [CycleReport.Who] = []
            let report = try Cycle(
                workspace: workspace, pinned: files.pinned, store: store, processNow: processNow
            ).plan(now: now, only: [name]) { item in
                if item.playbook == name, who.count < Self.mostKept { who.append(item) }
            }
            return WhomResult(report: report, who: who)
        }
    }

    func addRelease(to routes: DashboardRoutes) {
        routes.page("/playbooks/:name/release", .operator) { [jobs] ask, connection in
            let name = ask.part("name")
            guard ask.workspace.playbook(name) != nil else { throw PageProblem.noPlaybook(name) }
            let known = try StatusQuery(connection).known(name, now: ask.now)
            let state: Jobs.State<WhomResult> = jobs.state(Self.job(name, ask), now: ask.processNow)
            return ReleasePage(ask: ask, name: name, known: known, state: state).page
        }
        routes.change("/playbooks/:name/release") { ask, form, connection in
            let name = ask.part("name")
            guard let playbook = ask.workspace.playbook(name) else { throw PageProblem.noPlaybook(name) }
            let back = "/playbooks/" + DashboardAddress.part(name)
            let known = try StatusQuery(connection).known(name, now: ask.now)
            guard form["seen"] == ReleasePage.seen(known) else {
                let last = try Audit.entries(object: name, limit: 1, connection).first
                let who =
                    last.map { "; the last change was \($0.action) by \($0.who.isEmpty ? $0.origin.rawValue : $0.who)" }
                    ?? ""
                return .not(
                    back,
                    "It is not as you saw it any more: \(known?.heldBecause ?? "it is not held")\(who). Nothing was changed."
                )
            }
            let release = try ask.author.release(
                name, reading: playbook.nullableAttributes, because: Self.words(form["reason"]), now: ask.now,
                connection)
            guard release.isDone else { return .not(back, "\(name) is not held. Nothing was changed.") }
            return .done(
                back,
                release.sentence(of: name)
                    + (ask.isSimulation ? ", with the next run." : "."))
        }
    }
}
