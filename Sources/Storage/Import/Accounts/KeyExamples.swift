/// How many accounts something is told of, with the first of them.
struct KeyExamples {
    private(set) var count = 0
    private var examples: [String] = []
    var first: String? { examples.first }

    mutating func add(_ key: String) {
        count += 1
        if examples.count < 3 { examples.append(key) }
    }

    /// The first of them: `a1, a2, a3, ...`.
    var names: String { examples.joined(separator: ", ") + (count > examples.count ? ", ..." : "") }

    /// `2 accounts (a1, a2) are`; nil where there is none.
    var text: String? {
        guard count > 0 else { return nil }
        return count == 1 ? "1 account (\(names)) is" : "\(count) accounts (\(names)) are"
    }
}
