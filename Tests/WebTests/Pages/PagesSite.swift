import Foundation
import FoundationNetworking
import Logging
import NIOConcurrencyHelpers
import Playbooks
import Reliability
import ServiceLifecycle
import Storage
import Testing
import Web

/// A workspace whose pages are served on a port of their own.
final class PagesSite: Sendable {
    let folder: URL
    let workspace: Workspace
    /// For what the test writes and reads itself.
    let store: Store
    let port: Int
    private let clock: NIOLockedValueBox<Instant>

    static let secret = [UInt8](repeating: 7, count: 32)
    static let now = Instant(milliseconds: 1_772_953_200_000)

    static let files = [
        "keeptouch.yaml": """
        workspace: acme
        timezone: UTC
        sender: { name: Acme Success, email: success@acme.example, postal_address: "1 Main St" }
        base_url: https://touch.acme.example
        channels: { email: mail, in_app: inbox }
        categories: { education: Tips & training, product: Product news }
        """,
        "data.yaml": """
        attributes:
          plan: { type: text }
        events:
          nps_response: { properties: { score: number, comment: text } }
        reasons:
          price: { theme: value, avoidable: yes }
          missing_feature: { theme: product, avoidable: yes }
        """,
        "channels/mail.yaml": """
        channel: mail
        kind: email
        request: { method: POST, url: "http://127.0.0.1:1/send" }
        allow_private: true
        body: { kind: json, template: { to: "{{ to.email }}", html: "{{ html }}" } }
        """,
        "playbooks/hello/playbook.yaml": """
        playbook: hello
        state: live
        category: education
        when: plan == "free"
        steps:
          - email: hello.md
        """,
        "playbooks/hello/hello.md": """
        ---
        subject: How likely are you to recommend us?
        ask: { event: nps_response, property: score, answers: 0..10, comment: comment, question: Would you recommend us? }
        ---
        {{ask}}
        """,
    ]

    private init(folder: URL, workspace: Workspace, store: Store, port: Int, clock: Instant) {
        self.folder = folder
        self.workspace = workspace
        self.store = store
        self.port = port
        self.clock = NIOLockedValueBox(clock)
    }

    /// Runs `body` while the pages are served; there are the account `a1` and its contact 1, `ann@a1.example`, who got
    /// touch 1 of the category `education`.
    static func with(_ files: [String: String] = [:], _ body: (PagesSite) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("keeptouch-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (read, diagnostics) = WorkspaceReader.read(Self.files.merging(files) { $1 })
        let errors = diagnostics.filter { $0.severity == .error }
        try #require(errors.isEmpty, "\(errors)")
        let workspace = try #require(read)
        let path = folder.appendingPathComponent("test.db").path
        let store = try Store.underTest(path, .readWrite)
        try AttributeColumns(workspace.dataMap).apply(to: store)
        let times = Clock()
        let site = Site(
            workspace: workspace, reading: try Store.underTest(path, .readOnly),
            writing: try Store.underTest(path, .readWrite), secret: secret, environment: [:],
            processNow: { times.now }, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let service = site.service(host: "127.0.0.1", port: 0) { port.yield($0) }
        let server = Task {
            defer { port.finish() }
            try await service.run()
        }
        defer { server.cancel() }
        var bound = ports.makeAsyncIterator()
        let number = try #require(await bound.next(), "the site did not start")
        let running = PagesSite(folder: folder, workspace: workspace, store: store, port: number, clock: now)
        times.site = running
        try running.addTouch()
        try await body(running)
        server.cancel()
        _ = await server.result
    }

    /// The clock of the site is the test's.
    private final class Clock: @unchecked Sendable {
        weak var site: PagesSite?
        var now: Instant { site?.clock.withLockedValue { $0 } ?? PagesSite.now }
    }

    private func addTouch() throws {
        try execute(
            "INSERT INTO account (key, created_at) VALUES ('a1', 0)",
            """
            INSERT INTO contact (account_id, key, email, address, name, role)
            VALUES (1, 'ann', 'ann@a1.example', 'ann@a1.example', 'Ann', 'owner')
            """,
            "INSERT INTO playbook (name, state) VALUES ('hello', 'live')",
            """
            INSERT INTO touch (enrollment_id, account_id, playbook_id, version_id, step, contact_id, recipient, kind,
                channel, category, message, ghost, state, priority, due_at, not_before, expires_at, variables,
                claimed_at, settled_at)
            VALUES (9, 1, 1, 1, 'email_1', 1, 'ann@a1.example', 'email', 'mail', 'education', 'hello.md', 0, 'sent', 50,
                0, 0, 0, '{}', 0, 0)
            """)
    }

    func advance(_ span: TimeSpan) { clock.withLockedValue { $0 = $0 + span } }

    func execute(_ statements: String...) throws {
        try store.write { connection in for sql in statements { try connection.execute(sql) } }
    }

    /// The rows of a query, their values joined by `|`.
    func rows(_ sql: String) throws -> [String] {
        try store.read { connection in
            try connection.query(sql).map { row in
                row.values.map { value in
                    value.text ?? value.integer.map { "\($0)" } ?? "-"
                }.joined(separator: "|")
            }
        }
    }

    struct Answer: Sendable {
        var status: Int
        var headers: [String: String]
        var text: String
    }

    /// Redirects are not followed.
    func send(
        _ method: String, _ path: String, body: String? = nil, headers: [String: String] = [:]
    ) async throws -> Answer {
        var request = URLRequest(url: try #require(URL(string: "http://127.0.0.1:\(port)\(path)")))
        request.httpMethod = method
        request.httpBody = body.map { Data($0.utf8) }
        if body != nil { request.setValue("application/x-www-form-urlencoded", forHTTPHeaderField: "Content-Type") }
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        let session = URLSession(configuration: .ephemeral, delegate: Unfollowing(), delegateQueue: nil)
        defer { session.invalidateAndCancel() }
        let (data, response) = try await session.data(for: request)
        let answer = try #require(response as? HTTPURLResponse)
        var fields: [String: String] = [:]
        for (name, value) in answer.allHeaderFields { fields["\(name)".lowercased()] = "\(value)" }
        return Answer(status: answer.statusCode, headers: fields, text: String(decoding: data, as: UTF8.self))
    }

    private final class Unfollowing: NSObject, URLSessionTaskDelegate {
        func urlSession(
            _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
            newRequest request: URLRequest, completionHandler: @escaping (URLRequest?) -> Void
        ) {
            completionHandler(nil)
        }
    }
}
