import Playbooks
import Statistics
import Storage

/// What must not get worse, arm by arm.
extension ExperimentPeriod {
    /// The arms at each look that counts, the last as they are now; a single one by the rule of a single look.
    func looks(
        of figure: PlaybookEntries.Figure, _ now: [PlaybookEntries.Count], _ entries: PlaybookEntries
    ) throws -> [[PlaybookEntries.Count]] {
        guard rule != .fixed, primaryComparison.looks.count > 1 else { return [now] }
        let weekly = try entries.weekly(of: figure, in: period)
        var looks: [[PlaybookEntries.Count]] = []
        for look in primaryComparison.looks.dropLast() {
            let week = Int((look.at - period.startedAt).milliseconds / PlaybookEntries.week)
            var sums = arms.arms.map { _ in PlaybookEntries.Count() }
            for found in weekly where found.key <= week {
                for (arm, count) in arms.counts(found.value).enumerated() where sums.indices.contains(arm) {
                    sums[arm].matured += count.matured
                    sums[arm].hits += count.hits
                }
            }
            looks.append(sums)
        }
        return looks + [now]
    }

    /// The difference of a harm with its bounds, by the rule of the experiment; nil when it cannot be said yet.
    ///
    /// The bounds are what all looks together allow, so that what one look has shown stays shown.
    func test(_ guardrail: Guardrail, _ arm: Int) -> (difference: Double, lower: Double, upper: Double)? {
        guard let difference = guardrail.figure.comparison(arm).difference else { return nil }
        var bounds: (lower: Double, upper: Double)?
        for (index, counts) in guardrail.looks.enumerated() where counts.indices.contains(arm) {
            let comparison = Figure(title: "", kind: guardrail.figure.kind, counts: counts).comparison(arm)
            let weekly = weeklyHarmBounds.indices.contains(index) ? weeklyHarmBounds[index] : nil
            guard let bound = rule == .groupSequential ? weekly : primaryComparison.harmBound(comparison) else {
                continue
            }
            let alpha = Normal.above(bound)
            guard alpha > 0,
                case .success(let test) = NonInferiority.test(comparison, margin: guardrail.margin, alpha: alpha)
            else { continue }
            // Wald's bound alone is under the truth in 8 of 100 where a harm is as rare as harms are.
            let newcombe = comparison.newcombe(alpha: min(1, 2 * alpha))
            let upper = max(test.upper, newcombe.upper)
            bounds = (max(bounds?.lower ?? -1, newcombe.lower), min(bounds?.upper ?? 1, upper))
        }
        return bounds.map { (difference, $0.lower, $0.upper) }
    }

    var standings: [[ExperimentVerdict.Guardrail]] {
        arms.arms.indices.dropFirst().map { arm in
            guardrails.map { guardrail in
                var standing = ExperimentVerdict.Guardrail.Standing.open
                if let test = test(guardrail, arm) {
                    if test.upper < guardrail.margin { standing = .holds }
                    // Where looks contradict each other, the harm counts.
                    if test.lower > guardrail.margin { standing = .broken }
                }
                return ExperimentVerdict.Guardrail(outcome: guardrail.figure.title, standing: standing)
            }
        }
    }

    /// What each arm behind the control does harm to: the goal, or guardrail metrics by name; empty for most.
    var harms: [[String]] {
        primaryComparison.readings.indices.map { arm in
            (primaryComparison.readings[arm].standing == .worse ? [goalName] : [])
                + (guardrailStandings.indices.contains(arm) ? guardrailStandings[arm] : [])
                .filter { $0.standing == .broken }.map(\.outcome)
        }
    }
}
