/// A transaction as its client knows it.
struct ServerTransaction {
    /// Whether it may change tables that others see.
    var isWriting: Bool
}

/// The beginning and the end of transactions, which a lost connection leaves in doubt.
extension PostgreSQLDriver {
    /// How long it is tried to find out what became of a COMMIT whose answer was lost.
    private static let patience = Duration.seconds(30)

    /// Begins a transaction; over a connection that was lost since the last one it is made anew.
    func begin(_ text: String) throws {
        try ensureConnected()
        do {
            try executeScript(text)
        } catch let error as StorageError where error.isLost {
            hangUp()
            try ensureConnected()
            try executeScript(text)
        } catch {
            // A lock that was not to be had leaves a transaction that has failed.
            rollback()
            throw error
        }
        transaction = ServerTransaction(isWriting: text == dialect.beginWriting)
    }

    func rollback() {
        transaction = nil
        if isInTransaction { try? executeScript("ROLLBACK") }
    }

    /// - Throws: `StorageError` when nothing was written, or when nobody can say whether it was.
    func commit() throws {
        guard !hasFailed else {
            rollback()
            throw StorageError("\(place): a statement of the transaction had failed, and nothing was written")
        }
        // Asked before the end: behind it nobody could say which transaction it was.
        let number =
            try transaction?.isWriting == true
            ? row("SELECT CAST(pg_current_xact_id_if_assigned() AS text) AS number")?["number"].text : nil
        let timeline = session?.timeline
        do {
            let answer = try answer(to: "COMMIT")
            transaction = nil
            for table in emptied { try? executeScript("VACUUM \(table)") }
            emptied = []
            guard answer == "COMMIT" else { throw StorageError("\(place): the server has undone the transaction") }
        } catch let error as StorageError where error.isLost {
            transaction = nil
            guard let number, try !wasCommitted(number, on: timeline) else { return }
            throw error
        }
    }

    /// What became of a transaction whose end was not answered: the server keeps it.
    private func wasCommitted(_ number: String, on timeline: String?) throws -> Bool {
        let isUnknown = StorageError(
            state: PostgreSQLError.lost,
            "\(place): the connection was lost while the last step was being written, and nobody can say whether it was; see "
                + "that the server runs, then look with keeptouch status")
        do { try reconnect(patience: Self.patience) } catch { throw isUnknown }
        // A standby that was promoted gives the same numbers to others.
        guard session?.timeline == timeline else { throw isUnknown }
        switch try row("SELECT pg_xact_status(CAST('\(number)' AS xid8)) AS status")?["status"].text {
        case "committed": return true
        case "aborted": return false
        default: throw isUnknown
        }
    }
}
