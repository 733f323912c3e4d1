/// What a file says again of accounts of which an event or their billing has said something else since: that they are
/// customers, or what they pay. That is no news, and undoes nothing.
struct ToldBefore {
    /// Whether a staged row `s` calls an account `a` active as before, which has left by an event or by billing since.
    static let isActive = "s.status = 'active' AND a.status = 'churned' AND a.status_told = 'active'"

    private var departed = KeyExamples()
    private var billed = KeyExamples()

    /// - Parameters:
    ///   - status: whether it is the status that was told before.
    ///   - revenue: whether it is the MRR.
    mutating func add(_ key: String, status: Bool, revenue: Bool) {
        if status { departed.add(key) }
        if revenue { billed.add(key) }
    }

    var warnings: [String] {
        [
            departed.text.map {
                "\($0) active here as before, and left since by an event or by billing; they stay so. The event `reactivated` "
                    + "brings them back, or a status that changes here"
            },
            billed.text.map {
                "\($0) here with the MRR that was told before, which billing has changed since; what billing told stays, until "
                    + "the amount changes here"
            },
        ].compactMap { $0 }
    }
}

extension StagedColumns {
    /// Whether a staged row brings the MRR that a row brought before, and the account has another one.
    ///
    /// False where rows bring no MRR.
    var isRevenueToldBefore: String {
        guard let revenue = self[Self.told] else { return "false" }
        return "s.\(revenue.column) IS NULL AND \(isPresent("mrr")) AND a.mrr_told IS NOT DISTINCT FROM s.mrr "
            + "AND a.mrr_told IS DISTINCT FROM a.mrr AND s.mrr IS NOT NULL"
    }

    /// The column that keeps what rows brought; a staged row has 1 there when billing tells.
    private static let told = "mrr_told"

    /// What billing tells of the MRR counts until a file says something new: a file that stays as it was undoes nothing.
    ///
    /// - Parameters:
    ///   - billing: where rows of billing say that they are; nil where none are.
    ///   - believesOldNews: whether somebody means it who says the same again.
    mutating func spellRevenue(billing: Int?, believesOldNews: Bool) {
        guard let mrr = self["mrr"], mrr.place != nil else { return }
        let column = "\"\(Self.told)\""
        add(Self.told, column: column, CellReader(Self.told, .boolean), place: billing, kind: .integer)
        let isBilled = "s.mrr_told IS NOT NULL"
        if !believesOldNews {
            set(
                "mrr",
                updated:
                    "CASE WHEN s.mrr_told IS NULL AND s.mrr IS NOT DISTINCT FROM a.mrr_told THEN a.mrr ELSE \(mrr.updated) END",
                inserted: mrr.inserted)
        }
        set(
            Self.told,
            updated: "CASE WHEN \(isBilled) OR NOT (\(isPresent("mrr"))) THEN a.mrr_told ELSE s.mrr END",
            inserted: "CASE WHEN \(isBilled) THEN NULL ELSE s.mrr END")
    }
}
