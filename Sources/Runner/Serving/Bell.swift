import Foundation

/// What wakes a loop before its time: a ring, or the end of all work.
final class Bell: @unchecked Sendable {
    private let condition = NSCondition()
    private var rings = 0
    private var isOver = false

    /// May be called on any thread.
    func ring() {
        condition.withLock {
            rings += 1
            condition.broadcast()
        }
    }

    /// Ends every wait from now on.
    func stop() {
        condition.withLock {
            isOver = true
            condition.broadcast()
        }
    }

    var isStopped: Bool { condition.withLock { isOver } }

    /// Waits for a ring, the end, or so many seconds.
    func wait(_ seconds: Double) {
        condition.withLock {
            let deadline = Date(timeIntervalSinceNow: seconds)
            while rings == 0, !isOver, condition.wait(until: deadline) {}
        }
    }

    /// Waits for the end, or so many seconds, whoever rings.
    func pause(_ seconds: Double) {
        condition.withLock {
            let deadline = Date(timeIntervalSinceNow: seconds)
            while !isOver, Date() < deadline, condition.wait(until: deadline) {}
        }
    }

    /// Whether it was rung since this was last asked.
    func take() -> Bool {
        condition.withLock {
            defer { rings = 0 }
            return rings > 0
        }
    }
}
