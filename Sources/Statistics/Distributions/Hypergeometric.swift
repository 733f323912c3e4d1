/// How many marked ones are among `drawn` of `total`, `marked` of which are marked.
struct Hypergeometric: CountDistribution {
    var total: Int
    var marked: Int
    var drawn: Int

    var support: ClosedRange<Int> { max(0, drawn - (total - marked))...min(drawn, marked) }

    var mode: Int {
        let peak = (Double(drawn) + 1) * (Double(marked) + 1) / (Double(total) + 2)
        return min(max(Int(peak), support.lowerBound), support.upperBound)
    }

    /// As a quotient of binomial probabilities, each from its saddle point, so that nothing large cancels.
    func probability(_ count: Int) -> Double {
        guard support.lowerBound < support.upperBound else { return 1 }
        let chance = Double(drawn) / Double(total)
        return Binomial(trials: marked, chance: chance).probability(count)
            * Binomial(trials: total - marked, chance: chance).probability(drawn - count)
            / Binomial(trials: total, chance: chance).probability(drawn)
    }

    func ratio(_ count: Int) -> Double {
        let up = Double(marked - count) * Double(drawn - count)
        return up / (Double(count + 1) * Double(total - marked - drawn + count + 1))
    }
}
