import Foundation
import Reliability

/// An endpoint in the tests' own process that fails now and then, and notes who was written to.
final class FickleEndpoint: @unchecked Sendable {
    /// What it does with a request that it has read.
    enum Conduct {
        case takes
        /// An answer that says that nothing was taken.
        case refuses(String)
        case breaks(String)
        /// No answer but the end of the connection.
        case resets
        case hangs
    }

    struct Arrival {
        var recipients: [String]
        /// Its `Idempotency-Key`.
        var key: String?
        var body: String
        /// Whether its sender may believe that it arrived.
        var mayCount: Bool
    }

    private let server: TestServer
    private let scene: Scene

    /// What the server's threads share.
    private final class Scene: @unchecked Sendable {
        /// Guards the rest, and tells those who wait of an arrival.
        let change = NSCondition()
        var arrivals: [Arrival] = []
        var dice: Dice
        /// The share of requests that end badly, and of those that are refused as too many.
        var failing = 0.0
        var refused = 0.0
        /// How many connections are open.
        var open = 0
        /// Microseconds until it answers.
        var delay: UInt32 = 12_000

        init(_ dice: Dice) { self.dice = dice }

        func receive(_ request: String) -> Conduct {
            change.withLock {
                let lot = Double.random(in: 0..<1, using: &dice)
                let conduct = lot < failing ? mishap() : lot < failing + refused ? Self.tooMany : .takes
                arrivals.append(Arrival(request, conduct))
                change.broadcast()
                return conduct
            }
        }

        private static let tooMany = Conduct.refuses("429 Too Many Requests")

        private func mishap() -> Conduct {
            switch dice.below(8) {
            case 0, 1: Self.tooMany
            case 2: .refuses("503 Service Unavailable")
            case 3: .breaks(TestServer.answer("500 Internal Server Error"))
            case 4: .breaks("HTTP/1.1 202 Acc")
            case 5: .breaks("\u{1}\u{2} nothing of the kind\r\n\r\n")
            case 6: .hangs
            default: .resets
            }
        }
    }

    init(_ dice: Dice) throws {
        let scene = Scene(dice)
        self.scene = scene
        server = try TestServer { connection in
            scene.change.withLock { scene.open += 1 }
            defer {
                scene.change.withLock { scene.open -= 1 }
                scene.change.broadcast()
            }
            while let request = connection.readRequest() {
                let conduct = scene.receive(request)
                usleep(scene.change.withLock { scene.delay })
                switch conduct {
                case .takes: connection.send(TestServer.answer("202 Accepted", body: "{}"))
                case .refuses(let status): connection.send(TestServer.answer(status, ["Retry-After: 0"]))
                case .breaks(let answer):
                    connection.send(answer)
                    return connection.close()
                case .resets: return connection.reset()
                case .hangs: return connection.hang()
                }
            }
            connection.close()
        }
    }

    var port: Int { Int(server.port) }

    /// How many requests have come by now of programs that have ended; what was on the wire is waited for.
    func countAtRest() -> Int {
        scene.change.withLock {
            let deadline = Date(timeIntervalSinceNow: 5)
            while scene.open > 0, scene.change.wait(until: deadline) {}
            return scene.arrivals.count
        }
    }

    var count: Int { scene.change.withLock { scene.arrivals.count } }

    var arrivals: [Arrival] { scene.change.withLock { scene.arrivals } }

    func fails(_ share: Double) { scene.change.withLock { scene.failing = share } }

    func refuses(_ share: Double) { scene.change.withLock { scene.refused = share } }

    /// Answers at once and well from now on.
    func recover() { scene.change.withLock { (scene.failing, scene.refused, scene.delay) = (0, 0, 0) } }

    /// Waits until so many requests have arrived, or for what else ends the waiting; false when none has come for long.
    func waits(forRequests count: Int, or isOver: () -> Bool) -> Bool {
        scene.change.withLock {
            var (last, patience) = (scene.arrivals.count, Date(timeIntervalSinceNow: Self.patience))
            while scene.arrivals.count < count, !isOver() {
                _ = scene.change.wait(until: Date(timeIntervalSinceNow: 0.01))
                if scene.arrivals.count > last {
                    (last, patience) = (scene.arrivals.count, Date(timeIntervalSinceNow: Self.patience))
                } else if Date() > patience {
                    return false
                }
            }
            return true
        }
    }

    /// Seconds in which a program starts and sends, or has nothing left to send.
    private static let patience = 2.5
}

extension FickleEndpoint.Arrival {
    fileprivate init(_ request: String, _ conduct: FickleEndpoint.Conduct) {
        let parts = request.split(separator: "\r\n\r\n", maxSplits: 1)
        key = parts.first?.split(separator: "\r\n").first { $0.lowercased().hasPrefix("idempotency-key:") }
            .map { $0.dropFirst("idempotency-key:".count).trimmingCharacters(in: .whitespaces) }
        body = parts.count == 2 ? String(parts[1]) : ""
        let json = try? JSONSerialization.jsonObject(with: Data(body.utf8))
        let messages = json as? [[String: Any]] ?? [json as? [String: Any] ?? [:]]
        recipients = messages.compactMap { $0["to"] as? String }
        mayCount = if case .refuses = conduct { false } else { true }
    }
}
