import CSQLite

/// What `doctor` asks of the database.
package enum Health {
    package static var engineVersion: String { String(cString: sqlite3_libversion()) }

    /// What SQLite finds wrong with the file; empty when it is sound.
    package static func integrityErrors(_ connection: Connection) throws -> [String] {
        try connection.query("PRAGMA quick_check(10)").compactMap { $0[0].text }.filter { $0 != "ok" }
    }

    package static func journalMode(_ connection: Connection) throws -> String {
        try connection.first("PRAGMA journal_mode")?[0].text ?? "unknown"
    }

    /// A server and what could be better about it.
    package struct Server: Sendable {
        package var version: String
        package var place: String
        package var complaints: [String] = []

        /// A snapshot that is older keeps what sending has changed since from being cleaned away.
        private static let longestSnapshot = 60

        /// Nil where the database is a file.
        package init?(_ connection: Connection) throws {
            guard let driver = connection.driver as? PostgreSQLDriver else { return nil }
            version = try connection.first("SELECT current_setting('server_version') AS version")?["version"].text ?? ""
            place = driver.place
            let session = try connection.first(
                """
                SELECT CASE WHEN s.ssl THEN 1 ELSE 0 END AS is_encrypted,
                    CASE WHEN a.client_addr IS NULL OR host(a.client_addr) IN ('127.0.0.1', '::1') THEN 1 ELSE 0 END AS is_here
                FROM pg_stat_ssl AS s JOIN pg_stat_activity AS a ON a.pid = s.pid WHERE s.pid = pg_backend_pid()
                """)
            if session?["is_here"].integer != 1, session?["is_encrypted"].integer != 1 {
                complaints.append("the connection is not encrypted; write sslmode=verify-full into the URL")
            } else if session?["is_here"].integer != 1, !driver.address.isVerified {
                complaints.append("the server's certificate is not checked; write sslmode=verify-full into the URL")
            }
            let oldest = try connection.integer(
                """
                SELECT CAST(coalesce(max(extract(epoch FROM now() - xact_start)), 0) AS bigint) FROM pg_stat_activity
                WHERE backend_xmin IS NOT NULL AND pid <> pg_backend_pid() AND datname = current_database()
                """)
            if oldest > Self.longestSnapshot {
                complaints.append(
                    "a transaction is open for \(oldest) s, and until it ends the tables of the outbox grow; pg_stat_activity says whose"
                )
            }
        }
    }

    /// Touches whose enrollment is gone.
    package static func strayTouches(_ connection: Connection) throws -> Int {
        Int(
            try connection.integer(
                """
                SELECT count(*) FROM touch AS t LEFT JOIN enrollment AS e ON e.id = t.enrollment_id WHERE e.id IS NULL
                """))
    }
}
