import ArgumentParser
import Playbooks
import Runner
import Storage
import Web

struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "The API keys that programs come with.",
        subcommands: [Create.self, List.self, Revoke.self])

    struct Create: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create", abstract: "Make a key; it is shown once and not stored.")

        @Argument(help: "What uses the key: product-backend.")
        var name: String

        @Option(help: "What it may do: ingest or read; repeat the option for both.")
        var scope: [APIKey.Scope] = [.ingest]

        @Option(help: "The most requests a second.")
        var perSecond = 1_000

        @OptionGroup var options: WorkspaceOptions

        func validate() throws {
            let isPlain = name.allSatisfy { $0.isLetter || $0.isNumber || "-_.".contains($0) }
            guard isPlain, (1...60).contains(name.count) else {
                throw ValidationError("\"\(name)\" is no name of a key; use letters, digits, - and _")
            }
            guard (1...1_000_000).contains(perSecond) else {
                throw ValidationError("--per-second must be from 1 to 1000000")
            }
        }

        func run() throws {
            let store = try options.read().open(.readWrite)
            var generator = SystemRandomNumberGenerator()
            let key = APIKey.random(using: &generator)
            let scopes = APIKey.Scope.allCases.filter(scope.contains).map(\.rawValue)
            let now = Clocks.system.processNow()
            try store.write { connection in
                try APIKeys.add(
                    name: name, prefix: key.beginning, hash: key.digest, scopes: scopes, perSecond: perSecond, at: now,
                    connection)
                try Author.command.did("create key", name, to: scopes.joined(separator: ", "), connection)
            }
            Terminal.print(key.text)
            Terminal.hint("\(name) may \(scopes.joined(separator: ", ")); keep the key, it is not shown again")
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "The keys, without their secrets.")

        @OptionGroup var options: WorkspaceOptions

        func run() throws {
            let keys = try options.read().open(.readWrite).read { try APIKeys.all($0) }
            if keys.isEmpty {
                Terminal.print("there is no key yet; make one with: keeptouch keys create NAME")
                return
            }
            for key in keys {
                let end = key.revokedAt.map { ", revoked \($0)" } ?? ""
                Terminal.print(
                    "\(key.name)  \(key.prefix)...  \(key.scopes.joined(separator: " "))  \(key.perSecond) a second  made \(key.createdAt)\(end)"
                )
            }
        }
    }

    struct Revoke: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "revoke", abstract: "End a key; serve refuses it within two seconds.")

        @Argument(help: "The key's name.")
        var name: String

        @OptionGroup var options: WorkspaceOptions

        func run() throws {
            let store = try options.read().open(.readWrite)
            let now = Clocks.system.processNow()
            let isRevoked = try store.write { connection in
                guard try APIKeys.revoke(name: name, at: now, connection) else { return false }
                try Author.command.did("revoke key", name, connection)
                return true
            }
            guard isRevoked else {
                let names = try store.read { try APIKeys.all($0).filter { $0.revokedAt == nil }.map(\.name) }
                throw CommandError("there is no key \"\(name)\" in use\(suggestion(for: name, in: names))")
            }
            Terminal.print("\(name) is revoked.")
        }
    }
}

extension APIKey.Scope: ExpressibleByArgument {}
