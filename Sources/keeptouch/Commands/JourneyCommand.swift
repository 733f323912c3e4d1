import ArgumentParser
import Measure

struct JourneyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journey", abstract: "The journeys of accounts.", subcommands: [JourneyMapCommand.self])
}

struct JourneyMapCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "map",
        abstract: "What happens in each stage: touchpoints, whom they reached, what stands empty, who gets too much.")

    @OptionGroup var options: ReportOptions

    func run() throws {
        try options.show { loaded, connection, asOf in
            try JourneyMap.report(connection, workspace: loaded.workspace, asOf: asOf)
        }
    }
}
