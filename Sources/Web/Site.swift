import Foundation
import Hummingbird
import HummingbirdCore
package import Logging
import NIOConcurrencyHelpers
import NIOPosix
package import Playbooks
package import Runner
package import ServiceLifecycle
package import Storage

/// The HTTP side of `serve`: it takes in data and outcomes, and shows people their pages.
///
/// It never sends: what it does, it writes as rows that the runner acts on.
package final class Site: Sendable {
    typealias Context = SiteContext

    /// For reading; one statement at a time.
    let store: Store
    /// For writing: every request's write is durable before the request is answered.
    let writes: GroupCommit
    /// Signs and checks links; 32 bytes.
    let secret: [UInt8]
    /// Where `env:` secrets are looked up.
    let environment: [String: String]
    let processNow: @Sendable () -> Instant
    let log: Logger
    let verifiers: Verifiers
    let keys = KeyRing()
    let figures = HTTPFigures()
    private let budget = Budget()
    private let proxies: Set<ClientAddress>
    /// Used within `write` only.
    let intake: Intake
    /// The figures of `/metrics`, and when they were counted.
    let counted = NIOLockedValueBox<(at: Instant, figures: ServiceFigures)?>(nil)
    private let patience: Patience
    private let current: NIOLockedValueBox<SiteWorkspace>

    /// The files of the workspace, with what ingest makes of them.
    struct SiteWorkspace: Sendable {
        let workspace: Workspace
        let rules: IntakeRules
        let vocabulary: Vocabulary
        let stepNames: StepNames

        init(_ workspace: Workspace, _ pinned: PinnedVersions) {
            self.workspace = workspace
            stepNames = StepNames(workspace, pinned: pinned)
            rules = IntakeRules(dataMap: workspace.dataMap, configuration: workspace.configuration)
            vocabulary = Vocabulary(workspace.dataMap)
        }
    }

    /// - Parameters:
    ///   - pinned: what running enrollments walk, for the names of their steps.
    ///   - reading, writing: two connections to the database of their own.
    ///   - secret: signs links; 32 bytes.
    ///   - directory: of the workspace, for secrets in files.
    ///   - proxies: whose `X-Forwarded-For` tells who a client is.
    package init(
        workspace: Workspace, pinned: PinnedVersions = PinnedVersions(texts: [:], isComplete: false), reading: Store,
        writing: Store, secret: [UInt8], environment: [String: String],
        directory: String = ".", proxies: Set<ClientAddress> = [], processNow: @escaping @Sendable () -> Instant,
        patience: Patience = Patience(), log: Logger
    ) {
        current = NIOLockedValueBox(SiteWorkspace(workspace, pinned))
        store = reading
        intake = Intake(store: writing)
        self.patience = patience
        self.proxies = proxies
        writes = GroupCommit(store: writing)
        self.secret = secret
        self.environment = environment
        verifiers = Verifiers(environment: environment, directory: directory)
        self.processNow = processNow
        self.log = log
    }

    deinit { writes.end() }

    /// The workspace as of now.
    var workspace: Workspace { edition.workspace }
    var edition: SiteWorkspace { current.withLockedValue { $0 } }

    /// Goes on with changed files.
    package func use(_ workspace: Workspace, pinned: PinnedVersions) {
        let edition = SiteWorkspace(workspace, pinned)
        current.withLockedValue { $0 = edition }
        verifiers.forget()
    }

    /// Everything that can be asked for.
    var router: Router<Context> {
        let router = Router(context: Context.self, options: .autoGenerateHeadEndpoints)
        let methods = RouteMethods()
        router.add(middleware: AnswerMiddleware(figures: figures, methods: methods, log: log))
        router.add(middleware: BudgetMiddleware(budget: budget, proxies: proxies))
        addHealth(to: router)
        addMetrics(to: router)
        addDescription(to: router)
        addIngest(to: router)
        addAccounts(to: router)
        addChanges(to: router)
        addHooks(to: router)
        addInbound(to: router)
        addPages(to: router)
        addBilling(to: router)
        addInbox(to: router)
        methods.use(router)
        return router
    }

    /// All header fields of a request, in bytes.
    static let largestHead = 16 << 10

    /// As many as the system lets the process open, less those that it needs itself.
    private static var mostConnections: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 500 }
        limit.rlim_cur = limit.rlim_max
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        let most = Int(clamping: min(limit.rlim_cur, 16_384))
        let open = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        // A parent may have left others beyond the limit; those take no place.
        let used = open.isEmpty ? 32 : open.count { Int($0) ?? 0 < most }
        return max(4, most - used - min(180, max(24, most / 8)))
    }

    /// Every route, as `POST /u/{token}`.
    package var routes: [String] {
        router.routes.map { route in
            let parts = "\(route.path)".split(separator: "/").map {
                $0.hasPrefix(":") ? "{\($0.dropFirst())}" : String($0)
            }
            return "\(route.method.rawValue) /\(parts.joined(separator: "/"))"
        }
    }

    /// Listens until it is stopped; `onStart` is told the port.
    ///
    /// - Parameter places: how many connections it takes; what the system allows when it is left out.
    package func service(
        host: String, port: Int, places: Int? = nil, onStart: @escaping @Sendable (Int) -> Void
    ) -> any Service {
        var quiet = Logger(label: "http")
        quiet.logLevel = .critical
        let patience = patience
        let places = places ?? Self.mostConnections
        let crowd = Crowd(places: places)
        let application = Application(
            router: router,
            server: .http1(
                configuration: HTTP1Channel.Configuration(
                    additionalChannelHandlers: [PatienceHandler(patience, crowd)],
                    httpDecoderConfiguration: HTTP1Channel.Configuration.DecoderConfiguration(
                        maxHeaderFieldSize: Self.largestHead, maxHeaderListSize: Self.largestHead,
                        maxHeaderFieldCount: 100))),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port), serverName: nil, backlog: 1_024,
                availableConnectionsDelegate: MaximumAvailableConnections(places)),
            onServerRunning: { channel in onStart(channel.localAddress?.port ?? port) },
            logger: quiet)
        return Listening(host: host, port: port, service: application)
    }

    /// Reads on a thread that may wait, so that no connection does.
    func read<T: Sendable>(_ body: @escaping @Sendable (Connection) throws -> T) async throws -> T {
        let store = store
        return try await NIOThreadPool.singleton.runIfActive { try store.read(body) }
    }

    /// Writes, and answers when it is durable; a caller that comes when too many wait is told to come back.
    func write<T: Sendable>(_ body: @escaping @Sendable (Connection) throws -> T) async throws -> T {
        do {
            return try await writes.write(body)
        } catch is GroupCommit.Busy {
            var problem = Problem(.serviceUnavailable, "more is being written than the disk takes; try again")
            problem.headers[.retryAfter] = "1"
            throw problem
        }
    }
}
