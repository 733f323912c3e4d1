import Basics
import Decisions
import Playbooks
import Runner
import Storage

extension Dashboard {
    func addPlaybooks(to routes: DashboardRoutes) {
        routes.page("/playbooks") { ask, connection in try Self.playbooks(ask, connection) }
        addFlow(to: routes)
        addEntries(to: routes)
        routes.page("/playbooks/:name/versions") { ask, connection in
            try PlaybookPage(ask, connection).versions(connection)
        }
        addMessages(to: routes)
        addWhom(to: routes)
        addRelease(to: routes)
        addTrying(to: routes)
    }

    private static func playbooks(_ ask: PageRequest, _ connection: Connection) throws -> DashboardPage {
        let state: StatusQuery.Standing? = try ask.word("state")
        let month = ask.now - .days(Int64(WorkspaceFigures.days))
        let counts = try PlaybookCounts.all(since: month, connection)
        var known = try StatusQuery(connection).playbooks(now: ask.now, counts)
        let verdicts = try PlaybookTable.verdicts(ask, known.map(\.name), connection)
        // A draft that no cycle has seen is in the files only.
        let missing = ask.workspace.playbooks.filter { playbook in !known.contains { $0.name == playbook.name } }
        if let state { known = known.filter { $0.standing == state } }
        let drafts = missing.filter { state == nil || $0.state.rawValue == state?.rawValue }
        return DashboardPage(
            "Playbooks", in: .playbooks,
            lead: HTML {
                $0.text("\((known.count + drafts.count).of("playbook")); files in playbooks/, state from the runner")
                $0.text(".")
            }
        ) { html in
            html.add("form", ["class": "filters", "action": ask.link("/playbooks")]) { html in
                html.select(
                    "State", "state", [("", "any")] + StatusQuery.Standing.allCases.map { ($0.rawValue, $0.rawValue) },
                    chosen: state?.rawValue)
                html.add("button", ["class": "go"], text: "Show")
            }
            if known.isEmpty, drafts.isEmpty {
                return html.nothing(
                    state == nil ? "No playbook yet" : "No playbook is \(state?.rawValue ?? "")",
                    "A playbook is a folder in `playbooks/` with a `playbook.yaml`.")
            }
            html.panel("All", id: "all", isLive: true) { html in
                if !known.isEmpty { PlaybookTable(ask: ask, counts: counts, verdicts: verdicts).draw(known, in: &html) }
                for draft in drafts {
                    html.add("p") { html in
                        html.link(draft.name, ask.playbookLink(draft.name))
                        html.text(" ")
                        html.state(draft.state.rawValue, draft.state.rawValue)
                        html.text(" \(draft.title); no cycle has seen it yet")
                    }
                }
            }
        }
    }
}
