import Foundation

/// Whether groups leave at different rates: the log-rank test.
///
/// Mantel (1966); with late entries the groups at risk are those under observation. Weighted as Fleming and Harrington
/// (1991), chapter 7.
package struct LogRank: Sendable, Hashable {
    /// What a departure counts.
    package enum Weighting: Sendable, Hashable {
        case even
        /// Gehan and Wilcoxon: the accounts at risk, so that early departures count more.
        case atRisk
        /// Fleming and Harrington (1, 0): the share still there before, of all groups together.
        case survival
    }

    /// Departures of each group, and as many as there would be at one common rate; weighted.
    package let observed: [Double]
    package let expected: [Double]
    /// Of observed less expected, for each pair of groups.
    package let covariance: [[Double]]
    package let chiSquared: Double
    package let degrees: Int
    package var p: Double { ChiSquared.above(chiSquared, degrees: degrees) }

    /// Fails when there are fewer than two groups with accounts or nobody left while two groups were at risk.
    package static func test(
        _ groups: [RiskTable], weighting: Weighting = .even
    ) -> Result<LogRank, Unmeasurable> {
        guard groups.count(where: { $0.accounts > 0 }) > 1 else { return .failure(.noAccounts) }
        guard groups.contains(where: { $0.events > 0 }) else { return .failure(.noEvents) }
        let test = LogRank(groups, weighting)
        return test.degrees > 0 ? .success(test) : .failure(.noVariance)
    }

    private init(_ groups: [RiskTable], _ weighting: Weighting) {
        let indices = groups.indices
        var events: [Double: [Int]] = [:]
        for index in indices {
            for row in groups[index].rows where row.events > 0 {
                events[row.time, default: [Int](repeating: 0, count: groups.count)][index] = row.events
            }
        }
        let zeros = [Double](repeating: 0, count: groups.count)
        var (observed, expected) = (zeros, zeros)
        var covariance = [[Double]](repeating: zeros, count: groups.count)
        var survival = 1.0
        for (time, left) in events.sorted(by: { $0.key < $1.key }) {
            let atRisk = groups.map { Double($0.atRisk(at: time)) }
            let n = atRisk.reduce(0, +)
            let d = Double(left.reduce(0, +))
            let weight =
                switch weighting {
                case .even: 1.0
                case .atRisk: n
                case .survival: survival
                }
            survival *= (n - d) / n
            // Hypergeometric: nothing varies when only one is at risk.
            let spread = n > 1 ? weight * weight * d * (n - d) / (n - 1) : 0
            for j in indices {
                observed[j] += weight * Double(left[j])
                expected[j] += weight * d * atRisk[j] / n
                for k in indices {
                    covariance[j][k] += spread * (atRisk[j] / n) * ((j == k ? 1 : 0) - atRisk[k] / n)
                }
            }
        }
        self.observed = observed
        self.expected = expected
        self.covariance = covariance
        let differences = zip(observed, expected).map { $0 - $1 }
        (chiSquared, degrees) = Self.quadraticForm(differences, covariance)
    }

    /// dᵀV⁻d with the rank of V, by elimination that leaves out what does not vary on its own.
    private static func quadraticForm(_ differences: [Double], _ covariance: [[Double]]) -> (Double, Int) {
        var (d, v) = (differences, covariance)
        var open = Set(d.indices)
        let scale = d.indices.map { v[$0][$0] }.max() ?? 0
        var (sum, rank) = (0.0, 0)
        while rank < d.count - 1, let pivot = open.max(by: { (v[$0][$0], -$0) < (v[$1][$1], -$1) }) {
            guard v[pivot][pivot] > 1e-10 * scale, scale > 0 else { break }
            open.remove(pivot)
            sum += d[pivot] * d[pivot] / v[pivot][pivot]
            rank += 1
            for row in open {
                let factor = v[row][pivot] / v[pivot][pivot]
                d[row] -= factor * d[pivot]
                for column in open { v[row][column] -= factor * v[pivot][column] }
            }
        }
        return (sum, rank)
    }

    /// The ratio of hazards of a group against all others together: Peto's exp((O-E)/V).
    ///
    /// Of two groups, the one against the other. Nil when nothing varies. The interval is exp((O-E ± z√V)/V).
    package func hazardRatio(of group: Int, alpha: Double = 0.05) -> (ratio: Double, interval: Interval)? {
        guard observed.indices.contains(group), covariance[group][group] > 0 else { return nil }
        let variance = covariance[group][group]
        let difference = observed[group] - expected[group]
        let half = Normal.upperQuantile(alpha / 2) * variance.squareRoot()
        let ends = Interval(lower: exp((difference - half) / variance), upper: exp((difference + half) / variance))
        guard ends.upper.isFinite else { return nil }
        return (exp(difference / variance), ends)
    }
}
