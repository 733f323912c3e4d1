package import Foundation

/// A PostgreSQL server of the test process's own, in memory where there is a disk in memory; it goes with the process.
package final class TestPostgreSQL: Sendable {
    package struct Missing: Error, CustomStringConvertible {
        package let description: String
    }

    /// Begun by the first test that asks for it.
    package static let shared = Result { try TestPostgreSQL() }

    /// Where its socket is.
    package let folder: URL
    private let bin: String

    /// What the server waits for: its end is that of this value or of the process, however that comes.
    private let lifeline = Pipe()

    /// A server that nobody else uses, where a test is about the server itself.
    package init() throws {
        let installed = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
        guard let version = installed.max(by: { (Int($0) ?? 0) < (Int($1) ?? 0) }) else {
            throw Missing(description: "PostgreSQL is not installed: .ci/setup test")
        }
        bin = "/usr/lib/postgresql/\(version)/bin"
        let root = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : "/tmp"
        folder = URL(fileURLWithPath: "\(root)/kt-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        if getuid() == 0 { try Self.run("chown postgres \(folder.path)", input: nil).waitUntilExit() }
        let made = try Self.run(
            "\(Self.user)\(bin)/initdb -D \(data) -U keeptouch -A trust --encoding=UTF8 --locale=C.UTF-8 --no-sync >/dev/null",
            input: nil)
        made.waitUntilExit()
        guard made.terminationStatus == 0 else { throw Missing(description: "initdb failed") }
        // Forcing writes to a disk in memory costs nothing, and `fsync = off` would be refused.
        try start()
        try ask("CREATE ROLE \(Self.roleWithoutIndexes) SUPERUSER LOGIN")
        for scan in ["indexscan", "indexonlyscan", "bitmapscan"] {
            try ask("ALTER ROLE \(Self.roleWithoutIndexes) SET enable_\(scan) = off")
        }
        _ = try Self.run(
            "cat >/dev/null; \(Self.user)\(bin)/pg_ctl -D \(data) -m immediate stop >/dev/null 2>&1; rm -rf \(folder.path)",
            input: lifeline)
    }

    private static let roleWithoutIndexes = "without_indexes"

    private var data: String { folder.appendingPathComponent("data").path }

    /// A server refuses to run as root.
    private static var user: String {
        getuid() == 0 ? "setpriv --reuid=postgres --regid=postgres --clear-groups env HOME=/tmp " : ""
    }

    package func start() throws {
        try control("-l \(folder.path)/log -o '-k \(folder.path) -c listen_addresses= -c max_connections=300' start")
    }

    /// Ends the server as a crash does.
    package func stop() throws { try control("-m immediate stop") }

    /// The server goes on when the command has ended, with all that it has inherited: `Process` would wait for it, too.
    private func control(_ order: String) throws {
        let command = """
            for file in /proc/self/fd/*; do n=${file##*/}; [ $n -gt 2 ] && eval "exec $n>&-"; done
            \(Self.user)\(bin)/pg_ctl -D \(data) -w \(order) >/dev/null 2>&1 </dev/null
            """
        let words: [String] = ["bash", "-c", command]
        let arguments = words.map { strdup($0) } + [nil]
        let variables = ProcessInfo.processInfo.environment
        let settings = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in arguments + settings { free(text) } }
        var (child, status) = (pid_t(), Int32())
        guard posix_spawn(&child, "/bin/bash", nil, nil, arguments, settings) == 0 else {
            throw Missing(description: "there is no bash")
        }
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        guard status == 0 else {
            throw Missing(description: "PostgreSQL does not do it (\(order)): \(folder.path)/log")
        }
    }

    /// What psql answers, a row a line.
    @discardableResult
    package func ask(_ sql: String) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "\(bin)/psql")
        process.arguments = [
            "-qAt", "-v", "ON_ERROR_STOP=1", "-h", folder.path, "-U", "keeptouch", "-d", "postgres", "-c", sql,
        ]
        let output = Pipe()
        process.standardOutput = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Missing(description: "psql refuses: \(sql)") }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
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
    ///
    /// - Parameters:
    ///   - host: the folder of a socket that leads there.
    ///   - withoutIndexes: whether the server reads whole tables where it can.
    package func address(of name: String, through host: String? = nil, withoutIndexes: Bool = false) -> String {
        let hash = name.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        let role = withoutIndexes ? Self.roleWithoutIndexes : "keeptouch"
        return "postgresql://\(role)@/postgres?host=\(host ?? folder.path)&schema=s\(String(hash, radix: 16))"
    }
}
