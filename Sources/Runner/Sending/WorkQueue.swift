import Delivery
import Dispatch

/// Where the other threads leave for the worker what came back and what is rendered; keeps each channel's places filled.
///
/// At most `in_flight` requests of a channel are on the wire; the others whose `sending` row is durable wait here and
/// leave as soon as a place is free, without waiting for the worker's next tick.
final class WorkQueue: @unchecked Sendable {
    private let condition = TimedCondition()
    private var post = Post()
    private var lanes: [String: Lane] = [:]
    private var laneOfToken: [Int64: Lane] = [:]
    private var stopping = false
    /// Whether a wait shall end early.
    private var isWoken = false
    /// Whether a channel has a place on the wire that nothing waits for.
    private var isDry = false
    /// How many of both the worker waits for; 0 while it does not wait.
    private var wanted = 0

    struct Post {
        /// Answers, in the order in which they came.
        var completions: [Transport.Completion] = []
        /// Requests that are made, or cannot be.
        var rendered: [OutgoingRequest] = []

        var count: Int { completions.count + rendered.count }
    }

    /// A reference: a lane that is copied out of the dictionary and back copies its queue for each answer.
    private final class Lane {
        var places: Int
        var flying = 0
        private var queue: [Transport.Submission] = []
        /// How many of the queue have left; they are dropped together.
        private var taken = 0

        init(places: Int) {
            self.places = places
        }

        func add(_ requests: [Transport.Submission]) {
            queue.removeFirst(taken)
            taken = 0
            queue += requests
        }

        /// Appends those that have a place now.
        func take(into leaving: inout [Transport.Submission]) {
            let count = min(places - flying, queue.count - taken)
            guard count > 0 else { return }
            leaving += queue[taken..<taken + count]
            taken += count
            flying += count
            if taken == queue.count {
                queue.removeAll(keepingCapacity: true)
                taken = 0
            }
        }

        /// Takes back those of these tokens that have not left.
        func withdraw(_ tokens: Set<Int64>) -> [Int64] {
            add([])
            let withdrawn = queue.map(\.token).filter(tokens.contains)
            if !withdrawn.isEmpty { queue.removeAll { tokens.contains($0.token) } }
            return withdrawn
        }
    }

    /// Takes requests whose intent is durable; answers those that may leave at once.
    func enqueue(_ requests: [Transport.Submission], channel: String, places: Int) -> [Transport.Submission] {
        condition.withLock {
            let lane = lanes[channel] ?? Lane(places: places)
            lanes[channel] = lane
            lane.places = places
            lane.add(requests)
            for request in requests { laneOfToken[request.token] = lane }
            var leaving: [Transport.Submission] = []
            lane.take(into: &leaving)
            return leaving
        }
    }

    /// Takes requests back that have not left yet; answers their tokens.
    func withdraw(_ tokens: Set<Int64>) -> [Int64] {
        condition.withLock {
            let withdrawn = lanes.values.flatMap { $0.withdraw(tokens) }
            for token in withdrawn { laneOfToken[token] = nil }
            return withdrawn
        }
    }

    /// Called on the transport's thread; answers the requests that may leave now.
    func complete(_ done: [Transport.Completion]) -> [Transport.Submission] {
        condition.withLock {
            post.completions += done
            var leaving: [Transport.Submission] = []
            for completion in done {
                guard let lane = laneOfToken.removeValue(forKey: completion.token) else { continue }
                lane.flying -= 1
                lane.take(into: &leaving)
                isDry = isDry || lane.flying < lane.places
            }
            signal()
            return leaving
        }
    }

    /// Called on the thread that renders.
    func deliver(_ rendered: [OutgoingRequest]) {
        condition.withLock {
            post.rendered += rendered
            signal()
        }
    }

    /// What has come.
    ///
    /// - Parameters:
    ///   - seconds: how long to wait for the first to come.
    ///   - enough: how many to wait for after that, until a channel runs dry, for at most `patience` seconds.
    func collect(waiting seconds: Double, enough: Int = 0, within patience: Double = 0) -> Post {
        condition.withLock {
            if post.count == 0, seconds > 0 { wait(for: 1, seconds) }
            if post.count < enough, !isDry { wait(for: enough, patience) }
            defer { (post, isDry) = (Post(), false) }
            return post
        }
    }

    /// Waits until so many have come; the lock is held by the caller.
    private func wait(for count: Int, _ seconds: Double) {
        let deadline = DispatchTime.now() + seconds
        wanted = count
        while post.count < count, !isWoken, count == 1 || !isDry, condition.wait(until: deadline) {}
        (wanted, isWoken) = (0, false)
    }

    private func signal() {
        if wanted > 0, post.count >= wanted || isDry { condition.signal() }
    }

    /// Waits while nothing is on the wire; only `stop` ends it early.
    func rest(_ seconds: Double) {
        condition.withLock {
            let deadline = DispatchTime.now() + seconds
            while !stopping, condition.wait(until: deadline) {}
        }
    }

    /// Wakes the worker so that it claims nothing more.
    func stop() {
        condition.withLock {
            stopping = true
            isWoken = true
            condition.signal()
        }
    }

    var isStopping: Bool { condition.withLock { stopping } }
}
