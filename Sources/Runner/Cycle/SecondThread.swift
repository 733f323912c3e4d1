import Basics
import Decisions
import Foundation
import Storage

/// Decides on a thread of its own, over a connection of its own that only reads, while the first thread decides or writes.
///
/// Its snapshot may be a little younger than that of the first thread, which does no harm: an account is decided by its own
/// rows alone, and whatever is written is decided again on what stands then.
/// It has one piece of work at a time: `start`, then `finish`; `end` before it is let go.
final class SecondThread: @unchecked Sendable {
    private let store: Store
    /// How long one piece of work may take.
    private let limit: Duration
    /// Used on its own thread only, once that runs.
    private let deciding: BlockDeciding
    private let condition = NSCondition()
    private var work: ((BlockDeciding) throws -> Void)?
    private var result: Result<Void, any Error>?
    private var isOver = false
    private var thread: JoinableThread?

    /// Nil when there is no room for another thread, or no file that two can read: everything is decided on the first then.
    init?(beside first: Connection, for limit: Duration, _ make: (Connection) throws -> BlockDeciding) throws {
        guard let store = try Store(readingBeside: first) else { return nil }
        self.store = store
        self.limit = limit
        deciding = try store.session(make)
        thread = JoinableThread("second thread of the cycle") { [self] in run() }
        if thread == nil { return nil }
    }

    /// Lets the thread work on one snapshot, which begins now at the earliest.
    func start(_ work: @escaping (BlockDeciding) throws -> Void) {
        condition.withLock {
            self.work = work
            condition.broadcast()
        }
    }

    /// Waits until the work is done; throws what it threw.
    func finish() throws {
        try condition.withLock {
            while result == nil { condition.wait() }
            defer { result = nil }
            return result
        }?.get()
    }

    /// Waits until the thread is gone.
    func end() {
        condition.withLock {
            isOver = true
            condition.broadcast()
        }
        thread?.join()
        thread = nil
    }

    private func run() {
        while let work = next() {
            let result = Result { try store.guardedRead(for: limit) { _ in try work(deciding) } }
            condition.withLock {
                self.result = result
                condition.broadcast()
            }
        }
    }

    private func next() -> ((BlockDeciding) throws -> Void)? {
        condition.withLock {
            while work == nil, !isOver { condition.wait() }
            defer { work = nil }
            return isOver ? nil : work
        }
    }
}
