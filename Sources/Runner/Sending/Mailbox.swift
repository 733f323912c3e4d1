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
    /// Whether a wait shall end early.
    private var isWoken = false
    /// How many completions the worker waits for; 0 while it does not wait.
    private var wanted = 0

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
                guard let name = laneOfToken.removeValue(forKey: completion.token), var lane = lanes[name] else { continue }
                lane.flying -= 1
                leaving += lane.take()
                lanes[name] = lane
            }
            if wanted > 0, completions.count >= wanted { condition.signal() }
            return leaving
        }
    }

    /// What came back.
    ///
    /// - Parameters:
    ///   - seconds: how long to wait for the first to come.
    ///   - enough: how many to wait for after that, for at most `patience` seconds.
    func collect(waiting seconds: Double, enough: Int = 0, within patience: Double = 0) -> [Transport.Completion] {
        condition.withLock {
            if completions.isEmpty, seconds > 0 { wait(for: 1, seconds) }
            if completions.count < enough { wait(for: enough, patience) }
            defer { completions = [] }
            return completions
        }
    }

    /// Waits until so many have come; the lock is held by the caller.
    private func wait(for count: Int, _ seconds: Double) {
        let deadline = Date(timeIntervalSinceNow: seconds)
        wanted = count
        while completions.count < count, !isWoken, condition.wait(until: deadline) {}
        (wanted, isWoken) = (0, false)
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
