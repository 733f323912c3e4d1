import Foundation

/// The share of accounts that is still there at each age: Kaplan and Meier (1958).
package struct SurvivalCurve: Sendable, Hashable {
    /// What a departure changed.
    package struct Step: Sendable, Hashable {
        package var time: Double
        package var atRisk: Int
        package var events: Int
        /// S = Π(1 - d/n), from this age on.
        package var survival: Double
        /// ln S, as a sum.
        var logarithm: Double
        /// Greenwood's Σ d/(n(n-d)); infinite from where nobody is left.
        var greenwood: Double
        /// Nelson and Aalen's H = Σ d/n.
        package var hazard: Double
        /// Σ d(n-d)/n³.
        var hazardVariance: Double
    }

    package let table: RiskTable
    /// One for each age at which somebody left, ascending.
    package let steps: [Step]
    /// The age at which the curve begins, at which all are there: 0, unless too few were at risk before.
    package let start: Double
    /// The last age of the curve; nil when there is none.
    package let end: Double?

    /// - Parameter least: where fewer are at risk there is no curve. Of several stretches with as many, the curve is of the
    ///   one with the most time at risk.
    package init(_ table: RiskTable, least: Int = 1) {
        self.table = table
        let stretch = table.stretch(withAtLeast: least)
        (start, end) = (stretch?.start ?? 0, stretch.flatMap { table.rows[$0.rows].last?.time })
        var step = Step(
            time: 0, atRisk: 0, events: 0, survival: 1, logarithm: 0, greenwood: 0, hazard: 0, hazardVariance: 0)
        steps = table.rows[stretch?.rows ?? 0..<0].filter { $0.events > 0 }.map { row in
            let (n, d) = (Double(row.atRisk), Double(row.events))
            step.time = row.time
            step.atRisk = row.atRisk
            step.events = row.events
            step.survival *= (n - d) / n
            step.logarithm += log1p(-d / n)
            step.greenwood += d / (n * (n - d))
            step.hazard += d / n
            step.hazardVariance += d * (n - d) / (n * n * n)
            return step
        }
    }

    package init(_ lifetimes: [Lifetime], least: Int = 1) { self.init(RiskTable(lifetimes), least: least) }

    /// Whether the curve says anything about an age.
    package func holds(_ time: Double) -> Bool { end.map { time >= start && time <= $0 } ?? false }

    /// Departures within the curve.
    package var events: Int { steps.reduce(0) { $0 + $1.events } }

    /// The last step up to an age; nil before the first.
    package func step(at time: Double) -> Step? {
        let after = steps.firstIndexOnOrAfter(time.nextUp, by: \.time)
        return after > 0 ? steps[after - 1] : nil
    }

    package func survival(at time: Double) -> Double { step(at: time)?.survival ?? 1 }

    /// The standard error of Greenwood (1926): S√Σ d/(n(n-d)); 0 where nobody or everybody has left.
    package func standardError(at time: Double) -> Double {
        guard let step = step(at: time), step.survival > 0 else { return 0 }
        return step.survival * step.greenwood.squareRoot()
    }

    /// The interval of the share that is still there.
    ///
    /// Where nobody has left yet, it ends below at (α/2)^(1/n) of the n still observed, and at 0 of none. Where all n that
    /// were there left at once, it ends above at 1 - (α/2)^(1/n) of the share before.
    package func interval(at time: Double, alpha: Double = 0.05) -> Interval {
        if let step = step(at: time) {
            guard step.survival <= 0 else { return logLogInterval(at: time, alpha: alpha) }
            let before = self.step(at: step.time.nextDown)?.survival ?? 1
            return Interval(lower: 0, upper: before * (1 - pow(alpha / 2, 1 / Double(step.atRisk))))
        }
        let count = table.atRisk(at: time)
        return Interval(lower: count > 0 ? pow(alpha / 2, 1 / Double(count)) : 0, upper: 1)
    }

    /// S^exp(±z√Σ d/(n(n-d))/|ln S|), of no width where S is 0 or 1.
    package func logLogInterval(at time: Double, alpha: Double = 0.05) -> Interval {
        logLogInterval(step(at: time), z: Normal.upperQuantile(alpha / 2))
    }

    private func logLogInterval(_ step: Step?, z: Double) -> Interval {
        guard let step, step.logarithm < 0 else { return Interval(lower: 1, upper: 1) }
        guard step.survival > 0 else { return Interval(lower: 0, upper: 0) }
        let shift = z * step.greenwood.squareRoot() / -step.logarithm
        return Interval(lower: exp(step.logarithm * exp(shift)), upper: exp(step.logarithm * exp(-shift)))
    }

    /// Nelson and Aalen's cumulative hazard with H·exp(±z√Var/H).
    package func hazard(at time: Double, alpha: Double = 0.05) -> (value: Double, interval: Interval) {
        guard let step = step(at: time), step.hazard > 0 else { return (0, Interval(lower: 0, upper: 0)) }
        let shift = Normal.upperQuantile(alpha / 2) * step.hazardVariance.squareRoot() / step.hazard
        return (step.hazard, Interval(lower: step.hazard * exp(-shift), upper: step.hazard * exp(shift)))
    }

    /// The age by which a share has left: 0.5 is the median, 0.9 the p90 of a time in a stage; nil when fewer have.
    package func quantile(_ share: Double) -> Double? {
        // A hair of slack, for products of fractions that should be exact.
        steps.first { $0.survival <= 1 - share + 1e-12 }?.time
    }

    /// The ages at which the ends of the interval pass a share; nil for an end that never does.
    package func quantileInterval(_ share: Double, alpha: Double = 0.05) -> (lower: Double?, upper: Double?) {
        let z = Normal.upperQuantile(alpha / 2)
        let intervals = steps.map { (time: $0.time, interval: logLogInterval($0, z: z)) }
        return (
            intervals.first { $0.interval.lower <= 1 - share }?.time,
            intervals.first { $0.interval.upper <= 1 - share }?.time
        )
    }

    /// The mean time up to a horizon: the area under the curve.
    ///
    /// Variance: Σ(∫_{t_i}^τ S)²·d/(n(n-d)), Klein and Moeschberger, "Survival Analysis", 4.5.
    package func restrictedMean(to horizon: Double) -> Result<RestrictedMean, Unmeasurable> {
        guard let end else { return .failure(table.accounts > 0 ? .fewAtRisk : .noAccounts) }
        guard horizon > 0, horizon.isFinite else { return .failure(.outOfRange) }
        guard start == 0 else { return .failure(.fewAtRisk) }
        guard horizon <= end || steps.last?.survival == 0 else {
            return .failure(horizon <= table.rows.last?.time ?? 0 ? .fewAtRisk : .beyondObservation)
        }
        // From the horizon back to the start.
        var area = 0.0
        var variance = 0.0
        var right = horizon
        for step in steps.reversed() where step.time <= horizon {
            area += step.survival * (right - step.time)
            right = step.time
            let (n, d) = (Double(step.atRisk), Double(step.events))
            if n > d { variance += area * area * d / (n * (n - d)) }
        }
        return .success(RestrictedMean(horizon: horizon, mean: area + right, standardError: variance.squareRoot()))
    }
}
