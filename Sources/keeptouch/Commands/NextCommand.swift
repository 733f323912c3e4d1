import ArgumentParser
import Measure

struct NextCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "next", abstract: "What to do now: each proposal with its evidence and its command or edit.")

    @OptionGroup var options: ReportOptions

    func run() throws {
        try options.show { loaded, connection, asOf in
            try NextReport(connection, in: loaded.workspace, asOf: asOf).make()
        }
    }
}
