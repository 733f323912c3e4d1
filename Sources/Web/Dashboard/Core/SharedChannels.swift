import Foundation
import NIOPosix
import Playbooks
import Storage

/// How the channels do, which is a walk back over the last touches: made for everybody who looks and on a connection of its
/// own.
///
/// In a small workspace every page walks anew. In a large one what was found is shared for twenty times as long as it took,
/// so that however many look it takes a twentieth of a core; pages show the last one and when it was made.
final class SharedChannels: Sendable {
    private struct Kept: Sendable {
        var figures: ChannelFigures.All
        var began: ContinuousClock.Instant
        var ended: ContinuousClock.Instant
        var took: Duration { began.duration(to: ended) }
    }

    private struct Table {
        var kept: Kept?
        var failure: (any Error)?
        /// When the count that is being made began; nil while there is none.
        var began: Date?
        var generation = 0
    }

    /// A count that takes no longer is made for every page.
    private static let short = Duration.milliseconds(100)
    /// So long after it began pages wait for a count: in a large workspace only the first ones do, and hold up no others.
    private static let patience = 1.0
    private static let share = 20

    private let store: Store
    private let threads = NIOThreadPool(numberOfThreads: 1)
    private let condition = NSCondition()
    /// Guarded by `condition`.
    private nonisolated(unsafe) var table = Table()

    init(store: Store) {
        self.store = store
        threads.start()
    }

    deinit { threads.shutdownGracefully { _ in } }

    /// Changes with every count that pages have not waited for: what they show is older.
    var generation: Int { condition.withLock { table.generation } }

    /// The counts that a page shows; nil while they are made for the first time and it takes long.
    ///
    /// - Throws: why they could not be made.
    func all(_ workspace: Workspace, now: Instant) throws -> ChannelFigures.All? {
        let asked = ContinuousClock.now
        return try condition.withLock {
            while true {
                if let kept = table.kept, isGood(kept, at: asked) { return kept.figures }
                if let failure = table.failure {
                    table.failure = nil
                    throw failure
                }
                let began = table.began ?? begin(workspace, now)
                if let kept = table.kept, kept.took > Self.short { return kept.figures }
                guard condition.wait(until: began + Self.patience) else { return table.kept?.figures }
            }
        }
    }

    private func isGood(_ kept: Kept, at asked: ContinuousClock.Instant) -> Bool {
        kept.began >= asked || (kept.took > Self.short && kept.ended.duration(to: asked) < kept.took * Self.share)
    }

    private func begin(_ workspace: Workspace, _ now: Instant) -> Date {
        let moment = Date()
        table.began = moment
        threads.submit { [self] state in
            guard case .active = state else { return }
            let began = ContinuousClock.now
            let made = Result { try store.read { try ChannelFigures.All(workspace, now: now, $0) } }
            condition.withLock {
                table.began = nil
                switch made {
                case .success(let figures):
                    let kept = Kept(figures: figures, began: began, ended: .now)
                    table.kept = kept
                    if kept.took > Self.short { table.generation += 1 }
                case .failure(let error): table.failure = error
                }
                condition.broadcast()
            }
        }
        return moment
    }
}
