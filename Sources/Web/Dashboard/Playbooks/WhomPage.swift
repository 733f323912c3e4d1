import Basics
import Decisions
import Playbooks
import Runner
import Storage

extension WhomResult {
    /// What the plan says of one playbook.
    func report(of name: String) -> CycleReport.OfPlaybook? { report.playbooks.first { $0.playbook == name } }

    /// The accounts behind a count of the table; all of them for none.
    ///
    /// What a release would do is counted only where all of them would go: with a canary the rest stays held.
    func accounts(of verdict: Verdict?, in name: String) -> [CycleReport.Who] {
        let isReleased = report(of: name)?.ifReleased != nil
        return who.filter { item in
            verdict.map { $0 == (isReleased ? item.ifReleased ?? item.verdict : item.verdict) } ?? true
        }
    }
}

/// Whom a playbook would touch now.
struct WhomPage {
    let ask: PageRequest
    let name: String
    let state: Jobs.State<WhomResult>
    let known: StatusQuery.KnownState?

    private static let shown = 50

    var page: DashboardPage {
        get throws {
            let verdict: Verdict? = try ask.word("verdict")
            return try DashboardPage(
                "Whom would it touch now?", in: .playbooks, crumb: ask.crumb(toPlaybook: name), acts: acts
            ) { html in
                try html.job(ask, state) { html in
                    html.panel("Not worked out yet", id: "none") { html in
                        html.add(
                            "p", text: "Every account is looked at as the next cycle would, and nothing is changed.")
                        html.change(
                            ask, "/playbooks/\(DashboardAddress.part(name))/whom", "Work it out", style: "go")
                    }
                } done: { result, at, took, html in
                    try draw(result, at, took, verdict, in: &html)
                }
                html.command(["plan", name, "--who"])
            }
        }
    }

    private var acts: HTML {
        HTML { html in
            html.change(ask, "/playbooks/\(DashboardAddress.part(name))/whom", "Make anew")
            guard ask.visitor.role >= .operator else { return }
            if case .done = state {
                html.add(
                    "a",
                    [
                        "class": "button",
                        "href": ask.link(
                            "/playbooks/\(DashboardAddress.part(name))/whom.csv", ["verdict": ask["verdict"]]),
                    ],
                    text: "CSV")
            }
            if known?.heldBecause != nil {
                html.add("a", ["class": "button go", "href": ask.playbookLink(name, "/release")], text: "Release…")
            }
        }
    }

    private func draw(
        _ result: WhomResult, _ at: Instant, _ took: Duration, _ verdict: Verdict?, in html: inout HTML
    ) throws {
        guard let report = result.report(of: name) else {
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
        if let held = report.heldBecause { html.note("warn", "Held: \(held)") }
        for warning in report.warnings { html.note("", warning) }
        html.panel(report.ifReleased == nil ? "What would come of it" : "A release would give", id: "counts") { html in
            html.verdicts(report.ifReleased ?? report.verdicts) {
                ask.changing(["verdict": $0.rawValue, "from": nil])
            }
            if report.matched == 0 {
                html.nothing("Nobody matches now", "`keeptouch explain ACCOUNT` says of one account why.")
            }
        }
        try addAccounts(result.accounts(of: verdict, in: name), verdict, report.ifReleased != nil, to: &html)
    }

    private func addAccounts(
        _ found: [CycleReport.Who], _ verdict: Verdict?, _ isReleased: Bool, to html: inout HTML
    ) throws {
        guard !found.isEmpty else { return }
        let from = try ask.place(of: found.count)
        html.panel(
            verdict.map { "Accounts: \($0.rawValue)" } ?? "Accounts", id: "who", note: found.count.grouped,
            more: verdict == nil ? nil : ("all verdicts", ask.changing(["verdict": nil, "from": nil]))
        ) { html in
            html.table(
                "Accounts",
                [("account", nil), ("verdict", nil), ("variant", "x"), ("first touch", nil), ("to", "x"), ("why", nil)]
            ) { html in
                for item in found.dropFirst(from).prefix(Self.shown) {
                    html.add("tr") { html in
                        html.account(item.account, item.name, ask)
                        html.cell("nowrap", (isReleased ? item.ifReleased ?? item.verdict : item.verdict).rawValue)
                        html.cell("x", item.variant ?? "")
                        html.add("td") { html in if let at = item.firstTouchAt { html.add(ask.time(at)) } }
                        html.cell("x any", item.recipient ?? "")
                        html.cell("soft small", item.reason)
                    }
                }
            }
            html.steps(ask, from: from, shown: Self.shown, of: found.count)
        }
    }
}
