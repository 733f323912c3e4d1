import Basics
import Measure
import Playbooks
import Runner
import Storage

/// The text of a file, to be changed and tried; and what the change would do.
struct TryPage {
    let ask: PageRequest
    let file: String
    /// The file as it is now.
    let original: String
    let text: String
    let result: TrialResult?
    var hasFileChanged = false

    var page: DashboardPage {
        DashboardPage("Try a change", in: .playbooks, crumb: HTML { $0.link(file, ask.link("/files", ["file": file])) })
        { html in
            if hasFileChanged {
                html.note(
                    "warn",
                    "The file has changed on disk since you began. Below is your text; the differences are to the file as it is now."
                )
            }
            html.add("form", ["method": "post", "action": ask.link("/try")]) { html in
                html.add("input", ["type": "hidden", "name": "token", "value": ask.visitor.formToken])
                html.add("input", ["type": "hidden", "name": "file", "value": file])
                html.add("input", ["type": "hidden", "name": "seen", "value": Registry.hash(original)])
                html.add("label", ["class": "hidden", "for": "text"], text: "Text of \(file)")
                html.add(
                    "textarea",
                    ["id": "text", "name": "text", "class": "text", "spellcheck": "false", "data-guard": ""],
                    text: "\n" + text)
                html.add("p", ["class": "acts under"]) { html in
                    html.add(
                        "button", ["class": "go", "name": "act", "value": "check"],
                        text: "Check it, and whom it would touch")
                    html.add("button", ["name": "act", "value": "patch"], text: "Download the patch")
                }
            }
            if let result {
                draw(result, in: &html)
                if let diff = result.diff { html.panel("What changed", id: "diff") { $0.addDiff(diff) } }
            }
            html.add(
                "p", ["class": "soft small"],
                text:
                    "Nothing is stored here. Download the patch and apply it with git apply; the files stay the truth.")
        }
    }

    private func draw(_ result: TrialResult, in html: inout HTML) {
        html.panel("Check", id: "check") { html in
            if result.complaints.isEmpty { html.add("p", ["class": "good"], text: "✓ no complaint") }
            for complaint in result.complaints {
                html.add("p", ["class": complaint.severity == .error ? "bad" : "warn"], text: "\(complaint)")
            }
        }
        if let changed = result.changed {
            html.panel("Whom", id: "whom") { html in
                html.add(
                    "p",
                    text:
                        "\(changed.matched.of("account matches", "accounts match")) with the change, \((result.now?.matched ?? 0).grouped) without it."
                )
                for (title, keys) in [
                    ("would match that do not now", result.enter), ("would match no longer", result.leave),
                ] {
                    html.add("p") { html in
                        html.add("b", text: keys.count.grouped)
                        html.text(" \(title)")
                        for (index, key) in keys.prefix(10).enumerated() {
                            html.text(index == 0 ? ": " : ", ")
                            html.link(key, ask.accountLink(key))
                        }
                    }
                }
            }
        }
        if !result.tests.isEmpty {
            html.panel("Tests", id: "tests") { html in
                for line in result.tests { html.add("p", text: line) }
            }
        }
    }
}
