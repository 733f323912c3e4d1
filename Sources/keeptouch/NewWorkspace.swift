import Foundation
import Playbooks

/// The files of a new workspace: a configuration to complete, a data map, and the library's playbooks as drafts.
struct NewWorkspace {
    var name: String
    /// The text of `data.yaml`, when it was guessed from an export.
    var dataMap: String?

    func write(to folder: URL) throws {
        var files = [
            ("keeptouch.yaml", Self.configuration(name)), ("data.yaml", dataMap ?? Self.dataMap),
            ("channels/sink.yaml", Self.channel(name: "sink", kind: "email")),
            ("channels/sink-in-app.yaml", Self.channel(name: "sink-in-app", kind: "in_app")),
        ]
        if dataMap == nil { files += Library.playbooks.map { ($0.path, $0.text) } }
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
        let (workspace, diagnostics) = WorkspaceReader.read(["keeptouch.yaml": configuration(name)])
        guard let workspace else {
            throw CommandError(diagnostics.first.map { "\($0)" } ?? "the workspace cannot be named \"\(name)\"")
        }
        return workspace.configuration
    }

    private static func configuration(_ name: String) -> String {
        """
        # What every key means: docs/playbooks.md
        workspace: \(name)
        timezone: UTC                 # what a day is, and the clock of contacts that have none
        currency: USD
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

    private static let dataMap = """
        # Every attribute, metric, event and reason that the team knows: docs/playbooks.md
        attributes:
          plan: { type: text }
        metrics:
          logins: { title: Logins, fresh_within: 36h }
          reports: { title: Reports made, fresh_within: 36h }
        events:
          first_report: {}
        reasons:
          low_usage: { theme: adoption, avoidable: yes }
          onboarding: { theme: adoption, avoidable: yes }
          cancellation: { theme: value, avoidable: yes }
          price: { theme: value, avoidable: yes }
          missing_feature: { theme: product, avoidable: yes }
        segments:
          tech_touch: mrr < 100 and status == "active"

        """

    private static func channel(name: String, kind: String) -> String {
        let recipient = kind == "email" ? "to: \"{{ to.email }}\"" : "user: \"{{ recipient.id }}\""
        return """
            # Sends to `keeptouch sink` on this machine; put your provider's endpoint in its place.
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
