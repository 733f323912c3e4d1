import Decisions
import Playbooks
import Statistics
import Storage
import Testing

@testable import Measure

/// The global holdout read again and again through a year in which the playbooks do nothing.
struct GlobalContestTests {
    private struct SplitMix: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    private static let day = Day(number: 20_454)

    /// Looks through a year at accounts that leave, those held out with another risk a look than the others.
    private func year(
        _ looks: Int, heldOut: Int = 150, others: Int = 1_350, risks: (Double, Double), _ random: inout SplitMix
    ) -> Stays.GlobalHoldout {
        var left = (0, 0)
        let weeks = (1...looks).map { look in
            left.0 += (left.0..<heldOut).count { _ in Double.random(in: 0..<1, using: &random) < risks.0 }
            left.1 += (left.1..<others).count { _ in Double.random(in: 0..<1, using: &random) < risks.1 }
            return Stays.GlobalHoldout.Look(
                at: Self.day + 365 * look / looks, heldOut: Proportion(successes: left.0, total: heldOut),
                others: Proportion(successes: left.1, total: others))
        }
        return Stays.GlobalHoldout(
            period: "2026", from: Self.day, share: 0.1, until: Self.day + 365, now: weeks[looks - 1], weeks: weeks)
    }

    @Test func lookingOftenClaimsNoMoreThanOneYearInTwenty() {
        var random = SplitMix(state: 13)
        var (claims, naive) = (0, 0)
        for _ in 0..<40 {
            let holdout = year(9, risks: (0.04, 0.04), &random)
            if GlobalContest(holdout).decision != nil { claims += 1 }
            let isClaimed = holdout.weeks.contains { look in
                !ProportionComparison(control: look.heldOut, treatment: look.others).newcombe().contains(0)
            }
            if isClaimed { naive += 1 }
        }
        // A plain interval at each of nine looks claims four times as much as it says.
        #expect(naive > 4, "\(naive)")
        #expect(claims <= 4, "\(claims)")
    }

    @Test func whatThePlaybooksKeepIsFound() {
        var random = SplitMix(state: 5)
        let contest = GlobalContest(year(9, risks: (0.06, 0.03), &random))
        #expect(contest.verdict.hasPrefix("The playbooks kept accounts: about "))
        #expect(contest.interval?.upper ?? 1 < 0)
    }

    @Test func sidesThatAreNotAsDrawnGetNoVerdict() {
        var random = SplitMix(state: 5)
        let contest = GlobalContest(year(9, heldOut: 300, others: 1_350, risks: (0.06, 0.03), &random))
        #expect(contest.ratio.isAlarm)
        #expect(contest.verdict.hasPrefix("No verdict: the sides are not as they were drawn"))
    }

    @Test func beforeTenHaveLeftNothingIsClaimed() {
        var random = SplitMix(state: 5)
        let contest = GlobalContest(year(9, heldOut: 30, others: 270, risks: (0.01, 0.01), &random))
        #expect(contest.verdict.hasPrefix("No verdict before ten of each side have left"))
    }
}
