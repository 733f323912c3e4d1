/// How many accounts something is told of, with the first of them.
struct KeyExamples {
    private var count = 0
    private var first: [String] = []

    mutating func add(_ key: String) {
        count += 1
        if first.count < 3 { first.append(key) }
    }

    /// `2 accounts (a1, a2) are`; nil where there is none.
    var text: String? {
        guard count > 0 else { return nil }
        let names = first.joined(separator: ", ") + (count > first.count ? ", ..." : "")
        return count == 1 ? "1 account (\(names)) is" : "\(count) accounts (\(names)) are"
    }
}
