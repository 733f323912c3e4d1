package import Statistics

/// How many accounts an experiment is to have, frozen before its arms can be told apart.
///
/// The base rate is that of entries which had matured before the period began; with fewer than 300 of those, of the first
/// 300 or more of all arms together, which does not tell the arms apart. The change worth finding is a fifth of the rate or
/// of its complement, whichever is smaller. The size is the design's for the rarest variant, at alpha over the number of
/// variants, times what weekly looks cost. Of a mean the change worth finding is a fifth of the standard deviation, since the
/// mean of a change may be zero.
package struct ExperimentPlan: Sendable, Hashable {
    /// Weekly looks that spend alpha·t² need so many times the accounts of a single look: 1.095 for 20 to 40 looks,
    /// by simulation.
    package static let costOfLooks = 1.1
    /// A base rate is drawn from no fewer.
    package static let leastHistory = 300

    /// The rate or the mean of the control that is counted on.
    package var base: Double
    /// What accounts scatter; nil of a share.
    package var deviation: Double?
    /// The smallest change of it worth finding, as a difference.
    package var detect: Double
    /// In all arms together.
    package var accounts: Int
    package var isFromHistory: Bool

    /// - Parameters:
    ///   - weights: the control's first; they need not add up to 1.
    ///   - detect: the smallest change worth finding, if not a fifth of the rarer side.
    package static func make(
        base: Double, detect: Double? = nil, weights: [Double], alpha: Double = 0.05, power: Double = 0.8,
        isFromHistory: Bool = true, looks: Double = costOfLooks
    ) -> Result<ExperimentPlan, Unmeasurable> {
        guard base > 0, base < 1 else { return .failure(.noVariance) }
        guard weights.count > 1, weights.allSatisfy({ $0 > 0 && $0.isFinite }), let least = weights.dropFirst().min()
        else { return .failure(.noAccounts) }
        let change = detect ?? 0.2 * min(base, 1 - base)
        let changed = base + change <= 1 ? base + change : base - change
        guard change > 0, changed >= 0 else { return .failure(.outOfRange) }
        let design = Design(alpha: alpha / Double(weights.count - 1), power: power, ratio: least / weights[0])
        return design.size(control: base, treatment: changed).flatMap { size in
            total(size, weights, looks).map {
                ExperimentPlan(base: base, detect: change, accounts: $0, isFromHistory: isFromHistory)
            }
        }
    }

    /// Of means, by the t test.
    ///
    /// - Parameter sample: what is known of the figure: its mean and variance.
    package static func make(
        _ sample: Sample, detect: Double? = nil, weights: [Double], alpha: Double = 0.05, power: Double = 0.8,
        isFromHistory: Bool = true, looks: Double = costOfLooks
    ) -> Result<ExperimentPlan, Unmeasurable> {
        let deviation = sample.variance.squareRoot()
        guard deviation > 0, deviation.isFinite else { return .failure(.noVariance) }
        guard weights.count > 1, weights.allSatisfy({ $0 > 0 && $0.isFinite }), let least = weights.dropFirst().min()
        else { return .failure(.noAccounts) }
        let change = detect ?? 0.2 * deviation
        guard change > 0 else { return .failure(.outOfRange) }
        let design = Design(alpha: alpha / Double(weights.count - 1), power: power, ratio: least / weights[0])
        return design.size(difference: change, deviation: deviation).flatMap { size in
            total(size, weights, looks).map {
                ExperimentPlan(
                    base: sample.mean, deviation: deviation, detect: change, accounts: $0, isFromHistory: isFromHistory)
            }
        }
    }

    private static func total(
        _ size: Design.Size, _ weights: [Double], _ looks: Double
    ) -> Result<Int, Unmeasurable> {
        let total = (Double(size.control) * looks * weights.reduce(0, +) / weights[0]).rounded(.up)
        guard let accounts = Int(exactly: total), accounts < 1 << 60 else { return .failure(.notDetectable) }
        return .success(accounts)
    }
}
