import Foundation
import Playbooks
import Storage

/// The files of a new workspace: a configuration to complete, a data map, that of an export or that of the library, and
/// the library's playbooks as drafts, as far as they fit.
struct NewWorkspace {
    var name: String
    /// What was guessed from an export.
    var guess: DataMapGuess?
    /// The library's playbooks that the data can serve.
    let drafts: FittingPlaybooks

    init(name: String, guess: DataMapGuess?) {
        self.name = name
        self.guess = guess
        drafts =
            guess.map { FittingPlaybooks($0, configuration: Self.configuration(name, currency: $0.currency)) }
            ?? FittingPlaybooks()
    }

    func write(to folder: URL) throws {
        var files = [
            ("keeptouch.yaml", Self.configuration(name, currency: guess?.currency)),
            ("data.yaml", guess == nil ? Library.text("data.yaml") : drafts.dataMap),
            ("channels/sink.yaml", Self.channel(name: "sink", kind: "email")),
            ("channels/sink-in-app.yaml", Self.channel(name: "sink-in-app", kind: "in_app")),
        ]
        if guess == nil {
            // The library's data map, which names the team's channel, and what it is made for.
            let others = ["journeys/tech-touch.yaml", "channels/sink-team.yaml"]
            files += others.map { ($0, Library.text($0)) } + Library.playbooks.map { ($0.path, $0.text) }
        } else {
            files += drafts.files.map { ($0.path, $0.text) }
        }
        files += Library.schemas.map { ($0.path, $0.text) }
        for (path, text) in files {
            let url = folder.appendingPathComponent(path)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            guard !FileManager.default.fileExists(atPath: url.path) else {
                throw CommandError("\(url.path) exists already; nothing of it was changed")
            }
            try Data(text.utf8).write(to: url)
        }
    }

    /// The configuration that the written file will be read as.
    static func configuration(named name: String) throws -> Playbooks.Configuration {
        let (workspace, diagnostics) = WorkspaceReader.read(["keeptouch.yaml": configuration(name, currency: nil)])
        guard let workspace else {
            throw CommandError(diagnostics.first.map { "\($0)" } ?? "the workspace cannot be named \"\(name)\"")
        }
        return workspace.configuration
    }

    private static func configuration(_ name: String, currency: String?) -> String {
        """
        # yaml-language-server: $schema=.schema/keeptouch.schema.json
        # What every key means: docs/playbooks.md
        workspace: \(name)
        timezone: UTC                 # what a day is, and the clock of contacts that have none
        currency: \(currency ?? "USD")
        database: keeptouch.db
        base_url: https://touch.example.com   # for unsubscribe links
        sender: { name: Customer Success, email: success@example.com, postal_address: "1 Main St, Springfield" }
        evaluate: daily at 06:00
        send_window: { days: mon-fri, hours: 09:00-17:00 }
        caps: [ 1 per 1d, 3 per 7d ]
        holdout: { share: 5%, redraw: yearly }
        safety: { max_share: 20%, jump: 3x, first_run: ask }
        channels: { email: sink, in_app: sink-in-app }   # `keeptouch sink` records what they send
        categories: { education: Tips and training, account: Your account }   # what contacts can unsubscribe from

        """
    }

    static func channel(name: String, kind: String) -> String {
        let recipient = kind == "email" ? "to: \"{{ to.email }}\"" : "user: \"{{ recipient.id }}\""
        return """
            # yaml-language-server: $schema=../.schema/channel.schema.json
            # Sends to `keeptouch sink` on this machine. `keeptouch channels` lists the providers that need no file.
            channel: \(name)
            kind: \(kind)
            allow_private: true
            request: { method: POST, url: "http://127.0.0.1:8787/\(kind)" }
            auth: { kind: none }
            body:
              kind: json
              template:
                \(recipient)
                subject: "{{ subject }}"
                html: "{{ html }}"
                text: "{{ text }}"
                metadata: "{{ metadata }}"
            response:
              id: { pointer: /id }
              rules:
                - { status: 200-299, then: accepted }

            """
    }
}
