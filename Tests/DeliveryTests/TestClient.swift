import Delivery
import NIOConcurrencyHelpers
import Playbooks

/// A transport whose answers can be awaited one by one.
final class TestClient: Sendable {
    private let waiting: Waiting
    let transport: Transport

    private final class Waiting: Sendable {
        let continuations = NIOLockedValueBox<[Int64: CheckedContinuation<Response, Never>]>([:])
        let next = NIOLockedValueBox<Int64>(0)
    }

    init() {
        let waiting = Waiting()
        self.waiting = waiting
        transport = Transport { completions in
            for completion in completions {
                let continuation = waiting.continuations.withLockedValue { $0.removeValue(forKey: completion.token) }
                continuation?.resume(returning: completion.response)
            }
        }
    }

    func send(_ request: Request) async -> Response {
        let token = waiting.next.withLockedValue { next in
            next += 1
            return next
        }
        return await withCheckedContinuation { continuation in
            waiting.continuations.withLockedValue { $0[token] = continuation }
            transport.submit(request, token: token)
        }
    }
}

extension Request {
    /// A small POST to a loopback server that gives up after a second.
    static func post(
        _ url: String, _ body: String = #"{"to":"ada"}"#, timeout: TimeSpan = .seconds(1), allowPrivate: Bool = true
    ) -> Request {
        Request(
            url: url, headers: [Header("Content-Type", "application/json")], body: Array(body.utf8),
            connectTimeout: .seconds(1), totalTimeout: timeout, allowPrivate: allowPrivate)
    }
}
