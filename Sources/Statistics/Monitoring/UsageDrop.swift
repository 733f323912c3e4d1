import Foundation

/// Whether an account uses a metric clearly less than it used to.
///
/// The definition is in docs/measuring.md, "A drop of usage". The newest days are compared with the baseline before
/// them; a day without data is 0, and values may be fractional.
package struct UsageDrop: Sendable, Equatable {
    /// The lengths of the two windows, in days.
    package struct Windows: Sendable, Hashable {
        package let current: Int
        package let baseline: Int
        /// The longest whole weeks, at most the current window, of which the baseline holds three or more: how much
        /// their sums differ tells how much chance does.
        package let block: Int

        package init(current: Int = 14, baseline: Int = 56) {
            self.current = current
            self.baseline = baseline
            block = stride(from: 7, through: current, by: 7).reduce(7) { baseline / $1 >= 3 ? $1 : $0 }
        }

        package var days: Int { current + baseline }
        /// The blocks of the baseline, counted back from its end.
        package var blocks: Int { baseline / block }
        /// The most days of a silence that count.
        package var longest: Int { max(current, min(2 * current, days / 2)) }
    }

    /// The sums of both windows.
    package var current: Double
    package var baseline: Double
    /// Sample variance (n - 1) over mean of the sums of the baseline's blocks; 1 when there was nothing.
    package var dispersion: Double
    /// Days since the last one with a value other than 0; matters only where `current` is 0.
    package var silence: Int
    package var windows: Windows

    package init(
        current: Double, baseline: Double, dispersion: Double, silence: Int, windows: Windows = Windows()
    ) {
        self.current = current
        self.baseline = baseline
        self.dispersion = dispersion
        self.silence = silence
        self.windows = windows
    }

    /// How many of the newest days are judged: the current window; when it is empty, as much of the silence as counts.
    ///
    /// Little use needs a longer silence before chance is ruled out.
    package var days: Int {
        current == 0 ? max(windows.current, min(silence, windows.longest)) : windows.current
    }

    /// What the baseline makes of a current window.
    package var size: Double { baseline * Double(windows.current) / Double(windows.baseline) }

    /// What `days` would bring if nothing had changed but what changed for everybody.
    package func expected(in population: Population) -> Double {
        population.shock * baseline * Double(days) / Double(windows.days - days)
    }

    /// Variance over mean: the account's own, drawn towards that of accounts of its size.
    package func dispersion(in population: Population) -> Double {
        let own = Double(windows.blocks - 1)
        return max(population.unit, (own * dispersion + 14 * population.dispersion(of: size)) / (own + 14))
    }

    /// The probability of so little if nothing had changed; 1 when nothing was expected.
    package func probability(in population: Population) -> Double {
        let unit = population.unit
        // The baseline is not known better than its own days tell.
        let uncertainty = 1 + Double(days) / Double(windows.days - days)
        return Self.probability(
            atMost: current / unit, mean: expected(in: population) / unit,
            dispersion: dispersion(in: population) / unit * uncertainty)
    }

    /// Whether use dropped to 60 % of what was expected, or less, and beyond chance.
    package func holds(in population: Population, strictly: Bool = false) -> Bool {
        // The cheap half first: the probability costs a continued fraction.
        let expected = expected(in: population)
        guard expected > 0, current <= 0.6 * expected else { return false }
        return probability(in: population) <= (strictly ? population.strictLimit : population.limit)
    }

    /// P(X <= x) of a negative binomial X with this mean and this variance over mean, which is more than 1.
    ///
    /// p = I_{1/Φ}(mean/(Φ - 1), x + 1). With Φ = 1 + current/baseline it is the binomial test of two Poisson counts.
    package static func probability(atMost count: Double, mean: Double, dispersion: Double) -> Double {
        guard mean > 0 else { return 1 }
        return Beta.regularized(1 / dispersion, mean / (dispersion - 1), count + 1)
    }
}
