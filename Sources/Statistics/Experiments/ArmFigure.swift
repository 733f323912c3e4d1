/// What is compared of an arm: the share of its accounts, or the mean of a figure over them.
package enum ArmFigure: Sendable, Hashable {
    case share(Proportion)
    case mean(Sample)
    /// One of the two, with its mean as if it had the strata of all arms together.
    indirect case stratified(ArmFigure, Sample)

    /// With fewer accounts of an arm no mean is near enough to normal.
    package static let fewestOfMean = 50

    package var total: Int {
        switch self {
        case .share(let share): share.total
        case .mean(let sample): sample.count
        case .stratified(let plain, _): plain.total
        }
    }

    /// As it was found, whatever its strata.
    package var plain: ArmFigure {
        if case .stratified(let plain, _) = self { plain } else { self }
    }

    /// The rate or the mean; nil of nobody.
    package var center: Double? {
        switch self {
        case .share(let share): share.rate
        case .mean(let sample), .stratified(_, let sample): sample.count > 0 ? sample.mean : nil
        }
    }

    /// Whether an arm has enough for a verdict: 10 accounts with the goal and 10 without it, or 50 of which a mean is taken.
    package var permitsVerdict: Bool {
        switch self {
        case .share(let share): ConfidenceSequence.permitsVerdict([share])
        case .mean(let sample): sample.count >= Self.fewestOfMean
        case .stratified(let plain, _): plain.permitsVerdict
        }
    }

    package var sample: Sample {
        switch self {
        case .share(let share): Sample(share)
        case .mean(let sample), .stratified(_, let sample): sample
        }
    }

    package func plus(_ other: ArmFigure) -> ArmFigure {
        switch (self, other) {
        case (.share(let left), .share(let right)): .share(left + right)
        default: .mean(sample + other.sample)
        }
    }
}

/// One arm against the control, by a share or by a mean; the difference is treatment less control.
package struct ArmContrast: Sendable, Hashable {
    package var control: ArmFigure
    package var treatment: ArmFigure

    package init(control: ArmFigure, treatment: ArmFigure) {
        self.control = control
        self.treatment = treatment
    }

    var shares: ProportionComparison? {
        guard case .share(let control) = control, case .share(let treatment) = treatment else { return nil }
        return ProportionComparison(control: control, treatment: treatment)
    }

    /// Nil when an arm is empty.
    package var difference: Double? {
        guard let control = control.center, let treatment = treatment.center else { return nil }
        return treatment - control
    }

    /// The difference with its error, by Welch where it is of means.
    package func effect(_ scale: Effect.Scale) -> Result<Effect, Unmeasurable> {
        Effect.between(control.sample, treatment.sample, scale: scale)
    }

    /// The score of a look, and the interval that a bound makes of it; nil when nobody differs from anybody.
    ///
    /// The difference over the larger of the pooled and the unpooled error, which keeps small holdouts honest: of a skewed
    /// figure the error of a small arm is small when its mean is, by luck. Of means it is the normal score that is as rare
    /// as this t with Welch's degrees of freedom, so that few accounts are not taken for many.
    package func score(bound: Double) -> (z: Double, interval: Interval)? {
        if let shares {
            guard let (z, error) = shares.score else { return nil }
            return (z, Interval(around: z * error, by: bound * error))
        }
        guard let effect = honest else { return nil }
        let z = Normal.upperQuantile(StudentT.outside(effect.t, degrees: effect.degrees) / 2)
        let alpha = 2 * Normal.above(bound)
        return (effect.t < 0 ? -z : z, effect.interval(alpha: alpha))
    }

    /// The effect with the larger of the two errors of means; nil when nobody differs from anybody.
    var honest: Effect? {
        guard shares == nil, var effect = try? effect(.absolute).get() else { return nil }
        let (c, t) = (control.sample, treatment.sample)
        let (m, n) = (Double(c.count), Double(t.count))
        let pooled = (c.variance * (m - 1) + t.variance * (n - 1)) / (m + n - 2) * (1 / m + 1 / n)
        effect.standardError = max(effect.standardError, pooled.squareRoot())
        return effect
    }

    /// The effect that may be looked at as often as one likes by a confidence sequence; nil when nobody differs from anybody.
    package var effectOfLooks: Effect? { shares == nil ? honest : try? effect(.absolute).get() }

    /// Two-sided, of a single look: the pooled z test or Fisher's; Welch's t test, with the pooled error where it is larger.
    package var p: Double { shares.map { $0.test().p } ?? honest?.p ?? 1 }

    /// Of a single look: Newcombe's, or that of the test; nil when nobody differs from anybody.
    package func interval(alpha: Double) -> Interval? {
        shares.map { $0.newcombe(alpha: alpha) } ?? honest?.interval(alpha: alpha)
    }
}

extension ProportionComparison {
    /// The difference over the larger of the pooled and the unpooled error; nil when nobody differs from anybody.
    package var score: (z: Double, error: Double)? {
        guard let difference, let unpooled = standardError else { return nil }
        let all = control + treatment
        guard let rate = all.rate, all.successes > 0, all.failures > 0 else { return nil }
        let scale = 1 / Double(control.total) + 1 / Double(treatment.total)
        let error = max((rate * (1 - rate) * scale).squareRoot(), unpooled)
        return (difference / error, error)
    }
}
