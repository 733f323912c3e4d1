import Foundation
import Reliability
import Testing

/// The long program: rounds of kills, restores, copies, jumps of the clock, broken endpoints and full disks until its time
/// is over. `make reliability HOURS=2` runs it; a second call goes on where the first stopped.
@Suite(.enabled(if: Settings.hours != nil, "it takes hours: make reliability HOURS=2"))
struct EnduranceTests {
    private static let lanes = ProcessInfo.processInfo.activeProcessorCount

    private static let ledger = Result {
        try EnduranceLedger(
            folder: URL(fileURLWithPath: Settings.folder), seed: Settings.seed)
    }

    @Test(arguments: 0..<lanes)
    func nothingIsLostOrDoubledWhateverHappens(lane: Int) throws {
        let ledger = try Self.ledger.get()
        let origins = try EnduranceRound.origins()
        let end = ContinuousClock.now + .seconds((Settings.hours ?? 0) * 3_600)
        var told = ContinuousClock.now
        while ContinuousClock.now < end {
            let seed = ledger.nextSeed()
            let round = try EnduranceRound(seed: seed, origins)
            ledger.append(round.run())
            if !round.complaints.isEmpty {
                let kept = ledger.folder.appendingPathComponent("failed-\(seed)")
                try? FileManager.default.copyItem(at: round.scratch.folder, to: kept)
                let text = round.complaints.joined(separator: "\n")
                try? Data((text + "\n").utf8).write(to: kept.appendingPathComponent("complaints.txt"))
                Issue.record("round \(seed), \(round.trouble.rawValue), is kept in \(kept.path): \(text)")
            }
            if lane == 0, ContinuousClock.now - told > .seconds(60) {
                told = .now
                print(ledger.table + "\n")
            }
        }
        if lane == 0 { print(ledger.table) }
    }
}

private enum Settings {
    private static let variables = ProcessInfo.processInfo.environment
    static let hours = variables["KEEPTOUCH_HOURS"].flatMap(Double.init)
    static let seed = variables["KEEPTOUCH_SEED"].flatMap(UInt64.init)
    static let folder = variables["KEEPTOUCH_RELIABILITY"] ?? ".build/reliability"
}
