import ArgumentParser
import Foundation
import Logging
import Playbooks
import Runner
import ServiceLifecycle
import Storage
import UnixSignals
import Web

struct DashboardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dashboard", abstract: "Pages to look at and to steer what runs; it plans and sends nothing.",
        discussion: """
            Beside serve, cron or nothing, and on simulations. serve --dashboard PORT shows the same while it serves.
            """)

    @Option(help: "The port to listen on; 0 lets the system choose.")
    var port = 8081

    @Option(help: "The address to listen on; put a proxy with TLS before anything but the loopback.")
    var host = "127.0.0.1"

    @OptionGroup var options: WorkspaceOptions

    func validate() throws {
        if !(0...65_535).contains(port) { throw ValidationError("--port must be from 0 to 65535") }
    }

    func run() async throws {
        let loaded = try options.read()
        try loaded.expectDashboard(on: host)
        let log = Logger(label: "keeptouch") { _ in LogLines(level: .info) }
        guard let edition = Edition(loaded.files) else { return }
        let dashboard = try loaded.dashboard(edition, log)
        let store = try loaded.openIfWritable(log)
        let watch = FileFollowing(folder: loaded.directory, edition: edition, log: log) { edition in
            // A new attribute has its column before any page asks for it.
            if let store {
                try StoredCurrency.keep(edition.workspace, in: store)
                try AttributeColumns(edition.workspace.dataMap).apply(to: store)
            }
            dashboard.use(edition)
        }
        let service = dashboard.service(host: host, port: port) { [host] port in
            let url = loaded.workspace.configuration.dashboard.url ?? "http://\(host):\(port)"
            log.info("dashboard", metadata: ["url": "\(url)", "port": "\(port)"])
        }
        let quiet = Logger(label: "services") { _ in LogLines(level: .error) }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [service, watch], gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet))
        try await group.run()
    }
}

/// Reads the files again when they change, for pages beside which nobody else does.
struct FileFollowing: Service {
    let folder: URL
    let edition: Edition
    let log: Logger
    let follow: @Sendable (Edition) throws -> Void

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            var stamps = FileWatch(folder)
            var edition = edition
            while true {
                try await Task.sleep(for: .seconds(2))
                guard stamps.haveChanged() else { continue }
                let next = edition.followed(by: CheckedFiles.read(folder))
                do {
                    try follow(next)
                    edition = next
                } catch {
                    log.warning("changed files cannot be followed", metadata: ["error": "\(error)"])
                }
            }
        }
    }
}

extension LoadedWorkspace {
    /// - Throws: `CommandError` where passwords would travel in the open.
    func expectDashboard(on host: String) throws {
        let settings = workspace.configuration.dashboard
        let isLoopback = ["127.0.0.1", "::1", "localhost"].contains(host)
        guard isLoopback || settings.url?.hasPrefix("https://") == true else {
            throw CommandError(
                "the dashboard would be reached in the open on \(host); put a proxy with TLS before it and say "
                    + "`dashboard: { url: https://... }` in keeptouch.yaml, or listen on 127.0.0.1")
        }
    }

    func dashboard(_ edition: Edition, _ log: Logger) throws -> Dashboard {
        // The schema is brought up to date before anybody reads.
        let writing = try openIfWritable(log)
        let counting = try open(.readOnly)
        // Where no secret can be kept nothing was ever signed with one.
        let secret =
            try writing.map { try SigningSecret.read(beside: $0) } ?? SigningSecret.find(beside: counting)
            ?? (0..<32).map { _ in UInt8.random(in: 0...255) }
        return Dashboard(
            edition: edition, folder: directory.path, reading: try (0..<4).map { _ in try open(.readOnly) },
            jobs: try open(.readOnly), counting: counting, watching: try open(.readOnly), writing: writing,
            secret: secret, processNow: Clocks.system.processNow, log: log)
    }

    /// Nil where the database is there and may only be read.
    fileprivate func openIfWritable(_ log: Logger) throws -> Store? {
        do {
            return try open(.readWrite)
        } catch let error as StorageError where isOnlyReadable {
            log.warning(
                "the database may only be read", metadata: ["database": "\(databasePath)", "error": "\(error)"])
            return nil
        }
    }

    private var isOnlyReadable: Bool {
        guard !isOnServer, access(databasePath, R_OK) == 0 else { return false }
        let folder = URL(fileURLWithPath: databasePath).deletingLastPathComponent().path
        return access(databasePath, W_OK) != 0 || access(folder, W_OK) != 0
    }
}
