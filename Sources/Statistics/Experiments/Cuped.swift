/// An effect with the part taken out that the time before already explains.
///
/// Deng, Xu, Kohavi and Walker (2013): Y - θX with θ = cov(Y, X)/var(X) pooled over both arms; with several figures before,
/// θ solves cov(X, X) θ = cov(X, Y). X must end before assignment.
package struct Cuped: Sendable, Hashable {
    /// Sums over the accounts of an arm: of the figures before (`pre`) and of the one in (`post`) the experiment.
    package struct Arm: Sendable, Hashable {
        package private(set) var count = 0
        /// One for each figure before.
        private var preSums: [Double]
        /// Of each figure before with each, row by row.
        private var preSquares: [Double]
        private var postSum = 0.0
        private var postSquares = 0.0
        private var products: [Double]

        /// Nobody yet.
        package init(figures: Int) {
            preSums = Array(repeating: 0, count: figures)
            preSquares = Array(repeating: 0, count: figures * figures)
            products = Array(repeating: 0, count: figures)
        }

        /// The sums of one figure before.
        package init(
            count: Int, preSum: Double, preSquares: Double, postSum: Double, postSquares: Double, products: Double
        ) {
            self.count = max(0, count)
            preSums = [preSum]
            self.preSquares = [preSquares]
            self.postSum = postSum
            self.postSquares = postSquares
            self.products = [products]
        }

        /// Takes in one account.
        package mutating func add(_ pre: [Double], _ post: Double) {
            count += 1
            postSum += post
            postSquares += post * post
            for (row, value) in pre.enumerated() {
                preSums[row] += value
                products[row] += value * post
                for (column, other) in pre.enumerated() { preSquares[row * pre.count + column] += value * other }
            }
        }

        package static func + (_ a: Arm, _ b: Arm) -> Arm {
            var sum = a
            sum.count += b.count
            sum.postSum += b.postSum
            sum.postSquares += b.postSquares
            sum.preSums = zip(a.preSums, b.preSums).map(+)
            sum.preSquares = zip(a.preSquares, b.preSquares).map(+)
            sum.products = zip(a.products, b.products).map(+)
            return sum
        }

        package var post: Sample { Sample(count: count, sum: postSum, sumOfSquares: postSquares) }
        var figures: Int { preSums.count }

        func pre(_ figure: Int) -> Sample {
            Sample(count: count, sum: preSums[figure], sumOfSquares: preSquares[figure * figures + figure])
        }

        func covariance(_ figure: Int) -> Double { covariance(products[figure], preSums[figure], postSum) }

        func covariance(_ figure: Int, _ other: Int) -> Double {
            figure == other
                ? pre(figure).variance
                : covariance(preSquares[figure * figures + other], preSums[figure], preSums[other])
        }

        private func covariance(_ products: Double, _ sum: Double, _ other: Double) -> Double {
            count > 1 ? (products - sum * other / Double(count)) / Double(count - 1) : 0
        }

        /// s_Y² r² - 2r Σθ s_XY + Σθθ s_XX.
        func variance(by theta: [Double], ratio: Double = 1) -> Double {
            var variance = post.variance * ratio * ratio
            for (row, weight) in theta.enumerated() {
                variance -= 2 * ratio * weight * covariance(row)
                for (column, other) in theta.enumerated() { variance += weight * other * covariance(row, column) }
            }
            return variance
        }

        func adjusted(by theta: [Double]) -> Sample {
            let mean = theta.indices.reduce(post.mean) { $0 - theta[$1] * pre($1).mean }
            return Sample(count: count, mean: mean, variance: variance(by: theta))
        }
    }

    package var control: Arm
    package var treatment: Arm
    /// How much of each figure before counts; 0 when it is the same for everybody, or follows from those before it.
    package var theta: [Double]

    package init(control: Arm, treatment: Arm) {
        self.control = control
        self.treatment = treatment
        theta = Self.solve(control + treatment)
    }

    /// By Gauss's elimination of the correlations, which leaves out what adds nothing.
    private static func solve(_ all: Arm) -> [Double] {
        let count = all.figures
        let scales = (0..<count).map { all.pre($0).variance.squareRoot() }
        var rows = (0..<count).map { row in
            (0..<count).map { column in
                row == column ? 1 : all.covariance(row, column) / (scales[row] * scales[column])
            } + [all.covariance(row) / scales[row]]
        }
        var used: [Int] = []
        guard all.post.variance > 0 else { return Array(repeating: 0, count: count) }
        for row in 0..<count where scales[row] > 0 {
            for other in used {
                let factor = rows[row][other]
                for column in 0...count { rows[row][column] -= factor * rows[other][column] }
            }
            let pivot = rows[row][row]
            guard pivot > 1e-9 else { continue }
            for column in 0...count { rows[row][column] /= pivot }
            for other in used {
                let factor = rows[other][row]
                for column in 0...count { rows[other][column] -= factor * rows[row][column] }
            }
            used.append(row)
        }
        return (0..<count).map { used.contains($0) ? rows[$0][count] / scales[$0] : 0 }
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
            let own = control.variance(by: theta, ratio: treatment.post.mean / base)
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
