/// A step of a journey where a segment converts worse than it should, found without a human.
///
/// Measurement notes, section 3.
package struct WeakPoint: Sendable, Hashable {
    package enum Against: Sendable, Hashable, CaseIterable {
        /// The same step and segment in the windows before.
        case past
        /// The same step and window in the other segments.
        case peers
    }

    /// One step in one segment, over entrants whose time to convert has passed.
    package struct Step: Sendable, Hashable {
        package var now: Proportion
        package var past: Proportion?
        /// Whether it was weak against its past before: it stays weak until the share is back.
        package var wasWeak: Bool
        package var peers: Proportion?
        /// The windows before, week by week: how much the share scatters when nothing is wrong.
        package var weeks: [Proportion]
        /// The share of those who pass this step that also passes all later ones; 1 for the last.
        package var downstream: Double
        /// What one account is worth a month.
        package var value: Double

        package init(
            now: Proportion, past: Proportion? = nil, wasWeak: Bool = false, peers: Proportion? = nil,
            weeks: [Proportion] = [],
            downstream: Double = 1, value: Double = 0
        ) {
            self.now = now
            self.past = past
            self.wasWeak = wasWeak
            self.peers = peers
            self.weeks = weeks
            self.downstream = downstream
            self.value = value
        }
    }

    /// The place of the step in the list that was searched.
    package var step: Int
    package var against: Against
    package var now: Proportion
    package var before: Proportion
    /// One-sided, before and after the Benjamini-Hochberg correction over everything that was searched.
    package var p: Double
    package var adjusted: Double
    /// The difference of the shares with Newcombe's interval.
    package var difference: Interval
    /// (p0 - p1) n1, the conversions that are missing.
    package var lost: Double
    /// The same from the upper end of the interval; 0 when that is not negative.
    package var lostAtLeast: Double
    /// `lostAtLeast`, times the downstream conversion, times the value of one account.
    package var cost: Double

    /// Fewer entrants than these say nothing: now, and before.
    package static let minimum = (now: 20, before: 60)

    /// The share of false ones that is let through on a day, so that a year of days brings about one a journey.
    package static let rate = 0.004

    /// A step that was weak is so no more when its share is as low as it is by chance in three of ten cases.
    private static let release = 0.3

    /// All weak points among the steps, the most costly first; ties by the lower p, then in the order given.
    ///
    /// The share of a week scatters by more than chance: the variance of a difference is that of the beta-binomial,
    /// p(1-p)(1/n + 1/m + ρ(h + k)) with h and k the sums of squared shares of the weeks, and its p-value Student's.
    /// One that was weak before needs no second proof: chance alone would let go of a fall that lasts, and its past with it.
    package static func search(_ steps: [Step], rate: Double = WeakPoint.rate) -> [WeakPoint] {
        let scatter = WeeklyScatter(steps.map(\.weeks))
        var tested: [WeakPoint] = []
        for (index, step) in steps.enumerated() where step.now.total >= (step.wasWeak ? 1 : minimum.now) {
            for against in Against.allCases {
                let candidate = against == .past ? step.past : step.peers
                guard let before = candidate, before.total >= minimum.before else { continue }
                tested.append(WeakPoint(step, at: index, against, before, scatter))
            }
        }
        let adjusted = Correction.benjaminiHochberg.adjusted(tested.map(\.p))
        for index in tested.indices { tested[index].adjusted = adjusted[index] }
        let found = tested.filter {
            $0.adjusted <= rate || steps[$0.step].wasWeak && $0.against == .past && $0.p <= release
        }
        return found.sorted { ($0.cost, -$0.p, -$0.step) > ($1.cost, -$1.p, -$1.step) }
    }

    private init(
        _ step: Step, at index: Int, _ against: Against, _ before: Proportion, _ scatter: WeeklyScatter
    ) {
        let comparison = ProportionComparison(control: before, treatment: step.now)
        self.step = index
        self.against = against
        self.now = step.now
        self.before = before
        // Two weeks now; of the others as many, of the past all that it has.
        let weeks = against == .past && !step.weeks.isEmpty ? WeeklyScatter.concentration(step.weeks) : 0.5
        let excess = scatter.correlation * (0.5 + weeks)
        let scale = 1 / Double(max(1, step.now.total)) + 1 / Double(max(1, before.total))
        p = max(comparison.test(.less).p, scatter.p(comparison.pooledZ ?? 0, inflation: 1 + excess / scale))
        adjusted = p
        // As much wider as the scatter makes it.
        let (plain, center) = (comparison.newcombe(), comparison.difference ?? 0)
        let factor = (1 + excess / scale).squareRoot()
        difference = Interval(
            lower: max(-1, center - (center - plain.lower) * factor),
            upper: min(1, center + (plain.upper - center) * factor))
        lost = -(comparison.difference ?? 0) * Double(step.now.total)
        lostAtLeast = max(0, -difference.upper) * Double(step.now.total)
        cost = lostAtLeast * step.downstream * step.value
    }
}
