/// Tells subscriptions of one customer apart in a file of accounts that has a row for each of them.
///
/// As billing webhooks count them: whoever has one that runs is a customer, wherever in the file those stand that have
/// ended; `mrr` is the sum over those that run; a request to cancel one of several is none of the customer; and the
/// customer is as old as its first subscription; it leaves on a day ahead where all of them end.
struct SubscriptionRows {
    private static let names: Set<String> = [
        "subscription_id", "subscriptions_id", "subscription", "subscription_uuid", "subscription_code",
        "subscription_number", "subscription_key", "id", "abo_id", "abonummer",
    ]

    /// What the rows so far say of one customer.
    private struct Customer {
        var isRunning = false
        var mrr: Int64?
        /// How many running subscriptions have an amount.
        var amounts = 0
        /// Whether one runs that nobody has asked to cancel.
        var stays = false
        /// Whether one runs that ends on no day.
        var runsOn = false
        var createdAt: Int64?
        /// When the last of those that have ended did.
        var churnedAt: Int64?
        /// The last row that was staged, among those that are not written yet.
        var staged: Int?
    }

    /// Where the columns lie in a staged row.
    struct Places {
        var mrr: Int?
        var createdAt: Int?
        var cancelRequestedAt: Int?
        var leavesTold: Int?
        var serviceEndAt: Int?
        var churnedAt: Int?

        init(_ columns: StagedColumns) {
            mrr = columns.index(of: "mrr")
            createdAt = columns["created_at"]?.place == nil ? nil : columns.index(of: "created_at")
            cancelRequestedAt = columns.index(of: "cancel_requested_at")
            leavesTold = columns.index(of: "leaves_told")
            serviceEndAt = columns.index(of: "service_end_at")
            churnedAt = columns["churned_at"]?.place == nil ? nil : columns.index(of: "churned_at")
        }
    }

    private let place: Int
    /// Whether its cells name subscriptions; a plain `id` may number anything.
    private let isNamed: Bool
    private let places: Places
    private var customers: [Int: Customer] = [:]
    private var known: Set<Int> = []
    private var passedOver = 0
    private var summed: Set<Int> = []

    /// Nil when no column beside the key names rows.
    ///
    /// - Parameter isOfSubscriptions: whether the source is called so, and its plain `id` names subscriptions.
    init?(_ map: ColumnMap, _ columns: StagedColumns, isOfSubscriptions: Bool = false) {
        let key = map.place(of: "key")
        let place = map.header.indices.first {
            $0 != key && Self.names.contains(ColumnMap.simplified(map.header[$0]))
        }
        guard let place else { return nil }
        self.place = place
        isNamed = isOfSubscriptions || ColumnMap.simplified(map.header[place]) != "id"
        places = Places(columns)
    }

    /// Looks at a row, and lets it say what all rows of its customer say so far.
    ///
    /// - Parameters:
    ///   - rows: where it will be staged, as the next one.
    /// - Returns: whether it says nothing, because a subscription of the same customer runs.
    mutating func take(
        _ key: Cell, _ record: Record, isRunning: Bool, _ scalars: inout ContiguousArray<Scalar>, _ rows: StagedRows
    ) -> Bool {
        let id = record.cells[place].trimmed
        guard isNamed || id.starts(with: "sub_".utf8) else { return isPassedOver(key, isRunning: isRunning) }
        let name = key.string.hashValue
        var customer = customers[name] ?? Customer()
        defer { customers[name] = customer }
        if let index = places.createdAt {
            if case .integer(let at) = scalars[index] { customer.createdAt = min(at, customer.createdAt ?? at) }
            if let earliest = customer.createdAt {
                scalars[index] = .integer(earliest)
                if let staged = customer.staged {
                    rows[staged, StagedAccount.allCases.count + index] = .integer(earliest)
                }
            }
        }
        guard isRunning else {
            if let index = places.churnedAt {
                if case .integer(let at) = scalars[index] { customer.churnedAt = max(at, customer.churnedAt ?? at) }
                if let last = customer.churnedAt { scalars[index] = .integer(last) }
            }
            if customer.isRunning { passedOver += 1 } else { customer.staged = rows.count }
            return customer.isRunning
        }
        customer.isRunning = true
        customer.staged = rows.count
        var hasher = Hasher()
        hasher.combine(name)
        hasher.combine(id.string)
        let isNew = known.insert(hasher.finalize()).inserted
        if let index = places.mrr {
            if isNew, case .integer(let amount) = scalars[index] {
                customer.mrr = (customer.mrr ?? 0).addingReportingOverflow(amount).partialValue
                customer.amounts += 1
                if customer.amounts == 2 { summed.insert(name) }
            }
            if let sum = customer.mrr { scalars[index] = .integer(sum) }
        }
        if let index = places.cancelRequestedAt {
            if scalars[index].isNull { customer.stays = true }
            if customer.stays { scalars[index] = .null }
        }
        if let leaves = places.leavesTold, let end = places.serviceEndAt {
            if scalars[leaves].isNull { customer.runsOn = true }
            if customer.runsOn, !scalars[leaves].isNull { (scalars[leaves], scalars[end]) = (.null, .null) }
        }
        return false
    }

    private mutating func isPassedOver(_ key: Cell, isRunning: Bool) -> Bool {
        let name = key.string.hashValue
        if isRunning {
            customers[name, default: Customer()].isRunning = true
            return false
        }
        guard customers[name]?.isRunning == true else { return false }
        passedOver += 1
        return true
    }

    /// The staged rows are written.
    mutating func forgetRows() {
        for name in customers.keys { customers[name]?.staged = nil }
    }

    mutating func renew() { (customers, known, passedOver, summed) = ([:], [], 0, []) }

    var warnings: [String] {
        var warnings: [String] = []
        if passedOver > 0 {
            warnings.append(
                "\(passedOver) \(passedOver == 1 ? "row" : "rows") of subscriptions that have ended say nothing, because another "
                    + "one of the same customer runs")
        }
        if !summed.isEmpty {
            warnings.append(
                "the mrr of \(summed.count) \(summed.count == 1 ? "account is the sum" : "accounts is each the sum") over the "
                    + "subscriptions that run")
        }
        return warnings
    }
}
