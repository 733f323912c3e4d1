import Foundation
import Hummingbird
package import Logging
import NIOPosix
package import Playbooks
package import ServiceLifecycle
package import Storage
import Synchronization

/// The HTTP side of `serve`: it takes in data and outcomes, and shows people their pages.
///
/// It never sends: what it does, it writes as rows that the runner acts on.
package final class Site: Sendable {
    typealias Context = BasicRequestContext

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
    private let current: Mutex<Workspace>

    /// - Parameters:
    ///   - reading, writing: two connections to the database of their own.
    ///   - secret: signs links; 32 bytes.
    ///   - directory: of the workspace, for secrets in files.
    package init(
        workspace: Workspace, reading: Store, writing: Store, secret: [UInt8], environment: [String: String],
        directory: String = ".", processNow: @escaping @Sendable () -> Instant, log: Logger
    ) {
        current = Mutex(workspace)
        store = reading
        writes = GroupCommit(store: writing)
        self.secret = secret
        self.environment = environment
        verifiers = Verifiers(environment: environment, directory: directory)
        self.processNow = processNow
        self.log = log
    }

    /// The workspace as of now.
    var workspace: Workspace { current.withLock { $0 } }

    /// Goes on with changed files.
    package func use(_ workspace: Workspace) {
        current.withLock { $0 = workspace }
        verifiers.forget()
    }

    /// Everything that can be asked for.
    private var router: Router<Context> {
        let router = Router(context: Context.self)
        addHealth(to: router)
        addHooks(to: router)
        return router
    }

    /// Listens until it is stopped; `onStart` is told the port.
    package func service(
        host: String, port: Int, onStart: @escaping @Sendable (Int) -> Void
    ) -> any Service {
        var quiet = Logger(label: "http")
        quiet.logLevel = .critical
        return Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname(host, port: port), serverName: nil),
            onServerRunning: { channel in onStart(channel.localAddress?.port ?? port) },
            logger: quiet)
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
