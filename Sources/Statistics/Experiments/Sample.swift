/// The mean and the variance of one figure over the accounts of an arm.
package struct Sample: Sendable, Hashable {
    package let count: Int
    package let mean: Double
    /// What one account scatters; sums of squares give the sample variance (n - 1).
    package let variance: Double

    package init(count: Int, mean: Double, variance: Double) {
        self.count = max(0, count)
        self.mean = mean
        self.variance = variance > 0 ? variance : 0
    }

    package init(count: Int, sum: Double, sumOfSquares: Double) {
        let n = Double(max(1, count))
        let variance = count > 1 ? (sumOfSquares - sum * sum / n) / (n - 1) : 0
        // Equal figures leave nothing but what rounding left.
        self.init(count: count, mean: sum / n, variance: variance > 1e-12 * sumOfSquares / n ? variance : 0)
    }

    /// A share, with the variance p(1-p).
    package init(_ proportion: Proportion) {
        let p = proportion.rate ?? 0
        self.init(count: proportion.total, mean: p, variance: p * (1 - p))
    }

    /// A ratio of two sums over accounts, as of sessions per user, with the account as the unit.
    ///
    /// The variance is the delta method's: s_M²/μ_D² + s_D²μ_M²/μ_D⁴ - 2s_MDμ_M/μ_D³. Nil when the denominator is zero.
    package init?(
        count: Int, numerator: Double, denominator: Double, numeratorSquares: Double, denominatorSquares: Double,
        products: Double
    ) {
        guard count > 0, denominator != 0 else { return nil }
        let m = Sample(count: count, sum: numerator, sumOfSquares: numeratorSquares)
        let d = Sample(count: count, sum: denominator, sumOfSquares: denominatorSquares)
        let n = Double(count)
        let covariance = count > 1 ? (products - numerator * denominator / n) / (n - 1) : 0
        let ratio = m.mean / d.mean
        let scaled = m.variance + ratio * ratio * d.variance - 2 * ratio * covariance
        self.init(count: count, mean: ratio, variance: scaled / (d.mean * d.mean))
    }

    /// The variance of the mean; 0 of nobody.
    package var meanVariance: Double { count > 0 ? variance / Double(count) : 0 }

    /// The accounts of both, their figures taken together.
    package static func + (a: Sample, b: Sample) -> Sample {
        guard a.count > 0 else { return b }
        guard b.count > 0 else { return a }
        let (m, n) = (Double(a.count), Double(b.count))
        let distance = b.mean - a.mean
        let squares =
            a.variance * (m - 1) + b.variance * (n - 1) + distance * distance * m * n / (m + n)
        return Sample(
            count: a.count + b.count, mean: a.mean + distance * n / (m + n), variance: squares / (m + n - 1))
    }

    /// The figures of accounts, read twice so that large means do not drown what scatters.
    package init(_ values: some Collection<Double>) {
        let mean = values.reduce(0, +) / Double(max(1, values.count))
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        self.init(count: values.count, mean: mean, variance: values.count > 1 ? squares / Double(values.count - 1) : 0)
    }

    /// The variance within several arms, taken to be the same in all of them; 0 of nobody.
    package static func pooledVariance(_ samples: [Sample]) -> Double {
        let degrees = samples.reduce(0) { $0 + max(0, $1.count - 1) }
        return samples.reduce(0) { $0 + $1.variance * Double(max(0, $1.count - 1)) } / Double(max(1, degrees))
    }

    /// mean ± t·s/√n; nil of fewer than two accounts.
    ///
    /// - Parameter pooled: the variance over several arms, which counts where it is the larger: of a skewed figure the variance
    ///   of a small arm is small when its mean is, by luck.
    package func interval(alpha: Double = 0.05, variance pooled: Double = 0) -> Interval? {
        guard count > 1 else { return nil }
        let t = StudentT.outsideQuantile(alpha, degrees: Double(count - 1))
        return Interval(around: mean, by: t * (max(variance, pooled) / Double(count)).squareRoot())
    }
}
