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

    /// Touches whose enrollment is gone.
    package static func strayTouches(_ connection: Connection) throws -> Int {
        Int(
            try connection.integer(
                """
                SELECT count(*) FROM touch AS t LEFT JOIN enrollment AS e ON e.id = t.enrollment_id WHERE e.id IS NULL
                """))
    }
}
