import ArgumentParser
import Basics
import Playbooks
import Storage

struct ChangesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "changes", abstract: "What has happened, in the order in which it became known, by cursor.",
        discussion: """
            For a CRM or a warehouse that follows: ask on with --after and the id of the last line. Each change has one id for ever.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table, ndjson
    }

    @Option(help: "Only what came behind this id.")
    var after: Int64 = 0

    @Option(help: "At most so many.")
    var limit = 1_000

    @Option(help: "table or ndjson, a JSON object a line.")
    var format = Format.table

    @OptionGroup var options: WorkspaceOptions

    func validate() throws {
        if after < 0 { throw ValidationError("--after must be 0 or the id of a change") }
        guard (1...ChangeFeed.most).contains(limit) else {
            throw ValidationError("--limit must be from 1 to \(ChangeFeed.most)")
        }
    }

    func run() throws {
        let loaded = try options.read()
        let (changes, isCut) = try loaded.open(.readOnly).read { connection in
            let feed = ChangeFeed(connection)
            return (try feed.changes(after: after, limit: limit), try feed.isDropped(after: after))
        }
        switch format {
        case .ndjson: for change in changes { Terminal.print(change.json.encodedText) }
        case .table:
            var table = Table(
                [
                    ("id", .right), ("at", .left), ("type", .left), ("account", .left), ("playbook", .left),
                    ("step", .left), ("contact", .left), ("detail", .left),
                ])
            table.rows = changes.map { change in
                [
                    "\(change.id)", change.at.text(in: loaded.zone), change.kind.rawValue, change.account,
                    change.playbook ?? "", change.step ?? "", change.contact ?? "", change.detail ?? "",
                ]
            }
            Terminal.print(changes.isEmpty ? "Nothing has changed since." : table.text)
        }
        if isCut {
            Terminal.hint("changes behind \(after) were dropped because of their age (retention: { changes: ... })")
        }
        if changes.count == limit, let last = changes.last, format == .table {
            Terminal.hint("there are more: keeptouch changes --after \(last.id)")
        }
    }
}
