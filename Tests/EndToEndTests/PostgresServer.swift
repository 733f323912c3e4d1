import Foundation

/// A PostgreSQL server of the test's own: a new cluster in a temporary folder, reached by a Unix socket.
final class PostgresServer: @unchecked Sendable {
    let folder: URL
    private let program: RunningProgram
    private let bin: String
    private let password: String?

    /// - Parameter password: what the role `reader` must show, over TCP too; nil where everybody may in.
    init(password: String? = nil) throws {
        self.password = password
        let installed = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
        guard let version = installed.max(by: { (Int($0) ?? 0) < (Int($1) ?? 0) }) else {
            throw HarnessError("PostgreSQL is not installed: .ci/setup test")
        }
        bin = "/usr/lib/postgresql/\(version)/bin"
        // The path of a socket is short, and whoever the server runs as must be able to go there.
        folder = URL(fileURLWithPath: "/tmp/kt-\(UUID().uuidString.prefix(8))")
        let data = folder.appendingPathComponent("data").path
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        if getuid() == 0 { try Self.run(["chown", "postgres", folder.path]) }
        try Self.run(Self.asServer(["\(bin)/initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync"]))
        if password != nil {
            try Self.run(
                Self.asServer([
                    "sh", "-c",
                    "printf 'local all postgres trust\\nlocal all all scram-sha-256\\n' > \(data)/pg_hba.conf",
                ]))
        }
        let words = Self.asServer([
            "\(bin)/postgres", "-D", data, "-k", folder.path, "-c", "listen_addresses=", "-c", "fsync=off",
        ])
        program = try RunningProgram(Array(words.dropFirst()), of: words[0], in: folder)
        let deadline = Date(timeIntervalSinceNow: 30)
        while (try? Self.run(["\(bin)/pg_isready", "-q", "-h", folder.path])) == nil {
            guard Date() < deadline else { throw HarnessError("PostgreSQL does not start") }
            usleep(50_000)
        }
        if let password { try execute("CREATE ROLE reader LOGIN PASSWORD '\(password)'") }
    }

    deinit {
        // A fast shutdown; `setpriv` has become the server.
        program.signal(SIGINT)
        program.wait()
        try? FileManager.default.removeItem(at: folder)
    }

    /// A server refuses to run as root.
    private static func asServer(_ words: [String]) -> [String] {
        getuid() == 0
            ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "env", "HOME=/tmp"] + words : words
    }

    func url(user: String = "postgres", password: String? = nil) -> String {
        "postgresql://\(user)\(password.map { ":\($0)" } ?? "")@/postgres?host=\(folder.path)"
    }

    func execute(_ sql: String) throws {
        try Self.run(["\(bin)/psql", "-q", "-v", "ON_ERROR_STOP=1", "-h", folder.path, "-U", "postgres", "-c", sql])
    }

    private static func run(_ words: [String]) throws {
        let outcome = try RunningProgram(
            Array(words.dropFirst()), of: words[0], in: URL(fileURLWithPath: "/tmp")
        ).wait()
        guard outcome.code == 0 else {
            throw HarnessError("\(words.joined(separator: " ")): \(outcome.complaints)")
        }
    }
}
