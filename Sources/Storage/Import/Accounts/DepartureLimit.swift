import Playbooks

/// Doubts a file that would make more customers leave at once than ever leave at once.
///
/// A wrong column, or a list of something else, would stop every message and count as attrition of everybody.
final class DepartureLimit {
    /// One in so many active customers may leave with one import.
    private static let share = 5
    /// Fewer than these are no proof of anything.
    private static let fewest = 10

    private let connection: Connection
    /// What the first import of all brings.
    private var newcomers = Newcomers.unknown
    /// Active customers when the first of them would leave.
    private var customers: Int?
    private var departed = 0

    private enum Newcomers {
        /// Nobody has looked whether there are accounts already.
        case unknown
        /// So many accounts are new so far, and so many of them are no customers.
        case first(all: Int64, gone: Int64)
        /// There were accounts before.
        case later
    }

    init(_ connection: Connection) {
        self.connection = connection
    }

    /// Counts whom the staged accounts would make leave, together with what was written before.
    ///
    /// - Parameter isNamed: whether `data.yaml` names the source: then what is told for the first time before the first cycle
    ///   is no change, for nobody has been written to yet.
    /// - Returns: why they must not be written.
    func refusalOfAccounts(isNamed: Bool, now: Instant) throws -> String? {
        if let refusal = try refusalOfNewcomers() { return refusal }
        let isFirst = try isNamed && Meta.lastNow(connection) == nil
        let leaving = try connection.integer(
            """
            SELECT count(*) FROM import_account s JOIN account a ON a.key = s.key
            WHERE s.status = 'churned' AND a.status = 'active' \(isFirst ? "AND a.status_told = 'active'" : "")
            """)
        if isFirst { return try refusal(of: leaving, "at once") }
        // The end of everybody's contract is no departure either.
        let ahead = try connection.integer(
            """
            SELECT count(*) FROM import_account s JOIN account a ON a.key = s.key
            WHERE s.leaves_told > :now AND a.leaves_told IS NULL AND a.status = 'active'
            """, ["now": .instant(now)])
        return try refusal(of: leaving + ahead, ahead > 0 ? "on days that lie ahead" : "at once")
    }

    /// Counts whom the staged events would make leave, together with what was written before.
    ///
    /// - Returns: why they must not be written.
    func refusalOfEvents(_ kinds: [String: Int64]) throws -> String? {
        let leaving = try connection.integer(
            """
            SELECT count(*) FROM (
                SELECT account_id, max(CASE WHEN kind_id = :churned THEN at END) AS churned,
                    max(CASE WHEN kind_id = :back THEN at END) AS back
                FROM import_event WHERE kind_id IN (:churned, :back) GROUP BY account_id
            ) t JOIN account a ON a.id = t.account_id
            WHERE a.status = 'active' AND t.churned IS NOT NULL AND (t.back IS NULL OR t.back < t.churned)
                AND NOT EXISTS (
                    SELECT 1 FROM event e WHERE e.kind_id = :back AND e.account_id = a.id AND e.at >= t.churned)
            """, ["churned": .optional(kinds["churned"]), "back": .optional(kinds["reactivated"])])
        return try refusal(of: leaving, "at once")
    }

    /// A column that is misread makes nearly everybody somebody who has left, from the first day on.
    private func refusalOfNewcomers() throws -> String? {
        if case .unknown = newcomers {
            newcomers =
                try connection.first("SELECT id FROM account LIMIT 1") == nil ? .first(all: 0, gone: 0) : .later
        }
        guard case .first(let allBefore, let goneBefore) = newcomers else { return nil }
        let all = allBefore + (try connection.integer("SELECT count(*) FROM import_account"))
        let gone =
            goneBefore + (try connection.integer("SELECT count(*) FROM import_account WHERE status = 'churned'"))
        newcomers = .first(all: all, gone: gone)
        guard gone >= Self.fewest, gone * 5 > all * 4 else { return nil }
        return
            "\(gone) of \(all) accounts would be no customers from the beginning, more than four in five, and nobody would "
            + "write to them; if the column that says so is misread, say what its words mean (attributes: { status: { map: { "
            + "<a word>: active } } }); if it is right, import it with --complete"
    }

    private func refusal(of leaving: Int64, _ when: String) throws -> String? {
        if leaving == 0 { return nil }
        let customers =
            try self.customers
            ?? Int(connection.integer("SELECT count(*) FROM account WHERE status = 'active'"))
        self.customers = customers
        departed += Int(leaving)
        guard departed >= Self.fewest, departed * Self.share > customers else { return nil }
        return "\(departed) of \(customers) active customers would leave \(when), more than one in five; "
            + "if they have left, import it with --complete"
    }
}
