import ArgumentParser
import Playbooks
import Storage

struct RetypeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retype", abstract: "Change the type of an attribute; says first what would be lost.")

    @Argument(help: "An attribute that data.yaml declares.")
    var name: String

    @Argument(help: "text, number, percent, money, boolean, date, instant, duration or reason.")
    var type: ValueType

    @Flag(help: "Change it; without this nothing is changed.")
    var yes = false

    @OptionGroup var options: WorkspaceOptions

    func run() throws {
        let loaded = try options.read()
        let store = try loaded.openAsItIs(.readWrite)
        let now = try options.moment(store, zone: loaded.zone)
        func retyping(_ connection: Connection) throws -> Retyping {
            try Retyping(
                name, to: type, dataMap: loaded.workspace.dataMap, configuration: loaded.workspace.configuration,
                now: now, connection)
        }
        let change: Retyping
        if yes {
            change = try store.write { connection in
                let change = try retyping(connection)
                try change.apply(connection)
                try Author.command.did(
                    "retype", name, because: change.lostCount > 0 ? "\(change.lostCount) values lost" : nil,
                    from: "\(change.from)", to: type.rawValue, connection)
                return change
            }
        } else {
            change = try store.read { try retyping($0) }
        }
        let lost = change.lost.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        let shown = lost.prefix(5).map { "\"\($0.key.prefix(40))\" (\($0.value))" }.joined(separator: ", ")
        let kept = change.values - change.lostCount
        let losses =
            lost.isEmpty
            ? "none is lost"
            : "\(change.lostCount) \(yes ? "are" : "would be") lost: \(shown)\(lost.count > 5 ? ", ..." : "")"
        Terminal.print(
            "\(name): \(change.from) to \(type.rawValue): \(kept) of \(Terminal.count(change.values, "value")) can be read, "
                + losses + (yes ? "; it is \(type.rawValue) now" : ""))
        guard yes else { return Terminal.hint("do it with: keeptouch retype \(name) \(type.rawValue) --yes") }
        if change.attribute.type != type {
            Terminal.hint("now write in data.yaml: \(change.declaration)")
        }
    }
}

extension ValueType: ExpressibleByArgument {}
