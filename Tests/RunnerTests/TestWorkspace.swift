import Decisions
import Foundation
import Playbooks
import Reliability
import Runner
import Storage
import Testing

/// A workspace in a temporary folder with its database, whose data tests write as SQL.
final class TestWorkspace {
    let folder: URL
    private(set) var workspace: Workspace
    private(set) var texts: [String: String]
    let store: Store

    static let configuration = """
        workspace: test
        timezone: UTC
        sender: { name: Test, email: success@test.example, postal_address: "1 Main St" }
        base_url: https://touch.test.example
        evaluate: daily at 06:00
        safety: { max_share: 100%, first_run: go, canary: off, max_failed: 100% }
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

    static func channel(
        _ name: String, _ kind: String, url: String = "http://127.0.0.1:1/send", more: String = ""
    ) -> String {
        """
        channel: \(name)
        kind: \(kind)
        request: { method: POST, url: "\(url)" }
        allow_private: true
        auth: { kind: none }
        body: { kind: json, template: { to: "{{ to.email }}", subject: "{{ subject }}", text: "{{ text }}" } }
        \(more)
        """
    }

    /// The text of a live `playbook.yaml`; the message is `hello.md`.
    static func playbook(
        _ name: String, _ trigger: String = "when: plan == \"free\"", category: String = "education",
        holdout: String = "0%", more: [String] = [], steps: [String] = ["email: hello.md"]
    ) -> String {
        let lines =
            [
                "playbook: \(name)", "title: \(name)", "state: live", "audience: everyone_active",
                "category: \(category)",
                trigger, "holdout: \(holdout)",
            ] + more + ["steps:"] + steps.map { "  - \($0)" }
        return lines.joined(separator: "\n") + "\n"
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
        workspace = try Self.read(texts)
        store = try Store.underTest(folder.appendingPathComponent("test.db").path)
        try AttributeColumns(workspace.dataMap).apply(to: store)
    }

    /// One playbook that emails every account, entered on day 20,000; nothing is sent yet.
    static func mailing(to url: String, accounts: Int, more: [String] = []) throws -> TestWorkspace {
        let test = try TestWorkspace(
            playbooks: ["main": TestWorkspace.playbook("main")],
            files: [
                "channels/mail.yaml": TestWorkspace.channel(
                    "mail", "email", url: url, more: more.joined(separator: "\n"))
            ])
        try test.addAccounts(accounts)
        try test.run(noon(20_000))
        return test
    }

    private static func read(_ texts: [String: String]) throws -> Workspace {
        let (read, diagnostics) = WorkspaceReader.read(texts)
        let errors = diagnostics.filter { $0.severity == .error }
        try #require(errors.isEmpty, "\(errors)")
        return try #require(read)
    }

    /// Changes files; nil takes one away. Errors of the new files are allowed where the test says so.
    func edit(_ files: [String: String?], withErrors: Bool = false) throws {
        for (path, text) in files { texts[path] = text }
        workspace = withErrors ? try #require(WorkspaceReader.read(texts).workspace) : try Self.read(texts)
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
                let id = try connection.integer(
                    """
                    INSERT INTO account (key, name, created_at, mrr, a_plan) VALUES (:key, :key, :created, 5000, :plan)
                    RETURNING id
                    """,
                    [
                        "key": .text("a\(number)"), "created": .integer(19_900 * 86_400_000), "plan": .text(plan),
                    ])
                try connection.execute(
                    """
                    INSERT INTO contact (account_id, key, email, address, name, role)
                    VALUES (:account, 'owner', :email, :email, 'Ada Lovelace', 'owner')
                    """,
                    [
                        "account": .integer(id), "email": .text("a\(number)@example.com"),
                    ])
            }
        }
    }

    @discardableResult
    func run(_ now: Instant) throws -> CycleReport { try cycle.run(now: now) }

    /// Process time is real, and back-off is none; whatever is sent goes through the journal.
    func worker(_ clocks: Clocks? = nil, fewestJournaled: Int = 1) -> Worker {
        Worker(
            workspace: workspace, pinned: PinnedVersions(texts: texts), directory: folder.path, environment: [:],
            secret: [UInt8](repeating: 7, count: 32), store: store,
            clocks: clocks ?? Clocks(processNow: Clocks.system.processNow, random: { 0 }), owner: UUID().uuidString,
            fewestJournaled: fewestJournaled)
    }

    /// Sends what is due; process time is real, and back-off is none.
    @discardableResult
    func drain(
        _ now: Instant, clocks: Clocks? = nil, fewestJournaled: Int = 1, whileRunning body: (Worker) -> Void = { _ in }
    ) async throws -> DrainReport {
        let worker = worker(clocks, fewestJournaled: fewestJournaled)
        body(worker)
        let report = try worker.drain(now: now)
        await worker.close()
        return report
    }

    func release(_ playbook: String, at now: Instant) throws {
        let reads = workspace.playbook(playbook)?.doubtableReads ?? Term.Reads()
        let release = try store.write { try Release(of: playbook, reading: reads, at: now, $0) }
        #expect(release.isDone)
    }

    @discardableResult
    func addEvent(
        _ kind: String, of account: String, at: Instant, properties: String = "{}", isHistory: Bool = false
    ) throws -> Int64 {
        try store.write { connection in
            try connection.execute(
                "INSERT INTO event_kind (name) VALUES (:kind) ON CONFLICT DO NOTHING", ["kind": .text(kind)])
            return try connection.integer(
                """
                INSERT INTO event (account_id, kind_id, at, received_at, dedup, properties, history)
                SELECT a.id, k.id, :at, :at, (SELECT count(*) FROM event), :properties, :history
                FROM account AS a, event_kind AS k WHERE a.key = :account AND k.name = :kind
                RETURNING id
                """,
                [
                    "account": .text(account), "kind": .text(kind), "at": .instant(at), "properties": .text(properties),
                    "history": .integer(isHistory ? 1 : 0),
                ])
        }
    }

    /// The rows of a query, their values joined by `|`.
    func rows(_ sql: String) throws -> [String] {
        try store.read { connection in
            try connection.query(sql).map { row in
                row.values.map { value in
                    switch value {
                    case .null: "-"
                    case .integer(let number): "\(number)"
                    case .real(let number): "\(number)"
                    case .text(let text): text
                    case .blob: "blob"
                    }
                }.joined(separator: "|")
            }
        }
    }

    /// Touches by state.
    var states: [String: Int] {
        get throws {
            let counts = try store.read { try CycleRecords.touchCounts($0) }
            return Dictionary(uniqueKeysWithValues: counts.map { ($0.key.rawValue, $0.value) })
        }
    }

    /// Settles every pending touch as sent, as a drain at that moment would.
    func send(_ now: Instant) throws {
        try script(
            """
            UPDATE enrollment SET due_at = \(now.milliseconds) WHERE begun = 1 AND due_at IS NULL AND state = 'active';
            UPDATE touch SET state = CASE ghost WHEN 1 THEN 'ghost' ELSE 'sent' END, settled_at = \(now.milliseconds),
                claimed_at = \(now.milliseconds) WHERE state = 'pending'
            """)
    }

    /// All touches, a line each: account, step, message.
    func touches() throws -> [String] {
        try rows("SELECT account_id, step, message FROM touch ORDER BY account_id, id")
    }

    func integer(_ sql: String) throws -> Int { Int(try store.read { try $0.integer(sql) }) }
    /// Several statements, one after the other.
    func script(_ sql: String) throws { try store.write { try $0.executeScript(sql) } }
    func execute(_ sql: String) throws { _ = try store.write { try $0.execute(sql) } }
}

/// Noon on a day.
func noon(_ day: Int, hours: Int64 = 0) -> Instant {
    Instant(milliseconds: Int64(day) * 86_400_000 + 43_200_000 + hours * 3_600_000)
}
