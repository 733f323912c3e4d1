import ArgumentParser
import Foundation
import Measure
import Playbooks
import Storage

struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "What the playbooks did, in numbers that can be trusted.",
        subcommands: [
            ReportExperimentCommand.self, ReportPlaybookCommand.self, ReportAttritionCommand.self,
            ReportJourneyCommand.self, ReportRiskCommand.self,
        ])
}

/// What all reports take: a workspace, a moment, and a form to be printed in.
struct ReportOptions: ParsableArguments {
    @Option(help: "Also writes a page with charts to this file.", completion: .file(extensions: ["html"]))
    var html: String?

    @Option(help: "With --format csv: only the table of this title, so that the file holds one.")
    var table: String?

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var output: FormatOption

    func validate() throws {
        if table != nil, output.format != .csv { throw ValidationError("--table belongs to --format csv") }
    }

    /// Asks a question of the workspace as of the moment that was named, and prints the answer.
    func show(_ ask: (LoadedWorkspace, Connection, Instant) throws -> Report) throws {
        let loaded = try options.read()
        let store = try loaded.open(.readOnly)
        let asOf = try options.moment(store, zone: loaded.zone)
        var report = try store.read { try ask(loaded, $0, asOf) }
        report.zone = loaded.zone
        try show(report)
    }

    private func show(_ report: Report) throws {
        if let html {
            do {
                try Data(report.page.utf8).write(to: URL(fileURLWithPath: html))
            } catch {
                throw CommandError("cannot write \(html): \(error.localizedDescription)")
            }
        }
        switch output.format {
        case .table:
            Terminal.print(
                report.text(width: Terminal.width, color: Terminal.isOutput, fits: Terminal.isOutput))
            if let html { Terminal.hint("the page is in \(html)") }
        case .json: Terminal.print(try report.json)
        case .csv:
            guard let name = table else { return Terminal.print(report.csv) }
            guard let found = report.table(named: name) else {
                let titles = report.tables.map(\.title)
                throw CommandError(
                    titles.isEmpty
                        ? "there is no table \"\(name)\": the report has none"
                        : "there is no table \"\(name)\"\(suggestion(for: name, in: titles)); there are: \(titles.joined(separator: ", "))"
                )
            }
            Terminal.print(found.csv)
        }
    }
}
