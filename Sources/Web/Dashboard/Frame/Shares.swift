/// Parts of a whole in hundredths, rounded so that they sum to a hundred.
enum Shares {
    /// What is left of a hundred after rounding down goes to those that lost most by it.
    static func percent(of counts: [Int]) -> [Int] {
        let all = counts.reduce(0, +)
        guard all > 0 else { return counts.map { _ in 0 } }
        var shares = counts.map { $0 * 100 / all }
        let left = 100 - shares.reduce(0, +)
        let byLoss = counts.indices.sorted { (counts[$1] * 100 % all, $0) < (counts[$0] * 100 % all, $1) }
        for index in byLoss.prefix(left) { shares[index] += 1 }
        return shares
    }

    static func percent<Name: Hashable>(of counts: [Name: Int]) -> [Name: Int] {
        let names = counts.keys.sorted { (counts[$1] ?? 0, "\($0)") < (counts[$0] ?? 0, "\($1)") }
        return Dictionary(zip(names, percent(of: names.map { counts[$0] ?? 0 }))) { first, _ in first }
    }
}
