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
        let (first, last) = (try from.map { try day($0, "--from") }, try to.map { try day($0, "--to") })
        try options.show { loaded, connection, asOf in
            try AttritionReport.report(
                connection, workspace: loaded.workspace, segment: segment, from: first, to: last, asOf: asOf)
        }
    }

    private func day(_ text: String, _ option: String) throws -> Day {
        switch Day.parse(text) {
        case .success(let day): return day
        case .failure(let error): throw ValidationError("\(option) \(text): \(error.message)")
        }
    }
}
