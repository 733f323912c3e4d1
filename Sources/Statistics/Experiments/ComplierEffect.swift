/// What the message did to those who got it because they were in the treated arm.
///
/// The intention-to-treat effect over the difference in delivery: Imbens and Angrist (1994). The arms are compared as they
/// were assigned; delivered and undelivered accounts are never compared with each other.
package struct ComplierEffect: Sendable, Hashable {
    /// One assigned arm, split by whether the message arrived.
    package struct Arm: Sendable, Hashable {
        package var delivered: Proportion
        package var undelivered: Proportion

        package init(delivered: Proportion, undelivered: Proportion) {
            self.delivered = delivered
            self.undelivered = undelivered
        }

        package var all: Proportion { delivered + undelivered }
        var share: Double { Double(delivered.total) / Double(all.total) }
        var rate: Double { all.rate ?? 0 }
        /// Of the mean outcome, of the share delivered, and between the two.
        var outcomeVariance: Double { rate * (1 - rate) / Double(all.total) }
        var shareVariance: Double { share * (1 - share) / Double(all.total) }
        var covariance: Double {
            (Double(delivered.successes) / Double(all.total) - rate * share) / Double(all.total)
        }
    }

    /// Treatment less control over everybody assigned.
    package let intentionToTreat: Double
    package let intentionToTreatError: Double
    /// By how much more of the treated than of the control the message reached.
    package let compliance: Double
    package let estimate: Double
    /// √(V_ITT + CACE²V_D - 2·CACE·cov)/|D|.
    package let standardError: Double

    package static func between(_ control: Arm, _ treatment: Arm) -> Result<ComplierEffect, Unmeasurable> {
        guard control.all.total > 0, treatment.all.total > 0 else { return .failure(.noAccounts) }
        guard control.share != treatment.share else { return .failure(.noCompliance) }
        return .success(ComplierEffect(control, treatment))
    }

    private init(_ control: Arm, _ treatment: Arm) {
        intentionToTreat = treatment.rate - control.rate
        compliance = treatment.share - control.share
        estimate = intentionToTreat / compliance
        let variance = treatment.outcomeVariance + control.outcomeVariance
        intentionToTreatError = variance.squareRoot()
        let scatter =
            variance + estimate * estimate * (treatment.shareVariance + control.shareVariance) - 2 * estimate
            * (treatment.covariance + control.covariance)
        standardError = max(0, scatter).squareRoot() / abs(compliance)
    }

    package func intentionToTreatInterval(alpha: Double = 0.05) -> Interval {
        Interval(around: intentionToTreat, by: Normal.upperQuantile(alpha / 2) * intentionToTreatError)
    }

    package func interval(alpha: Double = 0.05) -> Interval {
        Interval(around: estimate, by: Normal.upperQuantile(alpha / 2) * standardError)
    }
}
