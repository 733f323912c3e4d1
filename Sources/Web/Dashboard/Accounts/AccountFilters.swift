import Basics
import Playbooks

/// What accounts can be asked for.
struct AccountFilters {
    let ask: PageRequest

    func draw(in html: inout HTML) {
        html.add("form", ["class": "filters", "action": ask.link("/accounts")]) { html in
            html.add("label") { html in
                html.text("Condition, as in a playbook: mrr < 50 and drop(logins, 14d, 56d) > 40%")
                html.add(
                    "input",
                    ["name": "where", "value": ask["where"] ?? "", "list": "names", "size": "48"])
            }
            html.add("datalist", ["id": "names"]) { html in
                let map = ask.workspace.dataMap
                for name in map.attributes.map(\.name) + map.metrics.map(\.name) + ask.workspace.segments.map(\.name) {
                    html.add("option", ["value": name])
                }
            }
            html.select(
                "Segment", "segment", [("", "all")] + ask.workspace.segments.map { ($0.name, $0.name) },
                chosen: ask["segment"])
            html.select(
                "At risk for", "risk",
                [("", "–"), ("any", "anything")] + ask.workspace.risks.keys.sorted().map { ($0, $0) },
                chosen: ask["risk"])
            html.select("Overdue in its stage", "stuck", [("", "–"), ("yes", "yes")], chosen: ask["stuck"])
            html.select(
                "In a playbook", "in", [("", "–")] + ask.workspace.playbooks.map { ($0.name, $0.name) },
                chosen: ask["in"])
            html.others(ask, Self.others)
            html.add("button", ["class": "go"], text: "Show")
        }
    }

    /// What only links ask.
    private static let others = [
        "step", "arm", "state", "entered_since", "new_since", "verdict", "playbook", "life", "since", "until", "reason",
        "warned", "avoidable", "by", "group", "age", "month", "experiment", "period", "outcome", "standing", "look",
        "journey", "reached", "as_of",
    ]
}
