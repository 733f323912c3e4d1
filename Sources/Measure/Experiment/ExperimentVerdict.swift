import Statistics

/// What to do about an experiment.
package enum ExperimentVerdict: Sendable, Hashable {
    /// The arm, by its place behind the control.
    case ship(Int)
    /// These arms make the goal rarer, whatever another one that waits for its guardrails does.
    case harmful([Int])
    /// Better on the goal, but a guardrail metric grew by more than its margin.
    case breaksGuardrail(Int, outcome: String)
    /// Better on the goal, but it is not shown yet that a guardrail metric stays within its margin.
    case awaitsGuardrail(Int, outcome: String)
    case noDifference(largerThan: Double)
    /// Days until the plan is full; nil when nobody enters any more.
    case keepRunning(days: Int?)
    case undetectable(days: Int?)
    /// The arms are not as they were drawn, so nothing that follows can be trusted.
    case broken

    /// A guardrail metric of one arm.
    package struct Guardrail: Sendable, Hashable {
        package enum Standing: Sendable, Hashable {
            case holds, open, broken
        }

        package var outcome: String
        package var standing: Standing

        package init(outcome: String, standing: Standing) {
            self.outcome = outcome
            self.standing = standing
        }
    }

    /// Longer than so many days from the launch an experiment is not worth waiting for.
    package static let patience = 365

    /// The verdict by the comparison's rule.
    ///
    /// - Parameters:
    ///   - detect: the smallest change worth finding.
    ///   - guardrails: for each arm behind the control.
    ///   - days: until the plan is full, from now; nil when nobody enters.
    ///   - daysSoFar: since the launch.
    package init(
        _ comparison: ArmComparison, detect: Double, guardrails: [[Guardrail]] = [], isBroken: Bool = false, days: Int?,
        daysSoFar: Int
    ) {
        let readings = comparison.readings
        guard !isBroken else {
            self = .broken
            return
        }
        let better = readings.indices.filter { readings[$0].standing == .better }
        let worse = readings.indices.filter { readings[$0].standing == .worse }
        func own(_ arm: Int) -> [Guardrail] { guardrails.indices.contains(arm) ? guardrails[arm] : [] }
        // An arm that breaks a guardrail is the last to be looked at.
        func order(_ arm: Int) -> (Int, Double) {
            (own(arm).contains { $0.standing == .broken } ? 0 : 1, readings[arm].difference ?? 0)
        }
        if let best = better.max(by: { order($0) < order($1) }) {
            let own = own(best)
            if let worse = own.first(where: { $0.standing == .broken }) {
                self = .breaksGuardrail(best, outcome: worse.outcome)
            } else if let open = own.first(where: { $0.standing == .open }) {
                self = worse.isEmpty ? .awaitsGuardrail(best, outcome: open.outcome) : .harmful(worse)
            } else {
                self = .ship(best)
            }
            return
        }
        guard worse.isEmpty else {
            self = .harmful(worse)
            return
        }
        let largest = readings.map { reading in
            reading.interval.map { max(abs($0.lower), abs($0.upper)) } ?? 1
        }.max()
        let isEnough =
            switch comparison.rule {
            case .groupSequential, .fixed: comparison.isFull
            case .alwaysValid: (largest ?? 1) <= detect
            }
        if isEnough, comparison.permitsVerdict, let largest {
            self = .noDifference(largerThan: largest)
        } else if let days, days + daysSoFar <= Self.patience {
            self = .keepRunning(days: days)
        } else if comparison.planned == nil {
            self = .keepRunning(days: nil)
        } else {
            self = .undetectable(days: days)
        }
    }

    /// Whether it is an end: a claim of an effect, for better or worse.
    package var isClaim: Bool {
        switch self {
        case .ship, .harmful, .breaksGuardrail, .awaitsGuardrail: true
        case .noDifference, .keepRunning, .undetectable, .broken: false
        }
    }
}
