import Basics
import Delivery
import Foundation

/// A provider's emulator: a Python program of `Providers/emulators` that ends with its standard input.
final class Emulator {
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private var rest: [UInt8] = []

    /// The peers that `.ci/setup test` installs, else what the system has; nil when it has no moto.
    static let python: String? = {
        let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let candidates = [repository.appending(path: ".build/peers/bin/python").path, "/usr/bin/env"]
        return candidates.first { path in
            guard FileManager.default.isExecutableFile(atPath: path) else { return false }
            let probe = process(path, ["-c", "import moto.server, boto3"])
            (probe.standardOutput, probe.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
            guard (try? probe.run()) != nil else { return false }
            probe.waitUntilExit()
            return probe.terminationStatus == 0
        }
    }()

    private static func process(_ path: String, _ arguments: [String]) -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = (path == "/usr/bin/env" ? ["python3"] : []) + arguments
        return process
    }

    init(_ name: String, python: String) throws {
        let script = ChannelFixture.folder.appending(path: "emulators/\(name).py").path
        process.executableURL = URL(fileURLWithPath: python)
        process.arguments = (python == "/usr/bin/env" ? ["python3"] : []) + [script]
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    /// Sends an empty line.
    func ask() throws { try input.fileHandleForWriting.write(contentsOf: Data("\n".utf8)) }

    /// The next line that it prints; nil when it has ended.
    func answer() -> JSON? {
        while true {
            if let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                let line = rest[..<end]
                rest = Array(rest[(end + 1)...])
                return JSON(parsing: Array(line))
            }
            let data = output.fileHandleForReading.availableData
            if data.isEmpty { return nil }
            rest += data
        }
    }
}
