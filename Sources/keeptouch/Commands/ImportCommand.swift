import ArgumentParser
import Foundation
import Playbooks
import Storage

struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Bring in accounts, contacts, metrics or events.",
        discussion: """
            Reads CSV or NDJSON files, stdin (-), or a query on another SQLite file. Importing the same file again changes \
            nothing. Rows that cannot be taken go to FILE.rejected.csv with the reason; the good rows stay. `import all` \
            reads every file that `imports:` of data.yaml names.
            """)

    @Argument(help: "accounts, contacts, metrics, events, an import that data.yaml names, or all of them: all.")
    var what: String

    @Argument(help: "The files; - is stdin.", completion: .file())
    var files: [String] = []

    @Option(help: "Instead of a file: another SQLite database.", completion: .file())
    var sqlite: String?

    @Option(help: "The query on it; its columns are named as in a file.")
    var query: String?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("How the file calls a column: account=\"Account ID\".", valueName: "name=column"))
    var map: [String] = []

    @Flag(help: "These events count in conditions and trigger nothing.")
    var history = false

    @Flag(help: "The days that the file holds are complete.")
    var complete = false

    @OptionGroup var options: WorkspaceOptions

    func validate() throws {
        guard (sqlite == nil) == (query == nil) else { throw ValidationError("--sqlite and --query go together") }
        guard files.isEmpty || sqlite == nil else { throw ValidationError("name a file or --sqlite, not both") }
        guard !map.contains(where: { !$0.contains("=") || $0.hasPrefix("=") || $0.hasSuffix("=") }) else {
            throw ValidationError("--map says how the file calls a column: --map account=\"Account ID\"")
        }
        if let kind = ImportKind(rawValue: what) { try check(kind) }
        guard what != "all" || (files.isEmpty && sqlite == nil && map.isEmpty && !history && !complete) else {
            throw ValidationError("import all reads the files that imports: of data.yaml names, and nothing else")
        }
    }

    func run() throws {
        let loaded = try options.read()
        let dataMap = loaded.workspace.dataMap
        let order = ImportKind.allCases
        if what == "all" {
            let imports = dataMap.imports.filter { $0.file != nil }
            guard !imports.isEmpty else {
                throw CommandError(
                    "no import of data.yaml names its file; imports: { accounts: { file: accounts.csv } }")
            }
            // Accounts come before what belongs to them; the first events are the past.
            let sorted = order.flatMap { kind in imports.filter { $0.kind == kind } }
            return try run(sorted.map { Job(map: $0, sources: files(of: $0, loaded)) }, loaded)
        }
        guard var map = dataMap.importMap(what) ?? ImportKind(rawValue: what).map({ ImportMap(what, $0) }) else {
            let known = order.map(\.rawValue) + dataMap.imports.map(\.name) + ["all"]
            throw CommandError(
                "there is no import \"\(what)\"\(suggestion(for: what, in: known)); there are "
                    + known.joined(separator: ", "))
        }
        try check(map.kind)
        for pair in self.map {
            let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
            map.columns[parts[0], default: ColumnForm()].column = parts[1]
        }
        var sources = files.map { $0 == "-" ? ImportSource.standardInput : .file($0) }
        if let sqlite, let query { sources = [.query(database: sqlite, sql: query)] }
        if sources.isEmpty { sources = files(of: map, loaded) }
        guard !sources.isEmpty else {
            throw ValidationError("name a file (- is stdin), or --sqlite DB --query SQL")
        }
        try run([Job(map: map, sources: sources)], loaded)
    }

    private func check(_ kind: ImportKind) throws {
        guard !history || kind == .events else { throw ValidationError("--history is for events") }
        guard !complete || kind == .metrics else { throw ValidationError("--complete is for metrics") }
    }

    /// Files with one map.
    private struct Job {
        var map: ImportMap
        var sources: [ImportSource]
    }

    private func files(of map: ImportMap, _ loaded: LoadedWorkspace) -> [ImportSource] {
        guard let file = map.file else { return [] }
        let url = URL(fileURLWithPath: file, relativeTo: loaded.directory).standardizedFileURL
        let isHere = loaded.directory.standardizedFileURL.path == FileManager.default.currentDirectoryPath
        return [.file(isHere ? file : url.path)]
    }

    private func run(_ jobs: [Job], _ loaded: LoadedWorkspace) throws {
        let store = try loaded.open(.readWrite)
        let now = try options.moment(store, zone: loaded.zone)
        let importer = Importer(
            store: store, dataMap: loaded.workspace.dataMap, configuration: loaded.workspace.configuration)
        var isClean = true
        for job in jobs {
            let kind = job.map.kind
            let isPast = try history || (what == "all" && kind == .events && isFirst(store))
            for source in job.sources {
                let progress = Progress(kind == .metrics ? "rows" : kind.rawValue)
                let report = try importer.run(
                    kind, from: source,
                    options: ImportOptions(isHistory: isPast, closesDays: complete, map: job.map), now: now
                ) { progress.show($0.rows) }
                progress.end()
                ImportText(report: report, kind: kind, source: source.name).show()
                isClean = isClean && report.isClean
                // What belongs to accounts that are not there would be refused row by row.
                if kind == .accounts, report.stopped != nil { throw ExitCode(1) }
            }
        }
        if !isClean { throw ExitCode(1) }
    }

    /// Whether no cycle has run yet: what the files tell then is the past, and triggers nothing.
    private func isFirst(_ store: Store) throws -> Bool {
        try store.read { try StatusQuery($0).lastCycle() == nil }
    }
}
