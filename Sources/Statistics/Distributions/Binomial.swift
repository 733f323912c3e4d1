import Foundation

/// How many of `trials` succeed when each does with the same chance, strictly between 0 and 1.
struct Binomial: CountDistribution {
    var trials: Int
    var chance: Double

    var support: ClosedRange<Int> { 0...trials }
    var mode: Int { min(trials, Int(Double(trials + 1) * chance)) }

    /// By the saddle point: Loader, "Fast and Accurate Computation of Binomial Probabilities" (2000).
    func probability(_ count: Int) -> Double {
        let (p, q) = (chance, 1 - chance)
        if count == 0 { return exp(Double(trials) * log1p(-p)) }
        if count == trials { return exp(Double(trials) * log(p)) }
        let density = Beta.density(p, q, Double(count) + 1, Double(trials - count) + 1)
        return density / (p * q * Double(trials + 1))
    }

    func ratio(_ count: Int) -> Double {
        Double(trials - count) / Double(count + 1) * (chance / (1 - chance))
    }

    /// The p-value of a test that the chance is this one; as likely within 1e-7 counts as a tie, as in scipy.
    func test(_ count: Int, _ alternative: Alternative = .unequal) -> Double {
        probability(of: alternative, than: count, tolerance: 1e-7)
    }
}
