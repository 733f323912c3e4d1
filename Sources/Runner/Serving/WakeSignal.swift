import Dispatch

/// What wakes a loop before its time: a signal, or the end of all work.
final class WakeSignal: @unchecked Sendable {
    private let condition = TimedCondition()
    private var raised = 0
    private var isOver = false

    /// May be called on any thread.
    func raise() {
        condition.withLock {
            raised += 1
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

    /// Waits for a signal, the end, or so many seconds.
    func wait(_ seconds: Double) {
        condition.withLock {
            let deadline = DispatchTime.now() + seconds
            while raised == 0, !isOver, condition.wait(until: deadline) {}
        }
    }

    /// Waits for the end, or so many seconds, whoever signals.
    func pause(_ seconds: Double) {
        condition.withLock {
            let deadline = DispatchTime.now() + seconds
            while !isOver, condition.wait(until: deadline) {}
        }
    }

    /// Whether it was raised since this was last asked.
    func take() -> Bool {
        condition.withLock {
            defer { raised = 0 }
            return raised > 0
        }
    }
}
