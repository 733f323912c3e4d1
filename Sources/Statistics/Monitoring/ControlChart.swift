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
                z: (rate - target) / deviation, isAbove: rate > limits.upper, isBelow: rate < limits.lower)
        }
    }
}
