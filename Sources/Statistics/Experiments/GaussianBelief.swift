/// What is believed about an effect when its estimate and its prior are normal.
package struct GaussianBelief: Sendable, Hashable {
    package var mean: Double
    package var deviation: Double

    package init(mean: Double, deviation: Double) {
        self.mean = mean
        self.deviation = deviation
    }

    /// - Parameter prior: nil when every effect is as likely.
    package init(_ effect: Effect, prior: GaussianBelief? = nil) {
        self.init(mean: effect.estimate, deviation: effect.standardError)
        guard let prior, prior.deviation > 0 else { return }
        let (own, other) = (1 / (deviation * deviation), 1 / (prior.deviation * prior.deviation))
        mean = (mean * own + prior.mean * other) / (own + other)
        deviation = (1 / (own + other)).squareRoot()
    }

    private var z: Double { mean / deviation }

    /// The chance that the effect is above zero.
    package var chanceAboveZero: Double { Normal.below(z) }

    /// What is lost on average by choosing the treatment when higher is better: σφ(z) - μΦ(-z).
    package var lossOfTreatment: Double { deviation * Normal.density(z) - mean * Normal.above(z) }

    /// What is lost on average by keeping the control when higher is better: σφ(z) + μΦ(z).
    package var lossOfControl: Double { deviation * Normal.density(z) + mean * Normal.below(z) }

    package func credible(alpha: Double = 0.05) -> Interval {
        Interval(around: mean, by: Normal.upperQuantile(alpha / 2) * deviation)
    }
}
