import Foundation

/// Whether the arms got the accounts that their weights promise.
package struct SampleRatio: Sendable, Hashable {
    package let observed: [Int]
    package let weights: [Double]
    /// Accounts in arms of weight zero, where there should be none: an error of its own.
    package let leaked: Int
    /// Σ(o-e)²/e over the arms with weight.
    package let chiSquared: Double
    /// One less than the arms with weight.
    package let degrees: Int
    /// From chi-squared; exact where an arm expects fewer than 50, for in the far tail χ² is right only of many.
    package let p: Double

    /// An alarm is a p-value under this.
    package static let threshold = 0.001

    package var isAlarm: Bool { leaked > 0 || p < Self.threshold }

    /// - Parameter weights: one for each arm, in any unit; negative and infinite ones count as zero.
    package init(observed: [Int], weights: [Double]) {
        self.observed = observed
        self.weights = weights
        let arms = zip(observed, weights)
        leaked = arms.reduce(0) { Self.counts($1.1) ? $0 : $0 + max(0, $1.0) }
        let counted = arms.filter { Self.counts($0.1) }
        let counts = counted.map { max(0, $0.0) }
        let weight = counted.reduce(0) { $0 + $1.1 }
        let shares = counted.map { $0.1 / weight }
        let n = counts.reduce(0, +)
        degrees = max(0, counts.count - 1)
        chiSquared = zip(counts, shares).reduce(0) { sum, arm in
            let expected = Double(n) * arm.1
            let distance = Double(arm.0) - expected
            return expected > 0 ? sum + distance * distance / expected : sum
        }
        let isSmall = shares.contains { $0 * Double(n) < 50 }
        p =
            isSmall
            ? Self.exact(counts, shares) ?? ChiSquared.above(chiSquared, degrees: degrees)
            : ChiSquared.above(chiSquared, degrees: degrees)
    }

    /// The exact p-value: the chance of all outcomes no more likely than this one.
    ///
    /// Nil when there are more than two arms and too many outcomes to add up. Arms of weight zero are left out.
    package var exactP: Double? {
        let counted = zip(observed, weights).filter { Self.counts($0.1) }
        let weight = counted.reduce(0) { $0 + $1.1 }
        return Self.exact(counted.map { max(0, $0.0) }, counted.map { $0.1 / weight })
    }

    private static func counts(_ weight: Double) -> Bool { weight > 0 && weight.isFinite }

    private static func exact(_ counts: [Int], _ shares: [Double]) -> Double? {
        let n = counts.reduce(0, +)
        guard n > 0, counts.count > 1 else { return 1 }
        guard shares.allSatisfy({ $0 > 0 }) else { return nil }
        if counts.count == 2 { return Binomial(trials: n, chance: shares[0]).test(counts[0]) }
        // As many outcomes as there are ways to put n balls into the arms.
        let arms = Double(counts.count)
        let ways: Double = lgamma(Double(n) + arms) - lgamma(Double(n) + 1) - lgamma(arms)
        guard ways < log(200_000) else { return nil }
        let logarithms = shares.map { log($0) }
        func logFactorial(_ count: Int) -> Double { lgamma(Double(count) + 1) }
        func term(_ count: Int, _ arm: Int) -> Double { Double(count) * logarithms[arm] - logFactorial(count) }
        let whole = logFactorial(n)
        let limit = counts.indices.reduce(whole) { $0 + term(counts[$1], $1) } + 1e-7
        func sum(_ arm: Int, _ left: Int, _ logarithm: Double) -> Double {
            if arm == counts.count - 1 {
                let total = logarithm + term(left, arm)
                return total <= limit ? exp(total) : 0
            }
            return (0...left).reduce(0) { $0 + sum(arm + 1, left - $1, logarithm + term($1, arm)) }
        }
        return min(1, sum(0, n, whole))
    }

    /// A p-value after each batch that stays valid however often one looks.
    ///
    /// The inverse of the largest Bayes factor so far of a Dirichlet prior around the weights against the weights
    /// themselves: Lindon and Malek (2020).
    package static func running(
        _ batches: [[Int]], weights: [Double], concentration: Double = 10_000
    ) -> [(logBayesFactor: Double, p: Double)] {
        let weight = weights.reduce(0) { counts($1) ? $0 + $1 : $0 }
        guard weight > 0, concentration > 0 else { return batches.map { _ in (0, 1) } }
        var totals = [Double](repeating: 0, count: weights.count)
        var largest = 0.0
        return batches.map { batch in
            for (arm, count) in batch.prefix(totals.count).enumerated() { totals[arm] += Double(max(0, count)) }
            var factor = 0.0
            var total = 0.0
            for (count, share) in zip(totals, weights) where counts(share) {
                factor += Gamma.logRising(concentration * share / weight, count)
                total += count
            }
            factor -= Gamma.logRising(concentration, total)
            largest = max(largest, factor)
            return (factor, exp(-largest))
        }
    }
}
