import ArgumentParser
import Basics
import Delivery
import Foundation
import Playbooks
import Runner
import Storage
import Web

struct UsersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "users", abstract: "Who may open the dashboard.",
        subcommands: [
            UsersAddCommand.self, UsersListCommand.self, UsersRoleCommand.self, UsersLinkCommand.self,
            UsersDisableCommand.self, UsersEnableCommand.self,
        ], defaultSubcommand: UsersListCommand.self)
}

extension Role: ExpressibleByArgument {}

/// How long a link is good.
private let linkLifetime = TimeSpan.hours(1)

extension DashboardUser {
    /// Makes a new link, on which the person sets a password, and prints it.
    fileprivate func printLink(_ loaded: LoadedWorkspace, _ store: Store) throws {
        let token = Password.token()
        let now = Clocks.system.processNow()
        try store.write { connection in
            try setLink(hash: Password.hash(ofToken: token), until: now + linkLifetime, connection)
            try Author.command.did("make link", name, connection)
        }
        let path = "/welcome/\(token)"
        if let url = loaded.workspace.configuration.dashboard.url {
            Terminal.print("\(url)\(path)")
        } else {
            Terminal.print("http://127.0.0.1:PORT\(path)")
            Terminal.hint("PORT is that of keeptouch dashboard --port, or serve --dashboard")
        }
        Terminal.hint("\(name) sets a password on it; it is good once and for an hour")
    }

    fileprivate static func expect(_ name: String, _ store: Store) throws -> DashboardUser {
        try store.read { connection in
            if let user = try named(name, connection) { return user }
            throw CommandError(
                "there is no user \"\(name)\"\(suggestion(for: name, in: try all(connection).map(\.name)))")
        }
    }
}

struct UsersAddCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Let somebody in: prints a link on which the person sets a password.")

    @Argument(help: "The name to sign in with; behind a proxy the one that its header has.")
    var name: String

    @Option(help: "viewer (reads), operator (also releases, pauses, settles), or admin (also people).")
    var role = Role.viewer

    @OptionGroup var options: WorkspaceOptions

    func validate() throws {
        let trimmed = name.trimmingCharacters(in: .whitespaces)
        guard !trimmed.isEmpty, trimmed == name, name.count <= 100, !name.contains("\n") else {
            throw ValidationError("a name has 1 to 100 characters and no blanks around it")
        }
    }

    func run() throws {
        let loaded = try options.read()
        let store = try loaded.open(.readWrite)
        let now = Clocks.system.processNow()
        try store.write { connection in
            try DashboardUser.add(name, role: role, at: now, connection)
            try Author.command.did("add user", name, to: role.rawValue, connection)
        }
        Terminal.print("\(name) is \(role.rawValue).")
        guard loaded.workspace.configuration.dashboard.signIn == .password else { return }
        try DashboardUser.expect(name, store).printLink(loaded, store)
    }
}

struct UsersLinkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "link", abstract: "A new link on which somebody sets a password.")

    @Argument var name: String
    @OptionGroup var options: WorkspaceOptions

    func run() throws {
        let loaded = try options.read()
        let store = try loaded.open(.readWrite)
        let user = try DashboardUser.expect(name, store)
        guard user.disabledAt == nil else {
            throw CommandError("\(name) is disabled; keeptouch users enable \(name) lets in again")
        }
        try user.printLink(loaded, store)
    }
}

struct UsersListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Everybody who may come in.")

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var output: FormatOption

    func run() throws {
        let loaded = try options.read()
        let users = try loaded.open(.readOnly).read { connection in
            try DashboardUser.all(connection).map { ($0, try DashboardSession.of($0.id, connection)) }
        }
        if users.isEmpty, output.format == .table {
            Terminal.print("Nobody may open the dashboard yet.")
            Terminal.hint("keeptouch users add NAME --role admin")
            return
        }
        var table = Table([("name", .left), ("role", .left), ("state", .left), ("last seen", .left)])
        table.rows = users.map { user, sessions in
            [
                user.name, user.role.rawValue,
                user.disabledAt != nil ? "disabled" : user.password == nil ? "no password yet" : "may come in",
                sessions.map(\.seenAt).max().map { $0.text(in: loaded.zone) } ?? "",
            ]
        }
        try output.show(table)
    }
}

struct UsersRoleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "role", abstract: "Change what somebody may do.")

    @Argument var name: String
    @Argument(help: "viewer, operator or admin.")
    var role: Role
    @OptionGroup var options: WorkspaceOptions

    func run() throws {
        let store = try options.read().open(.readWrite)
        let user = try DashboardUser.expect(name, store)
        try store.write { connection in
            try user.setRole(role, connection)
            try Author.command.did("set role", name, from: user.role.rawValue, to: role.rawValue, connection)
        }
        Terminal.print("\(name) is \(role.rawValue).")
    }
}

struct UsersDisableCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable", abstract: "Let somebody in no more; all sessions end.")

    @Argument var name: String
    @OptionGroup var options: WorkspaceOptions

    func run() throws {
        try set(name, isDisabled: true, options)
        Terminal.print("\(name) may not come in any more.")
    }
}

struct UsersEnableCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "enable", abstract: "Let somebody in again.")

    @Argument var name: String
    @OptionGroup var options: WorkspaceOptions

    func run() throws {
        try set(name, isDisabled: false, options)
        Terminal.print("\(name) may come in again.")
    }
}

private func set(_ name: String, isDisabled: Bool, _ options: WorkspaceOptions) throws {
    let store = try options.read().open(.readWrite)
    let user = try DashboardUser.expect(name, store)
    let now = Clocks.system.processNow()
    try store.write { connection in
        try user.setDisabled(isDisabled, at: now, connection)
        try Author.command.did(isDisabled ? "disable user" : "enable user", name, connection)
    }
}
