import Foundation

extension Design {
    /// The accounts that it takes to see a difference of means, by the t test.
    package func size(difference: Double, deviation: Double) -> Result<Size, Unmeasurable> {
        guard let control = controlByT(difference: difference, deviation: deviation) else {
            return .failure(.outOfRange)
        }
        return whole(control)
    }

    /// The smallest difference of means that arms of this size can see: (z_{1-α/2} + z_β)·s·√(1/nC + 1/nT).
    package func detectable(deviation: Double, size: Size) -> Result<Double, Unmeasurable> {
        guard size.control > 1, size.treatment > 1 else { return .failure(.tooFew) }
        guard deviation > 0, deviation.isFinite else { return .failure(.noVariance) }
        let error = deviation * (1 / Double(size.control) + 1 / Double(size.treatment)).squareRoot()
        return .success((Normal.upperQuantile(alpha / 2) + Normal.quantile(power)) * error)
    }

    /// The accounts of the control by the t test with pooled variance, as a fraction.
    package func controlByT(difference: Double, deviation: Double) -> Double? {
        control(difference, deviation) { control, shift in
            let degrees = control * (1 + ratio) - 2
            let critical = StudentT.outsideQuantile(alpha, degrees: degrees)
            return Self.noncentralOutside(critical, shift: shift, degrees: degrees)
        }
    }

    /// The accounts of the control when the deviation is known, as a fraction.
    package func controlByZ(difference: Double, deviation: Double) -> Double? {
        let z = Normal.upperQuantile(alpha / 2)
        return control(difference, deviation) { _, shift in Normal.above(z - shift) + Normal.below(-z - shift) }
    }

    private func control(
        _ difference: Double, _ deviation: Double, chance: (_ control: Double, _ shift: Double) -> Double
    ) -> Double? {
        let effect = abs(difference) / deviation
        guard effect > 0, effect.isFinite, alpha > 0, power > alpha, power < 1, ratio > 0 else { return nil }
        let least = 2 / min(1, ratio)
        func shortfall(_ control: Double) -> Double {
            chance(control, effect * (control * ratio / (1 + ratio)).squareRoot()) - power
        }
        if shortfall(least) >= 0 { return least }
        var enough = 2 * least
        while shortfall(enough) < 0 {
            enough *= 2
            guard enough < 1e18 else { return nil }
        }
        return Root.between(enough / 2, enough, of: shortfall)
    }

    /// The chance that a t variable around a shift lies outside of a critical value on either side.
    ///
    /// The mean over the estimated deviation s, where ν s² is chi-squared, of Φ(δ - cs) + Φ(-δ - cs).
    private static func noncentralOutside(_ critical: Double, shift: Double, degrees: Double) -> Double {
        guard degrees < 1e7 else { return Normal.above(critical - shift) + Normal.below(-critical - shift) }
        let half = degrees / 2
        // In ln s the density is e^(ν u) e^(-ν e^(2u)/2) up to its scale, with its top at zero.
        let gamma =
            half < 10 ? half * log(half) - half - lgamma(half) : log(half / (2 * Double.pi)) / 2 - Gamma.stirling(half)
        let scale = log(2) + gamma
        func density(_ u: Double) -> Double { scale - half * (expm1(2 * u) - 2 * u) }
        guard let range = Quadrature.peak(near: [0], logarithm: density) else { return 0 }
        return Quadrature.integral(over: range, cut: [0]) { u in
            let limit = critical * exp(u)
            return exp(density(u)) * (Normal.below(shift - limit) + Normal.below(-shift - limit))
        }
    }

    /// The events, in both arms together, that show a ratio of hazards: Schoenfeld (1981), for arms of equal size.
    package func events(hazardRatio: Double) -> Double? {
        guard hazardRatio > 0, hazardRatio != 1, hazardRatio.isFinite else { return nil }
        let root = (Normal.upperQuantile(alpha / 2) + Normal.quantile(power)) / log(hazardRatio)
        return 4 * root * root
    }
}
