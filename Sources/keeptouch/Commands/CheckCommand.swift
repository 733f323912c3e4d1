import ArgumentParser
import Foundation
import Playbooks
import Runner

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "All errors and warnings of all files.")

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var output: FormatOption

    func run() throws {
        let files = try options.diagnose()
        let (workspace, all) = (files.workspace, files.diagnostics)
        let errors = all.filter { $0.severity == .error }.count
        if output.format == .table {
            for diagnostic in all { Terminal.print("\(diagnostic)") }
            let live = workspace?.playbooks.filter { $0.state == .live }.count ?? 0
            Terminal.print(
                "\(Terminal.count(workspace?.playbooks.count ?? 0, "playbook")) (\(live) live), "
                    + "\(Terminal.count(workspace?.channels.count ?? 0, "channel")): "
                    + "\(Terminal.count(errors, "error")), \(Terminal.count(all.count - errors, "warning"))")
        } else {
            var table = Table([
                ("file", .left), ("line", .right), ("column", .right), ("severity", .left), ("message", .left),
            ])
            table.rows = all.map {
                [$0.position.file, "\($0.position.line)", "\($0.position.column)", $0.severity.rawValue, $0.message]
            }
            try output.show(table)
        }
        if errors > 0 { throw ExitCode(1) }
    }
}
