import Delivery
import Foundation

/// Where the transport's thread leaves completed requests for the worker, and keeps each channel's places filled.
///
/// At most `in_flight` requests of a channel are on the wire; the others whose `sending` row is durable wait here and
/// leave as soon as a place is free, without waiting for the worker's next tick.
final class Mailbox: @unchecked Sendable {
    private let condition = NSCondition()
    private var completions: [Transport.Completion] = []
    private var lanes: [String: Lane] = [:]
    private var laneOfToken: [Int64: String] = [:]
    private var stopping = false

    private struct Lane {
        var places: Int
        var flying = 0
        var queue: [Transport.Submission] = []

        mutating func take() -> [Transport.Submission] {
            let count = min(places - flying, queue.count)
            guard count > 0 else { return [] }
            let leaving = Array(queue.prefix(count))
            queue.removeFirst(count)
            flying += count
            return leaving
        }
    }

    /// Takes requests whose intent is durable; answers those that may leave at once.
    func enqueue(_ requests: [Transport.Submission], channel: String, places: Int) -> [Transport.Submission] {
        condition.withLock {
            var lane = lanes[channel] ?? Lane(places: places)
            lane.queue += requests
            for request in requests { laneOfToken[request.token] = channel }
            let leaving = lane.take()
            lanes[channel] = lane
            return leaving
        }
    }

    /// Called on the transport's thread; answers the requests that may leave now.
    func complete(_ done: [Transport.Completion]) -> [Transport.Submission] {
        condition.withLock {
            completions += done
            var leaving: [Transport.Submission] = []
            for completion in done {
                guard let name = laneOfToken.removeValue(forKey: completion.token), var lane = lanes[name] else {
                    continue
                }
                lane.flying -= 1
                leaving += lane.take()
                lanes[name] = lane
            }
            condition.signal()
            return leaving
        }
    }

    /// What came back, after waiting for at most `seconds` for something to come.
    func collect(waiting seconds: Double) -> [Transport.Completion] {
        condition.withLock {
            if completions.isEmpty, seconds > 0 { _ = condition.wait(until: Date(timeIntervalSinceNow: seconds)) }
            defer { completions.removeAll(keepingCapacity: true) }
            return completions
        }
    }

    /// Waits while nothing is on the wire; only `stop` ends it early.
    func rest(_ seconds: Double) {
        condition.withLock {
            if !stopping, seconds > 0 { _ = condition.wait(until: Date(timeIntervalSinceNow: seconds)) }
        }
    }

    /// Wakes the worker so that it claims nothing more.
    func stop() {
        condition.withLock {
            stopping = true
            condition.signal()
        }
    }

    var isStopping: Bool { condition.withLock { stopping } }
}
