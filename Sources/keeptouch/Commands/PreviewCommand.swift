import ArgumentParser
import Basics
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

    @Option(
        help: "Really send one test to this address (a number, or, in-app and push, this user); it is recorded nowhere."
    )
    var sendTo: String?

    @Option(help: "Write the HTML into this file; - prints it.", completion: .file())
    var html: String?

    @Flag(help: "In every language that the message is written in.")
    var allLocales = false

    @OptionGroup var options: WorkspaceOptions

    func run() async throws {
        let loaded = try options.read()
        let item = try loaded.playbook(playbook)
        let variant = try checkedVariant(of: item)
        let index = try index(in: item, variant)
        let store = try loaded.open(.readOnly)
        let now = try options.moment(store, zone: loaded.zone)
        let secret = try SigningSecret.read(beside: store)
        let locales =
            allLocales ? Preview.locales(of: item, step: index, variant: variant, in: loaded.workspace) : [nil]
        var previews: [Preview] = []
        for locale in locales {
            let made = try store.read { connection in
                try Preview.make(
                    item, step: index, variant: variant, account: AccountStory.find(account, connection),
                    workspace: loaded.workspace, secret: secret, now: now, locale: locale, connection)
            }
            for (number, preview) in made.enumerated() {
                try show(preview, number: number, locale: locale, loaded.workspace.configuration)
            }
            previews += made
        }
        guard let sendTo, let preview = previews.first else { return }
        guard let channel = loaded.workspace.channels[preview.touch.channel] else {
            throw CommandError(
                "there is no usable channel \"\(preview.touch.channel)\"; keeptouch check tells, and keeptouch channels "
                    + "lists the presets")
        }
        let trial: Preview.Trial
        do {
            trial = try await preview.send(
                to: sendTo, channel: channel, directory: loaded.directory.path,
                environment: ProcessInfo.processInfo.environment, clocks: .system)
        } catch let diagnostic as Diagnostic {
            throw CommandError("nothing was sent: \(diagnostic.position): \(diagnostic.message)")
        } catch let error as CannotPreview {
            throw ValidationError(error.reason)
        }
        Terminal.print("\n\(trial.request)\n\n\(trial.answer)")
        guard trial.wasTaken else { throw ExitCode(1) }
        let which =
            previews.count > 1 ? " of the \(previews.count) messages above, in the recipient's own language," : ""
        Terminal.hint(
            "one test\(which) went to \(sendTo) by \(channel.name) and is recorded nowhere; its links are nobody's")
    }

    private func show(
        _ preview: Preview, number: Int, locale: String?, _ configuration: Configuration
    ) throws {
        if let html, html != "-" {
            let file = fileName(html, number: number, locale: locale)
            do {
                try Data(preview.html.utf8).write(to: URL(fileURLWithPath: file))
            } catch {
                let folder = URL(fileURLWithPath: file).deletingLastPathComponent().path
                throw CommandError(
                    FileManager.default.fileExists(atPath: folder)
                        ? "\(file) cannot be written; is that allowed, and is there room?"
                        : "\(file) cannot be written: there is no folder \(folder)")
            }
            Terminal.print(file)
            return
        }
        if html != nil { return Terminal.print(preview.html) }
        if let locale { Terminal.print("Locale:  \(LanguageTag.canonical(locale))") }
        let isText = preview.touch.kind == .sms
        let address = isText ? preview.touch.recipient : preview.email ?? preview.touch.recipient
        Terminal.print("To:      \(address) (by \(preview.touch.channel))")
        if isText {
            let length = TextSegments(preview.text)
            let cost = TextCost(of: length.segments, configuration).map { ", \($0)" } ?? ""
            Terminal.print("Length:  \(length)\(cost)")
        }
        if let subject = preview.subject { Terminal.print("Subject: \(subject)") }
        if let reason = preview.touch.reason { Terminal.print("Held:    \(reason)") }
        Terminal.print("")
        Terminal.print(preview.text)
    }

    /// `mail.html`, `mail.de.html`; each further recipient has a number.
    private func fileName(_ name: String, number: Int, locale: String?) -> String {
        let parts = [locale.map(LanguageTag.canonical), number > 0 ? "\(number + 1)" : nil].compactMap(\.self)
        let stem = name.hasSuffix(".html") ? String(name.dropLast(".html".count)) : name
        return ([stem] + parts).joined(separator: ".") + (name.hasSuffix(".html") ? ".html" : "")
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
