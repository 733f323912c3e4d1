import ArgumentParser
import Measure

struct ReportPlaybookCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "playbook", abstract: "From match to goal, version by version, and what was lost on the way.")

    @Argument(help: "The playbook; all when none is named.")
    var playbook: String?

    @OptionGroup var options: ReportOptions

    func run() throws {
        try options.show { loaded, connection, asOf in
            let report = PlaybookReport(connection, in: loaded.workspace, asOf: asOf)
            guard let playbook else { return try report.all() }
            try loaded.expectPlaybook(playbook, connection)
            return try report.of(playbook)
        }
    }
}
