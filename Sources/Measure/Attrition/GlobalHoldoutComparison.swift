import Playbooks
import Statistics
import Storage

/// The global holdout against all others, by weekly looks that together claim a false effect in at most 5% of periods.
///
/// Everybody is there from the first day on, so that the share that has left grows until the next draw. Between two looks
/// it is correlated by the root of the ratio of its odds, which are the information; alpha is spent by the calendar.
struct GlobalHoldoutComparison {
    typealias Look = Tenures.GlobalHoldout.Look

    let holdout: Tenures.GlobalHoldout
    /// Whether the customers of the two sides are as many as were drawn.
    let ratio: SampleRatio
    /// The look that the figures are of; the present before the first.
    let look: Look
    /// Treatment less control at the look, with the interval of its bound; nil before ten of each have left.
    private(set) var interval: Interval?
    private(set) var z: Double?
    private(set) var bound: Double?
    /// The look that decided, with its score and bound.
    private(set) var decision: (week: Int, look: Look, z: Double, bound: Double)?

    private static let alpha = 0.05

    init(_ holdout: Tenures.GlobalHoldout) {
        self.holdout = holdout
        look = holdout.weeks.last ?? holdout.now
        ratio = SampleRatio(
            observed: [look.heldOut.total, look.others.total], weights: [holdout.share, 1 - holdout.share])
        let length = Double(max(1, holdout.until - holdout.from))
        let bounds = GroupSequential(
            information: holdout.weeks.map { look in
                let all = look.heldOut + look.others
                return Double(all.successes) / Double(max(1, all.failures))
            }, clock: holdout.weeks.map { Double($0.at - holdout.from) / length }, alpha: Self.alpha
        ).bounds
        for (index, look) in holdout.weeks.enumerated() {
            let comparison = ProportionComparison(control: look.heldOut, treatment: look.others)
            guard ConfidenceSequence.permitsVerdict([look.heldOut, look.others]),
                let (z, error) = comparison.score
            else { continue }
            (self.z, bound) = (z, bounds[index])
            let band = Interval(around: z * error, by: bounds[index] * error)
            interval = Interval(lower: max(-1, band.lower), upper: min(1, band.upper))
            if decision == nil, abs(z) >= bounds[index] { decision = (index + 1, look, z, bounds[index]) }
        }
    }

    var difference: Double? {
        ProportionComparison(control: look.heldOut, treatment: look.others).difference
    }

    /// What is claimed, and the rule that it is claimed by.
    var verdict: String {
        if ratio.isAlarm {
            return "No verdict: the sides are not as they were drawn, \(look.heldOut.total) held out and "
                + "\(look.others.total) others, which chance gives with p \(ExperimentPeriod.p(ratio.p)) (alarm under 0.001)."
        }
        let fixed = ExperimentPeriod.fixed
        if let decision {
            let (decided, others) = (decision.look, decision.look.others.total)
            let difference = ProportionComparison(control: decided.heldOut, treatment: decided.others).difference ?? 0
            return "The playbooks \(decision.z < 0 ? "kept" : "lost") accounts: about "
                + "\(Report.Unit.plain(0).text(abs(difference) * Double(others))) of \(others) by then. The weekly look \(decision.week) decided it: |z| "
                + "\(fixed(abs(decision.z))) over the bound \(fixed(decision.bound)); all looks together claim a false effect "
                + "in at most 5% of periods."
        }
        if let z, let bound {
            return "No difference is shown; this look asks |z| \(fixed(abs(z))) of \(fixed(bound))."
        }
        return "No verdict before ten of each side have left and ten are there: \(look.heldOut.successes) held out and "
            + "\(look.others.successes) others have left."
    }
}
