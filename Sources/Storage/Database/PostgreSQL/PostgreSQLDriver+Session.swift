import Foundation

/// What tells the session of a connection from all others, and its server from one that was promoted in its place.
struct ServerSession: Equatable {
    var process: Int64
    var began: String
    var timeline: String
}

/// When a lost connection may be tried again: at once, then after longer and longer times.
struct Reconnection {
    /// Why the last attempt failed; nil while all is well.
    private(set) var failure: (any Error)?
    private(set) var nextAttempt = ContinuousClock.now
    private var pause = Self.shortest

    private static let (shortest, longest) = (Duration.milliseconds(100), Duration.seconds(60))

    mutating func failed(_ error: any Error) {
        failure = error
        nextAttempt = .now + pause
        pause = min(pause * 2, Self.longest)
    }
}

/// The beginning, the loss and the new beginning of a session.
extension PostgreSQLDriver {
    func beginSession() throws {
        try executeScript(
            """
            SET search_path = \(address.schema); SET timezone = 'UTC'; SET jit = off; SET client_min_messages = warning;
            SET lock_timeout = '30s'; SET idle_in_transaction_session_timeout = '10min';
            SET extra_float_digits = 1
            """)
        let former = session
        let own = try row(
            """
            SELECT CAST(pid AS bigint) AS pid, CAST(backend_start AS text) AS began,
                CASE WHEN pg_is_in_recovery() THEN '' ELSE substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END AS timeline
            FROM pg_stat_activity WHERE pid = pg_backend_pid()
            """)
        session = own.map {
            ServerSession(
                process: $0["pid"].integer ?? 0, began: $0["began"].text ?? "", timeline: $0["timeline"].text ?? "")
        }
        // The server may not have noticed yet that the other end is gone; until it has, the session has its locks.
        if let former, former.timeline == session?.timeline {
            _ = try row(
                """
                SELECT pg_terminate_backend(pid, 5000) AS ended FROM pg_stat_activity
                WHERE pid = \(former.process) AND CAST(backend_start AS text) = '\(former.began)'
                """)
        }
        for right in rights {
            guard try row("SELECT pg_try_advisory_lock(\(right)) AS taken")?["taken"].integer == 1 else {
                throw StorageError(
                    "another process has taken over the playbooks of \(place) while the connection was lost; stop one of both"
                )
            }
        }
        for table in TemporaryTable.all {
            try executeScript(PostgreSQLSchema.translated(table.definition))
            if let index = table.index { try executeScript(index) }
        }
        for rows in staged {
            try executeScript(rows.definition)
            rows.isChanged = true
        }
        // From here on: the temporary tables could not be made any more.
        if !canWrite { try executeScript("SET default_transaction_read_only = on") }
    }

    /// Makes the connection anew where it was lost; not before the end of the transaction that was lost with it.
    ///
    /// - Throws: `StorageError` when it cannot be made, at once as long as it is not yet time to try again.
    func ensureConnected() throws {
        guard !isConnected, transaction == nil else { return }
        try reconnect()
    }

    private func reconnect() throws {
        if let failure = attempts.failure, ContinuousClock.now < attempts.nextAttempt { throw failure }
        do {
            try connect()
            attempts = Reconnection()
        } catch {
            attempts.failed(error)
            throw error
        }
    }

    /// Tries until it is there or the patience is over.
    func reconnect(patience: Duration) throws {
        let deadline = ContinuousClock.now + patience
        while true {
            do { return try reconnect() } catch {
                guard attempts.nextAttempt < deadline else { throw error }
                let pause = ContinuousClock.now.duration(to: attempts.nextAttempt)
                if pause > .zero { usleep(UInt32(pause / .microseconds(1)) + 1) }
            }
        }
    }

    /// The first row of an answer.
    func row(_ sql: String) throws -> Row? {
        let statement = try Statement(self, sql)
        return try statement.step() ? statement.row : nil
    }
}
