import ArgumentParser
import Measure
import Playbooks

struct ReportAttritionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attrition", abstract: "How many accounts leave, when and why, and what the playbooks kept.")

    @Option(help: "Only the accounts of this segment.")
    var segment: String?

    @Option(help: "The first day of the window; usual is the last twelve whole months.")
    var from: String?

    @Option(help: "The day up to which the window reaches.")
    var to: String?

    @OptionGroup var options: ReportOptions

    func run() throws {
        let (first, last) = (try from.map { try Day.option("--from", $0) }, try to.map { try Day.option("--to", $0) })
        try options.show { loaded, connection, asOf in
            try AttritionReport.report(
                connection, workspace: loaded.workspace, segment: segment, from: first, to: last, asOf: asOf)
        }
    }
}
