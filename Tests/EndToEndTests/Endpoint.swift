import Foundation

/// A `keeptouch sink` that runs beside the test: what it was sent, in the order of arrival.
final class Endpoint: @unchecked Sendable {
    struct Request {
        var path: String
        var status: Int
        /// Its `Idempotency-Key`.
        var key: String?
        /// The numbers of its touches in the ledger.
        var touches: [Int64]
        var touch: Int64 { touches.first ?? 0 }
        /// As it came.
        var body: String

        fileprivate init(line: String) throws {
            guard
                let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
                let path = object["path"] as? String, let status = object["status"] as? Int,
                let start = line.range(of: ",\"body\":")
            else { throw HarnessError("the sink wrote \(line.prefix(300))") }
            self.path = path
            self.status = status
            key = object["key"] as? String
            body = String(line[start.upperBound...].dropLast())
            let messages = object["body"] as? [[String: Any]] ?? [object["body"] as? [String: Any] ?? [:]]
            touches = messages.map { message in
                let metadata = message["metadata"] as? [String: Any]
                return (metadata?["touch_id"] as? String).flatMap { Int64($0.dropFirst()) } ?? 0
            }
        }
    }

    let port: Int
    private let program: RunningProgram
    /// Guards `lines` and `isOver`, and tells those who wait of a change.
    private let change = NSCondition()
    private var lines: [String] = []
    private var isOver = false

    init(port: Int = 0, _ options: [String] = []) throws {
        let (output, complaints) = (try Pipe(), try Pipe())
        program = try RunningProgram(
            ["sink", "--port", String(port)] + options, in: FileManager.default.temporaryDirectory,
            output: output.writing, complaints: complaints.writing)
        output.closeWriting()
        complaints.closeWriting()
        let greeting = complaints.line() ?? ""
        guard let number = greeting.split(separator: ":").last.flatMap({ Int($0) }) else {
            program.signal(SIGKILL)
            throw HarnessError("the sink does not say its port: \(greeting)")
        }
        self.port = number
        Thread.detachNewThread { [self] in
            while let line = output.line() { add(line) }
            change.withLock { isOver = true }
            change.broadcast()
        }
    }

    private func add(_ line: String) {
        change.withLock { lines.append(line) }
        change.broadcast()
    }

    /// Waits until so many requests have arrived; false when they do not within a minute.
    func waits(forRequests count: Int) -> Bool {
        change.withLock {
            let deadline = Date(timeIntervalSinceNow: 60)
            while lines.count < count, !isOver {
                guard change.wait(until: deadline) else { return false }
            }
            return lines.count >= count
        }
    }

    var count: Int { change.withLock { lines.count } }

    /// The lines of what has arrived, unread.
    func bodies() -> [String] { change.withLock { lines } }

    /// What has arrived since there were so many.
    func requests(since count: Int) throws -> [Request] {
        try change.withLock { try lines.dropFirst(count).map { try Request(line: $0) } }
    }

    /// Ends the sink without waiting for the answers that it owes.
    func kill() {
        program.signal(SIGKILL)
        program.wait()
    }

    /// Ends the sink, and hands over everything that it got.
    func stop() throws -> [Request] {
        program.signal(SIGTERM)
        program.wait()
        return try change.withLock {
            while !isOver { change.wait() }
            return try lines.map { try Request(line: $0) }
        }
    }
}

extension Endpoint: CustomReflectable {
    /// What a failed expectation shows of it; the parts of threads and pipes are not for mirrors.
    var customMirror: Mirror { Mirror(self, children: ["count": count]) }
}
