/// The opening of a workspace's schema in a PostgreSQL database.
extension PostgreSQLDriver {
    /// Makes schema and tables where there are none.
    ///
    /// - Throws: `StorageError` when the schema is not one that this program works with.
    func prepareForWriting(_ schema: String) throws {
        try expectServer()
        guard try version(schema) == nil else { return try expectNewestSchema(schema) }
        let statements = try PostgreSQLSchema.statements()
        do {
            // Two that begin at once make it once.
            try executeScript("BEGIN; SELECT pg_advisory_xact_lock(hashtext('keeptouch.schema'))")
            if try version(schema) == nil {
                try executeScript("CREATE SCHEMA IF NOT EXISTS \(schema)")
                for statement in statements { try executeScript(statement) }
                try executeScript(
                    """
                    CREATE TABLE migration (number bigint PRIMARY KEY, at timestamptz NOT NULL DEFAULT now());
                    INSERT INTO migration (number) VALUES (\(Schema.migrations.count))
                    """)
            }
            try executeScript("COMMIT")
        } catch {
            if isInTransaction { try? executeScript("ROLLBACK") }
            throw error
        }
        try expectNewestSchema(schema)
    }

    /// The schema must be the one that this program knows.
    func expectNewestSchema(_ schema: String) throws {
        guard let version = try version(schema) else {
            throw StorageError(
                "there is no database in the schema \(schema) of \(place) yet; run keeptouch import first")
        }
        let known = Schema.migrations.count
        guard version <= known else {
            throw StorageError(
                "the schema \(schema) of \(place) was written by a newer keeptouch (schema \(version), this one knows "
                    + "\(known)); install the newer program, nothing was changed")
        }
        guard version == known else {
            throw StorageError(
                "the schema \(schema) of \(place) was written by an older keeptouch (schema \(version), this one works with "
                    + "\(known)), and on PostgreSQL it cannot be brought up to date yet; nothing was changed")
        }
    }

    /// The number of the last migration; nil where there are no tables of ours.
    private func version(_ schema: String) throws -> Int64? {
        let isThere = try value("SELECT to_regclass('\(schema).migration') IS NOT NULL").integer == 1
        return isThere ? try value("SELECT max(number) FROM \(schema).migration").integer : nil
    }

    private func expectServer() throws {
        let version = try value("SELECT CAST(current_setting('server_version_num') AS bigint)").integer ?? 0
        guard version >= 150_000 else {
            throw StorageError("\(place) runs PostgreSQL \(version / 10_000); keeptouch needs 15 or later")
        }
        let encoding = try value("SELECT current_setting('server_encoding')").text ?? ""
        guard encoding == "UTF8" else {
            throw StorageError("the database of \(place) is in \(encoding); make one with createdb --encoding=UTF8")
        }
        for (name, bad) in [("synchronous_commit", ["off", "local"]), ("fsync", ["off"])] {
            let setting = try value("SELECT current_setting('\(name)')").text ?? ""
            if bad.contains(setting) {
                throw StorageError(
                    "\(place) has \(name) = \(setting): a touch that was sent could be forgotten and sent again; set it to on"
                )
            }
        }
    }

    /// The first column of the first row.
    private func value(_ sql: String) throws -> SQLValue {
        let statement = try Statement(self, sql)
        return try statement.step() ? statement.value(0) : .null
    }
}
