/// The words of a file and the values that they stand for; letters of ASCII in either case are the same.
struct MappedWords {
    private let words: [(word: [UInt8], value: Cell)]
    /// Holds the values.
    private let arena: ByteArena

    /// Nil when there are none.
    init?(_ map: [String: String]) {
        if map.isEmpty { return nil }
        let arena = ByteArena(capacity: map.values.reduce(1) { $0 + $1.utf8.count })
        words = map.sorted { $0.key < $1.key }.map { (Array($0.key.utf8), arena.append($0.value.utf8)) }
        self.arena = arena
    }

    func value(of text: Cell) -> Cell? {
        words.first { text.isEqualIgnoringCase(to: $0.word) }?.value
    }

    /// What programs of sales and billing call accounts that are customers, and those that are no more.
    ///
    /// - Parameter gone: the status of the latter.
    static func ofStatus(_ gone: String) -> [String: String] {
        let churned = [
            "churn", "cancelled", "canceled", "cancelled customer", "canceled customer", "closed", "closed - lost",
            "terminated", "lost", "former", "former customer", "ex-customer", "expired", "ended", "deactivated",
            "inactive", "deleted",
        ]
        let active = [
            "live", "paying", "paid", "current", "customer", "current customer", "active customer", "subscribed",
            "enabled", "open", "trialing", "trial", "past due", "past_due", "renewed",
        ]
        return Dictionary(
            uniqueKeysWithValues: churned.map { ($0, gone) } + active.map { ($0, "active") })
    }
}
