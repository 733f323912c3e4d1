/// What an account that comes is worth within a horizon: margin × what it pays a month × the months that it stays.
package struct LifetimeValue: Sendable, Hashable {
    package var value: Double
    package var standardError: Double
    /// How long accounts stay of the horizon, on average.
    package var stay: RestrictedMean

    /// Days of a month, as of MRR.
    package static let month = 365.25 / 12

    /// The product's variance by the delta method: g²(m²·Var T + T²·Var m) of the mean payment m and the mean time T.
    ///
    /// - Parameters:
    ///   - payments: what the accounts pay a month.
    ///   - margin: the share of it that is left, 0 to 1.
    ///   - horizon: in days.
    package static func of(
        _ curve: SurvivalCurve, payments: Sample, margin: Double, horizon: Double
    ) -> Result<LifetimeValue, Unmeasurable> {
        guard payments.count > 1 else { return .failure(payments.count == 0 ? .noAccounts : .tooFew) }
        return curve.restrictedMean(to: horizon).map { stay in
            let (time, error) = (stay.mean / month, stay.standardError / month)
            let (mean, variance) = (payments.mean, payments.meanVariance)
            return LifetimeValue(
                value: margin * mean * time,
                standardError: margin * (mean * mean * error * error + time * time * variance).squareRoot(), stay: stay)
        }
    }

    package func interval(alpha: Double = 0.05) -> Interval {
        Interval(around: value, by: Normal.upperQuantile(alpha / 2) * standardError)
    }
}
