import Foundation
import Playbooks
import Runner
import Storage
import Testing

/// A workspace in a temporary folder with its database, whose data tests write as SQL.
final class TestWorkspace {
    let folder: URL
    let workspace: Workspace
    let texts: [String: String]
    let store: Store

    static let configuration = """
        workspace: test
        timezone: UTC
        sender: { name: Test, email: success@test.example, postal_address: "1 Main St" }
        base_url: https://touch.test.example
        evaluate: daily at 06:00
        safety: { max_share: 100%, first_run: go }
        channels: { email: mail, in_app: app }
        categories: { education: Tips }
        """

    static let dataMap = """
        attributes:
          plan: { type: text, values: [free, pro] }
          seats: { type: number }
        metrics:
          logins: { title: Logins }
        events:
          signed: { properties: { deal: text } }
        segments:
          everyone_active: status == "active"
        """

    static func channel(_ name: String, _ kind: String, more: String = "") -> String {
        """
        channel: \(name)
        kind: \(kind)
        request: { method: POST, url: "http://127.0.0.1:1/send" }
        allow_private: true
        auth: { kind: none }
        body: { kind: json, template: { to: "{{ to.email }}", subject: "{{ subject }}", text: "{{ text }}" } }
        \(more)
        """
    }

    /// - Parameter playbooks: the text of each `playbook.yaml` by name; each has a message `hello.md`.
    init(
        playbooks: [String: String], configuration: String = TestWorkspace.configuration,
        message: String = "---\nsubject: Hello\n---\nHello {{account.key}}!\n", files: [String: String] = [:]
    ) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("keeptouch-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var texts = [
            "keeptouch.yaml": configuration, "data.yaml": Self.dataMap,
            "channels/mail.yaml": Self.channel("mail", "email"), "channels/app.yaml": Self.channel("app", "in_app"),
        ]
        for (name, text) in playbooks {
            texts["playbooks/\(name)/playbook.yaml"] = text
            texts["playbooks/\(name)/hello.md"] = message
        }
        texts.merge(files) { $1 }
        self.texts = texts
        let (read, diagnostics) = WorkspaceReader.read(texts)
        let errors = diagnostics.filter { $0.severity == .error }
        #expect(errors.isEmpty, "\(errors)")
        workspace = try #require(read)
        store = try Store(path: folder.appendingPathComponent("test.db").path, mode: .readWrite)
        try AttributeColumns(workspace.dataMap).apply(to: store)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    var cycle: Cycle {
        Cycle(
            workspace: workspace, pinned: PinnedVersions(texts: texts), store: store,
            processNow: { Instant(milliseconds: 1_750_000_000_000) })
    }

    /// Accounts `a1` ... with an owner each, created 100 days before day 20000.
    func addAccounts(_ count: Int, plan: String = "free", from first: Int = 1) throws {
        try store.write { connection in
            for number in first..<(first + count) {
                try connection.execute(
                    "INSERT INTO account (key, name, created_at, mrr, a_plan) VALUES (:key, :key, :created, 5000, :plan)",
                    [
                        "key": .text("a\(number)"), "created": .integer(19_900 * 86_400_000), "plan": .text(plan),
                    ])
                try connection.execute(
                    """
                    INSERT INTO contact (account_id, key, email, address, name, role)
                    VALUES (:account, 'owner', :email, :email, 'Ada Lovelace', 'owner')
                    """,
                    [
                        "account": .integer(connection.lastInsertedID),
                        "email": .text("a\(number)@example.com"),
                    ])
            }
        }
    }

    func integer(_ sql: String) throws -> Int { Int(try store.read { try $0.integer(sql) }) }
    func execute(_ sql: String) throws { _ = try store.write { try $0.execute(sql) } }
}

/// Noon on a day.
func noon(_ day: Int, hours: Int64 = 0) -> Instant {
    Instant(milliseconds: Int64(day) * 86_400_000 + 43_200_000 + hours * 3_600_000)
}
