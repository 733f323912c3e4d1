import Foundation
import NIOConcurrencyHelpers
import NIOPosix
import Playbooks
import Storage

/// What takes longer than a page may: one at a time, on a connection of its own, its result kept for a quarter of an hour.
final class Jobs: Sendable {
    /// What a page shows of it.
    enum State<Result: Sendable>: Sendable {
        case none
        case running(Work)
        case done(Result, at: Instant, took: Duration)
        case failed(String, at: Instant)
    }

    /// One that has not ended.
    struct Work: Sendable {
        var name: String
        var since: Instant
        /// How many come before it.
        var ahead: Int
        /// Who began it.
        var who: String

        /// It is stopped by the one who began it, or by somebody who may pause what runs.
        func mayBeStopped(by visitor: Visitor) -> Bool { visitor.role >= .operator || visitor.name == who }
    }

    private struct Entry: Sendable {
        let id: UInt64
        var who: String
        var began: Instant
        var ended: Instant?
        var took = Duration.zero
        var result: (any Sendable)?
        var error: String?
        /// What its result takes of the room that all share.
        var rows = 0
    }

    private struct Table: Sendable {
        var entries: [String: Entry] = [:]
        /// The names of those that wait, and before them the one that runs.
        var queue: [String] = []
        var isRunning = false
        /// Changes whenever one begins or ends.
        var generation: UInt64 = 0

        /// Forgets what is too old, and of the rest the oldest results until there is room.
        mutating func tidy(now: Instant) {
            entries = entries.filter { $0.value.ended.map { now - $0 < Jobs.lifetime } ?? true }
            let kept = entries.filter { $0.value.ended != nil }.sorted { $0.value.began < $1.value.began }
            var rows = kept.reduce(0) { $0 + $1.value.rows }
            var count = kept.count
            for (name, entry) in kept where rows > Jobs.mostRows || count > Jobs.mostKept {
                entries[name] = nil
                rows -= entry.rows
                count -= 1
            }
        }
    }

    static let lifetime = TimeSpan.minutes(15)
    /// So many results are kept, and so many rows of all of them together.
    static let mostKept = 40
    static let mostRows = 300_000
    /// So many may wait for their turn.
    static let mostWaiting = 20

    private let store: Store
    private let table = NIOLockedValueBox(Table())
    private let threads = NIOThreadPool(numberOfThreads: 1)
    /// Told whenever a job ends.
    private let ending = NSCondition()

    init(store: Store) {
        self.store = store
        threads.start()
    }

    deinit { threads.shutdownGracefully { _ in } }

    /// Changes whenever a job begins or ends; nil while one is at work, whose page changes by itself.
    var generation: UInt64? { table.withLockedValue { $0.queue.isEmpty ? $0.generation : nil } }

    /// How the job of that name stands.
    func state<Result: Sendable>(_ name: String, of type: Result.Type = Result.self, now: Instant) -> State<Result> {
        table.withLockedValue { table in
            guard let entry = table.entries[name] else { return .none }
            guard let ended = entry.ended else {
                let ahead = table.queue.firstIndex(of: name) ?? 0
                return .running(Work(name: name, since: entry.began, ahead: ahead, who: entry.who))
            }
            guard now - ended < Self.lifetime else {
                table.entries[name] = nil
                return .none
            }
            if let error = entry.error { return .failed(error, at: ended) }
            guard let result = entry.result as? Result else { return .none }
            return .done(result, at: ended, took: entry.took)
        }
    }

    /// One that runs or waits; nil when it has ended.
    func work(_ name: String) -> Work? {
        table.withLockedValue { table in
            guard let entry = table.entries[name], let ahead = table.queue.firstIndex(of: name) else { return nil }
            return Work(name: name, since: entry.began, ahead: ahead, who: entry.who)
        }
    }

    /// Begins it, unless it is running.
    ///
    /// - Parameters:
    ///   - who: by whose wish.
    ///   - rows: how many rows a result holds; what all hold together has an end.
    /// - Throws: `PageProblem` when too many wait already.
    func begin<Result: Sendable>(
        _ name: String, by who: String, processNow: @escaping @Sendable () -> Instant,
        rows: @escaping @Sendable (Result) -> Int = { _ in 1 },
        _ body: @escaping @Sendable (Store) throws -> Result
    ) throws {
        let id: UInt64? = try table.withLockedValue { table in
            if let entry = table.entries[name], entry.ended == nil { return nil }
            guard table.queue.count <= Self.mostWaiting else {
                throw PageProblem(
                    .unavailable, "Too much is asked for",
                    "\(Self.mostWaiting) lists, plans and reports wait for their turn already; ask again in a while.")
            }
            table.tidy(now: processNow())
            table.generation += 1
            table.entries[name] = Entry(id: table.generation, who: who, began: processNow())
            table.queue.append(name)
            return table.generation
        }
        guard let id else { return }
        threads.submit { [self] state in
            guard case .active = state, start(name, id) else { return }
            let began = ContinuousClock.now
            let outcome = Swift.Result { try body(store) }
            let took = began.duration(to: .now)
            table.withLockedValue { table in
                table.queue.removeFirst()
                (table.isRunning, table.generation) = (false, table.generation + 1)
                table.entries[name]?.ended = processNow()
                table.entries[name]?.took = took
                switch outcome {
                case .success(let result):
                    table.entries[name]?.result = result
                    table.entries[name]?.rows = rows(result)
                case .failure(let error as StorageError) where error.isInterrupted:
                    table.entries[name]?.error = "it was stopped"
                case .failure(let error): table.entries[name]?.error = "\(error)"
                }
                table.tidy(now: processNow())
            }
            ending.withLock { ending.broadcast() }
        }
    }

    /// Waits until the job of that name has ended, at most so long: a page that is there at once need not load itself again.
    func wait(for name: String, atMost seconds: Double) {
        let deadline = Date(timeIntervalSinceNow: seconds)
        ending.withLock {
            while work(name) != nil, ending.wait(until: deadline) {}
        }
    }

    /// False for one that was taken out of the queue, or taken out and put in again since.
    private func start(_ name: String, _ id: UInt64) -> Bool {
        table.withLockedValue { table in
            guard table.queue.first == name, table.entries[name]?.id == id else { return false }
            table.isRunning = true
            return true
        }
    }

    /// Drops what is kept: it may name somebody who is to be forgotten.
    func forget() {
        table.withLockedValue { table in
            table.entries = table.entries.filter { $0.value.ended == nil }
            table.generation += 1
        }
    }

    /// Stops one that runs, or takes one that waits out of the queue; false when it had ended.
    @discardableResult
    func stop(_ name: String) -> Bool {
        table.withLockedValue { table in
            guard let place = table.queue.firstIndex(of: name) else { return false }
            if place == 0, table.isRunning {
                store.interrupt()
            } else {
                table.queue.remove(at: place)
                table.entries[name] = nil
                table.generation += 1
            }
            return true
        }
    }
}
