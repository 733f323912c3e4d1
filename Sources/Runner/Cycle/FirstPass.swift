import Decisions
import NIOConcurrencyHelpers
import Storage

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

        let counts = NIOLockedValueBox(Counts())
        /// Why either half was given up.
        let failure = NIOLockedValueBox<(any Error)?>(nil)

        var hasFailed: Bool { failure.withLockedValue { $0 != nil } }

        /// Runs one half; a failure ends the other one, too.
        func run(_ body: () throws -> Void) {
            do {
                try body()
            } catch {
                failure.withLockedValue { $0 = $0 ?? error }
            }
        }
    }

    private let parts: [Part]
    private let deciding: BlockDeciding
    private let isStopped: @Sendable () -> Bool
    /// Decides every other block, where there is one.
    var second: SecondThread?

    /// So many blocks are worth a second thread.
    private static let fewestBlocks = 4

    init(_ scope: Scope, _ deciding: BlockDeciding, isStopped: @escaping @Sendable () -> Bool) throws {
        parts =
            switch scope {
            case .all: try deciding.blocks().map { .block($0) }
            case .some(let ids): ids.byBlock.map { .accounts($0) }
            }
        self.deciding = deciding
        self.isStopped = isStopped
    }

    /// Whether there is enough for a second thread to do.
    var isWorthTwoThreads: Bool { parts.count >= Self.fewestBlocks && deciding.isOrderFree }

    func run(_ holds: [Int64: Hold]) throws -> Tally {
        guard let second else {
            return try decide(parts[...], by: 1, deciding)
        }
        // Every other block each, so that the sums do not depend on which thread was quicker.
        let half = Half()
        second.start { deciding in
            half.run {
                deciding.hold(holds)
                let tally = try decide(parts.dropFirst(), by: 2, deciding, half)
                half.counts.withLockedValue { $0 = Half.Counts(tally: tally, audiences: deciding.audiences) }
            }
        }
        var tally = Tally()
        half.run { tally = try decide(parts[...], by: 2, deciding, half) }
        try second.finish()
        if let failure = half.failure.withLockedValue({ $0 }) { throw failure }
        let counts = half.counts.withLockedValue { $0 }
        tally.add(counts.tally)
        deciding.addAudiences(of: counts.audiences)
        return tally
    }

    /// - Throws: `CycleStopped` when somebody asked for the end.
    private func decide(
        _ parts: ArraySlice<Part>, by stride: Int, _ deciding: BlockDeciding, _ half: Half? = nil
    ) throws -> Tally {
        var tally = Tally()
        for index in Swift.stride(from: parts.startIndex, to: parts.endIndex, by: stride) {
            if isStopped() || half?.hasFailed == true { throw CycleStopped() }
            switch parts[index] {
            case .block(let range): _ = try deciding.decide(range, freezes: false, &tally)
            case .accounts(let ids): _ = try deciding.decide(ids, freezes: false, &tally)
            }
        }
        return tally
    }
}
