/// A p chart: whether the share of each period is what chance makes of the target.
package struct ControlChart: Sendable, Hashable {
    package struct Point: Sendable, Hashable {
        package var observed: Proportion
        /// What three standard deviations of chance allow, within 0 and 1.
        package var limits: Interval
        /// The distance from the target in standard deviations.
        package var z: Double
        package var isAbove: Bool
        package var isBelow: Bool
        /// How likely a period lies outside of its limits where the target is the truth: of few accounts more often than the
        /// 3 in 1,000 of the normal distribution.
        package var chanceOutside: Double
    }

    package var target: Double
    /// A point for each period; nil for one without accounts.
    package var points: [Point?]

    /// Limits target ± deviations·√(target(1-target)/n): Montgomery, "Statistical Quality Control", chapter 7.
    ///
    /// - Parameter target: strictly between 0 and 1, for the length of one period; otherwise there is no chart.
    package init?(_ periods: [Proportion], target: Double, deviations: Double = 3) {
        guard target > 0, target < 1 else { return nil }
        self.target = target
        points = periods.map { period in
            guard let rate = period.rate else { return nil }
            let deviation = (target * (1 - target) / Double(period.total)).squareRoot()
            let limits = Interval(around: target, by: deviations * deviation)
            return Point(
                observed: period,
                limits: Interval(lower: max(0, limits.lower), upper: min(1, limits.upper)),
                z: (rate - target) / deviation, isAbove: rate > limits.upper, isBelow: rate < limits.lower,
                chanceOutside: Self.chance(outside: limits, of: period.total, target))
        }
    }

    private static func chance(outside limits: Interval, of total: Int, _ target: Double) -> Double {
        let counts = Binomial(trials: total, chance: target)
        let (first, last) = (max(0, limits.lower * Double(total)), min(Double(total), limits.upper * Double(total)))
        let inside = (Int(first.rounded(.up))...max(Int(first.rounded(.up)), Int(last))).reduce(0) {
            $0 + counts.probability($1)
        }
        return min(1, max(0, 1 - inside))
    }
}
