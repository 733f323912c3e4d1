import ArgumentParser
import Basics
import Delivery
import Foundation
import Playbooks
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

    @OptionGroup var options: WorkspaceOptions

    func validate() throws {
        let isComplete = account != nil && contact != nil
        if key ? account != nil : !isComplete {
            throw ValidationError("give ACCOUNT and CONTACT, or --key alone")
        }
    }

    func run() throws {
        let loaded = try options.read()
        let store = try loaded.open(.readOnly)
        let secret = try SigningSecret.read(beside: store)
        guard let account, let contact else {
            Terminal.print(Hexadecimal.text(InboxToken.key(secret: secret)))
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
        Terminal.print(InboxToken.text(account: owner, contact: contact, secret: secret))
    }
}
