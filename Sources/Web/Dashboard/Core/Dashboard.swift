import Delivery
import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
import NIOPosix
package import Playbooks
package import Runner
package import ServiceLifecycle
package import Storage
import Synchronization

/// The pages of those who run the workspace, on a port of their own.
///
/// Pages are drawn from one snapshot; changes are rows that the runner acts on, each with its line in the audit log. It
/// sends nothing but tests to oneself, and writes no file.
package final class Dashboard: Sendable {
    typealias Context = SiteContext

    private let readers: [Store]
    private let nextReader = Atomic<Int>(0)
    private let writing: Store
    /// Signs the links of previews; 32 bytes.
    let secret: [UInt8]
    let environment: [String: String]
    /// The workspace's folder.
    let directory: String
    let processNow: @Sendable () -> Instant
    let log: Logger
    let doors = Doors()
    let notes = NoteBoard()
    let jobs: Jobs
    /// How it is reached, as of the start.
    let settings: DashboardSettings
    let address: DashboardAddress
    private let current: Mutex<Edition>

    /// - Parameters:
    ///   - reading: connections of its own; each works for one page at a time.
    ///   - jobs: one more for what takes longer than a page may.
    ///   - secret: signs links; 32 bytes.
    package init(
        edition: Edition, reading: [Store], jobs: Store, writing: Store, secret: [UInt8],
        environment: [String: String], directory: String, processNow: @escaping @Sendable () -> Instant, log: Logger
    ) {
        current = Mutex(edition)
        readers = reading
        self.writing = writing
        self.jobs = Jobs(store: jobs)
        self.secret = secret
        self.environment = environment
        self.directory = directory
        self.processNow = processNow
        self.log = log
        settings = edition.workspace.configuration.dashboard
        address = DashboardAddress(settings.url)
    }

    var edition: Edition { current.withLock { $0 } }

    /// Goes on with changed files.
    package func use(_ edition: Edition) { current.withLock { $0 = edition } }

    /// How long a page may read.
    static let patience = Duration.seconds(2)

    /// Reads one snapshot on a thread that may wait.
    ///
    /// - Throws: `StorageError` when it takes too long.
    func read<T: Sendable>(_ body: @escaping @Sendable (Connection) throws -> T) async throws -> T {
        let index = nextReader.wrappingAdd(1, ordering: .relaxed).newValue
        let store = readers[abs(index % readers.count)]
        return try await NIOThreadPool.singleton.runIfActive { try store.guardedRead(for: Self.patience, body) }
    }

    func write<T: Sendable>(_ body: @escaping @Sendable (Connection) throws -> T) async throws -> T {
        let store = writing
        return try await NIOThreadPool.singleton.runIfActive { try store.write(body) }
    }

    /// The moment as of which pages are drawn: the present, or in a simulation that of its last cycle.
    func moment(_ connection: Connection) throws -> Instant {
        guard try Meta.isSimulation(connection), let last = try Meta.lastNow(connection) else { return processNow() }
        return last
    }

    /// Everything that can be asked for.
    var router: Router<Context> {
        let router = Router(context: Context.self)
        router.add(middleware: MissingPageMiddleware(address: address))
        let routes = DashboardRoutes(self, router)
        addFiles(to: router)
        addSignIn(to: router)
        addOverview(to: routes)
        addPlaybooks(to: routes)
        addAccounts(to: routes)
        addTouches(to: routes)
        addReports(to: routes)
        addRunning(to: routes)
        addPeople(to: routes)
        return router
    }

    /// Listens until it is stopped; `onStart` is told the port.
    package func service(host: String, port: Int, onStart: @escaping @Sendable (Int) -> Void) -> any Service {
        var quiet = Logger(label: "dashboard")
        quiet.logLevel = .critical
        return Application(
            responder: PrefixResponder(prefix: address.prefix, inner: router.buildResponder()),
            server: .http1(
                configuration: HTTP1Channel.Configuration(
                    additionalChannelHandlers: [PatienceHandler(Patience())])),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port), serverName: nil, backlog: 256,
                availableConnectionsDelegate: MaximumAvailableConnections(500)),
            onServerRunning: { channel in onStart(channel.localAddress?.port ?? port) }, logger: quiet)
    }
}

/// Takes the prefix off that a proxy left before the path of a page.
struct PrefixResponder<Inner: HTTPResponder>: HTTPResponder {
    let prefix: String
    let inner: Inner

    func respond(to request: Request, context: Inner.Context) async throws -> Response {
        let path = request.uri.path
        guard !prefix.isEmpty, path == prefix || path.hasPrefix(prefix + "/") else {
            return try await inner.respond(to: request, context: context)
        }
        var head = request.head
        let rest = String((head.path ?? "/").dropFirst(prefix.count))
        head.path = rest.hasPrefix("/") ? rest : "/" + rest
        return try await inner.respond(to: Request(head: head, body: request.body), context: context)
    }
}
