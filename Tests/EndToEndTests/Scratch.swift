import Foundation

/// A workspace in a temporary folder, which goes with it.
final class Scratch: Sendable {
    let folder: URL

    init(in parent: URL = FileManager.default.temporaryDirectory) throws {
        folder = parent.appendingPathComponent("keeptouch-\(UUID().uuidString)").resolvingSymlinksInPath()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    /// One live playbook, `hello`, that sends one message to each account with more than one seat.
    convenience init(
        small channel: String = "in_app", port: Int = 9, channelLines: [String] = [],
        in parent: URL = FileManager.default.temporaryDirectory
    ) throws {
        try self.init(in: parent)
        try write(
            "keeptouch.yaml",
            """
            workspace: small
            timezone: UTC
            database: keeptouch.db
            base_url: https://touch.example.com
            sender: { name: Small, email: hi@small.example, postal_address: "1 Main St, Springfield" }
            safety: { max_share: 100%, first_run: go, canary: off }
            channels: { \(channel): carrier }
            categories: { education: Tips }

            """)
        try write(
            "data.yaml",
            """
            attributes:
              plan: { type: text, values: [free, pro] }
              seats: { type: number }
              renewal_at: { type: date }
            metrics:
              logins: { title: Logins, fresh_within: 36h }
            events:
              report_made: { properties: { score: number } }
            segments:
              big: seats >= 10

            """)
        let recipient = channel == "email" ? "to.email" : "recipient.id"
        try write(
            "channels/carrier.yaml",
            """
            channel: carrier
            kind: \(channel)
            allow_private: true
            request:
              method: POST
              url: http://127.0.0.1:\(port)/\(channel)
              timeout: { connect: 1s, total: 5s }
            body:
              kind: json
              template:
                to: "{{ \(recipient) }}"
                subject: "{{ subject }}"
                text: "{{ text }}"
                metadata: "{{ metadata }}"
            response:
              rules:
                - { status: 200-299, then: accepted }
            \(channelLines.joined(separator: "\n"))

            """)
        try write(
            "playbooks/hello/playbook.yaml",
            """
            playbook: hello
            state: live
            category: education
            when: seats > 1
            holdout: 0%
            to: [owner]
            steps:
              - \(channel): hello.md

            """)
        try write(
            "playbooks/hello/hello.md",
            "---\nsubject: Hello {{account.name}}\n---\nThere is news for {{account.name}}.\n")
    }

    /// A copy of a workspace with its database, which nobody may have open.
    convenience init(copyOf other: Scratch, in parent: URL? = nil) throws {
        try self.init(in: parent ?? FileManager.default.temporaryDirectory)
        try FileManager.default.removeItem(at: folder)
        try FileManager.default.copyItem(at: other.folder, to: folder)
    }

    /// Accounts that all match, each with an owner, imported.
    func importAccounts(_ count: Int) throws {
        let rows = (1...count).map { "a\($0),Account \($0),3,owner@a\($0).example,Ann Owner" }
        try write("accounts.csv", "key,name,seats,contact_email,contact_name\n" + rows.joined(separator: "\n") + "\n")
        let outcome = try keeptouch("import", "accounts", "accounts.csv")
        guard outcome.code == 0 else { throw HarnessError("import: \(outcome.complaints)") }
    }

    func write(_ path: String, _ text: String) throws {
        let url = folder.appendingPathComponent(path)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    func text(_ path: String) throws -> String {
        try String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8)
    }

    func replace(_ old: String, with new: String, in path: String) throws {
        let before = try text(path)
        guard before.contains(old) else { throw HarnessError("\(path) does not hold \(old)") }
        try write(path, before.replacing(old, with: new))
    }

    func remove(_ path: String) throws {
        try FileManager.default.removeItem(at: folder.appendingPathComponent(path))
    }

    /// Runs a command in the workspace.
    @discardableResult
    func keeptouch(_ arguments: String...) throws -> Program.Outcome {
        try Program.run(arguments, in: folder)
    }

    /// Reads the database beside the program, every value as text.
    func query(_ sql: String) throws -> [[String]] {
        try Database(path: database, isReadOnly: true).rows(sql)
    }

    /// Changes the database beside the program.
    func execute(_ sql: String) throws {
        try Database(path: database).execute(sql)
    }

    /// Copies the database as `sqlite3 .backup` does, also while the program is at work on it.
    func backUp(to file: URL) throws {
        try Database(path: database, isReadOnly: true).backUp(to: file.path)
    }

    func number(_ sql: String) throws -> Int { try query(sql).first?.first.flatMap { Int($0) } ?? 0 }

    /// How many touches are in each state.
    func states() throws -> [String: Int] {
        try Dictionary(
            uniqueKeysWithValues: query("SELECT state, count(*) FROM touch GROUP BY state").map {
                ($0[0], Int($0[1]) ?? 0)
            })
    }

    var database: String { folder.appendingPathComponent("keeptouch.db").path }
}
