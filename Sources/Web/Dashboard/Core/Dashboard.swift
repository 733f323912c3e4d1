import Delivery
import Hummingbird
import HummingbirdCore
package import Logging
import NIOConcurrencyHelpers
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
/// sends nothing and writes no file.
package final class Dashboard: Sendable {
    typealias Context = SiteContext

    private let readers: [Store]
    private let nextReader = Atomic<Int>(0)
    /// Nil where the database may only be read.
    private let writing: Store?
    /// Tells whether the data have changed; it does nothing else, so that nobody waits for the answer.
    private let watching: Store
    /// Threads of its own: what waits here for a lock or a password holds up nothing that customers ask for.
    private let reads: NIOThreadPool
    private let writes = NIOThreadPool(numberOfThreads: 1)
    private let passwords = NIOThreadPool(numberOfThreads: 1)
    /// The sessions of which it is being written that they were seen.
    private let seeing = NIOLockedValueBox<Set<Int64>>([])
    /// Tells whether a request made anew is the one that left; 32 bytes. No link of a page is signed with it.
    let secret: [UInt8]
    let processNow: @Sendable () -> Instant
    let log: Logger
    let doors = Doors()
    /// Where none can be written.
    let sessions = SessionBoard()
    let notes = NoteBoard()
    let drafts = DraftBoard()
    let jobs: Jobs
    let channels: SharedChannels
    let headlines = Headlines()
    /// The folder of the workspace, beside which the files of secrets lie.
    let folder: String
    /// How it is reached, as of the start.
    let settings: DashboardSettings
    let address: DashboardAddress
    /// No other start of the program has it.
    let begun = RandomToken.make(bytes: 12)
    private let current: NIOLockedValueBox<(edition: Edition, number: Int)>

    /// - Parameters:
    ///   - reading: connections of its own; each works for one page at a time.
    ///   - jobs: one more for what takes longer than a page may.
    ///   - counting: and one for what all pages share.
    ///   - watching: and one that tells whether anything has changed.
    ///   - writing: and one for what people change; nil where the database may only be read.
    ///   - secret: signs the links of messages; 32 bytes.
    package init(
        edition: Edition, folder: String, reading: [Store], jobs: Store, counting: Store, watching: Store,
        writing: Store?,
        secret: [UInt8],
        processNow: @escaping @Sendable () -> Instant, log: Logger
    ) {
        current = NIOLockedValueBox((edition, 0))
        readers = reading
        reads = NIOThreadPool(numberOfThreads: reading.count)
        self.folder = folder
        self.writing = writing
        self.watching = watching
        self.jobs = Jobs(store: jobs)
        channels = SharedChannels(store: counting)
        self.secret = secret
        self.processNow = processNow
        self.log = log
        settings = edition.workspace.configuration.dashboard
        address = DashboardAddress(settings.url)
        for pool in [reads, writes, passwords] { pool.start() }
    }

    deinit {
        for pool in [reads, writes, passwords] { pool.shutdownGracefully { _ in } }
    }

    var edition: Edition { current.withLockedValue { $0.edition } }
    /// How often the files have changed since the start.
    var editions: Int { current.withLockedValue { $0.number } }

    /// Goes on with changed files.
    package func use(_ edition: Edition) { current.withLockedValue { $0 = (edition, $0.number + 1) } }

    /// How long a page may read.
    static let patience = Duration.seconds(2)

    /// Reads one snapshot on a thread that may wait.
    ///
    /// - Throws: `StorageError` when it takes too long.
    func read<T: Sendable>(
        for patience: Duration = Dashboard.patience, _ body: @escaping @Sendable (Connection) throws -> T
    ) async throws -> T {
        let index = nextReader.wrappingAdd(1, ordering: .relaxed).newValue
        let store = readers[abs(index % readers.count)]
        return try await reads.runIfActive {
            try store.guardedRead(for: patience, orElse: Self.complaint, body)
        }
    }

    private static let complaint = Store.Complaint(
        "the page", "ask for less: a filter, a playbook, an account or a day")

    /// Changes whenever somebody has changed the data.
    func dataVersion() async throws -> Int64 {
        let store = watching
        return try await reads.runIfActive { try store.read { try $0.dataVersion() } }
    }

    func write<T: Sendable>(_ body: @escaping @Sendable (Connection) throws -> T) async throws -> T {
        guard let store = writing else { throw StorageError(Self.readOnlySentence) }
        return try await writes.runIfActive { try store.write(body) }
    }

    /// Cuts the write-ahead log, which holds what was there before; false while somebody reads it.
    func emptyLog() async throws -> Bool {
        guard let store = writing else { return false }
        return try await writes.runIfActive { try store.emptyLog() }
    }

    /// Whether pages can only be looked at.
    var isReadOnly: Bool { writing == nil }
    static let readOnlySentence =
        "The database may only be read: nothing can be changed here. Make it and its folder writable, and start the dashboard again."

    /// Writes that somebody was seen, without making the page wait for it.
    func saw(_ session: DashboardSession, at now: Instant) {
        guard let store = writing, seeing.withLockedValue({ $0.insert(session.id).inserted }) else { return }
        writes.submit { [self] state in
            // Whoever is not written down as seen signs in again a little earlier: nothing is lost.
            if case .active = state { try? store.write { try session.saw(at: now, $0) } }
            _ = seeing.withLockedValue { $0.remove(session.id) }
        }
    }

    /// Hashing and comparing passwords takes 0.3 s of a core: one at a time, on a thread of its own.
    func withPassword<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        try await passwords.runIfActive(body)
    }

    /// The moment as of which pages are drawn: the present, or in a simulation that of its last cycle.
    func moment(_ connection: Connection) throws -> Instant {
        guard try Meta.isSimulation(connection), let last = try Meta.lastNow(connection) else { return processNow() }
        return last
    }

    /// Everything that can be asked for.
    var router: Router<Context> {
        let router = Router(context: Context.self, options: [.autoGenerateHeadEndpoints])
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
        addJobs(to: routes)
        return router
    }

    /// Listens until it is stopped; `onStart` is told the port.
    package func service(host: String, port: Int, onStart: @escaping @Sendable (Int) -> Void) -> any Service {
        var quiet = Logger(label: "dashboard")
        quiet.logLevel = .critical
        let places = 500
        let crowd = Crowd(places: places)
        let application = Application(
            responder: PrefixResponder(prefix: address.prefix, inner: router.buildResponder()),
            server: .http1(
                configuration: HTTP1Channel.Configuration(
                    additionalChannelHandlers: [PatienceHandler(Patience(), crowd)])),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port), serverName: nil, backlog: 256,
                availableConnectionsDelegate: MaximumAvailableConnections(places)),
            onServerRunning: { channel in onStart(channel.localAddress?.port ?? port) }, logger: quiet)
        return Listening(host: host, port: port, service: application)
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
