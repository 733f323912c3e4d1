import Basics
import Decisions
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
    /// The file as it was when somebody began to change it.
    let base: String
    let text: String
    /// Whose messages were asked for.
    let account: String
    let result: TrialResult?

    var page: DashboardPage {
        DashboardPage("Try a change", in: .playbooks, crumb: HTML { $0.link(file, ask.link("/files", ["file": file])) })
        { html in
            if base != original {
                html.note(
                    "warn",
                    "The file has changed on disk since you began: no patch is made of it, for that would take back what somebody else wrote. Put their change into your text, then say that it is in."
                )
                let path = file
                if let theirs = UnifiedDiff(from: base, to: original).text(path: path) {
                    html.panel("What somebody else changed", id: "theirs") { $0.addDiff(theirs) }
                }
                if let yours = UnifiedDiff(from: base, to: text).text(path: path) {
                    html.panel("What you changed", id: "yours") { $0.addDiff(yours) }
                }
            }
            html.add("form", ["method": "post", "action": ask.link("/try", ["file": file])]) { html in
                html.add("input", ["type": "hidden", "name": "token", "value": ask.visitor.formToken])
                html.add("input", ["type": "hidden", "name": "file", "value": file])
                html.add("textarea", ["name": "base", "hidden": "", "aria-hidden": "true"], text: "\n" + base)
                html.add("label", ["class": "hidden", "for": "text"], text: "Text of \(file)")
                html.add(
                    "textarea",
                    ["id": "text", "name": "text", "class": "text", "spellcheck": "false", "data-guard": ""],
                    text: "\n" + text)
                html.add("p", ["class": "acts under"]) { html in
                    html.add(
                        "button", ["class": "go", "name": "act", "value": "check"],
                        text: "Check it, and whom it would touch")
                    html.add(
                        "button", ["name": "act", "value": "backtest"],
                        text: "Backtest of \(TrialResult.backtestDays) days")
                    html.add("button", ["name": "act", "value": "design"], text: "Design of its experiment")
                }
                html.add("div", ["class": "filters"]) { html in
                    html.field("For which account: key, name or address", "account", account, size: "24")
                    html.add("button", ["name": "act", "value": "message"], text: "Its messages")
                }
                html.add("p", ["class": "acts under"]) { html in
                    if base == original {
                        html.add("button", ["name": "act", "value": "patch"], text: "Download the patch")
                    } else {
                        html.add(
                            "button", ["name": "act", "value": "base"], text: "Their change is in my text, or shall go")
                    }
                }
            }
            if let result {
                draw(result, in: &html)
                if let diff = result.diff {
                    html.panel("What changed", id: "diff") { html in
                        html.addDiff(diff)
                        html.add("p", ["class": "acts under"]) {
                            $0.add(
                                "button", ["type": "button", "data-copy": diff, "hidden": ""], text: "Copy the patch")
                        }
                    }
                }
            }
            html.add(
                "p", ["class": "soft small"],
                text:
                    "Nothing is stored here. Download the patch and apply it with git apply; the files stay the truth.")
        }
    }

    private func addWhom(_ result: TrialResult, to html: inout HTML) {
        if let ending = result.ending {
            return html.panel("Whom", id: "whom") {
                $0.add("p", text: ending + (ending.hasSuffix("nobody enters") ? "." : "; nobody enters."))
            }
        }
        guard let changed = result.changed else { return }
        html.panel("Whom", id: "whom") { html in
            html.add(
                "p",
                text: "\(changed.matched.of("account matches", "accounts match")) with the change, "
                    + "\((result.now?.matched ?? 0).grouped) without it. \(changed.entering.grouped) would enter with it, "
                    + "\((result.now?.entering ?? 0).grouped) without it"
                    + (changed.heldBecause == nil ? "." : ", once it is released.")
            )
            for (title, found) in [
                ("would match that do not now", result.enter), ("would match no longer", result.leave),
            ] {
                html.add("p") { html in
                    html.add("b", text: found.count.grouped)
                    html.text(" \(title)")
                    list(found.prefix(Self.few), to: &html)
                }
                guard found.count > Self.few else { continue }
                html.add("details") { html in
                    let most = min(found.count, Self.most)
                    html.add("summary", text: most < found.count ? "the first \(most.grouped)" : "all \(most.grouped)")
                    html.add("p", ["class": "small"]) { list(found.prefix(most), to: &$0) }
                }
            }
        }
    }

    /// So many accounts are named at once, and so many when one asks for all.
    private static let (few, most) = (10, 1_000)

    private func list(_ found: ArraySlice<CycleReport.Who>, to html: inout HTML) {
        for (index, item) in found.enumerated() {
            html.text(index == 0 ? ": " : ", ")
            html.link(item.name ?? item.account, ask.accountLink(item.account))
            let verdict = item.ifReleased ?? item.verdict
            let words = [item.name == nil ? nil : item.account, verdict == .enrolled ? "enters" : verdict.rawValue]
            html.text(" (\(words.compactMap(\.self).joined(separator: ", ")))")
        }
    }

    private func draw(_ result: TrialResult, in html: inout HTML) {
        html.panel("Check", id: "check") { html in
            if result.complaints.isEmpty { html.add("p", ["class": "good"], text: "✓ no complaint") }
            for complaint in result.complaints {
                html.add("p", ["class": complaint.severity == .error ? "bad" : "warn"], text: "\(complaint)")
            }
        }
        if let trouble = result.trouble { html.note("warn", trouble) }
        addWhom(result, to: &html)
        for (index, message) in result.messages.enumerated() {
            html.panel(message.title, id: "message\(index + 1)", note: "to \(message.recipient)") { html in
                if let subject = message.subject { html.add("p") { $0.add("b", text: subject) } }
                html.add("pre", ["class": "source", "tabindex": "0"], text: message.text)
            }
        }
        if let backtest = result.backtest { BacktestPanel(report: backtest).draw(in: &html) }
        if let design = result.design {
            for (index, section) in design.sections.enumerated() {
                html.panel(section.title.isEmpty ? "Design" : section.title, id: "design\(index + 1)") { html in
                    html.add(section.content(number: index + 1))
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
