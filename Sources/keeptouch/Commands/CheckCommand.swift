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
        let workspace = files.workspace
        let missing = (workspace?.channels.values.map { $0 } ?? []).flatMap {
            $0.missingSecrets(in: ProcessInfo.processInfo.environment)
        }
        let all = (files.diagnostics + missing).sorted()
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

extension Channel {
    /// A warning for each environment variable that is not set here.
    func missingSecrets(in environment: [String: String]) -> [Diagnostic] {
        secrets.compactMap { secret in
            guard !secret.isOptional, case .environment(let name) = secret.reference, environment[name] ?? "" == ""
            else { return nil }
            return Diagnostic(
                .warning, at: position,
                "the channel \"\(self.name)\" sends nothing until \(name) is set in the environment")
        }
    }
}
