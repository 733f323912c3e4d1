import ArgumentParser
import Foundation
import Playbooks
import Runner
import Storage

struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "A new workspace, with its data map guessed from an export.",
        discussion: "In a folder that holds a workspace already, no file is changed; its database is made.")

    @Argument(help: "The folder.", completion: .directory)
    var directory: String

    @Option(help: "An export of accounts (CSV) that data.yaml is guessed from.", completion: .file())
    var from: String?

    @Flag(help: "Mark the database as a simulation, whose clock --now sets freely.")
    var simulation = false

    func run() throws {
        let folder = URL(fileURLWithPath: directory, isDirectory: true)
        let hasWorkspace = FileManager.default.fileExists(
            atPath: folder.appendingPathComponent("keeptouch.yaml").path)
        guard !hasWorkspace || from == nil else {
            throw CommandError("\(directory) holds a workspace already; --from would overwrite its data.yaml")
        }
        var guess: DataMapGuess?
        if let from {
            let configuration = try NewWorkspace.configuration(named: name(of: folder))
            guess = try DataMapGuess(
                from: .file(from), configuration: configuration, now: Clocks.system.processNow())
        }
        if !hasWorkspace {
            try NewWorkspace(name: name(of: folder), dataMap: guess?.yaml).write(to: folder)
        }
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
        let playbooks = hasWorkspace || guess != nil ? "" : ", journeys/, playbooks/ (all of them drafts)"
        Terminal.print("\(directory) is a workspace\(simulation ? " (a simulation)" : ""): \(made)\(playbooks)")
        if let guess, let from {
            Terminal.print("data.yaml is a guess from \(guess.rows) rows of \(from); look it over.")
        }
        let file = from.map { URL(fileURLWithPath: $0).standardizedFileURL.path } ?? "FILE"
        if hasWorkspace { return }
        Terminal.hint("next: cd \(directory); keeptouch check; keeptouch import accounts \(file); keeptouch plan")
    }

    private func name(of folder: URL) -> String {
        let letters = folder.standardizedFileURL.lastPathComponent.lowercased()
            .map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
        let name = String(letters).trimmingCharacters(in: CharacterSet(charactersIn: "-"))
        return name.isEmpty ? "workspace" : name
    }
}
