import Basics
import CCurl
import Foundation

/// The HTTP client: libcurl's multi interface on one thread of its own.
///
/// Requests go in by `submit`, responses come out in batches. The caller bounds how many are in flight. Connections are
/// kept and reused; redirects, proxies and automatic repetition are off.
package final class Transport: Sendable {
    package typealias Submission = (request: Request, token: Int64)

    package struct Completion: Sendable {
        package var token: Int64
        package var response: Response
    }

    /// The most bytes of headers, and of body, that are read of an answer.
    package static let responseLimit = 256 * 1024
    package static let userAgent = "keeptouch/0.1.0"

    private let queue: TransportQueue
    private let thread: JoinableThread?
    private let deliver: @Sendable ([Completion]) -> Void

    /// Starts the thread.
    ///
    /// - Parameters:
    ///   - connections: how many idle connections are kept.
    ///   - deliver: called on the transport's thread, in the order in which answers came; must not block.
    package init(connections: Int = 256, deliver: @escaping @Sendable ([Completion]) -> Void) {
        curl_global_init(Int(CURL_GLOBAL_DEFAULT))
        let queue = TransportQueue()
        self.queue = queue
        self.deliver = deliver
        thread = JoinableThread("transport") {
            TransportLoop(queue: queue, connections: connections, deliver: deliver).run()
        }
        // Without a thread every request comes back as unsent.
        if thread == nil, queue.close() { queue.end() }
    }

    deinit {
        queue.stop(.abort, then: nil)
    }

    /// Sends requests; each comes back exactly once with its token, also after `stop` (as aborted and unsent).
    package func submit(_ requests: [Submission]) {
        guard !queue.add(requests) else { return }
        deliver(requests.map { Completion(token: $0.token, response: Response(failure: .aborted, mayHaveLeft: false)) })
    }

    package func submit(_ request: Request, token: Int64) {
        submit([(request, token)])
    }

    /// Ends the thread; returns when every submitted request was delivered back and the thread is gone.
    ///
    /// - Parameter drain: whether what is under way is finished (bounded by its timeouts), or aborted at once.
    package func stop(drain: Bool) async {
        await withCheckedContinuation { continuation in
            queue.stop(drain ? .drain : .abort) { [thread] in
                // The one who tells is the thread itself.
                DispatchQueue.global().async {
                    thread?.join()
                    continuation.resume()
                }
            }
        }
    }
}
