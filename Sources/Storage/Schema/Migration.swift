import Foundation

/// The opening of a database file: whether it is ours, how it is to be written, and which migrations it lacks.
extension SQLiteDriver {
    /// Marks a SQLite file as ours: "Ktch".
    private static let applicationID: Int64 = 0x4b74_6368

    /// Sets what every writer relies on: a write-ahead log that is forced to the disk at each commit.
    func prepareForWriting() throws {
        try expectWritable()
        try expectOurs()
        // A packed array of 1,000 numbers fills one page of this size; only an empty file takes it.
        try executeScript("PRAGMA page_size = 8192; PRAGMA cache_size = -32000")
        let mode = try value("PRAGMA journal_mode = WAL").text
        guard mode == "wal" else {
            throw StorageError(
                "\(place) cannot keep a write-ahead log (SQLite says \(mode ?? "nothing")); put it on a local disk")
        }
        // What is deleted is overwritten, so that nothing of an erased person stays in the file; Debian's default.
        try executeScript("PRAGMA synchronous = FULL; PRAGMA secure_delete = ON")
        let level = try integer("PRAGMA synchronous")
        guard level == 2 else {
            throw StorageError(
                "\(place) does not keep `synchronous = FULL` (it reads back \(level)); nothing was written")
        }
    }

    /// Brings the schema to the newest version, each step in a transaction of its own.
    ///
    /// - Parameter newest: the version; an earlier one for who wants to see what it was.
    func migrate(to newest: Int = Schema.migrations.count) throws {
        let version = Int(try expectKnownVersion())
        if version < newest { try EmailAddress.register(on: self) }
        for (index, migration) in Schema.migrations.prefix(newest).enumerated().dropFirst(version) {
            do {
                try executeScript("BEGIN IMMEDIATE")
                try executeScript(migration)
                try executeScript(
                    "PRAGMA user_version = \(index + 1); PRAGMA application_id = \(Self.applicationID); COMMIT")
            } catch {
                if isInTransaction { try? executeScript("ROLLBACK") }
                throw error
            }
        }
    }

    /// For those who only read: the schema must be the one that this program knows.
    func expectNewestSchema() throws {
        try expectOurs()
        let version = try expectKnownVersion()
        if version == 0 { throw StorageError("the database \(place) is empty; run keeptouch import first") }
        if version < Schema.migrations.count {
            throw StorageError(
                "the database \(place) was written by an older keeptouch (schema \(version), this one reads "
                    + "\(Schema.migrations.count)); keeptouch pause all brings it up to date and sends nothing")
        }
    }

    /// The first column of the first row.
    private func value(_ sql: String) throws -> SQLValue {
        let statement = try Statement(self, sql)
        return try statement.step() ? statement.value(0) : .null
    }

    private func integer(_ sql: String) throws -> Int64 { try value(sql).integer ?? 0 }

    private func expectOurs() throws {
        let id = try integer("PRAGMA application_id")
        if id == Self.applicationID { return }
        guard id == 0, try integer("SELECT count(*) FROM sqlite_schema") == 0 else {
            throw StorageError(
                "\(place) is a SQLite database of another program; point `database:` in keeptouch.yaml to another file")
        }
    }

    private func expectKnownVersion() throws -> Int64 {
        let version = try integer("PRAGMA user_version")
        guard version <= Schema.migrations.count else {
            throw StorageError(
                "the database \(place) was written by a newer keeptouch (schema \(version), this one knows "
                    + "\(Schema.migrations.count)); install the newer program, nothing was changed")
        }
        return version
    }
}
