/// Counts by the words of a closed list.
extension Dictionary where Key: RawRepresentable<String>, Value == Int {
    /// As they are printed.
    var byName: [String: Int] {
        Dictionary<String, Int>(uniqueKeysWithValues: map { ($0.key.rawValue, $0.value) })
    }
}

extension Dictionary where Key: CaseIterable, Value == Int {
    /// With a zero for each word that was not counted.
    var full: [Key: Int] { Dictionary(uniqueKeysWithValues: Key.allCases.map { ($0, self[$0] ?? 0) }) }
}
