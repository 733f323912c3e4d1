import Basics
import Decisions
import Playbooks
import Runner
import Storage

extension CycleReport.Who {
    /// Whether it has a verdict, now or if the playbook were released.
    func isOf(_ verdict: Verdict?) -> Bool { verdict == nil || self.verdict == verdict || ifReleased == verdict }
}

/// Whom a playbook would touch now.
struct WhomPage {
    let ask: PageRequest
    let name: String
    let state: Jobs.State<WhomResult>
    let known: StatusQuery.KnownState?

    private static let shown = 50

    var page: DashboardPage {
        DashboardPage(
            "Whom would it touch now?", in: .playbooks,
            crumb: ask.crumb(toPlaybook: name),
            acts: HTML { html in
                html.change(ask, "/playbooks/\(DashboardAddress.part(name))/whom", "Make anew")
                if case .done = state, ask.visitor.role >= .operator {
                    html.add(
                        "a",
                        [
                            "class": "button",
                            "href": ask.playbookLink(name, "/whom.csv")
                                + (ask["verdict"].map { "?verdict=\($0)" } ?? ""),
                        ],
                        text: "CSV")
                }
                if known?.heldBecause != nil, ask.visitor.role >= .operator {
                    html.add("a", ["class": "button go", "href": ask.playbookLink(name, "/release")], text: "Release…")
                }
            }
        ) { html in
            html.job(ask, state) { html in
                html.panel("Not worked out yet", id: "none") { html in
                    html.add(
                        "p", text: "Every account is looked at as the next cycle would, and nothing is changed.")
                    html.change(ask, "/playbooks/\(DashboardAddress.part(name))/whom", "Work it out", style: "go")
                }
            } done: { result, at, took, html in
                draw(result, at, took, in: &html)
            }
            html.command("keeptouch plan \(name) --who")
        }
    }

    private func draw(_ result: WhomResult, _ at: Instant, _ took: Duration, in html: inout HTML) {
        guard let report = result.report.playbooks.first(where: { $0.playbook == name }) else {
            return html.nothing("It is not planned", "A retired playbook is not, nor one whose file has an error.")
        }
        html.add("p", ["class": "lead"]) { html in
            html.text(
                "\(report.matched.of("account matches", "accounts match")), of an audience of \(report.audience.grouped). As of "
            )
            html.add(ask.time(result.report.now))
            html.text(", version \(report.version.prefix(8))")
            html.made(ask, at, took)
        }
        if let held = report.heldBecause {
            html.add("div", ["class": "note warn"]) { $0.add("p", text: "Held: \(held)") }
        }
        for warning in report.warnings { html.add("div", ["class": "note"]) { $0.add("p", text: warning) } }
        let counts = report.ifReleased ?? report.verdicts
        let chosen = ask["verdict"]
        html.panel(report.ifReleased == nil ? "What would come of it" : "A release would give", id: "counts") { html in
            html.verdicts(counts) { ask.changing(["verdict": $0.rawValue, "from": nil]) }
            if report.matched == 0 {
                html.nothing("Nobody matches now", "`keeptouch explain ACCOUNT` says of one account why.")
            }
        }
        let found = result.who.filter { $0.isOf(chosen.flatMap(Verdict.init(rawValue:))) }
        let from = max(0, Int(ask["from"] ?? "") ?? 0)
        guard !found.isEmpty else { return }
        html.panel(
            chosen.map { "Accounts: \($0)" } ?? "Accounts", id: "who", note: found.count.grouped,
            more: chosen == nil ? nil : ("all verdicts", ask.changing(["verdict": nil, "from": nil]))
        ) { html in
            html.table(
                "Accounts",
                [("account", nil), ("verdict", nil), ("variant", "x"), ("first touch", nil), ("to", "x"), ("why", nil)]
            ) { html in
                for item in found.dropFirst(from).prefix(Self.shown) {
                    html.add("tr") { html in
                        html.account(item.account, item.name, ask)
                        html.cell("nowrap", (item.ifReleased ?? item.verdict).rawValue)
                        html.cell("x", item.variant ?? "")
                        html.add("td") { html in if let at = item.firstTouchAt { html.add(ask.time(at)) } }
                        html.cell("x any", item.recipient.map(ask.shown) ?? "")
                        html.cell("soft small", item.reason)
                    }
                }
            }
            html.steps(ask, from: from, shown: Self.shown, of: found.count)
        }
    }
}
