import ArgumentParser
import Foundation
import Playbooks
import Runner
import Storage

/// What `pause` and `resume` act on.
struct Scope: ExpressibleByArgument {
    var text: String

    init?(argument: String) {
        switch argument {
        case "all": text = "all"
        case let name where name.hasPrefix("playbook:") || name.hasPrefix("channel:"): text = name
        case let name where !name.contains(":"): text = "playbook:" + name
        default: return nil
        }
    }

    /// Refuses a name that is not in the workspace.
    func check(_ loaded: LoadedWorkspace) throws {
        if text.hasPrefix("playbook:") {
            let name = String(text.dropFirst("playbook:".count))
            let isBroken = loaded.texts.keys.contains("playbooks/\(name)/playbook.yaml")
            if !isBroken { _ = try loaded.playbook(name) }
        } else if text.hasPrefix("channel:") {
            let name = String(text.dropFirst("channel:".count))
            guard loaded.workspace.channels[name] == nil else { return }
            throw CommandError(
                "there is no channel \"\(name)\" in channels/\(suggestion(for: name, in: loaded.workspace.channels.keys))"
            )
        }
    }
}

struct PauseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Stop planning and sending, for all, a playbook, or a channel.")

    @Argument(help: "all, PLAYBOOK, playbook:NAME or channel:NAME.")
    var scope: Scope

    @Option(help: "Why; status shows it.")
    var reason = "paused by hand"

    @OptionGroup var options: WorkspaceOptions

    func run() throws {
        let loaded = try options.read()
        try scope.check(loaded)
        let store = try loaded.open(.readWrite)
        let author = try options.author(store, zone: loaded.zone)
        try store.write { connection in
            try author.pause(scope.text, because: reason, connection)
        }
        Terminal.print("\(scope.text) is paused: nothing is planned or sent for it.")
        Terminal.hint("let it go on with: keeptouch resume \(scope.text)")
    }
}

struct ResumeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Let go on what was paused or stopped.")

    @Argument(help: "all, PLAYBOOK, playbook:NAME or channel:NAME.")
    var scope: Scope

    @Option(
        name: .customLong("as"),
        help: ArgumentHelp(
            "What a doubtful database is: restored (a back-up was put back), copy (the other one goes on), or moved.",
            valueName: "restored|copy|moved"))
    var origin: DatabaseOrigin?

    @OptionGroup var options: WorkspaceOptions

    func run() throws {
        let loaded = try options.read()
        let store = try loaded.open(.readWrite)
        if scope.text == "all", let reason = KillSwitch(directory: loaded.directory.path).reason {
            throw CommandError("everything would be paused again at once: \(reason)")
        }
        if scope.text == "all", let doubt = try store.read({ try Doubt($0) }) {
            guard let origin else { throw CommandError(DatabaseOrigin.question(doubt)) }
            try origin.settle(doubt, store, path: loaded.databasePath)
        } else if origin != nil, try store.read({ try Pauses($0).all }) == nil {
            // One that is paused still was settled by a command that did not come to its end.
            throw CommandError(
                "--as is for a database of which status says that it may be another one; this one is not")
        }
        let author = try options.author(store, zone: loaded.zone)
        let isCleared = try store.write { connection in
            try author.resume(
                scope.text, because: origin.map { "the database is \($0.rawValue)" }, connection)
        }
        guard isCleared else {
            let paused = try store.read { try StatusQuery($0).pauses().map(\.scope) }
            throw CommandError(
                "\(scope.text) is not paused; "
                    + (paused.isEmpty
                        ? "nothing is"
                        : "what is goes on with: "
                            + paused.map { "keeptouch resume \($0.replacing("playbook:", with: ""))" }.joined(
                                separator: "; ")))
        }
        Terminal.print("\(scope.text) goes on with the next run.")
    }
}

struct ReleaseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release", abstract: "Let a playbook go that a safety rule holds.")

    @Argument(help: "The playbook.")
    var playbook: String

    @OptionGroup var options: WorkspaceOptions

    func run() throws {
        let loaded = try options.read()
        let reads = try loaded.playbook(playbook).doubtableReads
        let store = try loaded.open(.readWrite)
        let now = try options.moment(store, zone: loaded.zone)
        let release = try store.write { connection in
            try Author.command.release(playbook, reading: reads, now: now, connection)
        }
        guard release.isDone else {
            throw CommandError("\"\(playbook)\" is not held; keeptouch status tells what is")
        }
        Terminal.print(release.sentence(of: playbook) + ".")
        Terminal.hint("look once more with: keeptouch plan \(playbook)")
    }
}

struct SuppressCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suppress", abstract: "Never write to these addresses again; without any, list those that are not."
    )

    @Argument(help: "E-mail addresses, or telephone numbers.")
    var addresses: [String] = []

    @Option(help: "Only touches of this category; all when it is left out.")
    var category: String?

    @Option(help: "Why.")
    var reason = "by hand"

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var output: FormatOption

    func run() throws {
        let loaded = try options.read()
        try checkCategory(category, loaded)
        guard !addresses.isEmpty else { return try list(loaded) }
        let normalized = try addresses.map { try normalize($0, loaded) }
        let store = try loaded.open(.readWrite)
        let at = try options.moment(store, zone: loaded.zone)
        try store.write { connection in
            for address in normalized {
                try Author.command.suppress(address, from: category, because: reason, now: at, connection)
            }
        }
        Terminal.print(
            "\(Terminal.count(normalized.count, "address", "addresses")) suppressed\(category.map { " for \($0)" } ?? "")."
        )
    }
}

extension SuppressCommand {
    private func list(_ loaded: LoadedWorkspace) throws {
        var table = Table([("address", .left), ("category", .left), ("since", .left), ("reason", .left)])
        try loaded.open(.readOnly).read { connection in
            try Suppressions.forEach(connection) { item in
                guard category == nil || category == item.category else { return }
                table.rows.append([
                    item.address, item.category.isEmpty ? "all" : item.category,
                    output.format == .table ? item.at.text(in: loaded.zone) : "\(item.at)", item.reason,
                ])
            }
        }
        guard output.format != .table || !table.rows.isEmpty else { return Terminal.print("No address is suppressed.") }
        try output.show(table)
    }
}

struct UnsuppressCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unsuppress", abstract: "Allow addresses to be written to again.")

    @Argument(help: "E-mail addresses, or telephone numbers.")
    var addresses: [String]

    @Option(help: "Only this category; everything when it is left out.")
    var category: String?

    @OptionGroup var options: WorkspaceOptions

    func run() throws {
        let loaded = try options.read()
        try checkCategory(category, loaded)
        let normalized = try addresses.map { try normalize($0, loaded) }
        let store = try loaded.open(.readWrite)
        var unknown: [String] = []
        try store.write { connection in
            for address in normalized where try !Author.command.unsuppress(address, from: category, connection) {
                unknown.append(address)
            }
        }
        Terminal.print(
            "\(Terminal.count(normalized.count - unknown.count, "address", "addresses")) may be written to again.")
        if !unknown.isEmpty {
            throw CommandError("not suppressed: \(unknown.joined(separator: ", "))")
        }
    }
}

private func normalize(_ address: String, _ loaded: LoadedWorkspace) throws -> String {
    if let normalized = EmailAddress.normalized(address) { return normalized }
    let country = loaded.workspace.configuration.sms?.country
    guard let number = PhoneNumber.normalized(address, in: country) else {
        throw ValidationError(
            "\"\(address)\" is neither an e-mail address nor a telephone number such as +14155550123")
    }
    return number
}

private func checkCategory(_ category: String?, _ loaded: LoadedWorkspace) throws {
    let names = loaded.workspace.configuration.categories.map(\.name)
    guard let category, !names.contains(category) else { return }
    throw ValidationError(
        "there is no category \"\(category)\" in keeptouch.yaml\(suggestion(for: category, in: names))")
}
