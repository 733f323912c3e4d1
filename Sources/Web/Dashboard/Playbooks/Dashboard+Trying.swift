import Basics
import Foundation
import HTTPTypes
import Hummingbird
import Measure
import NIOCore
import Playbooks
import Runner
import Storage

/// What a changed file would do.
struct TrialResult: Sendable {
    var complaints: [Diagnostic]
    /// What the plan says of the playbook now, and with the change.
    var now: CycleReport.OfPlaybook?
    var changed: CycleReport.OfPlaybook?
    var enter: [String] = []
    var leave: [String] = []
    var tests: [String] = []
}

/// Trying a change: the text of a file laid over the workspace in memory. Nothing is stored; it ends in a patch.
extension Dashboard {
    private static let largest = 60_000

    func addTrying(to routes: DashboardRoutes) {
        routes.page("/try", .operator) { ask, _ in
            let file = ask["file"] ?? ""
            guard file.hasPrefix("playbooks/"), let text = ask.edition.files.texts[file] else {
                throw PageProblem(
                    .notFound, "No such file", "Only files of playbooks/ can be tried; \(file.prefix(200)) is none.")
            }
            return TryPage(ask: ask, file: file, original: text, text: text, result: nil).page
        }
        routes.answer("/try", .operator) { [self] ask, form in
            let file = form["file"] ?? ""
            guard file.hasPrefix("playbooks/"), let original = ask.edition.files.texts[file] else {
                throw PageProblem(.notFound, "No such file", "The file was renamed or deleted meanwhile.")
            }
            let text = (form["text"] ?? "").replacing("\r\n", with: "\n")
            guard text.utf8.count <= Self.largest else {
                throw PageProblem(.badRequest, "Too long", "The text is longer than \(Self.largest / 1_000) kB.")
            }
            if form["act"] == "patch" {
                guard let patch = UnifiedDiff(from: original, to: text).text(path: file) else {
                    throw PageProblem(.badRequest, "Nothing has changed", "The text is the file's.")
                }
                var headers = CSVAnswer.headers(file.replacing("/", with: "-") + ".patch")
                headers[.contentType] = "text/x-diff; charset=utf-8"
                return .file(
                    Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(string: patch))))
            }
            let result = try await tried(file, text, ask)
            let hasChanged = form["seen"] != Registry.hash(original)
            return .page(
                TryPage(
                    ask: ask, file: file, original: original, text: text, result: result, hasFileChanged: hasChanged
                ).page)
        }
    }

    private func tried(_ file: String, _ text: String, _ ask: PageRequest) async throws -> TrialResult {
        var texts = ask.edition.files.texts
        texts[file] = text
        let changed = CheckedFiles(texts: texts)
        let name = file.split(separator: "/").dropFirst().first.map(String.init) ?? ""
        let complaints = changed.diagnostics.filter { $0.position.file.hasPrefix("playbooks/\(name)/") }
        var result = TrialResult(complaints: complaints)
        guard let workspace = changed.workspace, let playbook = workspace.playbook(name),
            !complaints.contains(where: { $0.severity == .error })
        else { return result }
        let (present, files, now, processNow) = (ask.workspace, ask.edition.files, ask.now, processNow)
        let job = "try \(UUID().uuidString)"
        jobs.begin(job, processNow: processNow) { store -> TrialPlans in
            func plan(_ workspace: Workspace, _ pinned: PinnedVersions) throws -> (CycleReport.OfPlaybook?, Set<String>)
            {
                var accounts: Set<String> = []
                let report = try Cycle(workspace: workspace, pinned: pinned, store: store, processNow: processNow).plan(
                    now: now, only: [name]
                ) { item in
                    if item.playbook == name { accounts.insert(item.account) }
                }
                return (report.playbooks.first { $0.playbook == name }, accounts)
            }
            let (old, before) = try plan(present, files.pinned)
            let (new, after) = try plan(workspace, changed.pinned)
            return TrialPlans(
                old: old, new: new, enter: after.subtracting(before).sorted(), leave: before.subtracting(after).sorted()
            )
        }
        // A change is tried by one person at a time, who waits for it.
        let deadline = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < deadline {
            switch jobs.state(job, of: TrialPlans.self, now: processNow()) {
            case .running: try await Task.sleep(for: .milliseconds(50))
            case .done(let plans, _, _):
                (result.now, result.changed) = (plans.old, plans.new)
                (result.enter, result.leave) = (plans.enter, plans.leave)
                return result.adding(testsOf: playbook, in: workspace)
            case .failed(let error, _): throw PageProblem(.unavailable, "It could not be planned", error)
            case .none: return result
            }
        }
        jobs.stop()
        throw PageProblem(
            .unavailable, "It takes too long",
            "A plan of this change takes more than 20 s; try it on the machine: keeptouch plan \(name)")
    }
}

private struct TrialPlans: Sendable {
    var old: CycleReport.OfPlaybook?
    var new: CycleReport.OfPlaybook?
    var enter: [String]
    var leave: [String]
}

extension TrialResult {
    fileprivate func adding(testsOf playbook: Playbook, in workspace: Workspace) -> TrialResult {
        var result = self
        do {
            let bench = try TestBench(workspace)
            for test in playbook.tests {
                let outcome = try bench.run(test, of: playbook)
                let failures = outcome.failures.map { "expected \($0.expected): \($0.instead.joined(separator: "; "))" }
                result.tests.append(
                    (outcome.hasPassed ? "✓ " : "✗ ") + ([test.name] + failures).joined(separator: ": "))
            }
        } catch {
            result.tests.append("✗ the tests could not run: \(error)")
        }
        return result
    }
}

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
                html.add("div", ["class": "note warn"]) { html in
                    html.add(
                        "p",
                        text:
                            "The file has changed on disk since you began. Below is your text; the differences are to the file as it is now."
                    )
                }
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
            if let result { draw(result, in: &html) }
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
        if let diff = UnifiedDiff(from: original, to: text).text(path: file) {
            html.panel("What changed", id: "diff") { $0.addDiff(diff) }
        }
    }
}
