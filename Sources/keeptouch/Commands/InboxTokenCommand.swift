import ArgumentParser
import Basics
import Delivery
import Foundation
import Playbooks
import Runner
import Storage

struct InboxTokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inbox-token",
        abstract: "The token with which a page fetches a contact's in-app messages, or the key that makes such tokens.")

    @Argument(help: "The account's key.")
    var account: String?

    @Argument(help: "The contact's key.")
    var contact: String?

    @Flag(help: "Print the key, in hexadecimal, with which your own server makes tokens; it opens every inbox.")
    var key = false

    @Flag(help: "Make a new key and print it: every token made before ends.")
    var renewKey = false

    @Option(help: "Make a token that ends after so many days.")
    var days: Int?

    @OptionGroup var options: WorkspaceOptions

    func validate() throws {
        let isComplete = account != nil && contact != nil
        if key || renewKey ? account != nil : !isComplete {
            throw ValidationError("give ACCOUNT and CONTACT, or --key or --renew-key alone")
        }
        if let days, !(1...3_650).contains(days) || account == nil {
            throw ValidationError("--days goes with ACCOUNT and CONTACT, from 1 to 3650")
        }
    }

    func run() throws {
        let loaded = try options.read()
        let store = try loaded.open(renewKey ? .readWrite : .readOnly)
        let secret = try SigningSecret.read(beside: store)
        if renewKey {
            try store.write { connection in
                try Meta.inboxGeneration.write(String(Meta.inboxGeneration(connection) + 1), connection)
                try Author.command.did("renew inbox key", "all", connection)
            }
        }
        let tokens = InboxToken(secret: secret, generation: try store.read { try Meta.inboxGeneration($0) })
        guard let account, let contact else {
            Terminal.print(Hexadecimal.text(tokens.key))
            return
        }
        let owner = try store.read { connection in
            if try Inbox.owner(account: account, contact: contact, connection) != nil { return account }
            let story = try AccountStory.find(account, connection)
            if try Inbox.owner(account: story.key, contact: contact, connection) != nil { return story.key }
            let known = try story.contactKeys()
            throw CommandError(
                known.isEmpty
                    ? "the account \"\(story.key)\" has no contacts"
                    : "there is no contact \"\(contact)\" of the account \"\(story.key)\"\(suggestion(for: contact, in: known)); "
                        + "it has \(known.joined(separator: ", "))")
        }
        let end = days.map { Clocks.system.processNow() + .days(Int64($0)) }
        Terminal.print(tokens.text(account: owner, contact: contact, until: end))
    }
}
