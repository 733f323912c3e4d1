import Decisions
import Storage
import Synchronization

/// The first pass of a cycle: decides about the accounts that it looks at, and only counts.
struct FirstPass {
    /// Which accounts a cycle looks at.
    enum Scope {
        case all
        /// Ascending.
        case some([Int64])
    }

    private enum Part: Sendable {
        case block(ClosedRange<Int64>)
        case accounts([Int64])
    }

    /// What the second thread comes to.
    private final class Half: Sendable {
        struct Counts {
            var tally = Tally()
            var audiences: [Int64: Int] = [:]
        }

        let counts = Mutex(Counts())
        let isStopped = Atomic(false)
    }

    let scope: Scope
    let deciding: BlockDeciding
    /// Decides every other block, where there is one.
    let second: SecondThread?
    let isStopped: @Sendable () -> Bool

    /// So many blocks are worth a second thread.
    static let fewestBlocks = 4

    func run(_ holds: [Int64: Hold]) throws -> Tally {
        let parts = try parts()
        guard let second, parts.count >= Self.fewestBlocks else {
            return try decide(parts[...], by: 1, deciding)
        }
        // Every other block each, so that the sums do not depend on which thread was quicker.
        let half = Half()
        second.start { deciding in
            deciding.hold(holds)
            let tally = try decide(parts.dropFirst(), by: 2, deciding, half)
            half.counts.withLock { $0 = Half.Counts(tally: tally, audiences: deciding.audiences) }
        }
        let mine = Result { try decide(parts[...], by: 2, deciding) }
        if case .failure = mine { half.isStopped.store(true, ordering: .relaxed) }
        let others = Result { try second.finish() }
        var tally = try mine.get()
        try others.get()
        let counts = half.counts.withLock { $0 }
        tally.add(counts.tally)
        deciding.addAudiences(of: counts.audiences)
        return tally
    }

    private func parts() throws -> [Part] {
        switch scope {
        case .all: try deciding.blocks().map { .block($0) }
        case .some(let ids): ids.byBlock.map { .accounts($0) }
        }
    }

    /// - Throws: `CycleStopped` when somebody asked for the end.
    private func decide(
        _ parts: ArraySlice<Part>, by stride: Int, _ deciding: BlockDeciding, _ half: Half? = nil
    ) throws -> Tally {
        var tally = Tally()
        for index in Swift.stride(from: parts.startIndex, to: parts.endIndex, by: stride) {
            if isStopped() || half?.isStopped.load(ordering: .relaxed) == true { throw CycleStopped() }
            switch parts[index] {
            case .block(let range): _ = try deciding.decide(range, freezes: false, &tally)
            case .accounts(let ids): _ = try deciding.decide(ids, freezes: false, &tally)
            }
        }
        return tally
    }
}
