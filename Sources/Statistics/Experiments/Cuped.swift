/// An effect with the part taken out that the time before already explains.
///
/// Deng, Xu, Kohavi and Walker (2013): Y - θX with θ = cov(Y, X)/var(X) pooled over both arms. X must end before assignment.
package struct Cuped: Sendable, Hashable {
    /// Sums over the accounts of an arm: of the figure before (`pre`) and in (`post`) the experiment.
    package struct Arm: Sendable, Hashable {
        package var count: Int
        package var preSum: Double
        package var preSquares: Double
        package var postSum: Double
        package var postSquares: Double
        package var products: Double

        package init(
            count: Int, preSum: Double, preSquares: Double, postSum: Double, postSquares: Double, products: Double
        ) {
            self.count = max(0, count)
            self.preSum = preSum
            self.preSquares = preSquares
            self.postSum = postSum
            self.postSquares = postSquares
            self.products = products
        }

        package var pre: Sample { Sample(count: count, sum: preSum, sumOfSquares: preSquares) }
        package var post: Sample { Sample(count: count, sum: postSum, sumOfSquares: postSquares) }

        var covariance: Double {
            guard count > 1 else { return 0 }
            return (products - preSum * postSum / Double(count)) / Double(count - 1)
        }

        func adjusted(by theta: Double) -> Sample {
            let variance = post.variance + theta * theta * pre.variance - 2 * theta * covariance
            return Sample(count: count, mean: post.mean - theta * pre.mean, variance: variance)
        }
    }

    package var control: Arm
    package var treatment: Arm
    /// How much of the figure before counts; 0 when it is the same for everybody.
    package var theta: Double

    package init(control: Arm, treatment: Arm) {
        self.control = control
        self.treatment = treatment
        let all = Arm(
            count: control.count + treatment.count, preSum: control.preSum + treatment.preSum,
            preSquares: control.preSquares + treatment.preSquares, postSum: control.postSum + treatment.postSum,
            postSquares: control.postSquares + treatment.postSquares, products: control.products + treatment.products)
        theta = all.pre.variance > 0 && all.post.variance > 0 ? all.covariance / all.pre.variance : 0
    }

    /// The adjusted effect; a lift divides by the unadjusted mean of the control.
    ///
    /// The lift's variance is gbstats' (as of August 2026): the treatment's adjusted one, and
    /// (s_Y² r² - 2θ s_XY r + θ² s_X²)/nC of the control with r = mT/mC, over mC².
    package func effect(_ scale: Effect.Scale) -> Result<Effect, Unmeasurable> {
        let (c, t) = (control.adjusted(by: theta), treatment.adjusted(by: theta))
        let base = control.post.mean
        return Effect.checked(c, t, scale: scale, base: base).flatMap { degrees in
            let accounts = c.count + t.count
            let difference = t.mean - c.mean
            guard scale == .relative else {
                return Effect.finite(
                    estimate: difference, variance: c.meanVariance + t.meanVariance, degrees: degrees,
                    accounts: accounts)
            }
            let ratio = treatment.post.mean / base
            let own =
                control.post.variance * ratio * ratio - 2 * theta * control.covariance * ratio
                + theta * theta * control.pre.variance
            let variance = (t.meanVariance + max(0, own) / Double(c.count)) / (base * base)
            return Effect.finite(
                estimate: difference / abs(base), variance: variance, degrees: degrees, accounts: accounts)
        }
    }

    /// The effect without the adjustment.
    package func unadjusted(_ scale: Effect.Scale) -> Result<Effect, Unmeasurable> {
        Effect.between(control.post, treatment.post, scale: scale)
    }
}
