import Basics
import Foundation

/// Writes of many callers, committed together: one transaction and one fsync carry what has come in meanwhile.
///
/// Each write stands alone: one that throws is undone and the others stay. A caller is answered only when its write is
/// on the disk.
package final class GroupCommit: @unchecked Sendable {
    /// Thrown when more wait than can be written soon; the sender should come back later.
    package struct Busy: Error {
        package init() {}
    }

    private struct Write {
        /// Does the work inside the transaction, and answers what tells the caller when it is over.
        let body: (Connection) -> (_ failure: (any Error)?) -> Void
        /// Tells the caller of what has happened outside the body.
        let fail: (any Error) -> Void
    }

    private let store: Store
    /// How many writes may wait.
    private let capacity: Int
    private let condition = NSCondition()
    private var waiting: [Write] = []
    private var isOver = false
    private var thread: JoinableThread?

    /// The time after which a transaction takes no more writes.
    private static let longest = Store.longestSlice / 2

    /// - Parameters:
    ///   - store: a connection of its own.
    ///   - capacity: how many writes may wait.
    package init(store: Store, capacity: Int = 10_000) {
        self.store = store
        self.capacity = capacity
        thread = JoinableThread("web writer") { [self] in run() }
        if thread == nil { isOver = true }
    }

    /// Carries out one write and answers when it is durable.
    ///
    /// - Throws: what the body throws, with nothing of it written; `Busy`; `StorageError` when the commit fails.
    package func write<T: Sendable>(_ body: @escaping @Sendable (Connection) throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<T, any Error>) in
            let write = Write { connection in
                do {
                    let result = try connection.savepoint { try body(connection) }
                    return { failure in
                        continuation.resume(with: failure.map { .failure($0) } ?? .success(result))
                    }
                } catch {
                    return { failure in continuation.resume(throwing: failure ?? error) }
                }
            } fail: {
                continuation.resume(throwing: $0)
            }
            let isTaken = condition.withLock {
                guard waiting.count < capacity, !isOver else { return false }
                waiting.append(write)
                condition.signal()
                return true
            }
            if !isTaken { continuation.resume(throwing: Busy()) }
        }
    }

    /// Writes what is waiting and takes nothing more.
    package func end() {
        condition.withLock {
            isOver = true
            condition.signal()
        }
        thread?.join()
    }

    private func run() {
        while true {
            let batch: [Write]? = condition.withLock {
                while waiting.isEmpty {
                    if isOver { return nil }
                    condition.wait()
                }
                defer { waiting = [] }
                return waiting
            }
            guard let batch else { return }
            var rest = batch[...]
            while !rest.isEmpty { commit(&rest) }
        }
    }

    /// One transaction, of as many writes as fit into its time.
    private func commit(_ rest: inout ArraySlice<Write>) {
        var answers: [((any Error)?) -> Void] = []
        let before = rest
        do {
            try store.write { connection in
                answers = []
                rest = before
                let began = ContinuousClock.now
                repeat {
                    guard let write = rest.popFirst() else { break }
                    answers.append(write.body(connection))
                } while began.duration(to: .now) < Self.longest
            }
            for answer in answers { answer(nil) }
        } catch {
            // Nothing of this transaction is written: all who took part in it are told. Where none could begin, the
            // others would wait as long for the same lock, one after the other.
            if answers.isEmpty { while let write = rest.popFirst() { write.fail(error) } }
            for answer in answers { answer(error) }
        }
    }
}
