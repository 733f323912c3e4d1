import Foundation

/// The guarded drop: whether an account uses a metric clearly less than it used to.
///
/// Formulas: measurement notes, section 4. Counts may be fractional. `current` is the sum of the last `window` days,
/// `baseline` the sum of the `baselineDays` before them; a day without data is 0.
package struct UsageDrop: Sendable, Equatable {
    /// The lengths of the two windows, in days.
    package struct Windows: Sendable, Hashable {
        package var current: Int
        package var baseline: Int

        package init(current: Int = 14, baseline: Int = 56) {
            self.current = current
            self.baseline = baseline
        }

        package var days: Int { current + baseline }
        /// Whole weeks of the baseline, counted back from its end.
        package var weeks: Int { baseline / 7 }
    }

    /// What the population of one audience did: the first pass.
    package struct Population: Sendable, Equatable {
        /// How much more than a Poisson process the accounts' weeks scatter; at least 1.
        package var phi: Double
        /// What everybody's use was multiplied by; at most 1.
        package var shock: Double

        package init(phi: Double, shock: Double) {
            self.phi = phi
            self.shock = shock
        }

        package static let neutral = Population(phi: 1, shock: 1)

        /// From sums over the accounts; rounded to 6 digits, as they are stored.
        ///
        /// - Parameter established: how many accounts have a baseline of at least 8; under 50 there is no common shock.
        package init(
            variances: Double, means: Double, current: Double, baseline: Double, established: Int,
            windows: Windows = Windows()
        ) {
            phi = means > 0 ? max(1, Self.rounded(variances / means)) : 1
            guard established >= 50, baseline > 0 else {
                shock = 1
                return
            }
            let ratio = (current / Double(windows.current)) / (baseline / Double(windows.baseline))
            shock = min(1, Self.rounded(ratio))
        }

        private static func rounded(_ value: Double) -> Double { (value * 1e6).rounded() / 1e6 }
    }

    package var current: Double
    package var baseline: Double
    /// Sample variance (n - 1) and mean of the sums of the baseline's weeks.
    package var weekVariance: Double
    package var weekMean: Double
    /// Days with a value other than 0 in both windows, the days from the first to the last of them, and the days since.
    package var activeDays: Int
    package var activeSpan: Int
    package var silence: Int
    package var windows: Windows

    package init(
        current: Double, baseline: Double, weekVariance: Double, weekMean: Double, activeDays: Int, activeSpan: Int,
        silence: Int, windows: Windows = Windows()
    ) {
        self.current = current
        self.baseline = baseline
        self.weekVariance = weekVariance
        self.weekMean = weekMean
        self.activeDays = activeDays
        self.activeSpan = activeSpan
        self.silence = silence
        self.windows = windows
    }

    /// The share of the days that belong to the current window.
    private var share: Double { Double(windows.current) / Double(windows.days) }

    /// The dispersion of the account: its own weeks, drawn towards its population's.
    package func dispersion(in population: Population) -> Double {
        let own = weekMean > 0 ? weekVariance / weekMean : 1
        let weight = Double(max(0, windows.weeks - 1))
        return max(1, (weight * own + 14 * population.phi) / (weight + 14))
    }

    /// The current daily mean relative to the baseline's, less the common shock; nil when the baseline is 0.
    package func ratio(in population: Population) -> Double? {
        let scaled = population.shock * baseline
        guard scaled > 0 else { return nil }
        return (current / Double(windows.current)) / (scaled / Double(windows.baseline))
    }

    /// The probability of a current count this low if nothing had changed.
    package func probability(in population: Population) -> Double {
        Self.probability(
            current: current, baseline: population.shock * baseline, share: share, phi: dispersion(in: population))
    }

    /// Whether use dropped; with a baseline under 8, whether the account fell silent.
    package func holds(in population: Population) -> Bool {
        guard !Self.asksForSilence(baseline: baseline, in: population) else {
            return Self.silenceProbability(silence, span: activeSpan, gaps: activeDays - 1) < 0.05
        }
        // The cheap half of the condition first: the probability costs a continued fraction.
        guard let ratio = ratio(in: population), ratio <= 0.6 else { return false }
        return probability(in: population) < 0.05
    }

    /// Whether an account used it so little that only silence tells.
    package static func asksForSilence(baseline: Double, in population: Population) -> Bool {
        !(population.shock * baseline >= 8)
    }

    /// p = I_{1-q}(n/φ - C/φ, C/φ + 1), where q is the share of the days that are current; 1 without a baseline.
    package static func probability(current: Double, baseline: Double, share: Double, phi: Double) -> Double {
        guard baseline > 0 else { return 1 }
        return Beta.regularized(1 - share, baseline / phi, current / phi + 1)
    }

    /// p = (1 + gap/Σgaps)^(-n): the chance of so long a silence after `gaps` gaps that sum to `span`; 1 without gaps.
    package static func silenceProbability(_ gap: Int, span: Int, gaps: Int) -> Double {
        guard gaps > 0, span > 0 else { return 1 }
        return pow(1 + Double(gap) / Double(span), -Double(gaps))
    }
}
