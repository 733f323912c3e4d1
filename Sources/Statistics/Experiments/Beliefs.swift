import Foundation

/// What is believed about the shares of several arms, and so about which is best.
///
/// Everything is an integral over a function with a concave logarithm on the scale of log odds, taken to about 1e-12
/// relative, tiny chances included. Chances: ∫ f_i Π F_j. Losses: ∫ (1 - F_i) F_j. Prior: the segment's history,
/// `Beta(rate:weight:)` with the weight of 20 to 40 accounts.
package struct Beliefs: Sendable, Hashable {
    package enum Better: Sendable, Hashable {
        /// As of a goal that is reached.
        case higher
        /// As of churn.
        case lower
    }

    package var arms: [Beta]
    package var better: Better

    package init(arms: [Beta], better: Better) {
        self.arms = arms
        self.better = better
    }

    /// Each arm's prior with its data.
    package init(prior: Beta, data: [Proportion], better: Better) {
        self.init(arms: data.map(prior.updated), better: better)
    }

    /// The arms, turned so that higher is better.
    private var turned: [Beta] { better == .higher ? arms : arms.map(\.mirrored) }

    /// The chance of each arm to be the best.
    package var chancesToBeBest: [Double] {
        let arms = turned
        return arms.indices.map { index in
            var others = arms
            others.remove(at: index)
            return Self.chance(arms[index], above: others)
        }
    }

    /// The chance that one arm is better than another; 0.5 of arms that do not exist.
    package func chance(of arm: Int, toBeat other: Int) -> Double {
        let arms = turned
        guard arms.indices.contains(arm), arms.indices.contains(other) else { return 0.5 }
        return Self.chance(arms[arm], above: [arms[other]])
    }

    /// How much of a share is lost on average by choosing one arm when the other may be better.
    package func expectedLoss(choosing arm: Int, insteadOf other: Int) -> Double {
        let arms = turned
        guard arms.indices.contains(arm), arms.indices.contains(other) else { return 0 }
        let (chosen, left) = (arms[arm], arms[other])
        return Quadrature.integralOfPeak(near: [chosen, left].map(\.logOdds)) { u in
            let (x, y) = Self.shares(u)
            let (worse, better) = (
                Beta.cumulative(x, y, chosen.a, chosen.b), Beta.cumulative(y, x, left.b, left.a)
            )
            return log(worse) + log(better) + log(x) + log(y)
        }
    }

    /// The credible interval of one arm's share less another's, to about 1e-9; nil of arms that do not exist.
    package func difference(of arm: Int, less other: Int, alpha: Double = 0.05) -> Interval? {
        guard arms.indices.contains(arm), arms.indices.contains(other) else { return nil }
        let (first, second) = (arms[arm], arms[other])
        let density = { (u: Double) -> Double in
            let (x, y) = Self.shares(u)
            return Beta.logDensity(x, y, first.a, first.b)
        }
        guard let range = Quadrature.peak(near: [first.logOdds], logarithm: density) else { return nil }
        /// P(first - second <= d).
        func below(_ d: Double) -> Double {
            // Where the second share begins, ends and is likely.
            let places = [d, 1 + d, second.mean + d].filter { $0 > 0 && $0 < 1 }
            let cuts = places.map { place -> Double in log(place / (1 - place)) }
            return Quadrature.integral(over: range, cut: cuts + [first.logOdds]) { u in
                let (x, y) = Self.shares(u)
                return exp(density(u)) * Beta.cumulative(y + d, x - d, second.b, second.a)
            }
        }
        func quantile(_ p: Double) -> Double { Root.between(-1, 1) { below($0) - p } ?? 0 }
        return Interval(lower: quantile(alpha / 2), upper: quantile(1 - alpha / 2))
    }

    private static func chance(_ arm: Beta, above others: [Beta]) -> Double {
        let starts = ([arm] + others).map(\.logOdds)
        let chance = Quadrature.integralOfPeak(near: starts) { u in
            let (x, y) = shares(u)
            return others.reduce(Beta.logDensity(x, y, arm.a, arm.b)) { $0 + log(Beta.cumulative(x, y, $1.a, $1.b)) }
        }
        return min(1, chance)
    }

    /// A share and what is left of one, from log odds.
    private static func shares(_ u: Double) -> (Double, Double) { (1 / (1 + exp(-u)), 1 / (1 + exp(u))) }
}
