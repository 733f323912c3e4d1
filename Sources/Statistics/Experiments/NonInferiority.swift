/// Whether a harm grew by less than a margin: the test of a guardrail metric, where more is worse.
package struct NonInferiority: Sendable, Hashable {
    /// Treatment less control.
    package let difference: Double
    package let margin: Double
    /// (d - margin)/SE; nil when nobody differs within an arm.
    package let z: Double?
    /// The chance of a difference this small if the harm had grown by the margin; nil when nobody differs.
    package let p: Double?
    /// The difference is below this with the confidence 1 - alpha: d + z·SE, or Newcombe's where that has no width.
    package let upper: Double

    /// Whether the harm is shown to have grown by less than the margin.
    package var holds: Bool { upper < margin }

    /// Wald's test, as statsmodels' `test_proportions_2indep(value: margin, method: "wald", alternative: "smaller")`.
    package static func test(
        _ comparison: ProportionComparison, margin: Double, alpha: Double = 0.05
    ) -> Result<NonInferiority, Unmeasurable> {
        guard let difference = comparison.difference, let error = comparison.standardError else {
            return .failure(.noAccounts)
        }
        guard error > 0 else {
            let upper = comparison.newcombe(alpha: min(1, 2 * alpha)).upper
            return .success(NonInferiority(difference: difference, margin: margin, z: nil, p: nil, upper: upper))
        }
        let z = (difference - margin) / error
        return .success(
            NonInferiority(
                difference: difference, margin: margin, z: z, p: Normal.below(z),
                upper: difference + Normal.upperQuantile(alpha) * error))
    }
}
