import ArgumentParser
import Basics
import Decisions
import Playbooks
import Runner
import Storage

struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Show what the next cycle would do; changes nothing.",
        discussion: """
            While no playbook is live, the drafts are planned. With --who every account with a verdict is listed, or those with the verdicts that are named: plan --who enrolled.
            """)

    @Argument(
        help: "The playbooks to plan; all of them when none is named. A draft that is named is planned, too.")
    var names: [String] = []

    @Flag(help: "List the accounts, with their names, reasons and the moment of the first touch.")
    var who = false

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var output: FormatOption

    func run() throws {
        let loaded = try options.read()
        let verdicts = who ? names.compactMap { Verdict(rawValue: $0) } : []
        let playbooks = names.filter { !who || Verdict(rawValue: $0) == nil }
        for name in playbooks { _ = try loaded.playbook(name) }
        let isNoneLive = !loaded.workspace.playbooks.contains { $0.state == .live }
        let drafts = playbooks.isEmpty && isNoneLive ? loaded.workspace.playbooks.filter { $0.state == .draft } : []
        let store = try loaded.open(.readOnly)
        // What `run` would refuse is not foreseen as if it went.
        try store.read { try AttributeColumns(loaded.workspace.dataMap).expectTypes($0) }
        let now = try options.moment(store, zone: loaded.zone)
        if output.format == .table { try store.read { try options.tellOfThePast($0, now: now, zone: loaded.zone) } }
        var found: [CycleReport.Who] = []
        let listens: ((CycleReport.Who) -> Void)? =
            who ? { item in if verdicts.isEmpty || verdicts.contains(item.verdict) { found.append(item) } } : nil
        let report = try loaded.cycle(store).plan(now: now, only: Set(playbooks + drafts.map(\.name)), who: listens)
        if who {
            try WhoText(found: found, zone: loaded.zone).show(output)
        } else if output.format == .json {
            Terminal.print(try JSONText.encode(report))
        } else {
            if output.format == .table { try DatabaseOrigin.warn(of: store) }
            try CycleText(
                report: report, hasRun: false, pause: store.read { try Pauses($0).all },
                hasErrors: loaded.diagnostics.contains { $0.severity == .error },
                pausedPlaybooks: store.read { try StatusQuery($0).pauses().count { $0.scope.hasPrefix("playbook:") } }
            ).show(output)
            if output.format == .table, !drafts.isEmpty {
                Terminal.print(
                    "No playbook is live. These are drafts; set `state: live` in a playbook.yaml to let one begin.")
            }
            if output.format == .table { ChangesText(changes: report.changes).show() }
        }
        if drafts.isEmpty && report.playbooks.contains(where: { $0.heldBecause != nil })
            || drafts.isEmpty && !report.standingStill.isEmpty
            || loaded.diagnostics.contains(where: { $0.severity == .error })
        {
            throw ExitCode(1)
        }
    }
}

/// The accounts behind the verdicts of a plan, as a person reads them.
private struct WhoText {
    let found: [CycleReport.Who]
    let zone: Zone

    func show(_ output: FormatOption) throws {
        if output.format == .json { return Terminal.print(try JSONText.encode(found)) }
        var table = Table(
            ["playbook", "account", "name", "verdict", "variant", "first touch", "to", "reason"].map { ($0, .left) })
        for item in found {
            let verdict = item.verdict.rawValue + (item.ifReleased.map { ", if released \($0.rawValue)" } ?? "")
            table.rows.append([
                item.playbook, item.account, item.name ?? "", verdict, item.variant ?? "",
                item.firstTouchAt?.text(in: zone) ?? "", item.recipient ?? "", item.reason,
            ])
        }
        if output.format == .table, found.isEmpty {
            return Terminal.print("No account has such a verdict; keeptouch plan shows how many have which.")
        }
        try output.show(table)
    }
}
