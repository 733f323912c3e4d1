import Foundation

/// Two arms, periods or segments by a share of their accounts; the difference is treatment less control.
package struct ProportionComparison: Sendable, Hashable {
    package var control: Proportion
    package var treatment: Proportion

    package init(control: Proportion, treatment: Proportion) {
        self.control = control
        self.treatment = treatment
    }

    /// A p-value and the rule that it came by.
    package struct Test: Sendable, Hashable {
        package enum Method: Sendable, Hashable {
            case pooledZ(Double)
            case fisher
        }

        package var p: Double
        package var method: Method
    }

    /// pT - pC; nil when an arm is empty.
    package var difference: Double? {
        guard let pC = control.rate, let pT = treatment.rate else { return nil }
        return pT - pC
    }

    /// √Σ p(1-p)/n; nil when an arm is empty, 0 when nobody differs within an arm.
    package var standardError: Double? {
        guard let pC = control.rate, let pT = treatment.rate else { return nil }
        return (pC * (1 - pC) / Double(control.total) + pT * (1 - pT) / Double(treatment.total)).squareRoot()
    }

    /// Newcombe's interval of the difference, from both Wilson intervals; -1 to 1 when an arm is empty.
    ///
    /// Newcombe, "Interval estimation for the difference between independent proportions" (1998), method 10.
    package func newcombe(alpha: Double = 0.05) -> Interval {
        guard let pC = control.rate, let pT = treatment.rate else { return Interval(lower: -1, upper: 1) }
        let (c, t) = (control.wilson(alpha: alpha), treatment.wilson(alpha: alpha))
        let d = pT - pC
        return Interval(
            lower: max(-1, d - hypot(pT - t.lower, c.upper - pC)),
            upper: min(1, d + hypot(t.upper - pT, pC - c.lower)))
    }

    /// The interval d ± z·SE, which is too narrow for small counts; nil when an arm is empty.
    package func wald(alpha: Double = 0.05) -> Interval? {
        guard let difference, let standardError else { return nil }
        return Interval(around: difference, by: Normal.upperQuantile(alpha / 2) * standardError)
    }

    /// The Wald interval after one success and one failure are added to each arm; nil when an arm is empty.
    package func agrestiCaffo(alpha: Double = 0.05) -> Interval? {
        guard control.total > 0, treatment.total > 0 else { return nil }
        func widened(_ arm: Proportion) -> Proportion {
            Proportion(successes: arm.successes + 1, total: arm.total + 2)
        }
        return ProportionComparison(control: widened(control), treatment: widened(treatment)).wald(alpha: alpha)
    }

    /// z = d / √(p̄q̄(1/nC + 1/nT)); nil when an arm is empty or nobody differs from anybody.
    package var pooledZ: Double? {
        guard let difference else { return nil }
        let all = control + treatment
        guard all.successes > 0, all.failures > 0 else { return nil }
        let (n, c, t) = (Double(all.total), Double(control.total), Double(treatment.total))
        let variance = Double(all.successes) / n * (Double(all.failures) / n) * (1 / c + 1 / t)
        return difference / variance.squareRoot()
    }

    /// Fisher's exact test: with `.less`, whether the treatment's share is smaller.
    ///
    /// Two-sided, the chance of all tables no more likely than this one. 1 when the table has an empty row or column.
    package func fisher(_ alternative: Alternative = .unequal) -> Double {
        let all = control + treatment
        let table = Hypergeometric(total: all.total, marked: all.successes, drawn: treatment.total)
        return table.probability(of: alternative, than: treatment.successes, tolerance: 1e-11)
    }

    /// The smallest of the four counts that one common rate would lead to; 0 when an arm is empty.
    package var smallestExpected: Double {
        let all = control + treatment
        guard all.total > 0 else { return 0 }
        let share = Double(min(control.total, treatment.total)) / Double(all.total)
        return share * Double(min(all.successes, all.failures))
    }

    /// The pooled z test, or Fisher's where an expected count is under 5.
    package func test(_ alternative: Alternative = .unequal) -> Test {
        guard smallestExpected >= 5, let z = pooledZ else { return Test(p: fisher(alternative), method: .fisher) }
        let p =
            switch alternative {
            case .less: Normal.below(z)
            case .greater: Normal.above(z)
            case .unequal: Normal.outside(z)
            }
        return Test(p: p, method: .pooledZ(z))
    }

    /// Cohen's h, the difference of the arcsines of the roots; nil when an arm is empty.
    package var cohenH: Double? {
        guard let pC = control.rate, let pT = treatment.rate else { return nil }
        return 2 * (asin(pT.squareRoot()) - asin(pC.squareRoot()))
    }
}
