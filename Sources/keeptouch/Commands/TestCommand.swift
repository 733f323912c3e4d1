import ArgumentParser
import Basics
import Playbooks
import Runner
import Storage

struct TestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Run the tests in the playbooks; no database is needed or touched.")

    @Argument(help: "Only these playbooks.")
    var playbooks: [String] = []

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var output: FormatOption

    func run() throws {
        let loaded = try options.read()
        let chosen =
            playbooks.isEmpty ? loaded.workspace.playbooks : try playbooks.map { try loaded.playbook($0) }
        let bench = try TestBench(loaded.workspace)
        var results: [PlaybookTestResult] = []
        for playbook in chosen {
            for test in playbook.tests {
                let result = try bench.run(test, of: playbook)
                results.append(result)
                if output.format == .table { show(result) }
            }
        }
        let failed = results.count { !$0.hasPassed }
        switch output.format {
        case .table:
            Terminal.print(
                "\(Terminal.count(results.count, "test")) of \(Terminal.count(chosen.count, "playbook")): "
                    + "\(results.count - failed) passed, \(failed) failed")
            let untested = chosen.filter(\.tests.isEmpty).map(\.name)
            if !untested.isEmpty { Terminal.hint("without tests: \(untested.joined(separator: ", "))") }
            if failed == 0, let name = chosen.first?.name {
                Terminal.hint("over your own history: keeptouch backtest \(name) --from 2025-01-01 --to 2025-12-31")
            }
        case .json: Terminal.print(try JSONText.encode(results))
        case .csv:
            var table = Table([
                ("playbook", .left), ("test", .left), ("passed", .left), ("position", .left), ("expected", .left),
                ("instead", .left),
            ])
            table.rows = results.map { result in
                let failure = result.failures.first
                return [
                    result.playbook, result.name, result.hasPassed ? "yes" : "no",
                    "\(failure?.position ?? result.position)", failure?.expected ?? "",
                    failure?.instead.joined(separator: "; ") ?? "",
                ]
            }
            try output.show(table)
        }
        if failed > 0 || loaded.diagnostics.contains(where: { $0.severity == .error }) { throw ExitCode(1) }
    }

    private func show(_ result: PlaybookTestResult) {
        let mark = result.hasPassed ? Terminal.styled("✓", .green) : Terminal.styled("✗", .red)
        Terminal.print("\(mark) \(result.playbook): \(result.name)")
        for failure in result.failures {
            Terminal.print("  \(failure.position): expected: \(failure.expected)")
            for line in failure.instead { Terminal.print("    \(line)") }
        }
    }
}
