import Playbooks

extension StagedColumns {
    /// Keeps what changes of tracked attributes; call before the accounts are updated.
    ///
    /// - Parameter hasRepeats: whether a key may come again.
    func keepHistory(at now: Instant, hasRepeats: Bool, _ connection: Connection) throws {
        for column in all where column.isTracked {
            let at =
                column.name == "status"
                ? "COALESCE(\(updated("churned_at")), \(AccountImport.now))" : "\(AccountImport.now)"
            try connection.execute(
                """
                INSERT INTO history (account_id, attribute, at, value, previous)
                SELECT a.id, :attribute, \(at), \(column.updated), a.\(column.column)
                FROM import_account s JOIN account a ON a.id = s.account_id
                WHERE s.is_new = 0 AND \(column.updated) IS DISTINCT FROM a.\(column.column)
                ON CONFLICT (attribute, account_id, at) DO UPDATE SET value = excluded.value
                """, ["attribute": .text(column.name), "now": .instant(now)])
            if column.name == "status" { try noteDepartures(column, at: at, now: now, connection) }
            // A key that comes again may have brought the old value back.
            if hasRepeats {
                try connection.execute(
                    """
                    DELETE FROM history WHERE attribute = :attribute AND at = :now AND value IS NOT DISTINCT FROM previous
                    AND account_id IN (SELECT account_id FROM import_account)
                    """, ["attribute": .text(column.name), "now": .instant(now)])
            }
        }
    }

    /// Tells of accounts that leave or come back.
    private func noteDepartures(_ status: Column, at: String, now: Instant, _ connection: Connection) throws {
        try connection.execute(
            """
            INSERT INTO change (type, at, account_id, detail)
            SELECT CASE \(status.updated) WHEN 'churned' THEN 'churned' ELSE 'reactivated' END, \(at), a.id,
                CASE WHEN \(status.updated) = 'churned' AND \(reason) IS NOT NULL THEN json_object('reason', \(reason)) END
            FROM import_account s JOIN account a ON a.id = s.account_id
            WHERE s.is_new = 0 AND \(status.updated) <> a.status
            """, ["now": .instant(now)])
    }

    private var reason: String { self["churn_reason"] == nil ? "a.churn_reason" : updated("churn_reason") }
}
