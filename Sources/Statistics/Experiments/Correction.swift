/// How p-values are adjusted when many questions are asked at once.
package enum Correction: Sendable, Hashable {
    /// Keeps the chance of any false claim: for variants on one primary metric. Holm (1979).
    case holm
    /// Keeps the share of false ones among the claims: for secondary metrics. Benjamini and Hochberg (1995).
    case benjaminiHochberg

    /// The adjusted p-values, in the order of the given ones; each is compared with alpha itself.
    package func adjusted(_ values: [Double]) -> [Double] {
        let order = values.indices.sorted { values[$0] < values[$1] }
        let count = Double(values.count)
        var result = values
        switch self {
        case .holm:
            var largest = 0.0
            for (rank, index) in order.enumerated() {
                largest = max(largest, (count - Double(rank)) * values[index])
                result[index] = min(1, largest)
            }
        case .benjaminiHochberg:
            var smallest = 1.0
            for (rank, index) in order.enumerated().reversed() {
                smallest = min(smallest, values[index] * count / Double(rank + 1))
                result[index] = smallest
            }
        }
        return result
    }
}
