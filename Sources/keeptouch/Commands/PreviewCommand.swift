import ArgumentParser
import Decisions
import Foundation
import Playbooks
import Runner
import Storage

struct PreviewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "preview", abstract: "The message that an account would get; sends it to you with --send-to.")

    @Argument(help: "The playbook.")
    var playbook: String

    @Argument(help: "The step, such as email_1; the first that sends when it is left out.")
    var step: String?

    @Option(help: "The account's key, its name, or an address of it.")
    var account: String

    @Option(help: "The variant; the first when it is left out.")
    var variant: String?

    @Option(help: "Really send one test to this address (or, in-app and push, this user); it is recorded nowhere.")
    var sendTo: String?

    @Flag(help: "Print the HTML instead of the text.")
    var html = false

    @OptionGroup var options: WorkspaceOptions

    func run() async throws {
        let loaded = try options.read()
        let item = try loaded.playbook(playbook)
        let variant = try checkedVariant(of: item)
        let index = try index(in: item, variant)
        let store = try loaded.open(.readOnly)
        let now = try options.moment(store, zone: loaded.zone)
        let secret = try SigningSecret.read(beside: store)
        let previews = try store.read { connection in
            try Preview.make(
                item, step: index, variant: variant, account: AccountStory.find(account, connection),
                workspace: loaded.workspace, secret: secret, now: now, connection)
        }
        for preview in previews {
            if html {
                Terminal.print(preview.html)
                continue
            }
            Terminal.print("To:      \(preview.email ?? preview.touch.recipient) (by \(preview.touch.channel))")
            if let subject = preview.subject { Terminal.print("Subject: \(subject)") }
            if let reason = preview.touch.reason { Terminal.print("Held:    \(reason)") }
            Terminal.print("")
            Terminal.print(preview.text)
        }
        guard let sendTo, let preview = previews.first else { return }
        guard let channel = loaded.workspace.channels[preview.touch.channel] else {
            throw CommandError(
                "there is no usable channel \"\(preview.touch.channel)\"; keeptouch check tells, and keeptouch channels "
                    + "lists the presets")
        }
        guard channel.kind != .email || EmailAddress.normalized(sendTo) != nil else {
            throw ValidationError("\"\(sendTo)\" is not an e-mail address")
        }
        let trial: Preview.Trial
        do {
            trial = try await preview.send(
                to: sendTo, channel: channel, directory: loaded.directory.path,
                environment: ProcessInfo.processInfo.environment, clocks: .system)
        } catch let diagnostic as Diagnostic {
            throw CommandError("nothing was sent: \(diagnostic.position): \(diagnostic.message)")
        }
        Terminal.print("\n\(trial.request)\n\n\(trial.answer)")
        guard trial.wasTaken else { throw ExitCode(1) }
        Terminal.hint("one test went to \(sendTo) by \(channel.name) and is recorded nowhere; its links are nobody's")
    }

    private func checkedVariant(of item: Playbook) throws -> String? {
        guard let variant else { return item.variants.first?.name }
        let names = item.variants.map(\.name)
        guard names.contains(variant) else {
            throw CommandError(
                "\(playbook) has no variant \"\(variant)\""
                    + (names.isEmpty ? "" : "; it has \(names.joined(separator: ", "))"))
        }
        return variant
    }

    private func index(in item: Playbook, _ variant: String?) throws -> Int {
        let sends = item.sends(of: variant)
        guard let first = sends.first else { throw CommandError("\(playbook) sends nothing") }
        guard let step else { return first.index }
        guard let found = sends.first(where: { $0.step.id == step }) else {
            throw CommandError(
                "\(playbook) has no step \"\(step)\" that sends; it has \(sends.map(\.step.id).joined(separator: ", "))"
            )
        }
        return found.index
    }
}
