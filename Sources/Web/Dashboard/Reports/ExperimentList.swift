import Basics
import Decisions
import Playbooks
import Storage

/// The experiments, a line each.
struct ExperimentList {
    private let ask: PageRequest
    private let counts: [ExperimentFigures.OfExperiment]
    /// By the name of the playbook.
    private let verdicts: [String: VerdictWords]
    private let standings: [String: StatusQuery.Standing]

    init(_ ask: PageRequest, _ connection: Connection) throws {
        self.ask = ask
        counts = try ExperimentFigures.all(connection)
        let known = try StatusQuery(connection).playbooks(now: ask.now, [:])
        standings = Dictionary(known.map { ($0.name, $0.standing) }) { first, _ in first }
        verdicts = try PlaybookTable.verdicts(ask, counts.compactMap(\.playbook), connection)
    }

    var page: DashboardPage {
        DashboardPage(
            "Experiments", in: .experiments,
            lead: HTML { $0.text("\(counts.count.of("experiment")).") }
        ) { html in
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
                        ("held out", "num"), ("verdict", nil), ("effect", "x"), ("plan", "x"), ("next look", "x"),
                        ("goal", "x"),
                    ]
                ) { html in
                    for item in counts {
                        let playbook =
                            item.playbook.flatMap { ask.workspace.playbook($0) }
                            ?? ask.workspace.playbooks.first { $0.experiment == item.name }
                        let name = playbook?.name ?? item.playbook
                        html.add("tr") { html in
                            html.add("th", ["scope": "row"]) {
                                guard let name else { return $0.text(item.name) }
                                $0.link(item.name, ask.link("/experiments/" + DashboardAddress.part(name)))
                            }
                            html.add("td") { html in
                                guard let playbook else { return html.state("retired", "gone") }
                                let standing = standings[playbook.name]
                                html.add(
                                    PlaybookTable.state(
                                        standing ?? .init(playbook.state, isHeld: false, isPaused: false)))
                            }
                            html.add("td") { html in if let since = item.since { html.add(ask.time(since, .day)) } }
                            func count(_ arm: Arm) {
                                let query = "/accounts?all=yes&arm=\(arm.rawValue)&experiment=\(item.id)"
                                html.number(
                                    item.arms[arm] ?? 0, link: item.playbook.map { ask.playbookLink($0, query) })
                            }
                            count(.treated)
                            count(.holdout)
                            let verdict = item.playbook.flatMap { verdicts[$0] }
                            html.add("td", ["class": "small"]) { html in
                                if let verdict { html.add("span", ["title": verdict.sentence], text: verdict.short) }
                            }
                            html.cell("x small", verdict?.effects ?? "")
                            html.cell("x small", verdict?.plan ?? "")
                            html.cell("x small", verdict?.nextLook ?? "")
                            html.add("td", ["class": "x"]) { html in
                                let goal = playbook?.goal?.condition.text ?? playbook?.meanGoal?.figure.text
                                if let goal { html.add("code", text: goal) }
                            }
                        }
                    }
                }
            }
        }
    }
}
