import ArgumentParser
import Delivery
import Foundation
import Playbooks
import Runner
import Storage
import Synchronization

struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Bring in accounts, contacts, suppressed addresses, metrics or events.",
        discussion: """
            Reads CSV or NDJSON files, stdin (-), or a query on a PostgreSQL database or another SQLite file. Importing the same file again changes \
            nothing. Rows that cannot be taken go to FILE.rejected.csv with the reason; the good rows stay. `import all` \
            reads every file that `imports:` of data.yaml names, and pulls every source of keeptouch.yaml; a \
            source's name pulls that one.
            """)

    @Argument(
        help:
            "accounts, contacts, suppressions, metrics, events, an import that data.yaml names, a source, or all of them: all."
    )
    var what: String

    @Argument(help: "The files; - is stdin.", completion: .file())
    var files: [String] = []

    @Option(help: "Instead of a file: another SQLite database.", completion: .file())
    var sqlite: String?

    @Option(help: "Instead of a file: the URL of a PostgreSQL database, or env:NAME.")
    var postgres: String?

    @Option(help: "The query on it; its columns are named as in a file.")
    var query: String?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("How the file calls a column: account=\"Account ID\".", valueName: "name=column"))
    var map: [String] = []

    @Flag(help: "These events count in conditions and trigger nothing.")
    var history = false

    @Flag(
        help:
            "The days that the file holds are complete; of a source, that what it brings is all there is; of accounts and events, that as many customers have left as they say; of contacts, that as many people have moved."
    )
    var complete = false

    @OptionGroup var options: WorkspaceOptions

    func validate() throws {
        guard sqlite == nil || postgres == nil else { throw ValidationError("name --sqlite or --postgres, not both") }
        guard hasDatabase == (query != nil) else {
            throw ValidationError("--query goes together with --sqlite or --postgres")
        }
        guard files.isEmpty || !hasDatabase else { throw ValidationError("name a file or a database, not both") }
        guard !map.contains(where: { !$0.contains("=") || $0.hasPrefix("=") || $0.hasSuffix("=") }) else {
            throw ValidationError("--map says how the file calls a column: --map account=\"Account ID\"")
        }
        if let kind = ImportKind(rawValue: what) { try check(kind) }
        guard what != "all" || isPlain else {
            throw ValidationError("import all reads what data.yaml and keeptouch.yaml name, and nothing else")
        }
    }

    private var hasDatabase: Bool { sqlite != nil || postgres != nil }
    private var isPlain: Bool { files.isEmpty && !hasDatabase && map.isEmpty && !history && !complete }

    func run() throws {
        let loaded = try options.read()
        let dataMap = loaded.workspace.dataMap
        let order = ImportKind.allCases
        if what == "all" {
            let imports = dataMap.imports.filter { $0.file != nil }
            let sources = loaded.workspace.sourcesInOrder
            guard !imports.isEmpty || !sources.isEmpty else {
                throw CommandError(
                    "no import of data.yaml names its file, and keeptouch.yaml has no sources; "
                        + "imports: { accounts: { file: accounts.csv } }")
            }
            // Accounts come before what belongs to them; the first events are the past.
            return try run(
                order.flatMap { kind in
                    imports.filter { $0.kind == kind }.map { Job(map: $0, sources: files(of: $0, loaded)) }
                        + sources.filter { $0.map(in: dataMap)?.kind == kind }.map { Job(map: nil, pulls: $0) }
                }, loaded)
        }
        if let source = loaded.workspace.configuration.sources.first(where: { $0.name == what }) {
            guard files.isEmpty, !hasDatabase, map.isEmpty, !history else {
                throw ValidationError("a source says itself where its data come from")
            }
            return try run([Job(map: nil, pulls: source)], loaded)
        }
        guard var map = dataMap.importMap(what) ?? ImportKind(rawValue: what).map({ ImportMap(what, $0) }) else {
            let named = dataMap.imports.map(\.name) + loaded.workspace.configuration.sources.map(\.name)
            let kinds = order.map(\.rawValue)
            let known = kinds + named.filter { !kinds.contains($0) } + ["all"]
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
        if let postgres, let query { sources = [.postgres(url: try url(postgres, loaded), sql: query)] }
        if sources.isEmpty { sources = files(of: map, loaded) }
        guard !sources.isEmpty else {
            throw ValidationError("name a file (- is stdin), or --sqlite DB or --postgres URL with --query SQL")
        }
        try run([Job(map: map, sources: sources)], loaded)
    }

    private func check(_ kind: ImportKind) throws {
        guard !history || kind == .events else { throw ValidationError("--history is for events") }
    }

    /// Files with one map, or a source.
    private struct Job {
        var map: ImportMap?
        var sources: [ImportSource] = []
        var pulls: DataSource?
    }

    /// A URL with a password belongs into the environment, not onto a command line that others can see.
    private func url(_ text: String, _ loaded: LoadedWorkspace) throws -> String {
        guard let reference = Secret.Reference(text) else { return text }
        do {
            return try Secret(reference).value(
                at: Position(file: "--postgres"), environment: ProcessInfo.processInfo.environment,
                directory: loaded.directory.path)
        } catch {
            throw CommandError(error.message)
        }
    }

    /// - Returns: whether every row was taken.
    private func pull(_ source: DataSource, _ loaded: LoadedWorkspace, _ store: Store, now: Instant) throws -> Bool {
        let kind = source.map(in: loaded.workspace.dataMap)?.kind ?? .accounts
        let progress = Progress(kind == .metrics ? "rows" : kind.rawValue)
        let isStopped = Atomic(false)
        let stopping = Signals.listen(to: [SIGINT, SIGTERM, SIGHUP]) { number in
            // The second one kills as usual.
            signal(number, SIG_DFL)
            isStopped.store(true, ordering: .relaxed)
        }
        defer { withExtendedLifetime(stopping) {} }
        do {
            let report = try SourcePull(
                workspace: loaded.workspace, directory: loaded.directory,
                environment: ProcessInfo.processInfo.environment, store: store,
                isStopped: { isStopped.load(ordering: .relaxed) }
            ).pull(source, isWhole: complete, now: now) { progress.show($0.rows) }
            progress.end()
            ImportText(
                report: report, kind: kind, source: source.name,
                remedy: "keeptouch import \(source.name) --complete"
            ).show()
            return report.isClean
        } catch {
            progress.end()
            Terminal.complain("\(source.name): \(error)")
            return false
        }
    }

    private func files(of map: ImportMap, _ loaded: LoadedWorkspace) -> [ImportSource] {
        guard let file = map.file else { return [] }
        let url = URL(fileURLWithPath: file, relativeTo: loaded.directory).standardizedFileURL
        let isHere = loaded.directory.standardizedFileURL.path == FileManager.default.currentDirectoryPath
        return [.file(isHere ? file : url.path)]
    }

    /// Under what the columns of a file are remembered: numbers in its name are days, as in `logins-2026-03-01.csv`.
    private func name(of source: ImportSource, _ map: ImportMap) -> String? {
        guard case .file(let path) = source else { return nil }
        let file = URL(fileURLWithPath: path)
        let words = file.deletingPathExtension().lastPathComponent.split { !$0.isLetter }
        return "\(map.name) (\(words.joined(separator: "-")).\(file.pathExtension))"
    }

    private func run(_ jobs: [Job], _ loaded: LoadedWorkspace) throws {
        let store = try loaded.open(.readWrite)
        let now = try options.moment(store, zone: loaded.zone)
        let importer = Importer(
            store: store, dataMap: loaded.workspace.dataMap, configuration: loaded.workspace.configuration)
        var isClean = true
        for job in jobs {
            if let source = job.pulls { isClean = try pull(source, loaded, store, now: now) && isClean }
            guard let map = job.map else { continue }
            let kind = map.kind
            let isPast = try history || (what == "all" && kind == .events && isFirst(store))
            for source in job.sources {
                let progress = Progress(kind == .metrics ? "rows" : kind.rawValue)
                // Several files share the days out among them as they like.
                let isMeasured = complete && kind == .metrics && job.sources.count == 1
                // Files of one kind are told apart by the letters of their names: `logins-2026-03-01.csv`.
                let letters = source.name.split(separator: "/").last.map { $0.filter(\.isLetter) } ?? ""
                func reads(_ connection: Connection) -> FullReads {
                    FullReads(connection, of: "import:\(map.name):\(letters)", on: loaded.zone.day(of: now))
                }
                let usual = isMeasured ? try store.read { try reads($0).usual(forgivesRepeats: true) } : nil
                let report = try importer.run(
                    kind, from: source,
                    options: ImportOptions(
                        isHistory: isPast, closesDays: complete, takesDepartures: complete, map: map,
                        remembersAs: name(of: source, map), usual: usual),
                    now: now
                ) { progress.show($0.rows) }
                progress.end()
                if isMeasured, report.stopped == nil {
                    try store.write { try reads($0).keep(report.size, isWhole: report.shortOf == nil, at: now) }
                }
                ImportText(
                    report: report, kind: kind, source: source.name, remedy: "import it with --complete once more"
                ).show()
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
