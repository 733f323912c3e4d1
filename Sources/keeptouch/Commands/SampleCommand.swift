import ArgumentParser
import Foundation
import Playbooks
import Storage

struct SampleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sample", abstract: "A workspace with simulated SaaS data of any size, marked as a simulation.")

    @Argument(help: "The folder to make.", completion: .directory)
    var directory: String

    @Option(help: "How many accounts.")
    var accounts = 2_000

    @Option(help: "The same seed gives the same data.")
    var seed: UInt64 = 1

    @Option(help: "The last day of the history, such as 2026-03-30.")
    var until: String?

    @Option(help: "For how many days after it a folder is written, as a nightly export brings it.")
    var later = 10

    func run() throws {
        var sample = Sample()
        sample.accounts = accounts
        sample.seed = seed
        sample.laterDays = later
        if let until { sample.until = try Day.option("--until", until) }
        let progress = Progress("accounts", of: accounts)
        try sample.write(to: URL(fileURLWithPath: directory, isDirectory: true)) { progress.show($0) }
        progress.end()
        var options = WorkspaceOptions()
        options.workspace = directory
        let loaded = try options.read()
        let store = try loaded.open(.readWrite)
        // The morning after the history, when the playbooks are matched.
        let morning = loaded.zone.start(of: sample.until + 1) + .hours(6)
        try store.write { connection in
            try Meta.markAsSimulation(connection)
            try Meta.advance(to: morning, connection)
        }
        Terminal.print(
            "\(directory) holds a simulated workspace with \(accounts) accounts; their data are in \(directory)/data.")
        Terminal.hint("next: cd \(directory); keeptouch check; keeptouch import accounts data/accounts.csv")
    }
}
