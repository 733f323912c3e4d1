import Foundation

/// How many accounts an experiment needs, and what it can see.
package struct Design: Sendable, Hashable {
    /// The two-sided error that is allowed.
    package var alpha: Double
    /// The chance to see the effect if it is there.
    package var power: Double
    /// Treated accounts for each one in the control.
    package var ratio: Double

    package init(alpha: Double = 0.05, power: Double = 0.8, ratio: Double = 1) {
        self.alpha = alpha
        self.power = power
        self.ratio = ratio
    }

    private var isValid: Bool { alpha > 0 && alpha < 1 && power > 0 && power < 1 && ratio > 0 && ratio.isFinite }
    private var zAlpha: Double { Normal.upperQuantile(alpha / 2) }
    private var zPower: Double { Normal.quantile(power) }

    /// The accounts of the control, and of the treatment.
    package struct Size: Sendable, Hashable {
        package var control: Int
        package var treatment: Int
        package var total: Int { control + treatment }
        package var smaller: Int { min(control, treatment) }

        package init(control: Int, treatment: Int) {
            self.control = control
            self.treatment = treatment
        }
    }

    /// The accounts that it takes to see a change of a share from one value to another.
    ///
    /// For equal arms the pooled formula, for unequal ones the larger of pooled and unpooled.
    package func size(control: Double, treatment: Double) -> Result<Size, Unmeasurable> {
        guard let pooled = pooledControl(control, treatment), let unpooled = unpooledControl(control, treatment) else {
            return .failure(.outOfRange)
        }
        return whole(ratio == 1 ? pooled : max(pooled, unpooled))
    }

    /// (z_{1-α/2}√((1+1/r)p̄q̄) + z_β√(pCqC+pTqT/r))²/(pT-pC)²; nil when a share is out of range or they are equal.
    package func pooledControl(_ pC: Double, _ pT: Double) -> Double? {
        guard isValid, (0...1).contains(pC), (0...1).contains(pT), pC != pT else { return nil }
        let mean = (pC + ratio * pT) / (1 + ratio)
        let pooled = ((1 + 1 / ratio) * mean * (1 - mean)).squareRoot()
        let own = (pC * (1 - pC) + pT * (1 - pT) / ratio).squareRoot()
        let root = (zAlpha * pooled + zPower * own) / (pT - pC)
        return root * root
    }

    /// (z_{1-α/2} + z_β)²(pCqC+pTqT/r)/(pT-pC)²; nil when a share is out of range or they are equal.
    package func unpooledControl(_ pC: Double, _ pT: Double) -> Double? {
        guard isValid, (0...1).contains(pC), (0...1).contains(pT), pC != pT else { return nil }
        let root = (zAlpha + zPower) / (pT - pC)
        return root * root * (pC * (1 - pC) + pT * (1 - pT) / ratio)
    }

    /// The chance that arms of this size show a change of a share: Φ(|d|/SE - z_{1-α/2}); nil when it has no scale.
    package func chance(control: Double, treatment: Double, size: Size) -> Double? {
        let variance =
            control * (1 - control) / Double(size.control) + treatment * (1 - treatment) / Double(size.treatment)
        guard variance > 0, variance.isFinite else { return nil }
        return Normal.below(abs(treatment - control) / variance.squareRoot() - zAlpha)
    }

    package enum Change: Sendable, Hashable {
        case up, down
    }

    /// The smallest change of a share that arms of this size can see: the share of the treatment.
    ///
    /// Solves |pT-pC| = (z_{1-α/2}+z_β)√(pCqC/nC+pTqT/nT); `notDetectable` when even 0 or 1 is too near.
    package func detectable(control pC: Double, size: Size, change: Change) -> Result<Double, Unmeasurable> {
        guard isValid, pC > 0, pC < 1 else { return .failure(.outOfRange) }
        guard size.control > 0, size.treatment > 0 else { return .failure(.noAccounts) }
        let scale = zAlpha + zPower
        func shortfall(_ pT: Double) -> Double {
            let variance = pC * (1 - pC) / Double(size.control) + pT * (1 - pT) / Double(size.treatment)
            return abs(pT - pC) - scale * variance.squareRoot()
        }
        let far = change == .up ? 1.0 : 0
        guard shortfall(far) >= 0, let share = Root.between(pC, far, of: shortfall) else {
            return .failure(.notDetectable)
        }
        return .success(share)
    }

    /// Days until the smaller arm is full and its outcomes have matured; nil when nobody comes.
    ///
    /// ceil(n/(eligible per day × the arm's share)) + outcome window.
    package static func days(smallerArm: Int, eligiblePerDay: Double, share: Double, outcomeWindow: Int) -> Int? {
        let daily = eligiblePerDay * share
        guard daily > 0, let days = Int(exactly: (Double(smallerArm) / daily).rounded(.up)), days < 1_000_000 else {
            return nil
        }
        return days + outcomeWindow
    }

    func whole(_ control: Double) -> Result<Size, Unmeasurable> {
        let (c, t) = (control.rounded(.up), (control * ratio).rounded(.up))
        guard let control = Int(exactly: c), let treatment = Int(exactly: t), control < 1 << 60, treatment < 1 << 60
        else { return .failure(.notDetectable) }
        return .success(Size(control: control, treatment: treatment))
    }
}
