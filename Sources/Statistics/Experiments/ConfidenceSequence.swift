import Foundation

/// An interval and a p-value that stay valid however often one looks.
///
/// The asymptotic sequence of Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2021), with ρ² tuned to be tightest at a
/// planned number of accounts. The plan must not change after launch.
package struct ConfidenceSequence: Sendable, Hashable {
    /// In all arms that are compared.
    package var plannedAccounts: Int
    /// Between 1e-12 and a half.
    package let alpha: Double

    package init(plannedAccounts: Int, alpha: Double = 0.05) {
        self.plannedAccounts = max(1, plannedAccounts)
        self.alpha = alpha > 1e-12 ? min(alpha, 0.5) : 1e-12
    }

    /// √((-2 ln α + ln(1 - 2 ln α))/N*).
    package var rho: Double {
        let surprise = -2 * log(alpha)
        return ((surprise + log1p(surprise)) / Double(plannedAccounts)).squareRoot()
    }

    /// How many standard errors wide half the interval is: √(k/(k-1)·(ln k - 2 ln α)) with k = 1 + Nρ².
    package func bound(accounts: Int) -> Double {
        let growth = Double(accounts) * rho * rho
        return ((1 + growth) / growth * (log1p(growth) - 2 * log(alpha))).squareRoot()
    }

    /// estimate ± bound × standard error.
    package func interval(_ effect: Effect) -> Interval {
        Interval(around: effect.estimate, by: effect.standardError * bound(accounts: effect.accounts))
    }

    /// min(1, √k·exp(-(d²/V)(k-1)/(2k))).
    package func p(_ effect: Effect) -> Double {
        let growth = Double(effect.accounts) * rho * rho
        return min(1, exp(log1p(growth) / 2 - effect.t * effect.t * growth / (2 * (1 + growth))))
    }

    /// Whether there is enough in every arm for a verdict: 10 events and 10 accounts without one.
    package static func permitsVerdict(_ arms: [Proportion]) -> Bool {
        arms.allSatisfy { $0.successes >= 10 && $0.failures >= 10 }
    }
}
