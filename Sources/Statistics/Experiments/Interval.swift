/// A range that a figure lies in with a stated confidence.
package struct Interval: Sendable, Hashable, Codable {
    package var lower: Double
    package var upper: Double

    package init(lower: Double, upper: Double) {
        self.lower = lower
        self.upper = upper
    }

    package init(around center: Double, by halfWidth: Double) {
        self.init(lower: center - halfWidth, upper: center + halfWidth)
    }

    package var width: Double { upper - lower }

    package func contains(_ value: Double) -> Bool { lower <= value && value <= upper }

    /// What both intervals allow; nil when nothing is left.
    package func intersection(_ other: Interval) -> Interval? {
        let (low, high) = (max(lower, other.lower), min(upper, other.upper))
        return low <= high ? Interval(lower: low, upper: high) : nil
    }
}
