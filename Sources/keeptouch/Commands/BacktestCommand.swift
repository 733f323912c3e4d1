import ArgumentParser
import Basics
import Foundation
import Playbooks
import Runner
import Storage

struct BacktestCommand: ParsableCommand {
    enum Company: String, ExpressibleByArgument, CaseIterable {
        case all
    }

    static let configuration = CommandConfiguration(
        commandName: "backtest", abstract: "What a playbook would have done over part of the history.",
        discussion: """
            Every day is judged by what was known on it. Nothing is sent and nothing is written: the database is opened \
            for reading only. The playbook may be a draft.
            """)

    @Argument(help: "The playbook.")
    var playbook: String

    @Option(help: "The first day, such as 2025-01-01.")
    var from: String

    @Option(help: "The last day.")
    var to: String

    @Option(help: "all: the live playbooks run along and compete for caps; collisions are counted.")
    var with: Company?

    @Option(help: "Also writes a page with a chart to this file.", completion: .file(extensions: ["html"]))
    var html: String?

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var output: FormatOption

    /// The longest that makes sense to wait for.
    private static let mostDays = 3_660

    func run() throws {
        let (first, last) = (try Day.option("--from", from), try Day.option("--to", to))
        guard first <= last else { throw ValidationError("--from \(first) lies after --to \(last)") }
        guard last - first < Self.mostDays else { throw ValidationError("a backtest takes at most ten years") }
        let loaded = try options.read()
        let backtest = try Backtest(
            try loaded.playbook(playbook), in: loaded.workspace, from: first, to: last, isWithAll: with == .all)
        let store = try loaded.open(.readOnly)
        let progress = Progress("days", of: last - first + 1)
        let report = try backtest.run(on: store) { progress.show($0) }
        progress.end()
        if let html {
            let url = URL(fileURLWithPath: html)
            do {
                try Data(BacktestPage(report: report).text.utf8).write(to: url)
            } catch {
                throw CommandError("cannot write \(html): \(error.localizedDescription)")
            }
        }
        let text = BacktestText(report: report)
        switch output.format {
        case .json: Terminal.print(try JSONText.encode(report))
        case .csv: Terminal.print(text.table(of: report.days, isForReading: false).csv)
        case .table:
            text.show()
            if let html { Terminal.hint("the page is in \(html)") }
        }
    }
}
