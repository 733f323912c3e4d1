import Basics
import Measure
import Playbooks
import Storage

/// The playbooks, a row each.
struct PlaybookTable {
    let ask: PageRequest
    /// By the id of the playbook.
    let counts: [Int64: PlaybookCounts]
    /// By the name of the playbook, as the reports of the day have them.
    let verdicts: [String: VerdictWords]

    static func verdicts(
        _ ask: PageRequest, _ names: [String], _ connection: Connection
    ) throws -> [String: VerdictWords] {
        try names.reduce(into: [:]) { found, name in
            found[name] = try ask.headlines.headline(of: .experiment(name), connection).map(VerdictWords.init)
        }
    }

    func draw(_ playbooks: [StatusQuery.OfPlaybook], in html: inout HTML) {
        html.table(
            "Playbooks",
            [
                ("playbook", nil), ("state", nil), ("in it now", "num"), ("entered, 30 d", "num"), ("goal", "num x"),
                ("held out", "num x"), ("open", "num x"), ("sent", "num"), ("verdict", "x"), ("next", "x"),
            ]
        ) { html in
            for item in playbooks {
                let link = ask.playbookLink(item.name)
                html.add("tr") { html in
                    html.add("th", ["scope": "row", "class": "who"]) { html in
                        html.add("span") { html in
                            html.link(item.name, link)
                            let title = ask.workspace.playbook(item.name)?.title ?? ""
                            if !title.isEmpty, title != item.name {
                                html.text(" ")
                                html.add("span", ["class": "soft small x", "title": title], text: title)
                            }
                        }
                    }
                    html.add("td") { $0.add(Self.state(item.standing)) }
                    html.number(item.active, link: ask.playbookLink(item.name, "/accounts"))
                    html.number(
                        counts[item.id]?.recent ?? 0,
                        link: ask.playbookLink(item.name, "/accounts?all=yes&days=\(WorkspaceFigures.days)"))
                    html.number(
                        item.goals, link: ask.playbookLink(item.name, "/accounts?all=yes&goal=yes"), style: "num x")
                    html.number(
                        item.holdout, link: ask.playbookLink(item.name, "/accounts?all=yes&arm=held_out"),
                        style: "num x")
                    html.number(
                        item.open, link: ask.link("/touches", ["playbook": item.name, "state": "open"]), style: "num x")
                    html.number(item.sent, link: ask.link("/touches", ["playbook": item.name, "state": "sent"]))
                    html.add("td", ["class": "x small"]) { html in
                        guard let verdict = verdicts[item.name] else { return }
                        html.add(
                            "a",
                            [
                                "href": ask.link("/experiments/" + DashboardAddress.part(item.name)),
                                "title": verdict.sentence,
                            ], text: verdict.short)
                        if !verdict.effects.isEmpty { html.add("div", ["class": "soft"], text: verdict.effects) }
                    }
                    html.add("td", ["class": "x nowrap"]) { html in
                        guard let next = item.nextAt else {
                            return html.text(item.standing == .live ? "on its event" : "")
                        }
                        if next.isLocal {
                            html.text(next.text(in: ask.workspace.configuration.zone))
                        } else {
                            html.add(ask.time(next.at))
                        }
                    }
                }
            }
        }
    }

    static func state(_ standing: StatusQuery.Standing) -> HTML {
        HTML { $0.state(standing.rawValue, standing.rawValue) }
    }
}
