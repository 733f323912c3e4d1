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

    /// What is asked beside the complaints.
    enum Part: String, CaseIterable, Sendable {
        /// Whom it would touch, and what its tests say.
        case check
        case message, backtest, design
    }

    /// Its messages as an account would get them.
    var messages: [TriedMessage] = []
    var backtest: BacktestReport?
    var design: Report?
    /// Why there is no answer.
    var trouble: String?

    /// - Parameter account: whose messages are asked for: its key, its name or an address of it.
    init(
        _ part: Part, of text: String, at file: String, _ files: CheckedFiles, _ present: Workspace, account: String,
        now moment: Instant, processNow: @escaping @Sendable () -> Instant, store: Store
    ) throws {
        let tried = TriedFile(text, at: file, among: files)
        (complaints, diff) = (tried.complaints, tried.diff)
        guard let (workspace, playbook) = tried.usable else { return }
        do {
            switch part {
            case .check:
                try plan(
                    tried, workspace, playbook, files, present, now: moment, processNow: processNow, store: store)
            case .message:
                messages = try store.read {
                    try TriedMessage.all(of: playbook, in: workspace, for: account, now: moment, $0)
                }
            case .backtest:
                let last = workspace.configuration.zone.day(of: moment) - 1
                backtest = try Backtest(
                    playbook, in: workspace, from: last - (Self.backtestDays - 1), to: last, isWithAll: false
                ).run(on: store)
            case .design:
                design = try store.read {
                    try DesignQuestion().report(of: playbook, in: workspace, $0, asOf: moment)
                }
            }
        } catch let error as BacktestError {
            trouble = error.description
        } catch let error as MeasureError {
            trouble = error.description
        } catch let error as CannotPreview {
            trouble = error.reason
        }
    }

    static let backtestDays = 90

    /// Plans without the change and with it, and runs the playbook's tests.
    private mutating func plan(
        _ tried: TriedFile, _ workspace: Workspace, _ playbook: Playbook, _ files: CheckedFiles, _ present: Workspace,
        now moment: Instant, processNow: @escaping @Sendable () -> Instant, store: Store
    ) throws {
        let name = tried.name
        func plan(_ workspace: Workspace, _ pinned: PinnedVersions) throws -> (CycleReport, [String: CycleReport.Who]) {
            var accounts: [String: CycleReport.Who] = [:]
            let cycle = Cycle(workspace: workspace, pinned: pinned, store: store, processNow: processNow)
            let report = try cycle.plan(now: moment, only: [name]) { item in
                if item.playbook == name { accounts[item.account] = item }
            }
            return (report, accounts)
        }
        let (old, before) = try plan(present, files.pinned)
        let (new, after) = try plan(workspace, tried.checked.pinned)
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
