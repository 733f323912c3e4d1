import CCurl
import NIOConcurrencyHelpers

/// What a transport's thread shares with the others: submissions in, the order to stop, and the way to wake libcurl.
final class TransportQueue: Sendable {
    enum Order: Int, Sendable {
        case run, drain, abort
    }

    private struct State {
        var submissions: [Transport.Submission] = []
        var order = Order.run
        /// Whether nothing is taken any more, and whether the thread has let go of libcurl.
        var isOver = false
        var hasEnded = false
        var waiters: [@Sendable () -> Void] = []
        /// The address of the multi handle while the thread lives.
        var multi: UInt = 0
        /// Whether the thread waits for sockets, or is about to; otherwise it looks into the queue anyway.
        var isPolling = false

        mutating func wake() {
            guard isPolling, let multi = UnsafeMutableRawPointer(bitPattern: multi) else { return }
            isPolling = false
            curl_multi_wakeup(multi)
        }
    }

    private let state = NIOLockedValueBox(State())

    /// False when the thread has ended.
    func add(_ requests: [Transport.Submission]) -> Bool {
        state.withLockedValue { state in
            guard !state.isOver else { return false }
            state.submissions.append(contentsOf: requests)
            state.wake()
            return true
        }
    }

    func stop(_ order: Order, then: (@Sendable () -> Void)?) {
        let hasEnded = state.withLockedValue { state in
            if state.hasEnded { return true }
            if order.rawValue > state.order.rawValue { state.order = order }
            if let then { state.waiters.append(then) }
            state.wake()
            return false
        }
        if hasEnded { then?() }
    }

    // MARK: - For the thread

    func open(_ multi: UnsafeMutableRawPointer) {
        let address = UInt(bitPattern: multi)
        state.withLockedValue { $0.multi = address }
    }

    /// What was submitted since the last call, and what to do.
    func take() -> (submissions: [Transport.Submission], order: Order) {
        state.withLockedValue { state in
            let submissions = state.submissions
            state.submissions = []
            state.isPolling = false
            return (submissions, state.order)
        }
    }

    /// Whether nothing has come since the last `take`, so that the thread may wait; whoever then comes wakes it.
    func beginPolling(under order: Order) -> Bool {
        state.withLockedValue { state in
            state.isPolling = state.submissions.isEmpty && state.order == order
            return state.isPolling
        }
    }

    /// Closes the queue when it is empty; false when something came in meanwhile.
    func close() -> Bool {
        state.withLockedValue { state in
            guard state.submissions.isEmpty else { return false }
            state.isOver = true
            state.multi = 0
            return true
        }
    }

    /// Tells whoever waits that the thread is done with libcurl: a process that ends before would take it away from it.
    func end() {
        let waiters = state.withLockedValue { state in
            state.hasEnded = true
            let waiters = state.waiters
            state.waiters = []
            return waiters
        }
        for waiter in waiters { waiter() }
    }
}
