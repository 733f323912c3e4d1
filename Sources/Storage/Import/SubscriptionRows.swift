/// Tells subscriptions of one customer apart in a file of accounts that has a row for each of them.
///
/// Whoever has one that runs is a customer, wherever in the file those stand that have ended.
struct SubscriptionRows {
    private static let names: Set<String> = [
        "subscription_id", "subscriptions_id", "subscription", "subscription_uuid", "id", "abo_id", "abonummer",
    ]

    /// Keys of customers with a row that runs.
    private var running: Set<Int> = []
    private var passedOver = 0

    /// Nil when no column beside the key names rows.
    init?(_ map: ColumnMap) {
        let key = map.place(of: "key")
        guard
            map.header.indices.contains(where: {
                $0 != key && Self.names.contains(ColumnMap.simplified(map.header[$0]))
            })
        else { return nil }
    }

    /// Whether a row says nothing, because a subscription of the same customer runs.
    mutating func isPassedOver(_ key: Cell, isRunning: Bool) -> Bool {
        let name = key.string.hashValue
        if isRunning {
            running.insert(name)
            return false
        }
        guard running.contains(name) else { return false }
        passedOver += 1
        return true
    }

    mutating func renew() { (running, passedOver) = ([], 0) }

    var warning: String? {
        guard passedOver > 0 else { return nil }
        return
            "\(passedOver) \(passedOver == 1 ? "row" : "rows") of subscriptions that have ended say nothing, because another one of "
            + "the same customer runs"
    }
}
