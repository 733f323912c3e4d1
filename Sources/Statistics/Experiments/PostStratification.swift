/// The arms as if each had the strata of all arms together.
///
/// An arm's mean is Σ W_h m_h, W_h the share of stratum h among all accounts of all arms, with the variance Σ W_h² s_h²/n_h:
/// Cochran, "Sampling Techniques", 5A.9. What the strata explain is in neither the difference nor its error.
package enum PostStratification {
    /// - Parameter strata: for each stratum the arms, the control first.
    /// - Returns: for each arm its mean, with a variance that over its accounts is that of the mean. Strata of which an arm has
    ///   fewer than two accounts are taken together.
    package static func samples(_ strata: [[Sample]]) -> [Sample] {
        let groups = pooled(strata)
        guard let arms = groups.first?.count else { return [] }
        let total = Double(groups.joined().reduce(0) { $0 + $1.count })
        return (0..<arms).map { arm in
            let count = groups.reduce(0) { $0 + $1[arm].count }
            var (mean, variance) = (0.0, 0.0)
            for group in groups where group[arm].count > 0 {
                let weight = Double(group.reduce(0) { $0 + $1.count }) / total
                mean += weight * group[arm].mean
                variance += weight * weight * group[arm].meanVariance
            }
            return Sample(count: count, mean: mean, variance: variance * Double(count))
        }
    }

    /// Strata of which every arm has two accounts, or one of everybody.
    private static func pooled(_ strata: [[Sample]]) -> [[Sample]] {
        func isEnough(_ group: [Sample]) -> Bool { group.allSatisfy { $0.count > 1 } }
        func sum(_ groups: some Sequence<[Sample]>) -> [Sample]? {
            groups.reduce(nil as [Sample]?) { sum, group in sum.map { zip($0, group).map(+) } ?? group }
        }
        var large = strata.filter(isEnough).sorted { size($0) > size($1) }
        guard var rest = sum(strata.filter { !isEnough($0) }) else { return large }
        while !isEnough(rest), let smallest = large.popLast() { rest = zip(rest, smallest).map(+) }
        return large + [rest]
    }

    private static func size(_ group: [Sample]) -> Int { group.reduce(0) { $0 + $1.count } }
}
