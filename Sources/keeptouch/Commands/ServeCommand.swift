import ArgumentParser
import Foundation
import Logging
import Playbooks
import Runner
import ServiceLifecycle
import Storage
import UnixSignals
import Web

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Stay on: match, enroll, advance and send whenever something is due.")

    @Option(help: "The least that is logged to stderr: debug, info, warning or error.", transform: Self.level)
    var logLevel = Logger.Level.info

    @Option(help: "Also take in data and show pages over HTTP on this port; 0 lets the system choose.")
    var port: Int?

    @Option(help: "Also show the dashboard on this port, which has nothing of the other; 0 lets the system choose.")
    var dashboard: Int?

    @Option(help: "The address to listen on; put a proxy with TLS before anything but the loopback.")
    var host = "127.0.0.1"

    @Option(
        help: "The address of a proxy whose X-Forwarded-For tells who a client is; may be given again.",
        transform: Self.proxy)
    var proxy: [ClientAddress] = []

    @OptionGroup var options: WorkspaceOptions

    func validate() throws {
        if let port, !(0...65_535).contains(port) { throw ValidationError("--port must be from 0 to 65535") }
        if let dashboard, !(0...65_535).contains(dashboard) {
            throw ValidationError("--dashboard must be from 0 to 65535")
        }
        if options.now != nil {
            throw ValidationError("serve works at the present; a moment of your choice is for run, on a simulation")
        }
    }

    private static func level(_ text: String) throws -> Logger.Level {
        let levels: [Logger.Level] = [.debug, .info, .warning, .error]
        guard let level = levels.first(where: { $0.rawValue == text }) else {
            throw ValidationError("--log-level is one of \(levels.map(\.rawValue).joined(separator: ", "))")
        }
        return level
    }

    private static func proxy(_ text: String) throws -> ClientAddress {
        guard let address = ClientAddress(text) else {
            throw ValidationError("--proxy \"\(text)\" is no IP address, such as 127.0.0.1")
        }
        return address
    }

    func run() async throws {
        let loaded = try options.read()
        let runtime = try Runtime(loaded)
        let (isSimulation, lastNow) = try runtime.store.read { (try Meta.isSimulation($0), try Meta.lastNow($0)) }
        guard !isSimulation else {
            throw CommandError(
                "this database is a simulation, whose clock you move yourself: keeptouch run --now LATER; serve works at "
                    + "the present, on a workspace that was made without --simulation")
        }
        try runtime.wake()
        guard let edition = Edition(loaded.files) else { return }
        let log = Logger(label: "keeptouch") { _ in LogLines(level: logLevel) }
        let killSwitch = runtime.killSwitch
        let killing = Signals.listen(to: [SIGUSR1]) { _ in killSwitch.pull("the signal SIGUSR1 came") }
        let site = try port.map { _ in try self.site(runtime, log) }
        if dashboard != nil { try loaded.expectDashboard(on: host) }
        let pages = try dashboard.map { _ in try loaded.dashboard(edition, log) }
        let sending = try loaded.open(.readWrite)
        let sendersLock = try RunnerLock(of: sending, for: .sending)
        let server = Server(
            folder: loaded.directory, edition: edition, planning: runtime.store, sending: sending,
            posting: try loaded.open(.readWrite), telling: try loaded.open(.readWrite),
            pulling: try loaded.open(.readWrite), reporting: try loaded.open(.readWrite),
            environment: ProcessInfo.processInfo.environment,
            secret: runtime.secret, clocks: .system,
            lastNow: lastNow, wakefulness: runtime.wakefulness, killSwitch: killSwitch,
            sendLog: runtime.log, clockReading: { .now() },
            follow: { edition in
                site?.use(edition.workspace, pinned: edition.files.pinned)
                pages?.use(edition)
            }, log: log)
        var services = server.services
        if let site, let port {
            services.append(
                site.service(host: host, port: port) { [host] port in
                    log.info("listening", metadata: ["url": "http://\(host):\(port)"])
                })
        }
        if let pages, let dashboard {
            services.append(
                pages.service(host: host, port: dashboard) { [host] port in
                    let url = loaded.workspace.configuration.dashboard.url ?? "http://\(host):\(port)"
                    log.info("dashboard", metadata: ["url": "\(url)", "port": "\(port)"])
                })
        }
        // What the group itself tells is of interest only to those who look for a fault in it.
        let quiet = Logger(label: "services") { _ in LogLines(level: max(logLevel, .error)) }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services, gracefulShutdownSignals: [.sigterm, .sigint, .sighup], logger: quiet))
        log.info(
            "serving",
            metadata: [
                "workspace": "\(loaded.workspace.configuration.workspace)", "database": "\(loaded.databasePath)",
                "playbooks": "\(loaded.workspace.playbooks.count)",
                "live": "\(loaded.workspace.playbooks.count { $0.state == .live })",
                "process": "\(ProcessInfo.processInfo.processIdentifier)",
            ])
        try await group.run()
        log.info("stopped")
        withExtendedLifetime((runtime, killing, sendersLock)) {}
    }

    private func site(_ runtime: Runtime, _ log: Logger) throws -> Site {
        Site(
            workspace: runtime.loaded.workspace, pinned: runtime.loaded.files.pinned,
            reading: try runtime.loaded.open(.readOnly),
            writing: try runtime.loaded.open(.readWrite), secret: runtime.secret,
            environment: ProcessInfo.processInfo.environment, directory: runtime.loaded.directory.path,
            proxies: Set(proxy), processNow: Clocks.system.processNow, log: log)
    }
}
