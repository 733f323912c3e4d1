/// What a treatment changed, with its uncertainty.
package struct Effect: Sendable, Hashable {
    package enum Scale: Sendable, Hashable {
        /// Treatment less control.
        case absolute
        /// The same over the size of the control's mean: the lift.
        case relative
    }

    package var estimate: Double
    package var standardError: Double
    /// Degrees of freedom of Welch and Satterthwaite.
    package var degrees: Double
    /// In both arms.
    package var accounts: Int

    package init(estimate: Double, standardError: Double, degrees: Double, accounts: Int) {
        (self.estimate, self.standardError, self.degrees, self.accounts) = (estimate, standardError, degrees, accounts)
    }

    /// An effect, when all that it is made of is a number.
    static func finite(
        estimate: Double, variance: Double, degrees: Double, accounts: Int
    ) -> Result<Effect, Unmeasurable> {
        guard estimate.isFinite, variance.isFinite else { return .failure(.outOfRange) }
        guard variance > 0 else { return .failure(.noVariance) }
        return .success(
            Effect(
                estimate: estimate, standardError: variance.squareRoot(), degrees: degrees, accounts: accounts))
    }

    /// The difference of two means whose variances may differ, or the lift.
    ///
    /// The lift is d/|mC| with variance sT²/(nT mC²) + sC² mT²/(nC mC⁴), by the delta method. Welch (1947).
    package static func between(
        _ control: Sample, _ treatment: Sample, scale: Scale
    ) -> Result<Effect, Unmeasurable> {
        let (c, t) = (control.meanVariance, treatment.meanVariance)
        return checked(control, treatment, scale: scale).flatMap { degrees in
            let difference = treatment.mean - control.mean
            let accounts = control.count + treatment.count
            guard scale == .relative else {
                return finite(estimate: difference, variance: c + t, degrees: degrees, accounts: accounts)
            }
            let ratio = treatment.mean / control.mean
            let variance = (t + c * ratio * ratio) / (control.mean * control.mean)
            return finite(
                estimate: difference / abs(control.mean), variance: variance, degrees: degrees, accounts: accounts)
        }
    }

    package static func between(
        _ control: Proportion, _ treatment: Proportion, scale: Scale
    ) -> Result<Effect, Unmeasurable> { between(Sample(control), Sample(treatment), scale: scale) }

    /// The degrees of freedom, or why there is no effect.
    static func checked(
        _ control: Sample, _ treatment: Sample, scale: Scale, base: Double? = nil
    ) -> Result<Double, Unmeasurable> {
        guard control.count > 0, treatment.count > 0 else { return .failure(.noAccounts) }
        guard control.count > 1, treatment.count > 1 else { return .failure(.tooFew) }
        let (c, t) = (control.meanVariance, treatment.meanVariance)
        guard c + t > 0, (c + t).isFinite else { return .failure(.noVariance) }
        if scale == .relative, base ?? control.mean == 0 { return .failure(.zeroControl) }
        // As shares of the sum, so that squares of tiny variances do not vanish.
        let (shareC, shareT) = (c / (c + t), t / (c + t))
        let inverse =
            shareC * shareC / Double(control.count - 1) + shareT * shareT / Double(treatment.count - 1)
        return .success(1 / inverse)
    }

    /// The estimate over its standard error.
    package var t: Double { estimate / standardError }

    /// Two-sided.
    package var p: Double { StudentT.outside(t, degrees: degrees) }

    package func interval(alpha: Double = 0.05) -> Interval {
        Interval(around: estimate, by: StudentT.outsideQuantile(alpha, degrees: degrees) * standardError)
    }
}
