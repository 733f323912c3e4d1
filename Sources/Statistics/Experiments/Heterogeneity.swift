/// Whether the effects of several groups differ by more than chance.
package struct Heterogeneity: Sendable, Hashable {
    package let q: Double
    package let degrees: Int

    /// Cochran's Q (1954): Σ w(d - d̄)² with w = 1/SE² and d̄ the mean weighted by w, against χ² with one degree less than there
    /// are groups.
    ///
    /// - Returns: why there is no test where fewer than two groups have an effect.
    package static func test(_ effects: [Effect]) -> Result<Heterogeneity, Unmeasurable> {
        guard effects.count > 1 else { return .failure(.tooFew) }
        let weights = effects.map { 1 / ($0.standardError * $0.standardError) }
        let mean = zip(weights, effects).reduce(0) { $0 + $1.0 * $1.1.estimate } / weights.reduce(0, +)
        let q = zip(weights, effects).reduce(0) { sum, pair in
            sum + pair.0 * (pair.1.estimate - mean) * (pair.1.estimate - mean)
        }
        guard q.isFinite else { return .failure(.outOfRange) }
        return .success(Heterogeneity(q: q, degrees: effects.count - 1))
    }

    package var p: Double { ChiSquared.above(q, degrees: degrees) }
}
