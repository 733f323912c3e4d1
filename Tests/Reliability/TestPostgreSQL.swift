import Foundation

/// A PostgreSQL server of the test process's own, in memory where there is a disk in memory; it goes with the process.
package final class TestPostgreSQL: Sendable {
    package struct Missing: Error, CustomStringConvertible {
        package let description: String
    }

    /// Begun by the first test that asks for it.
    package static let shared = Result { try TestPostgreSQL() }

    private let folder: URL

    /// What the server waits for: its end is that of the process, however that comes.
    private let lifeline = Pipe()

    private init() throws {
        let installed = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
        guard let version = installed.max(by: { (Int($0) ?? 0) < (Int($1) ?? 0) }) else {
            throw Missing(description: "PostgreSQL is not installed: .ci/setup test")
        }
        let bin = "/usr/lib/postgresql/\(version)/bin"
        let root = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : "/tmp"
        folder = URL(fileURLWithPath: "\(root)/kt-\(UUID().uuidString.prefix(8))")
        let data = folder.appendingPathComponent("data").path
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        if getuid() == 0 { try Self.run("chown postgres \(folder.path)", input: nil).waitUntilExit() }
        let user = getuid() == 0 ? "setpriv --reuid=postgres --regid=postgres --clear-groups env HOME=/tmp " : ""
        let made = try Self.run(
            "\(user)\(bin)/initdb -D \(data) -U keeptouch -A trust --encoding=UTF8 --locale=C.UTF-8 --no-sync >/dev/null",
            input: nil)
        made.waitUntilExit()
        guard made.terminationStatus == 0 else { throw Missing(description: "initdb failed") }
        // Forcing writes to a disk in memory costs nothing, and `fsync = off` would be refused.
        _ = try Self.run(
            """
            \(user)\(bin)/postgres -D \(data) -k \(folder.path) -c listen_addresses= -c max_connections=300 \
            >\(folder.path)/log 2>&1 & server=$!; cat >/dev/null; kill -INT $server; wait $server; rm -rf \(folder.path)
            """, input: lifeline)
        let deadline = Date(timeIntervalSinceNow: 60)
        while true {
            let look = try Self.run("\(bin)/pg_isready -q -h \(folder.path)", input: nil)
            look.waitUntilExit()
            if look.terminationStatus == 0 { break }
            guard Date() < deadline else { throw Missing(description: "PostgreSQL does not start: \(folder.path)/log") }
            usleep(50_000)
        }
    }

    private static func run(_ command: String, input: Pipe?) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command]
        process.standardInput = input ?? FileHandle.nullDevice
        try process.run()
        return process
    }

    /// The address of an empty schema, another one at each call.
    package func address() -> String { address(of: UUID().uuidString) }

    /// The address of the schema that belongs to a name.
    package func address(of name: String) -> String {
        let hash = name.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return "postgresql://keeptouch@/postgres?host=\(folder.path)&schema=s\(String(hash, radix: 16))"
    }
}
