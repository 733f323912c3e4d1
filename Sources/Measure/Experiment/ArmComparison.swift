package import Playbooks
package import Statistics

/// Arms against a control on one share or mean, look by look: which are better or worse, by a rule that was fixed before.
///
/// A pure function of counts and sums. Variants are corrected for each other by Holm's steps: while m arms are undecided each is
/// held to alpha/m; when one is decided the others are looked at again with what that sets free.
package struct ArmComparison: Sendable {
    package enum Rule: String, Sendable, CaseIterable {
        /// Weekly looks, whose bounds together claim a false effect with probability alpha.
        case groupSequential
        /// A confidence sequence, which may be looked at at any time.
        case alwaysValid
        /// One look at the end.
        case fixed
    }

    /// What had matured by a moment: the control first.
    package struct Look: Sendable, Hashable {
        package var at: Instant
        package var arms: [ArmFigure]

        package init(at: Instant, arms: [ArmFigure]) {
            self.at = at
            self.arms = arms
        }

        package init(at: Instant, arms: [Proportion]) {
            self.init(at: at, arms: arms.map { .share($0) })
        }

        /// Whether every arm has enough for a verdict.
        var permitsVerdict: Bool { arms.allSatisfy(\.permitsVerdict) }

        var total: Int { arms.reduce(0) { $0 + $1.total } }
    }

    package enum Standing: Sendable, Hashable {
        case undecided, better, worse
    }

    /// One arm against the control.
    package struct Reading: Sendable, Hashable {
        /// Treatment less control at the last look; nil when an arm is empty.
        package var difference: Double?
        /// Valid by the rule at all of its looks together; nil when it cannot be said yet.
        package var interval: Interval?
        package var standing = Standing.undecided
        /// The look at which it was decided, or the last.
        package var look = 0
        /// At that look, with the bound it had to pass; by weekly looks only.
        package var z: Double?
        package var bound: Double?
        /// The difference at the look that decided it, and the same without what an early stop adds to it.
        package var stopped: (naive: Double, corrected: Double)? {
            naive.flatMap { naive in correction.map { (naive, naive * $0) } }
        }
        var naive: Double?
        var correction: Double?
        /// What each look saw, with the interval that held there.
        package var course: [Step] = []
        /// Adjusted for the number of arms; nil by weekly looks, where the bound says it.
        package var p: Double?
    }

    /// What one look saw of an arm.
    package struct Step: Sendable, Hashable {
        package var at: Instant
        package var difference: Double
        /// All that the looks up to this one allow.
        package var interval: Interval
    }

    package let rule: Rule
    package let alpha: Double
    /// Of all arms together; nil while there is no plan.
    package let planned: Int?
    /// The looks that count: weekly ones end with the one that fills the plan.
    package let looks: [Look]
    /// One for each arm behind the control.
    package private(set) var readings: [Reading]

    /// - Parameters:
    ///   - looks: in the order of time; weekly, and with the present as the last for `alwaysValid` and `fixed`.
    ///   - bounds: by how many arms are undecided, from 1; computed from the looks unless given.
    package init(
        rule: Rule, looks: [Look], planned: Int?, alpha: Double = 0.05, bounds: [[Double]]? = nil
    ) {
        self.rule = rule
        self.alpha = alpha
        self.planned = planned
        var kept = looks
        if rule == .groupSequential, let planned, let full = looks.firstIndex(where: { $0.total >= planned }) {
            kept = Array(looks[...full])
        }
        self.looks = kept
        let count = max(0, (kept.last?.arms.count ?? 1) - 1)
        readings = Array(repeating: Reading(), count: count)
        for arm in 0..<count {
            readings[arm].difference = kept.last.flatMap { Self.comparison($0, arm).difference }
            readings[arm].look = max(0, kept.count - 1)
        }
        guard !kept.isEmpty, count > 0 else { return }
        switch rule {
        case .groupSequential: if let planned { readByBounds(planned, bounds) }
        case .alwaysValid: if let planned { readBySequence(planned) }
        case .fixed: readOnce()
        }
    }

    /// Whether as many accounts have matured as were planned.
    package var isFull: Bool {
        guard let planned, let last = looks.last else { return false }
        return last.total >= planned
    }

    /// Whether every arm has enough for a verdict at the last look.
    package var permitsVerdict: Bool { looks.last?.permitsVerdict ?? false }

    private static func comparison(_ look: Look, _ arm: Int) -> ArmContrast {
        ArmContrast(control: look.arms[0], treatment: look.arms[arm + 1])
    }

    private mutating func readByBounds(_ planned: Int, _ given: [[Double]]?) {
        let fractions = looks.map { Double($0.total) / Double(planned) }
        func bounds(_ undecided: Int) -> [Double] {
            if let given, given.indices.contains(undecided - 1) { return given[undecided - 1] }
            return GroupSequential(fractions: fractions, alpha: alpha / Double(undecided)).bounds
        }
        var arms = Array(readings.indices)
        // Holm's steps, until a step decides nothing.
        while !arms.isEmpty {
            let undecided = arms.count
            let bounds = bounds(undecided)
            for arm in arms {
                var band: Interval?
                readings[arm].course = []
                for (index, look) in looks.enumerated() where index < bounds.count {
                    let comparison = Self.comparison(look, arm)
                    guard look.permitsVerdict, let (z, next) = comparison.score(bound: bounds[index]) else { continue }
                    band = band.flatMap { $0.intersection(next) } ?? next
                    readings[arm].note(look.at, comparison.difference, band)
                    if readings[arm].standing == .undecided {
                        (readings[arm].z, readings[arm].bound) = (z, bounds[index])
                    }
                    if readings[arm].standing == .undecided, abs(z) >= bounds[index] {
                        readings[arm].standing = z > 0 ? .better : .worse
                        readings[arm].look = index
                        if fractions[index] < 1 {
                            readings[arm].naive = comparison.difference
                            readings[arm].correction = GroupSequential(fractions: fractions, bounds: bounds)
                                .stoppingCorrection(look: index, z: z)
                        }
                    }
                }
                readings[arm].interval = band
            }
            arms = arms.filter { readings[$0].standing == .undecided }
            if arms.count == undecided { return }
        }
    }

    /// The same by weekly looks, for each of them; empty while there is no plan.
    package var weeklyHarmBounds: [Double] {
        guard rule == .groupSequential, let planned, planned > 0, !looks.isEmpty else { return [] }
        return GroupSequential(fractions: looks.map { Double($0.total) / Double(planned) }, alpha: 0.1).bounds
    }

    /// How many standard errors wide a one-sided 95% bound of a harm is that holds at any look; nil while there is no plan.
    package func harmBound(_ comparison: ProportionComparison) -> Double? {
        switch rule {
        case .fixed: return Normal.upperQuantile(0.05)
        case .groupSequential: return weeklyHarmBounds.last
        case .alwaysValid:
            let accounts = comparison.control.total + comparison.treatment.total
            guard let planned, accounts > 0 else { return nil }
            return ConfidenceSequence(plannedAccounts: planned, alpha: 0.1).bound(accounts: accounts)
        }
    }

    private mutating func readBySequence(_ planned: Int) {
        var arms = Array(readings.indices)
        while !arms.isEmpty {
            let undecided = arms.count
            for arm in arms {
                // The two arms get their part of what was planned for all.
                let part = looks.last.map { look in
                    Double(look.arms[0].total + look.arms[arm + 1].total) / Double(max(1, look.total))
                }
                let sequence = ConfidenceSequence(
                    plannedAccounts: Int((Double(planned) * (part ?? 1)).rounded()), alpha: alpha / Double(undecided))
                var band: Interval?
                readings[arm].course = []
                for (index, look) in looks.enumerated() where look.permitsVerdict {
                    guard let effect = Self.comparison(look, arm).effectOfLooks else { continue }
                    let next = sequence.interval(effect)
                    band = band.flatMap { $0.intersection(next) } ?? next
                    readings[arm].note(look.at, effect.estimate, band)
                    readings[arm].p = min(readings[arm].p ?? 1, min(1, sequence.p(effect) * Double(undecided)))
                    if readings[arm].standing == .undecided, !next.contains(0) {
                        readings[arm].standing = effect.estimate > 0 ? .better : .worse
                        readings[arm].look = index
                    }
                }
                readings[arm].interval = band
            }
            arms = arms.filter { readings[$0].standing == .undecided }
            if arms.count == undecided { return }
        }
    }

    private mutating func readOnce() {
        guard let look = looks.last else { return }
        let tests = readings.indices.map { Self.comparison(look, $0).p }
        let adjusted = Correction.holm.adjusted(tests)
        let permitted = look.permitsVerdict
        let undecided = permitted ? adjusted.filter { $0 >= alpha }.count : adjusted.count
        for arm in readings.indices {
            let comparison = Self.comparison(look, arm)
            readings[arm].p = adjusted[arm]
            if permitted, adjusted[arm] < alpha {
                readings[arm].standing = (comparison.difference ?? 0) > 0 ? .better : .worse
            }
            readings[arm].interval = comparison.interval(alpha: alpha / Double(max(1, undecided)))
        }
    }
}

extension ArmComparison.Reading {
    fileprivate mutating func note(_ at: Instant, _ difference: Double?, _ interval: Interval?) {
        guard let difference, let interval else { return }
        course.append(ArmComparison.Step(at: at, difference: difference, interval: interval))
    }
}
