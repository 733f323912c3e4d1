import Foundation

extension SurvivalCurve {
    /// Departures over the time that accounts were at risk, in the unit of the curve; 0 where nobody has left.
    package var rate: Double {
        var (time, last) = (0.0, 0.0)
        for row in table.rows {
            time += Double(row.atRisk) * (row.time - last)
            last = row.time
        }
        return time > 0 ? Double(table.events) / time : 0
    }

    /// How long an account that has reached an age stays of the time ahead, on average: ∫ S / S(age).
    ///
    /// Beyond the ages that the curve is about accounts leave at its mean rate, at every age alike.
    package func meanTime(ahead horizon: Double, from age: Double) -> Double {
        guard horizon > 0 else { return 0 }
        guard let end, age >= start, age < end, survival(at: age) > 0 else { return Self.tail(horizon, rate) }
        let (until, there) = (min(age + horizon, end), survival(at: age))
        var (area, left) = (0.0, age)
        var share = there
        for step in steps where step.time > age && step.time < until {
            area += share * (step.time - left)
            (left, share) = (step.time, step.survival)
        }
        area += share * (until - left)
        return (area + share * Self.tail(age + horizon - until, rate)) / there
    }

    /// (1 - exp(-λt))/λ.
    private static func tail(_ time: Double, _ rate: Double) -> Double {
        rate * time > 1e-9 ? -expm1(-rate * time) / rate : time
    }
}
