import Foundation
import Reliability

/// Runs what a page types, with the built program, in a folder of its own.
final class Terminal {
    /// The folder in which the page's reader began.
    let home: URL
    private var folder: URL
    private var background: [Process] = []
    /// The port that stands in for 8787, which may be taken.
    private var port: String?

    init() throws {
        home = FileManager.default.temporaryDirectory.appendingPathComponent("docs-\(UUID().uuidString)")
            .resolvingSymlinksInPath()
        folder = home
        try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            at: home.appendingPathComponent("samples"),
            withDestinationURL: Document.repository.appendingPathComponent("samples"))
    }

    deinit {
        for process in background { process.terminate() }
        try? FileManager.default.removeItem(at: home)
    }

    static let programFolder = URL(fileURLWithPath: ProgramUnderTest.path).deletingLastPathComponent().path

    /// Saves a file that the page shows.
    func save(_ text: String, as path: String) throws {
        let file = folder.appendingPathComponent(path)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    /// The lines that a command prints, on either output.
    func type(_ command: String) throws -> [String] {
        if command.hasPrefix("cd ") {
            folder = folder.appendingPathComponent(String(command.dropFirst(3))).standardizedFileURL
            return []
        }
        if command.hasSuffix(" &") { return try begin(String(command.dropLast(2))) }
        try redirectChannels()
        let (process, output) = process(command)
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let shown = text.replacing(home.path, with: "/home/you")
        var lines = shown.split(separator: "\n", omittingEmptySubsequences: false).map {
            String($0).trimmingTrailingSpaces()
        }
        while lines.last == "" { lines.removeLast() }
        return lines
    }

    private func process(_ command: String) -> (Process, Pipe) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["-c", command]
        process.currentDirectoryURL = folder
        var environment = ProcessInfo.processInfo.environment
        environment["PATH"] = Self.programFolder + ":" + (environment["PATH"] ?? "")
        process.environment = environment
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        return (process, output)
    }

    /// Starts the endpoint in the background, on any free port, and returns the line with which it says that it is ready.
    private func begin(_ command: String) throws -> [String] {
        let (process, output) = process("exec \(command) --port 0")
        try process.run()
        background.append(process)
        var line = Data()
        while let byte = try output.fileHandleForReading.read(upToCount: 1), let first = byte.first, first != 10 {
            line.append(first)
        }
        let text = String(decoding: line, as: UTF8.self)
        port = text.split(separator: ":").last.map(String.init)
        return [text.replacing(":\(port ?? "")", with: ":8787")]
    }

    /// Starts `serve` on any free port; answers the address when it listens.
    func serve() throws -> String {
        let (process, output) = process("exec keeptouch serve --port 0")
        try process.run()
        background.append(process)
        var log = Data()
        while let byte = try output.fileHandleForReading.read(upToCount: 1), !byte.isEmpty {
            log.append(byte)
            guard byte.first == 10 else { continue }
            let lines = String(decoding: log, as: UTF8.self).split(separator: "\n")
            if let line = lines.last, line.contains(" listening "), let url = line.split(separator: "url=").last {
                // What it says from here on must not fill the pipe.
                output.fileHandleForReading.readabilityHandler = { _ = $0.availableData }
                return String(url)
            }
        }
        throw ServeFailure(log: String(decoding: log, as: UTF8.self))
    }

    struct ServeFailure: Error {
        var log: String
    }

    private func redirectChannels() throws {
        let channels = folder.appendingPathComponent("channels")
        guard let port, let names = try? FileManager.default.contentsOfDirectory(atPath: channels.path) else { return }
        for name in names {
            let file = channels.appendingPathComponent(name)
            let text = try String(contentsOf: file, encoding: .utf8)
            try Data(text.replacing("127.0.0.1:8787", with: "127.0.0.1:\(port)").utf8).write(to: file)
        }
    }
}
