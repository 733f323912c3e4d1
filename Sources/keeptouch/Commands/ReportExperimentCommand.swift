import ArgumentParser
import Measure

struct ReportExperimentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "experiment", abstract: "What a playbook changed, against its holdout.")

    @Argument(help: "The playbook.")
    var playbook: String

    @OptionGroup var options: ReportOptions

    func run() throws {
        try options.show { _, _, asOf in Report(title: playbook, asOf: asOf, sections: []) }
    }
}
