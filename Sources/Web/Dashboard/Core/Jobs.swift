import Foundation
import NIOPosix
import Playbooks
import Storage
import Synchronization

/// What takes longer than a page may: one at a time, on a connection of its own, its result kept for a quarter of an hour.
final class Jobs: Sendable {
    /// What a page shows of it.
    enum State<Result: Sendable>: Sendable {
        case none
        case running(since: Instant)
        case done(Result, at: Instant, took: Duration)
        case failed(String, at: Instant)
    }

    private struct Entry: Sendable {
        var began: Instant
        var ended: Instant?
        var took = Duration.zero
        var result: (any Sendable)?
        var error: String?
    }

    static let lifetime = TimeSpan.minutes(15)
    private static let most = 40

    private let store: Store
    private let entries = Mutex<[String: Entry]>([:])
    private let threads = NIOThreadPool(numberOfThreads: 1)

    init(store: Store) {
        self.store = store
        threads.start()
    }

    deinit { threads.shutdownGracefully { _ in } }

    /// How the job of that name stands.
    func state<Result: Sendable>(_ name: String, of type: Result.Type = Result.self, now: Instant) -> State<Result> {
        entries.withLock { entries in
            guard let entry = entries[name] else { return .none }
            guard let ended = entry.ended else { return .running(since: entry.began) }
            guard now - ended < Self.lifetime else {
                entries[name] = nil
                return .none
            }
            if let error = entry.error { return .failed(error, at: ended) }
            guard let result = entry.result as? Result else { return .none }
            return .done(result, at: ended, took: entry.took)
        }
    }

    /// Begins it, unless it is running.
    func begin<Result: Sendable>(
        _ name: String, processNow: @escaping @Sendable () -> Instant,
        _ body: @escaping @Sendable (Store) throws -> Result
    ) {
        let isNew = entries.withLock { entries in
            if let entry = entries[name], entry.ended == nil { return false }
            if entries.count >= Self.most,
                let oldest = entries.filter({ $0.value.ended != nil }).min(by: {
                    $0.value.began < $1.value.began
                })
            {
                entries[oldest.key] = nil
            }
            entries[name] = Entry(began: processNow())
            return true
        }
        guard isNew else { return }
        threads.submit { [self] state in
            guard case .active = state else { return }
            let began = ContinuousClock.now
            let outcome = Swift.Result { try body(store) }
            let took = began.duration(to: .now)
            entries.withLock { entries in
                entries[name]?.ended = processNow()
                entries[name]?.took = took
                switch outcome {
                case .success(let result): entries[name]?.result = result
                case .failure(let error): entries[name]?.error = "\(error)"
                }
            }
        }
    }

    /// Stops the one that is running, whichever it is.
    func stop() { store.interrupt() }
}
