import Decisions
import Playbooks
import Reliability
import Statistics
import Storage
import Testing

@testable import Measure

/// The global holdout read again and again through a year in which the playbooks do nothing.
struct GlobalHoldoutComparisonTests {
    private static let day = Day(number: 20_454)

    /// Looks through a year at accounts that leave, those held out with another risk a look than the others.
    private func year(
        _ looks: Int, heldOut: Int = 150, others: Int = 1_350, risks: (Double, Double), _ random: inout Dice
    ) -> Tenures.GlobalHoldout {
        var left = (0, 0)
        let weeks = (1...looks).map { look in
            left.0 += (left.0..<heldOut).count { _ in Double.random(in: 0..<1, using: &random) < risks.0 }
            left.1 += (left.1..<others).count { _ in Double.random(in: 0..<1, using: &random) < risks.1 }
            return Tenures.GlobalHoldout.Look(
                at: Self.day + 365 * look / looks, heldOut: Proportion(successes: left.0, total: heldOut),
                others: Proportion(successes: left.1, total: others))
        }
        return Tenures.GlobalHoldout(
            period: "2026", from: Self.day, share: 0.1, until: Self.day + 365, now: weeks[looks - 1], weeks: weeks)
    }

    @Test func lookingOftenClaimsNoMoreThanOneYearInTwenty() {
        var random = Dice(13)
        var (claims, naive) = (0, 0)
        let years = Rounds.count(40, long: 2_000)
        for _ in 0..<years {
            let holdout = year(9, risks: (0.04, 0.04), &random)
            if GlobalHoldoutComparison(holdout).decision != nil { claims += 1 }
            let isClaimed = holdout.weeks.contains { look in
                !ProportionComparison(control: look.heldOut, treatment: look.others).newcombe().contains(0)
            }
            if isClaimed { naive += 1 }
        }
        // A plain interval at each of nine looks claims four times as much as it says.
        #expect(naive > years / 10, "\(naive)")
        // At most one in twenty, and three standard deviations.
        let most = Double(years) / 20 + 3 * (Double(years) * 0.05 * 0.95).squareRoot()
        #expect(Double(claims) <= most, "\(claims)")
        Rounds.tell(years, "\(claims) false claims, \(naive) by plain intervals")
    }

    @Test func whatThePlaybooksKeepIsFound() {
        var random = Dice(5)
        let comparison = GlobalHoldoutComparison(year(9, risks: (0.06, 0.03), &random))
        #expect(comparison.verdict.hasPrefix("The playbooks kept accounts: about "))
        #expect(comparison.interval?.upper ?? 1 < 0)
    }

    @Test func sidesThatAreNotAsDrawnGetNoVerdict() {
        var random = Dice(5)
        let comparison = GlobalHoldoutComparison(year(9, heldOut: 300, others: 1_350, risks: (0.06, 0.03), &random))
        #expect(comparison.ratio.isAlarm)
        #expect(comparison.verdict.hasPrefix("No verdict: the sides are not as they were drawn"))
    }

    @Test func beforeTenHaveLeftNothingIsClaimed() {
        var random = Dice(5)
        let comparison = GlobalHoldoutComparison(year(9, heldOut: 30, others: 270, risks: (0.01, 0.01), &random))
        #expect(comparison.verdict.hasPrefix("No verdict before ten of each side have left"))
    }
}
