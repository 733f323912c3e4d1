import Playbooks

/// Churns and requests to cancel of which a file says another moment than it did: they are the ones that are there.
///
/// A row whose words are not stored is about the state that stands, where no row of the file tells that one as it was. Of
/// requests this needs an export of all, and days that are close; of churns it needs nothing more, for who has left cannot
/// leave again. The event keeps its number, so that nobody is written to twice. What a column of accounts says is that
/// column's to correct.
final class CorrectedStates {
    /// Two moments that lie further apart are no correction of a churn.
    private static let mostOfChurns = TimeSpan.days(31)

    private let connection: Connection
    private let rows: StagedRows
    private let churned: Int64?
    private let requested: Int64?
    private let back: Int64?
    private var notTaken = KeyExamples()
    /// The words by which the rows at hand tell stored events, for each account.
    private var told: Set<String> = []

    init(_ connection: Connection, _ rows: StagedRows, _ kinds: [String: Int64]) {
        self.connection = connection
        self.rows = rows
        churned = kinds["churned"]
        requested = kinds["cancel_requested"]
        back = kinds["reactivated"]
    }

    private func name(_ row: Int) -> String {
        "\(rows.integer(row, .account) ?? 0) \(rows.text(row, .dedup) ?? "")"
    }

    /// Hides a churn of an account that has churned in an earlier row, with no return between: it is the same one.
    ///
    /// The rows are in the order of kinds, accounts and moments, churns last.
    func hideRepeats() throws {
        var returns: [Int64: [Int64]] = [:]
        var standing: (account: Int64, at: Int64)?
        for row in (0..<rows.count).map(rows.row(at:)) {
            guard let kind = rows.integer(row, .kind), kind == churned || kind == back,
                let account = rows.integer(row, .account), let at = rows.integer(row, .at)
            else { continue }
            if kind == back {
                returns[account, default: []].append(at)
                continue
            }
            if let standing, standing.account == account,
                returns[account]?.contains(where: { $0 >= standing.at && $0 <= at }) != true,
                try isRepeat(row, of: account, after: standing.at, at)
            {
                rows.markUnchanged(row)
            } else {
                standing = (account, at)
            }
        }
    }

    private func isRepeat(_ row: Int, of account: Int64, after former: Int64, _ at: Int64) throws -> Bool {
        try connection.first(
            """
            SELECT 1 FROM event WHERE account_id = :account AND (
                kind_id = :back AND at >= :former AND at <= :at OR kind_id = :churned AND dedup = :dedup)
            """,
            [
                "account": .integer(account), "back": .optional(back), "churned": .optional(churned),
                "former": .integer(former), "at": .integer(at), "dedup": rows[row, .dedup].value,
            ]) == nil
    }

    /// Looks at all rows that are staged; call before any are written.
    func look() {
        told = []
        for row in 0..<rows.count where [churned, requested].contains(rows.integer(row, .kind)) {
            told.insert(name(row))
        }
    }

    /// Moves the events that stand to the moments of the rows that SQL sees; call in the write transaction, before these
    /// are inserted.
    ///
    /// - Parameter isOfAll: whether the file is an export of all.
    /// - Returns: how many of them were moved.
    func correct(isOfAll: Bool) throws -> Int {
        guard !told.isEmpty else { return 0 }
        var moves: [Int64: (row: Int, kind: Int64, former: Int64)] = [:]
        let isDigest = "length(e.dedup) = 33 AND substr(e.dedup, 13, 1) = '.'"
        try connection.forEach(
            """
            SELECT s.row, e.id, e.dedup, e.kind_id, e.at, a.key, e.received_at FROM \(rows.name) s
            JOIN account a ON a.id = s.account_id
            JOIN event e ON e.kind_id = s.kind_id AND e.account_id = s.account_id AND e.at <> s.at
            WHERE NOT EXISTS (SELECT 1 FROM event o
                    WHERE o.kind_id = s.kind_id AND o.dedup = s.dedup AND o.account_id = s.account_id)
                AND NOT EXISTS (SELECT 1 FROM event o
                    WHERE o.kind_id = s.kind_id AND o.account_id = s.account_id AND o.at = s.at)
                AND (s.kind_id = :churned AND a.status = 'churned' AND a.churned_at = e.at
                    OR s.kind_id = :requested AND :all = 1 AND a.cancel_requested_at = e.at AND s.is_named = 0
                        AND \(isDigest) AND abs(e.at - s.at) < \(ColumnEvents.sameRequest.milliseconds))
            """,
            ["churned": .optional(churned), "requested": .optional(requested), "all": .integer(isOfAll ? 1 : 0)]
        ) { match in
            let (row, kind, former) = (Int(match.integer(0)), match.integer(3), match.integer(4))
            let dedup = match.text(2) ?? ""
            if told.contains("\(rows.integer(row, .account) ?? 0) \(dedup)") { return }
            if kind == churned {
                let at = rows.integer(row, .at) ?? former
                let distance = abs(at - former)
                // A status without a day is dated by its import, which knows less of it than an event from before.
                let isOfImport = match.integer(6) - former < TimeSpan.days(1).milliseconds && at < former
                let isOfColumn = dedup.hasPrefix("column:") && !isOfImport
                if isOfColumn || distance > Self.mostOfChurns.milliseconds {
                    if distance >= TimeSpan.days(1).milliseconds { notTaken.add(match.text(5) ?? "") }
                    return
                }
            }
            // Of several rows the last counts.
            if let known = moves[match.integer(1)], known.row > row { return }
            moves[match.integer(1)] = (row, kind, former)
        }
        for (event, move) in moves.sorted(by: { $0.key < $1.key }) {
            try connection.execute(
                """
                UPDATE event AS e SET at = :at,
                    dedup = CASE WHEN \(isDigest) THEN :dedup ELSE e.dedup END,
                    properties = COALESCE(:properties, e.properties), left_out = COALESCE(:left_out, e.left_out)
                WHERE e.id = :event AND NOT (\(isDigest) AND EXISTS (
                    SELECT 1 FROM event AS o WHERE o.kind_id = e.kind_id AND o.account_id = e.account_id
                        AND o.dedup = :dedup AND o.id <> e.id))
                """,
                [
                    "event": .integer(event), "at": rows[move.row, .at].value, "dedup": rows[move.row, .dedup].value,
                    "properties": rows[move.row, .properties].value, "left_out": rows[move.row, .leftOut].value,
                ])
            try follow(event, from: move.former)
        }
        return moves.count
    }

    /// Gives churns that a column told, without a reason, the one that the rows name: a list of who left says why.
    ///
    /// - Returns: how many accounts have a reason now.
    func fillReasons() throws -> Int {
        guard !told.isEmpty, let churned else { return 0 }
        let rows = "\(rows.name) s WHERE s.kind_id = :churned AND s.properties ->> 'reason' IS NOT NULL"
        let isSame = "BETWEEN s.at - \(Self.mostOfChurns.milliseconds) AND s.at + \(Self.mostOfChurns.milliseconds)"
        let values: [String: SQLValue] = ["churned": .integer(churned)]
        try connection.execute(
            """
            UPDATE event AS e SET properties = s.properties FROM \(rows)
                AND e.kind_id = s.kind_id AND e.account_id = s.account_id AND e.properties IS NULL
                AND substr(e.dedup, 1, 8) = 'column:a' AND e.at \(isSame)
            """, values)
        return try connection.execute(
            """
            UPDATE account AS a SET churn_reason = s.properties ->> 'reason' FROM \(rows)
                AND a.id = s.account_id AND a.status = 'churned' AND a.churn_reason IS NULL AND a.churned_at \(isSame)
            """, values)
    }

    /// Lets the account say the moment that its event says by now.
    ///
    /// - Parameter former: what the event said before.
    func follow(_ event: Int64, from former: Int64) throws {
        let values: [String: SQLValue] = ["event": .integer(event), "former": .integer(former)]
        let moved = "FROM event e WHERE e.id = :event AND e.kind_id = :kind AND e.account_id ="
        if let churned {
            let ofChurn = values.merging(["kind": .integer(churned)]) { $1 }
            let count = try connection.execute(
                """
                UPDATE account AS a SET churned_at = e.at,
                    churn_reason = COALESCE(e.properties ->> 'reason', a.churn_reason)
                \(moved) a.id AND a.status = 'churned' AND a.churned_at = :former
                """, ofChurn)
            if count > 0 {
                try connection.execute(
                    """
                    UPDATE history AS h SET at = e.at
                    \(moved) h.account_id AND h.attribute = 'status' AND h.at = :former AND h.value = 'churned'
                        AND NOT EXISTS (SELECT 1 FROM history o
                            WHERE o.attribute = 'status' AND o.account_id = h.account_id AND o.at = e.at)
                    """, ofChurn)
            }
        }
        if let requested {
            try connection.execute(
                "UPDATE account AS a SET cancel_requested_at = e.at \(moved) a.id AND a.cancel_requested_at = :former",
                values.merging(["kind": .integer(requested)]) { $1 })
        }
    }

    var warning: String? {
        notTaken.text.map {
            "\($0) churned at another moment here than is known; it stays what it was, for a column of accounts says it, or it "
                + "lies more than 31 days off; the column churned_at of a file of accounts corrects it"
        }
    }

    func renew() { notTaken = KeyExamples() }
}
