import Basics
import Playbooks
import Runner
import Storage

/// Letting a held playbook go.
extension Dashboard {
    func addRelease(to routes: DashboardRoutes) {
        routes.page("/playbooks/:name/release", .operator) { [jobs] ask, connection in
            let name = ask.part("name")
            guard ask.workspace.playbook(name) != nil else { throw PageProblem.noPlaybook(name) }
            let known = try StatusQuery(connection).known(name, now: ask.now)
            let state: Jobs.State<WhomResult> = jobs.state(Self.whomJob(name, ask), now: ask.processNow)
            return ReleasePage(
                ask: ask, name: name, known: known, state: state, forecast: try ReleaseForecast(name, connection)
            ).page
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
                name, reading: playbook.doubtableReads, because: try Self.words(form["reason"]), now: ask.now,
                connection)
            guard release.isDone else { return .not(back, "\(name) is not held. Nothing was changed.") }
            return .done(back, release.sentence(of: name) + (ask.isSimulation ? ", with the next run." : "."))
        }
    }
}
