/// Customers whose MRR a file leaves empty that was there: of many, the column has come empty, and is no news.
struct EmptiedRevenue {
    /// One in so many customers that pay.
    private static let share: Int64 = 10
    private static let fewest = 2

    private var accounts = KeyExamples()

    mutating func add(_ key: String) { accounts.add(key) }

    /// Call when the rows are written.
    func warning(_ connection: Connection) throws -> String? {
        guard accounts.count >= Self.fewest, let text = accounts.text else { return nil }
        let paying = try connection.integer("SELECT count(*) FROM account WHERE status = 'active' AND mrr > 0")
        let before = paying + Int64(accounts.count)
        guard Int64(accounts.count) * Self.share > before else { return nil }
        return
            "\(text) without the MRR that was there, of \(before) customers that have one; reports count them with what was "
            + "known last, and conditions on mrr see nothing; import a file that has it"
    }
}

extension StagedColumns {
    /// Whether a staged row takes the MRR away that a customer has.
    var emptiesRevenue: String {
        self["mrr"] == nil ? "false" : "a.status = 'active' AND a.mrr > 0 AND \(updated("mrr")) IS NULL"
    }
}
