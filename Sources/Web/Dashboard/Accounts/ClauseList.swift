import Basics
import Decisions
import Playbooks

/// A condition clause by clause, each with its value and whether it is met.
struct ClauseList {
    static func draw(_ label: String, _ explanation: Explanation, in html: inout HTML) {
        html.add("li") { html in
            line(explanation, label: label, in: &html)
            children(of: explanation, in: &html)
        }
    }

    private static func children(of explanation: Explanation, in html: inout HTML) {
        let below =
            explanation.comparison != nil && explanation.children.count == 2
            ? explanation.children.flatMap(\.children) : explanation.children
        guard !below.isEmpty else { return }
        html.add("ul") { html in
            for child in below {
                html.add("li") { html in
                    line(child, label: nil, in: &html)
                    children(of: child, in: &html)
                }
            }
        }
    }

    private static func line(_ explanation: Explanation, label: String?, in html: inout HTML) {
        html.add("div") { html in
            if explanation.type == .boolean {
                let style =
                    switch explanation.verdict {
                    case "met": "met"
                    case "not met": "unmet"
                    default: "missing"
                    }
                html.add("span", ["class": style], text: explanation.verdict)
            } else {
                html.add("span", text: "")
            }
            html.add("span") { html in
                if let label { html.text("\(label): ") }
                html.add("code", text: explanation.text)
                if let comparison = explanation.comparison, explanation.children.count == 2 {
                    let (left, right) = (explanation.children[0], explanation.children[1])
                    html.text(" · ")
                    html.add("b", text: left.shown.isEmpty ? left.text : left.shown)
                    html.text(" \(comparison) \(right.shown.isEmpty ? right.text : right.shown)")
                } else if !explanation.shown.isEmpty, explanation.type != .boolean {
                    html.text(" · ")
                    html.add("b", text: explanation.shown)
                }
            }
        }
    }
}
