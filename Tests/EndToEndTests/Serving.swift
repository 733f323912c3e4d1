import Foundation

/// A `keeptouch serve` that runs beside the test, and what it logs.
final class Serving: @unchecked Sendable {
    private let program: RunningProgram
    /// Guards `lines` and `isOver`, and tells those who wait of a change.
    private let change = NSCondition()
    private var lines: [String] = []
    private var isOver = false

    /// - Parameter command: another one that runs until it is stopped.
    init(
        _ scratch: Scratch, command: String = "serve", _ options: [String] = [], environment: [String: String] = [:],
        descriptors: Int? = nil
    ) throws {
        let complaints = try Pipe()
        program = try RunningProgram(
            [command] + options, in: scratch.folder, environment: environment, descriptors: descriptors,
            complaints: complaints.writing)
        complaints.closeWriting()
        Thread.detachNewThread { [self] in
            while let line = complaints.line() { change.withLock { lines.append(line) }; change.broadcast() }
            change.withLock { isOver = true }
            change.broadcast()
        }
    }

    /// Waits until that many lines hold the text; false when they do not within a minute, or when it ends before.
    func tells(_ text: String, times count: Int = 1) -> Bool {
        change.withLock {
            let deadline = Date(timeIntervalSinceNow: 60)
            while lines.count(where: { $0.contains(text) }) < count {
                guard !isOver, change.wait(until: deadline) else { return false }
            }
            return true
        }
    }

    /// The port that `--port 0` was given; nil when it does not listen within a minute.
    var port: Int? {
        guard tells("listening") else { return nil }
        return log.firstMatch(of: /url=http:\/\/[^:]+:(\d+)/).flatMap { Int($0.1) }
    }

    func count(_ text: String) -> Int { change.withLock { lines.count { $0.contains(text) } } }

    var log: String { change.withLock { lines.joined(separator: "\n") } }

    /// Where it listens; with `--port 0`.
    func address() throws -> String {
        guard tells(" listening "), let range = log.range(of: "http://127.0.0.1:") else {
            throw HarnessError("serve does not say where it listens: \(log)")
        }
        return "http://127.0.0.1:" + log[range.upperBound...].prefix { $0.isNumber }
    }

    var identifier: pid_t { program.identifier }

    /// Sends a signal and waits for the end; answers the exit code.
    @discardableResult
    func end(_ signal: Int32 = SIGTERM) -> Int32 {
        program.signal(signal)
        let code = program.wait().code
        change.withLock { while !isOver { change.wait() } }
        return code
    }
}

extension Serving: CustomReflectable {
    /// What a failed expectation shows of it; the parts of threads and pipes are not for mirrors.
    var customMirror: Mirror { Mirror(self, children: ["log": log]) }
}
