import Basics
import Measure
import Playbooks
import Runner
import Storage

/// What a changed file would do.
struct TrialResult: Sendable {
    var complaints: [Diagnostic]
    /// What the plan says of the playbook now, and with the change.
    var now: CycleReport.OfPlaybook?
    var changed: CycleReport.OfPlaybook?
    /// What the change does to those who are in it, where the playbook would end or take in nobody.
    var ending: String?
    /// Who would match that does not now, and the other way round.
    var enter: [CycleReport.Who] = []
    var leave: [CycleReport.Who] = []
    var tests: [String] = []
    /// Nil where nothing has changed.
    var diff: String?

    /// Lays a text over the files in memory, plans without it and with it, and runs the playbook's tests.
    init(
        of text: String, at file: String, _ files: CheckedFiles, _ present: Workspace, now moment: Instant,
        processNow: @escaping @Sendable () -> Instant, store: Store
    ) throws {
        var texts = files.texts
        diff = UnifiedDiff(from: texts[file] ?? "", to: text).text(path: file)
        texts[file] = text
        let checked = CheckedFiles(texts: texts)
        let name = file.split(separator: "/").dropFirst().first.map(String.init) ?? ""
        complaints = checked.diagnostics.filter { $0.position.file.hasPrefix("playbooks/\(name)/") }
        guard let workspace = checked.workspace, let playbook = workspace.playbook(name),
            !complaints.contains(where: { $0.severity == .error })
        else { return }
        func plan(_ workspace: Workspace, _ pinned: PinnedVersions) throws -> (CycleReport, [String: CycleReport.Who]) {
            var accounts: [String: CycleReport.Who] = [:]
            let cycle = Cycle(workspace: workspace, pinned: pinned, store: store, processNow: processNow)
            let report = try cycle.plan(now: moment, only: [name]) { item in
                if item.playbook == name { accounts[item.account] = item }
            }
            return (report, accounts)
        }
        let (old, before) = try plan(present, files.pinned)
        let (new, after) = try plan(workspace, checked.pinned)
        now = old.playbooks.first { $0.playbook == name }
        changed = new.playbooks.first { $0.playbook == name }
        func only(_ one: [String: CycleReport.Who], _ other: [String: CycleReport.Who]) -> [CycleReport.Who] {
            one.values.filter { other[$0.account] == nil }.sorted { $0.account < $1.account }
        }
        (enter, leave) = (only(after, before), only(before, after))
        let change = new.changes.first { $0.playbook == name && $0.change != .edited }
        if playbook.state != .live, playbook.state != present.playbook(name)?.state {
            ending = change?.sentence ?? "\(name) is \(playbook.state == .draft ? "a draft" : "retired"): nobody enters"
        }
        tests = Self.results(of: playbook, in: workspace)
    }

    private static func results(of playbook: Playbook, in workspace: Workspace) -> [String] {
        do {
            let bench = try TestBench(workspace)
            return try playbook.tests.map { test in
                let outcome = try bench.run(test, of: playbook)
                let failures = outcome.failures.map { "expected \($0.expected): \($0.instead.joined(separator: "; "))" }
                return (outcome.hasPassed ? "✓ " : "✗ ") + ([test.name] + failures).joined(separator: ": ")
            }
        } catch {
            return ["✗ the tests could not run: \(error)"]
        }
    }
}
