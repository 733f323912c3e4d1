/// The mean time that accounts stay within a horizon.
package struct RestrictedMean: Sendable, Hashable {
    package var horizon: Double
    package var mean: Double
    package var standardError: Double

    package func interval(alpha: Double = 0.05) -> Interval {
        Interval(around: mean, by: Normal.upperQuantile(alpha / 2) * standardError)
    }

    /// How much longer or shorter one group stays than another.
    package struct Difference: Sendable, Hashable {
        package var estimate: Double
        package var standardError: Double
        /// Two-sided, from the normal distribution.
        package var p: Double

        package func interval(alpha: Double = 0.05) -> Interval {
            Interval(around: estimate, by: Normal.upperQuantile(alpha / 2) * standardError)
        }
    }

    /// This less another with the same horizon.
    package func difference(from other: RestrictedMean) -> Result<Difference, Unmeasurable> {
        guard horizon == other.horizon else { return .failure(.outOfRange) }
        let variance = standardError * standardError + other.standardError * other.standardError
        guard variance > 0 else { return .failure(.noVariance) }
        let (estimate, error) = (mean - other.mean, variance.squareRoot())
        return .success(Difference(estimate: estimate, standardError: error, p: Normal.outside(estimate / error)))
    }
}
