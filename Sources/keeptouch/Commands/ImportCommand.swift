import ArgumentParser
import Foundation
import Playbooks
import Storage

struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Bring in accounts, contacts, metrics or events.",
        discussion: """
            Reads CSV or NDJSON files, stdin (-), or a query on another SQLite file. Importing the same file again changes \
            nothing. Rows that cannot be taken go to FILE.rejected.csv with the reason; the good rows stay.
            """)

    @Argument(help: "accounts, contacts, metrics or events.")
    var kind: ImportKind

    @Argument(help: "The files; - is stdin.", completion: .file())
    var files: [String] = []

    @Option(help: "Instead of a file: another SQLite database.", completion: .file())
    var sqlite: String?

    @Option(help: "The query on it; its columns are named as in a file.")
    var query: String?

    @Flag(help: "These events count in conditions and trigger nothing.")
    var history = false

    @Flag(help: "The days that the file holds are complete.")
    var complete = false

    @OptionGroup var options: WorkspaceOptions

    func validate() throws {
        guard (sqlite == nil) == (query == nil) else { throw ValidationError("--sqlite and --query go together") }
        guard files.isEmpty == (sqlite != nil) else {
            throw ValidationError("name a file (- is stdin), or --sqlite DB --query SQL")
        }
        guard !history || kind == .events else { throw ValidationError("--history is for events") }
        guard !complete || kind == .metrics else { throw ValidationError("--complete is for metrics") }
    }

    func run() throws {
        let loaded = try options.read()
        let store = try loaded.open(.readWrite)
        let now = try options.moment(store, zone: loaded.zone)
        let importer = Importer(
            store: store, dataMap: loaded.workspace.dataMap, configuration: loaded.workspace.configuration)
        var sources = files.map { $0 == "-" ? ImportSource.standardInput : .file($0) }
        if let sqlite, let query { sources = [.query(database: sqlite, sql: query)] }
        var isClean = true
        for source in sources {
            let progress = Progress(kind == .metrics ? "rows" : kind.rawValue)
            let report = try importer.run(
                kind, from: source, options: ImportOptions(isHistory: history, closesDays: complete), now: now
            ) { progress.show($0.rows) }
            progress.end()
            show(report, of: source)
            isClean = isClean && report.isClean
        }
        if !isClean { throw ExitCode(1) }
    }

    private func show(_ report: ImportReport, of source: ImportSource) {
        for warning in report.warnings { Terminal.complain("\(source.name): warning: \(warning)") }
        for row in report.firstRejected.prefix(5) {
            Terminal.complain("\(source.name):\(row.row): error: \(row.reason)")
        }
        if report.firstRejected.count > 5 || report.rejected > report.firstRejected.count {
            Terminal.complain("and \(report.rejected - min(5, report.firstRejected.count)) more rejected rows")
        }
        var parts = ["\(report.read) \(kind == .metrics ? "rows" : kind.rawValue) read"]
        func add(_ count: Int, _ text: String) { if count > 0 { parts.append("\(count) \(text)") } }
        add(report.inserted, "new")
        add(report.updated, "updated")
        add(report.unchanged, "unchanged")
        add(report.duplicates, "repeated in the file (the last one counts)")
        add(report.rejected, "rejected")
        add(report.eventsMade, "events made from columns")
        add(report.daysClosed, "days closed")
        Terminal.print("\(source.name): \(parts.joined(separator: ", "))")
        if let stopped = report.stopped { Terminal.complain("\(source.name): error: \(stopped)") }
        if let hint = report.hint { Terminal.complain("add to data.yaml: \(hint)") }
        if let path = report.rejectedPath { Terminal.complain("the rejected rows and why: \(path)") }
    }
}

extension ImportKind: ExpressibleByArgument {}
