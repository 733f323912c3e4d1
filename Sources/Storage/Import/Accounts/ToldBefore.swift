/// What a source says again of accounts of which another has said something else since: that they are customers, or what
/// they pay. That is no news, and undoes nothing.
///
/// Rows over HTTP are one source, each import of files is another; events and billing are none of them. Of files only those
/// accounts are kept of which an import said that they have left (`told_churned`): all others it calls customers.
struct ToldBefore {
    /// The columns that keep what was told last, by files or over HTTP.
    let status: String
    let revenue: String
    /// The import that reads files; nil over HTTP.
    private let source: String?
    private var departed = KeyExamples()
    private var billed = KeyExamples()

    /// - Parameter source: what the import of files is called; nil of rows over HTTP.
    init(_ source: String?) {
        self.source = source
        status = source == nil ? "status_sent" : "status_told"
        revenue = source == nil ? "mrr_sent" : "mrr_told"
    }

    /// Where a staged row `s` was marked for calling an account active as before that has left since.
    static let isMarked = "s.is_old_news = 1"

    /// Whether a staged row `s` does so of an account `a`; `:import` is its source. Who leaves on a day that was told ahead
    /// beside the word of a customer is not back while both are told again.
    var isOldNews: String {
        let since =
            source == nil
            ? "a.status_sent = 'active'"
            : "a.status_told IS NOT NULL AND (NOT \(Self.hasChurned) OR a.status_told = 'active' AND \(Self.hasDayPast))"
        return "COALESCE(s.status = 'active' AND a.status = 'churned' AND \(since), false)"
    }

    /// Whether a staged row `s` has a day of leaving that is past beside the word of a customer.
    static let hasDayPast = "COALESCE(s.leaves_told <= \(AccountImport.now), false)"

    /// Whether a row calls an account churned for the first time.
    var isFirstChurn: String {
        source == nil ? "false" : "COALESCE(s.status = 'churned' AND NOT \(Self.hasChurned), false)"
    }

    /// An import without a name is that of a database of before.
    private static let hasChurned =
        "EXISTS (SELECT 1 FROM told_churned AS t WHERE t.account_id = a.id AND t.import IN (:import, ''))"

    var values: [String: SQLValue] { source.map { ["import": .text($0)] } ?? [:] }

    /// Keeps that the import has told of these accounts, of accounts of new rows too, that they have left.
    func keep(_ accounts: [Int64], hasNew: Bool, _ connection: Connection) throws {
        guard source != nil else { return }
        for account in accounts {
            try connection.execute(
                "INSERT INTO told_churned (account_id, import) VALUES (:account, :import) ON CONFLICT DO NOTHING",
                values.merging(["account": .integer(account)]) { $1 })
        }
        guard hasNew else { return }
        try connection.execute(
            """
            INSERT INTO told_churned (account_id, import)
            SELECT a.id, :import FROM import_account s JOIN account a ON a.key = s.key
            WHERE s.account_id IS NULL AND s.status = 'churned' ON CONFLICT DO NOTHING
            """, values)
    }

    /// Forgets who has called an account churned that is a customer again.
    static func forget(_ accounts: [Int64], _ connection: Connection) throws {
        for account in accounts {
            try connection.execute(
                "DELETE FROM told_churned WHERE account_id = :account", ["account": .integer(account)])
        }
    }

    /// - Parameters:
    ///   - status: whether it is the status that was told before.
    ///   - revenue: whether it is the MRR.
    mutating func add(_ key: String, status: Bool, revenue: Bool) {
        if status { departed.add(key) }
        if revenue { billed.add(key) }
    }

    mutating func renew() { (departed, billed) = (KeyExamples(), KeyExamples()) }

    var warnings: [String] {
        [
            departed.text.map {
                "\($0) active here as before, and left since by an event, by billing, by another source or on the day that was told; they stay so. The event "
                    + "`reactivated` brings them back, or a status that changes here"
            },
            billed.text.map {
                "\($0) here with the MRR that was told before, which billing or another source has changed since; that one stays, "
                    + "until the amount changes here"
            },
        ].compactMap { $0 }
    }
}

extension StagedColumns {
    /// Whether a staged row brings the MRR that its source brought before, and the account has another one.
    ///
    /// False where rows bring no MRR.
    func isRevenueToldBefore(_ told: ToldBefore) -> String {
        guard let revenue = self[told.revenue] else { return "false" }
        return "s.\(revenue.column) IS NULL AND \(isPresent("mrr")) AND a.\(told.revenue) IS NOT DISTINCT FROM s.mrr "
            + "AND a.\(told.revenue) IS DISTINCT FROM a.mrr AND s.mrr IS NOT NULL"
    }

    /// What billing or another source tells of the MRR counts until this one says something new: a file that stays as it was
    /// undoes nothing.
    ///
    /// - Parameters:
    ///   - told: names the column that keeps what rows brought; a staged row has 1 there when billing tells.
    ///   - billing: where rows of billing say that they are; nil where none are.
    ///   - believesOldNews: whether somebody means it who says the same again.
    mutating func spellRevenue(_ told: ToldBefore, billing: Int?, believesOldNews: Bool) {
        guard let mrr = self["mrr"], mrr.place != nil else { return }
        let name = told.revenue
        add(name, column: "\"\(name)\"", CellReader(name, .boolean), place: billing, kind: .integer)
        let isBilled = "s.\(name) IS NOT NULL"
        if !believesOldNews {
            set(
                "mrr",
                updated:
                    "CASE WHEN s.\(name) IS NULL AND s.mrr IS NOT DISTINCT FROM a.\(name) THEN a.mrr ELSE \(mrr.updated) END",
                inserted: mrr.inserted)
        }
        set(
            name, updated: "CASE WHEN \(isBilled) OR NOT (\(isPresent("mrr"))) THEN a.\(name) ELSE s.mrr END",
            inserted: "CASE WHEN \(isBilled) THEN NULL ELSE s.mrr END")
    }
}
