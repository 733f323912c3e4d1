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
            return try WhomPage(ask: ask, name: name, state: state, known: StatusQuery(connection).known(name)).page
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
            let known = try StatusQuery(connection).known(name)
            let state: Jobs.State<WhomResult> = jobs.state(Self.job(name, ask), now: ask.processNow)
            return ReleasePage(ask: ask, name: name, known: known, state: state).page
        }
        routes.change("/playbooks/:name/release") { ask, form, connection in
            let name = ask.part("name")
            guard ask.workspace.playbook(name) != nil else { throw PageProblem.noPlaybook(name) }
            let back = "/playbooks/" + DashboardAddress.part(name)
            let known = try StatusQuery(connection).known(name)
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
            guard try StatusQuery.release(name, at: ask.now, connection) else {
                return .not(back, "\(name) is not held. Nothing was changed.")
            }
            try ask.audit(
                "release", name, reason: Self.words(form["reason"]),
                old: known?.heldBecause ?? "asks before its first run",
                new: "let through", connection)
            return .done(
                back,
                "\(name) is released: its next match is let through, whatever its size"
                    + (ask.isSimulation ? ", with the next run." : "."))
        }
    }
}

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
            crumb: HTML { html in
                html.link("Playbooks", ask.link("/playbooks"))
                html.text(" · ")
                html.link(name, ask.playbookLink(name))
            },
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
            switch state {
            case .none:
                html.panel("Not worked out yet", id: "none") { html in
                    html.add(
                        "p",
                        text:
                            "Every account is looked at as the next cycle would, and nothing is changed. It takes a second for each 100,000 accounts."
                    )
                    html.change(ask, "/playbooks/\(DashboardAddress.part(name))/whom", "Work it out", style: "go")
                }
            case .running(let since): html.running(ask, since: since)
            case .failed(let error, let at):
                html.add("div", ["class": "note bad"]) { html in
                    html.add("p") { html in
                        html.text("At ")
                        html.add(ask.time(at))
                        html.text(" it failed: \(error)")
                    }
                }
            case .done(let result, let at, let took): draw(result, at, took, in: &html)
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
            html.text(", version \(report.version.prefix(8)), made ")
            html.add(ask.time(at))
            html.text(" in \(Self.text(took)).")
        }
        if let held = report.heldBecause {
            html.add("div", ["class": "note warn"]) { $0.add("p", text: "Held: \(held)") }
        }
        for warning in report.warnings { html.add("div", ["class": "note"]) { $0.add("p", text: warning) } }
        let counts = report.ifReleased ?? report.verdicts
        let chosen = ask["verdict"]
        html.panel(report.ifReleased == nil ? "What would come of it" : "A release would give", id: "counts") { html in
            html.add("table") { html in
                html.add("tbody") { html in
                    for verdict in Verdict.allCases.reversed() {
                        guard let count = counts[verdict], count > 0 else { continue }
                        html.add("tr") { html in
                            html.add("th", ["scope": "row"], text: verdict.rawValue)
                            html.number(count, link: ask.changing(["verdict": verdict.rawValue, "from": nil]))
                            html.add("td", ["class": "soft small"], text: verdict.meaning)
                        }
                    }
                }
            }
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
                        html.add("th", ["scope": "row", "class": "who"]) { html in
                            html.add("span") { html in
                                html.link(item.name ?? item.account, ask.accountLink(item.account))
                                if item.name != nil {
                                    html.add("span", ["class": "soft small"], text: " \(item.account)")
                                }
                            }
                        }
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

    static func text(_ took: Duration) -> String {
        let seconds = took / .seconds(1)
        return seconds < 10 ? "\((seconds * 10).rounded() / 10) s" : "\(Int(seconds)) s"
    }
}

/// Asking before a playbook is let go.
struct ReleasePage {
    let ask: PageRequest
    let name: String
    let known: StatusQuery.KnownState?
    let state: Jobs.State<WhomResult>

    /// What a form saw, so that a release does nothing when it is another hold by then.
    static func seen(_ known: StatusQuery.KnownState?) -> String {
        "\(known?.heldAt?.milliseconds ?? 0) \(known?.isReleased ?? false) \(known?.versionID ?? 0)"
    }

    var page: DashboardPage {
        DashboardPage(
            "Release \(name)?", in: .playbooks,
            crumb: HTML { html in
                html.link("Playbooks", ask.link("/playbooks"))
                html.text(" · ")
                html.link(name, ask.playbookLink(name))
            }
        ) { html in
            html.panel("What follows", id: "what") { html in
                html.add("p") { html in
                    html.text("Its next match is let through, whatever its size")
                    html.text(ask.isSimulation ? ", with the next run. " : ". ")
                    if let reason = known?.heldBecause { html.text("It is held: \(reason).") }
                }
                if case .done(let result, let at, _) = state,
                    let report = result.report.playbooks.first(where: { $0.playbook == name })
                {
                    let counts = report.ifReleased ?? report.verdicts
                    html.add("p") { html in
                        html.text("As of ")
                        html.add(ask.time(at))
                        html.text(" that would be:")
                    }
                    html.add("table") { html in
                        html.add("tbody") { html in
                            for verdict in Verdict.allCases.reversed() {
                                guard let count = counts[verdict], count > 0 else { continue }
                                html.add("tr") { html in
                                    html.add("th", ["scope": "row"], text: verdict.meaning)
                                    html.number(
                                        count, link: ask.playbookLink(name, "/whom?verdict=\(verdict.rawValue)"))
                                }
                            }
                        }
                    }
                    if let first = result.who.compactMap(\.firstTouchAt).min() {
                        html.add("p", ["class": "small soft"]) { html in
                            html.text("The first message would leave ")
                            html.add(ask.time(first))
                            html.text(". Pausing takes it back until then.")
                        }
                    }
                } else {
                    html.add("p") { html in
                        html.text("How many that would be now: ")
                        html.link("whom would it touch?", ask.playbookLink(name, "/whom"))
                    }
                }
                html.change(
                    ask, "/playbooks/\(DashboardAddress.part(name))/release", "Release", style: "go",
                    fields: ["seen": Self.seen(known)]
                ) { html in
                    html.add("div", ["class": "filters"]) {
                        $0.field("Why, for the audit log", "reason", nil, size: "40")
                    }
                }
                html.add("p") { $0.link("Not now", ask.playbookLink(name)) }
                html.command("keeptouch release \(name)")
            }
        }
    }
}

extension HTML {
    /// A job that is at work: the page asks again each second.
    mutating func running(_ ask: PageRequest, since: Instant) {
        add("section", ["class": "panel", "data-live": "job", "data-soon": ""]) { html in
            html.add("h2", text: "At work")
            html.add("p", ["role": "status"]) { html in
                html.text("Since ")
                html.add(ask.time(since))
                html.text(", for \(max(0, (ask.processNow - since).milliseconds / 1_000)) s. ")
                html.link("Look again", ask.changing([:]))
            }
            html.change(ask, "/jobs/stop", "Stop it", fields: ["back": ask.path])
        }
    }
}
