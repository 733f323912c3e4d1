import ArgumentParser
import Foundation
import Playbooks
import Runner
import Storage

/// The options that every command on a workspace takes, and what they open.
struct WorkspaceOptions: ParsableArguments {
    @Option(name: [.short, .long], help: "The folder with keeptouch.yaml.", completion: .directory)
    var workspace = "."

    @Option(help: "Work as of this moment, such as 2026-03-01 or 2026-03-01T09:00Z; for simulations and for reading.")
    var now: String?

    var directory: URL { URL(fileURLWithPath: workspace, isDirectory: true) }

    /// Reads the workspace; its complaints go to stderr, and only one that cannot be used at all is an error.
    func read(showingWarnings: Bool = false) throws -> LoadedWorkspace {
        let files = try diagnose()
        for diagnostic in files.diagnostics where showingWarnings || diagnostic.severity == .error {
            Terminal.complain("\(diagnostic)")
        }
        guard let workspace = files.workspace else {
            throw CommandError("the workspace cannot be used; mend the errors above (keeptouch check shows all)")
        }
        return LoadedWorkspace(workspace: workspace, files: files, directory: directory)
    }

    /// Reads all files and finds everything that is wrong with them.
    func diagnose() throws -> CheckedFiles {
        let files = CheckedFiles.read(directory)
        guard !files.isNowhere else {
            throw CommandError("there is no workspace in \(directory.path); make one with: keeptouch init DIR")
        }
        return files
    }

    /// The moment of `--now`; in a simulation, whose clock stands still between commands, that of the latest cycle; else
    /// the present.
    func moment(_ store: Store, zone: Zone) throws -> Instant {
        guard let now else {
            return try store.read { connection in
                guard try Meta.isSimulation(connection), let last = try Meta.lastNow(connection) else {
                    return Clocks.system.processNow()
                }
                return last
            }
        }
        switch Instant.parse(now, in: zone) {
        case .success(let instant): return instant
        case .failure:
            switch Day.parse(now) {
            case .success(let day): return zone.start(of: day)
            case .failure(let error): throw ValidationError("--now \(now): \(error.message)")
            }
        }
    }
}

extension WorkspaceOptions {
    /// Says of a moment before the last cycle what can be known of it.
    func tellOfThePast(_ connection: Connection, now: Instant, zone: Zone) throws {
        guard self.now != nil, let last = try Meta.lastNow(connection), now < last else { return }
        Terminal.hint(
            "a cycle has been at \(last.text(in: zone)) \(zone.name): values are as of \(now.text(in: zone)); verdicts, "
                + "enrollments and messages are as they stand now")
    }

    /// Who types the command; in a simulation at its clock, which the moments of its playbooks are compared with.
    func author(_ store: Store, zone: Zone) throws -> Author {
        var author = Author.command
        if try store.read({ try Meta.isSimulation($0) }) { author.at = try moment(store, zone: zone) }
        return author
    }
}

/// A workspace with the files it was read from.
struct LoadedWorkspace {
    var workspace: Workspace
    /// Playbooks that it has an earlier version of, for their files have an error or are gone.
    var earlier: Set<String> = []
    var files: CheckedFiles
    var directory: URL

    var texts: [String: String] { files.texts }
    var diagnostics: [Diagnostic] { files.diagnostics }
    var zone: Zone { workspace.configuration.zone }
    private var place: DatabasePlace { DatabasePlace(workspace.configuration.database, in: directory) }
    /// The file of the database; of a server's, what the files beside the workspace's are called: `postgresql.sent`.
    var databasePath: String { place.path }
    /// Whether `database:` is a URL, or names where one is.
    var isOnServer: Bool { place.isOnServer }

    /// Opens the database; a writing command makes it and its columns.
    func open(_ mode: Store.Mode) throws -> Store {
        let isNew = mode == .readWrite && !isOnServer && !FileManager.default.fileExists(atPath: databasePath)
        let store = try openAsItIs(mode)
        // From its first day on it is told from a folder that is put back in its place; on a full disk the import says more.
        if isNew { try? Instance.begin(store) }
        // Files beside it that cannot be read stop what sends, and nothing else.
        if mode == .readWrite, let doubt = (try? Doubt.found(in: store)) ?? nil {
            let now = Clocks.system.processNow()
            try store.write { connection in
                try doubt.write(gap: .random(in: LostSends.gaps), connection)
                if try Pauses(connection).all == nil {
                    try Author(from: .runner, at: now).pause("all", because: doubt.reason, connection)
                }
            }
        }
        if mode == .readWrite {
            try store.write { try Meta.claim(for: workspace.configuration.workspace, $0) }
            try StoredCurrency.keep(workspace, in: store)
            try AttributeColumns(workspace.dataMap).apply(to: store)
            try LeftOutProperties(dataMap: workspace.dataMap, configuration: workspace.configuration, store: store)
                .bringBack()
        } else {
            try store.read { connection in
                try StoredCurrency.expect(workspace, connection)
                if let texts = workspace.configuration.sms, try !ContactNumbers(texts).areCurrent(connection) {
                    Terminal.hint(
                        "sms: has changed, and the numbers in \"\(texts.phone)\" are not read yet, so text messages reach "
                            + "nobody here: the next keeptouch import or run reads them")
                }
            }
        }
        return store
    }

    /// Opens the database without the columns that `data.yaml` declares.
    ///
    /// - Throws: when another one is still being copied into it.
    func openAsItIs(_ mode: Store.Mode) throws -> Store {
        let store = try place.open(mode)
        try CopyMark.expectNone(in: store)
        return store
    }

    func cycle(
        _ store: Store, killSwitch: KillSwitch? = nil, isStopped: @escaping @Sendable () -> Bool = { false }
    ) -> Cycle {
        Cycle(
            workspace: workspace, pinned: files.pinned, store: store, processNow: Clocks.system.processNow,
            killSwitch: killSwitch, isStopped: isStopped)
    }

    var stepNames: StepNames { StepNames(workspace, pinned: files.pinned) }

    /// With the playbooks whose files have an error or are gone, as a cycle last read them: what runs of them, and what ran,
    /// can be looked at all the same.
    func withEarlierVersions(_ connection: Connection) throws -> LoadedWorkspace {
        var loaded = self
        let query = StatusQuery(connection)
        for known in try query.playbooks(now: Instant(milliseconds: 0), [:]) where workspace.playbook(known.name) == nil
        {
            guard let version = try query.versions(of: known.id, limit: 1).first,
                var playbook = files.pinned.playbook(known.name, source: version.source, files: version.files)
            else { continue }
            if files.pinned.isGone(known.name, from: workspace) { playbook.state = .retired }
            loaded.workspace.playbooks.append(playbook)
            loaded.earlier.insert(known.name)
        }
        return loaded
    }

    func playbook(_ name: String) throws -> Playbook {
        if let playbook = workspace.playbook(name) { return playbook }
        let near = suggestion(for: name, in: workspace.playbooks.map(\.name))
        throw CommandError("there is no usable playbook \"\(name)\" in playbooks/\(near); keeptouch check lists them")
    }
}

/// A complaint of a command, for the person who typed it.
struct CommandError: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) {
        self.description = description
    }
}
