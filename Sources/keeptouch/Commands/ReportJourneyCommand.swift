import ArgumentParser
import Measure

struct ReportJourneyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journey", abstract: "Where accounts get lost on their journeys, and what it costs.")

    @OptionGroup var options: ReportOptions

    func run() throws {
        try options.show { loaded, connection, asOf in
            try JourneyReport.report(connection, workspace: loaded.workspace, asOf: asOf)
        }
    }
}
