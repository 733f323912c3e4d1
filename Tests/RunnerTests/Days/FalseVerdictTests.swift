import Foundation
import Playbooks
import Reliability
import Statistics
import Storage
import Testing

/// How often whole experiments in which nothing does anything end with a claim.
@Suite struct FalseVerdictTests {
    /// Looked at every week; in the long form until 20 looks have counted, with eight playbooks for each address.
    ///
    /// Experiments of one workspace are drawn by names of their own and have goals of their own, so that what one claims says
    /// nothing of the others; they meet in the caps. Optimized, a workspace of eight takes 22 s of a core.
    @Test func experimentsOfNothingClaimSomethingInAtMostOneOfTwenty() async throws {
        let worlds = Rounds.count(1, long: 250)
        let isLong = Rounds.count(0, long: 1_000) > 0
        let (weeks, playbooks) = isLong ? (24, 8) : (6, 3)
        let first = ProcessInfo.processInfo.environment["KEEPTOUCH_SEED"].flatMap(UInt64.init) ?? 1
        var (experiments, looks, claims, broken, outside) = (0, 0, 0, 0, 0)
        for seed in first..<(first + UInt64(worlds)) {
            let world = try NullWorld(seed: seed, playbooks: playbooks)
            var claimed: Set<String> = []
            var mismatched: Set<String> = []
            var missed: Set<String> = []
            var most = 0
            for day in NullWorld.start..<(NullWorld.start + weeks * 7 + 1) {
                try await world.live(day)
                guard day > NullWorld.start, (day - NullWorld.start).isMultiple(of: 7) else { continue }
                for name in world.playbooks {
                    guard let said = try world.said(of: name, at: noon(day, hours: 2)) else { continue }
                    if said.isClaim, claimed.insert(name).inserted { print("seed \(seed) \(name): \(said.sentence)") }
                    if said.isBroken, mismatched.insert(name).inserted {
                        print("seed \(seed) \(name): \(said.sentence)")
                    }
                    if let interval = said.interval, !interval.contains(0) { missed.insert(name) }
                    most = max(most, said.looks)
                }
            }
            #expect(most >= (isLong ? 20 : 2))
            experiments += playbooks
            looks += most * playbooks
            claims += claimed.count
            broken += mismatched.count
            outside += missed.count
            print(
                "\(experiments) experiments, \(looks) looks: \(claims) claims, \(broken) mismatches, \(outside) intervals off"
            )
        }
        Rounds.tell(
            experiments, "\(claims) false claims, \(broken) false mismatches, \(outside) intervals without zero")
        // One in twenty, and what chance adds to that in one of a thousand runs.
        let most = max(2, Int(0.05 * Double(experiments) + 3 * (0.0475 * Double(experiments)).squareRoot()))
        #expect(claims <= most && outside <= most)
        // Three ratios are asked at each look at 0.001, which all together are wrong in about one experiment of a hundred.
        #expect(broken <= max(1, experiments / 50))
    }
}
