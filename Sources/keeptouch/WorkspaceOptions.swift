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
        let (texts, complaints) = WorkspaceFiles.read(directory)
        guard !texts.isEmpty else {
            throw CommandError("there is no workspace in \(directory.path); make one with: keeptouch init DIR")
        }
        let (workspace, diagnostics) = WorkspaceReader.read(texts)
        let all = (complaints + diagnostics).sorted()
        for diagnostic in all where showingWarnings || diagnostic.severity == .error {
            Terminal.complain("\(diagnostic)")
        }
        guard let workspace else {
            throw CommandError("the workspace cannot be used; mend the errors above (keeptouch check shows all)")
        }
        return LoadedWorkspace(workspace: workspace, texts: texts, diagnostics: all, directory: directory)
    }

    /// The moment of `--now`, or else the present.
    func moment(in zone: Zone) throws -> Instant {
        guard let now else { return Clocks.system.processNow() }
        switch Instant.parse(now, in: zone) {
        case .success(let instant): return instant
        case .failure:
            switch Day.parse(now) {
            case .success(let day): return zone.start(of: day)
            case .failure(let error): throw ValidationError("--now \(now): \(error.message)")
            }
        }
    }

    /// The moment for reading: `--now`; in a simulation the latest cycle's; else the present.
    func readingMoment(_ store: Store, zone: Zone) throws -> Instant {
        if now != nil { return try moment(in: zone) }
        return try store.read { connection in
            guard try Meta.isSimulation(connection), let last = try Meta.lastNow(connection) else {
                return Clocks.system.processNow()
            }
            return last
        }
    }
}

/// A workspace with the texts it was read from.
struct LoadedWorkspace {
    var workspace: Workspace
    var texts: [String: String]
    var diagnostics: [Diagnostic]
    var directory: URL

    var zone: Zone { workspace.configuration.zone }
    var databasePath: String {
        URL(fileURLWithPath: workspace.configuration.database, relativeTo: directory).standardizedFileURL.path
    }

    /// Opens the database; a writing command makes it and its columns.
    func open(_ mode: Store.Mode) throws -> Store {
        guard !workspace.configuration.database.hasPrefix("postgresql:") else {
            throw CommandError(
                "database: \(workspace.configuration.database): PostgreSQL is not supported yet; name a file such as keeptouch.db")
        }
        let store = try Store(path: databasePath, mode: mode)
        if mode == .readWrite {
            try store.write { try Meta.claim(for: workspace.configuration.workspace, $0) }
            try AttributeColumns(workspace.dataMap).apply(to: store)
        }
        return store
    }

    func cycle(_ store: Store) -> Cycle {
        Cycle(
            workspace: workspace, pinned: PinnedVersions(texts: texts), store: store,
            processNow: Clocks.system.processNow)
    }

    func playbook(_ name: String) throws -> Playbook {
        if let playbook = workspace.playbook(name) { return playbook }
        let near = nearest(to: name, in: workspace.playbooks.map(\.name)).map { "; did you mean \"\($0)\"?" } ?? ""
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
