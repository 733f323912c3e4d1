import Foundation
import FoundationNetworking
import Logging
import NIOConcurrencyHelpers
import Playbooks
import Reliability
import Runner
import ServiceLifecycle
import Storage
import Testing
import Web

/// A site on a port of its own, with a workspace and a database in a temporary folder.
final class RunningSite: Sendable {
    static let files = [
        "keeptouch.yaml": """
        workspace: small
        timezone: UTC
        database: keeptouch.db
        base_url: https://touch.example.com
        sender: { name: Small, email: hi@small.example, postal_address: "1 Main St, Springfield" }
        """,
        "data.yaml": """
        attributes:
          plan: { type: text, values: [free, pro], track: true }
          seats: { type: number }
          arr: { type: money }
          renewal_date: { type: date }
        contact_attributes:
          title: { type: text }
          nps: { type: number }
        metrics:
          logins: { title: Logins }
          exports: { title: Exports }
        events:
          report_made: { properties: { score: number, note: text } }
          page_viewed: { properties: { url: text, name: text, category: text } }
          cancel_requested: { properties: { reason: { type: reason, map: { too expensive: price } } } }
        reasons:
          price: { theme: value, avoidable: yes }
        """,
    ]

    /// Sunday, 2026-11-22, noon UTC.
    static let noon = Instant(milliseconds: 1_795_348_800_000)

    let port: Int
    let key: String
    let store: Store
    /// The time that the site believes it is.
    let time: NIOLockedValueBox<Instant>

    let routes: [String]
    /// Asks the server to stop in good order.
    let stop: @Sendable () async -> Void

    private init(
        port: Int, key: String, store: Store, time: Instant, routes: [String],
        stop: @escaping @Sendable () async -> Void
    ) {
        self.stop = stop
        self.routes = routes
        self.port = port
        self.key = key
        self.store = store
        self.time = NIOLockedValueBox(time)
    }

    /// Runs `body` while the site serves; `key` may bring data and read figures.
    static func with(
        patience: Patience = Patience(), perSecond: Int = 1_000_000, scopes: [APIKey.Scope] = [.ingest, .read],
        proxies: Set<ClientAddress> = [], places: Int? = nil,
        _ body: (RunningSite) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("site-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let workspace = try #require(CheckedFiles(texts: files).workspace)
        let path = folder.appendingPathComponent("keeptouch.db").path
        let store = try Store.underTest(path, .readWrite)
        try AttributeColumns(workspace.dataMap).apply(to: store)
        var generator = SystemRandomNumberGenerator()
        let key = APIKey.random(using: &generator)
        try store.write {
            try APIKeys.add(
                name: "test", prefix: key.beginning, hash: key.digest, scopes: scopes.map(\.rawValue),
                perSecond: perSecond, at: noon, $0)
        }
        let clock = Clock()
        var log = Logger(label: "test")
        log.logLevel = .critical
        let site = Site(
            workspace: workspace, reading: try Store.underTest(path, .readOnly),
            writing: try Store.underTest(path, .readWrite), secret: [UInt8](repeating: 7, count: 32),
            environment: [:], proxies: proxies, processNow: { clock.now }, patience: patience, log: log)
        let (ports, found) = AsyncStream.makeStream(of: Int.self)
        let group = ServiceGroup(
            services: [site.service(host: "127.0.0.1", port: 0, places: places) { found.yield($0) }], logger: log)
        let server = Task {
            defer { found.finish() }
            try await group.run()
        }
        var bound = ports.makeAsyncIterator()
        let port = try #require(await bound.next(), "the site did not start")
        let running = RunningSite(port: port, key: key.text, store: store, time: noon, routes: site.routes) {
            await group.triggerGracefulShutdown()
        }
        clock.site.withLockedValue { $0 = running }
        do {
            try await body(running)
        } catch {
            await group.triggerGracefulShutdown()
            _ = try? await server.value
            throw error
        }
        await group.triggerGracefulShutdown()
        try await server.value
    }

    /// The site's clock, which is the test's once the site runs.
    private final class Clock: Sendable {
        let site = NIOLockedValueBox<RunningSite?>(nil)

        var now: Instant { site.withLockedValue { $0 }?.time.withLockedValue { $0 } ?? RunningSite.noon }
    }

    // MARK: Requests

    struct Answer {
        var status: Int
        var headers: [String: String]
        var text: String

        /// The answer as an object of JSON.
        var object: [String: Any] {
            (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any] ?? [:]
        }

        /// The pointers of what was rejected, by either kind of answer.
        var pointers: [String] {
            let items = (object["rejected"] ?? object["errors"]) as? [[String: Any]] ?? []
            return items.compactMap { $0["pointer"] as? String }
        }

        func count(_ name: String) -> Int { object[name] as? Int ?? -1 }
    }

    func get(_ path: String, key: String? = nil) async throws -> Answer {
        try await send(request(path, "GET", key: key ?? self.key))
    }

    func post(
        _ path: String, _ body: String, key: String? = nil, headers: [String: String] = [:]
    ) async throws -> Answer {
        try await post(path, Data(body.utf8), key: key, headers: headers)
    }

    func post(
        _ path: String, _ body: Data, key: String? = nil, headers: [String: String] = [:]
    ) async throws -> Answer {
        var request = try request(path, "POST", key: key ?? self.key)
        request.httpBody = body
        if headers["Content-Type"] == nil { request.setValue("application/json", forHTTPHeaderField: "Content-Type") }
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        return try await send(request)
    }

    private func request(_ path: String, _ method: String, key: String) throws -> URLRequest {
        var request = URLRequest(url: try #require(URL(string: "http://127.0.0.1:\(port)\(path)")))
        request.httpMethod = method
        request.timeoutInterval = 30
        if !key.isEmpty { request.setValue("Bearer \(key)", forHTTPHeaderField: "Authorization") }
        return request
    }

    private func send(_ request: URLRequest) async throws -> Answer {
        let (data, response) = try await URLSession.shared.data(for: request)
        let answer = try #require(response as? HTTPURLResponse)
        let headers = Dictionary(
            answer.allHeaderFields.map { ("\($0.key)".lowercased(), "\($0.value)") }, uniquingKeysWith: { $1 })
        return Answer(status: answer.statusCode, headers: headers, text: String(decoding: data, as: UTF8.self))
    }

    // MARK: The database

    /// Rows of a query, each as text joined by `|`.
    func rows(_ sql: String) throws -> [String] {
        try store.read { connection in
            try connection.query(sql).map { row in
                row.values.map { value in
                    switch value {
                    case .null: ""
                    case .integer(let number): "\(number)"
                    case .real(let number): "\(number)"
                    case .text(let text): text
                    case .blob(let bytes): "\(bytes.count) bytes"
                    }
                }.joined(separator: "|")
            }
        }
    }
}
