import ArgumentParser
import Basics
import Playbooks
import Runner
import Storage

struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Show what the next cycle would do; changes nothing.")

    @Argument(help: "The playbooks to plan; all of them when none is named. A draft that is named is planned, too.")
    var playbooks: [String] = []

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var output: FormatOption

    func run() throws {
        let loaded = try options.read()
        for name in playbooks { _ = try loaded.playbook(name) }
        let store = try loaded.open(.readOnly)
        let now = try options.moment(store, zone: loaded.zone)
        let report = try loaded.cycle(store).plan(now: now, only: Set(playbooks))
        if output.format == .json {
            Terminal.print(try JSONText.encode(report))
        } else {
            try CycleText(report: report, hasRun: false).show(output)
            if output.format == .table { ChangesText(changes: report.changes).show() }
        }
        if report.playbooks.contains(where: { $0.heldBecause != nil })
            || loaded.diagnostics.contains(where: { $0.severity == .error })
        {
            throw ExitCode(1)
        }
    }
}
