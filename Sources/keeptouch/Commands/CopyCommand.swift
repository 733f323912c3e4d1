import ArgumentParser
import Foundation
import Playbooks
import Storage

struct CopyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "copy",
        abstract: "Bring a database from a file to a PostgreSQL server, or back; the old one is paused.")

    @Option(help: "The database: a file, postgresql://..., env:NAME or file:PATH, as `database` in keeptouch.yaml.")
    var from: String

    @Option(help: "Where it goes: a file that is not there, or a schema without rows.")
    var to: String

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var output: FormatOption

    func run() throws {
        let (source, target) = (
            DatabasePlace(from, in: options.directory), DatabasePlace(to, in: options.directory)
        )
        for (option, place) in [("--from", source), ("--to", target)] where Self.hasPassword(place) {
            throw ValidationError(
                "\(option) holds a password, which everybody sees who lists processes; give env:NAME or file:PATH, or name a "
                    + "file with it in PGPASSFILE")
        }
        // What is not there is not made, and what is older is not brought up to date.
        let known = try source.open(.readOnly)
        let (former, next) = try (source.open(.readWrite), target.open(.readWrite))
        for store in [known, next] {
            guard let version = store.newerSchema else { continue }
            throw CommandError(
                "\(store.title) was written by a newer keeptouch (schema \(version)), and this one would not copy all of it; "
                    + "install the newer program, nothing was copied")
        }
        let progress = Progress("rows")
        let parts = try DatabaseCopy(from: former, to: next).run(
            by: .command, gap: .random(in: LostSends.gaps), id: UUID().uuidString
        ) { progress.show($0) }
        progress.end()
        if !parts.isEmpty { try output.show(Self.table(parts)) }
        Terminal.hint("\(former.title) is paused for good, and nothing more is to be written to it.")
        Terminal.hint("write `database: \(to)` into keeptouch.yaml; the next run sends what waits there")
    }

    private static func hasPassword(_ place: DatabasePlace) -> Bool {
        PostgreSQLAddress.isURL(place.text) && (try? PostgreSQLAddress(place.text).hasPassword) == true
    }

    private static func table(_ parts: [DatabaseCopy.Part]) -> Table {
        var table = Table([("table", .left), ("rows", .right), ("checksum", .left)])
        table.rows = parts.filter { $0.rows > 0 }.map { [$0.table, "\($0.rows)", $0.checksum] }
        table.rows.append(["all", "\(parts.reduce(0) { $0 + $1.rows })", ""])
        return table
    }
}
