/// Quantiles of figures that are all known; where some are not over yet, a `SurvivalCurve` has them.
package enum Percentile {
    /// The value below which a share lies, between neighbors in proportion (type 7 of Hyndman and Fan, 1996).
    ///
    /// - Returns: nil without values.
    package static func of(_ values: [Double], share: Double) -> Double? {
        let sorted = values.sorted()
        guard let first = sorted.first else { return nil }
        let position = (share > 0 ? min(share, 1) : 0) * Double(sorted.count - 1)
        let below = Int(position)
        guard below + 1 < sorted.count else { return sorted.last ?? first }
        return sorted[below] + (position - Double(below)) * (sorted[below + 1] - sorted[below])
    }
}
