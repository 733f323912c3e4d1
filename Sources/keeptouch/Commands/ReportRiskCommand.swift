import ArgumentParser
import Measure
import Playbooks

struct ReportRiskCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "risk", abstract: "Who is at risk and why, and what was done about it.")

    @Option(help: "The first day that is looked back on; usual are 30 days.")
    var from: String?

    @OptionGroup var options: ReportOptions

    func run() throws {
        let first = try from.map { try Day.option("--from", $0) }
        try options.show { loaded, connection, asOf in
            try RiskReport.report(connection, workspace: loaded.workspace, from: first, asOf: asOf)
        }
    }
}
