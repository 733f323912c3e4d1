import ArgumentParser
import Foundation
import Playbooks
import Runner
import Storage

struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "A new workspace, with its data map guessed from an export.",
        discussion: "In a folder that holds a workspace already, no file is changed; its database is made.")

    @Argument(help: "The folder; with --from this one when it is left out.", completion: .directory)
    var folder: String?

    @Option(
        parsing: .upToNextOption,
        help:
            "The files of an export (CSV) that data.yaml is guessed from: accounts, and what there is of contacts, usage, surveys, cancellations.",
        completion: .file())
    var from: [String] = []

    @Flag(help: "Mark the database as a simulation, whose clock --now sets freely.")
    var simulation = false

    /// The folder and the files; behind `--from` the last word is the folder when it is named like none of the files.
    private var places: (directory: String, files: [String]) {
        if let folder { return (folder, from) }
        guard let last = from.last, from.count > 1, URL(fileURLWithPath: last).pathExtension.isEmpty else {
            return (".", from)
        }
        return (last, Array(from.dropLast()))
    }

    func validate() throws {
        if folder == nil, from.isEmpty { throw ValidationError("name the folder: keeptouch init DIR") }
    }

    func run() throws {
        let (directory, from) = places
        let folder = URL(fileURLWithPath: directory, isDirectory: true)
        let hasWorkspace = FileManager.default.fileExists(
            atPath: folder.appendingPathComponent("keeptouch.yaml").path)
        guard !hasWorkspace || from.isEmpty else {
            throw CommandError("\(directory) holds a workspace already; --from would overwrite its data.yaml")
        }
        var guess: DataMapGuess?
        if !from.isEmpty {
            let configuration = try NewWorkspace.configuration(named: name(of: folder))
            guess = try DataMapGuess(
                from: from.map { .file($0) }, paths: from.map { path(of: $0, from: folder) },
                configuration: configuration, now: Clocks.system.processNow())
        }
        let workspace = NewWorkspace(name: name(of: folder), guess: guess)
        if !hasWorkspace { try workspace.write(to: folder) }
        var options = WorkspaceOptions()
        options.workspace = directory
        let loaded = try options.read()
        let store = try loaded.open(.readWrite)
        if simulation {
            try store.write { connection in
                if let last = try Meta.lastNow(connection), try !Meta.isSimulation(connection) {
                    throw CommandError(
                        "\(loaded.databasePath) has real cycles (the last at \(last)); a simulation needs a database of its own"
                    )
                }
                try Meta.markAsSimulation(connection)
            }
        }
        let made = hasWorkspace ? "its database is made" : "keeptouch.yaml, data.yaml, channels/"
        let fitting = workspace.drafts.fitting.count
        let playbooks =
            hasWorkspace
            ? ""
            : guess == nil
                ? ", journeys/, playbooks/ (all of them drafts)"
                : fitting == 0 ? "" : ", playbooks/ (\(Terminal.count(fitting, "draft")) of the library that fit)"
        Terminal.print("\(directory) is a workspace\(simulation ? " (a simulation)" : ""): \(made)\(playbooks)")
        if let guess {
            let files = guess.files.map { "\($0.rows) rows of \($0.name)" }.joined(separator: ", ")
            Terminal.print("data.yaml is a guess from \(files); look it over.")
            for note in guess.notes { Terminal.print("  \(note)") }
            for (playbook, reason) in workspace.drafts.leftOut {
                Terminal.print("  \(playbook) is left out: \(reason)")
            }
        }
        if hasWorkspace { return }
        let imports = guess == nil ? "keeptouch import accounts FILE" : "keeptouch import all"
        Terminal.hint("next: \(directory == "." ? "" : "cd \(directory); ")keeptouch check; \(imports); keeptouch plan")
    }

    /// The file as the workspace names it: relative where both lie in one folder or below it.
    private func path(of file: String, from folder: URL) -> String {
        let target = URL(fileURLWithPath: file).standardizedFileURL.pathComponents
        let base = folder.standardizedFileURL.pathComponents
        let common = zip(target, base).prefix { $0 == $1 }.count
        guard base.count - common <= 1 else { return "/" + target.dropFirst().joined(separator: "/") }
        return (Array(repeating: "..", count: base.count - common) + target.dropFirst(common)).joined(separator: "/")
    }

    private func name(of folder: URL) -> String {
        let letters = folder.standardizedFileURL.lastPathComponent.lowercased()
            .map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
        let name = String(letters).trimmingCharacters(in: CharacterSet(charactersIn: "-"))
        return name.isEmpty ? "workspace" : name
    }
}
