import Basics

/// The opening of a workspace's schema in a PostgreSQL database.
extension PostgreSQLDriver {
    /// The first version that was ever made on a server.
    static let firstVersion = 31

    /// Makes schema and tables where there are none, and brings those of an older program up to date, each migration in a
    /// transaction of its own.
    ///
    /// - Throws: `StorageError` when the schema is not one that this program works with.
    func prepareForWriting(_ schema: String) throws {
        try expectServer()
        if try version(schema) == nil { try makeSchema(schema) }
        guard let version = try version(schema), version < Schema.migrations.count else {
            try expectKnownSchema(schema)
            return try keepFunctions(schema)
        }
        guard version >= Self.firstVersion else {
            throw StorageError(
                "the schema \(schema) of \(place) has the version \(version), which no keeptouch made on a server; nothing was "
                    + "changed")
        }
        try keepFunctions(schema)
        for number in Int(version)..<Schema.migrations.count {
            try underLock {
                // Another program may have done it meanwhile.
                guard try self.version(schema).map({ $0 == number }) == true else { return }
                try migrate(Schema.migrations[number])
                // In the same transaction: nothing is written that they do not see.
                try makeTriggers()
                try note(number + 1)
            }
        }
        try expectKnownSchema(schema)
    }

    /// The schema must be one that this program knows, or a newer one of which it knows all that it needs.
    func expectKnownSchema(_ schema: String) throws {
        guard let version = try version(schema) else {
            throw StorageError(
                "there is no database in the schema \(schema) of \(place) yet; run keeptouch import first")
        }
        let known = Schema.migrations.count
        guard version >= known else {
            throw StorageError(
                "the schema \(schema) of \(place) was written by an older keeptouch (schema \(version), this one reads "
                    + "\(known)); keeptouch pause all brings it up to date and sends nothing")
        }
        guard version > known else { return }
        let newer = try row(
            """
            SELECT sum(CASE WHEN to_jsonb(m) ->> 'additive' = 'true' THEN 0 ELSE 1 END) AS others,
                max(to_jsonb(m) ->> 'program') AS program
            FROM \(schema).migration AS m WHERE number > \(known)
            """)
        guard newer?["others"].integer == 0 else {
            throw StorageError(
                "the schema \(schema) of \(place) was written by a newer keeptouch (schema \(version), this one knows "
                    + "\(known)); install the newer program, nothing was changed")
        }
        newerSchema = version
    }

    private func makeSchema(_ schema: String) throws {
        let statements = try PostgreSQLSchema.statements()
        // Two that begin at once make it once.
        try underLock {
            guard try version(schema) == nil else { return }
            try executeScript("CREATE SCHEMA IF NOT EXISTS \(schema)")
            for statement in PostgreSQLSchema.functions + statements { try executeScript(statement) }
            try makeTriggers()
            try executeScript(
                """
                CREATE TABLE migration (number bigint PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), program text,
                    additive boolean);
                COMMENT ON TABLE migration IS '\(PostgreSQLSchema.fingerprint)'
                """)
            for number in 1...Schema.migrations.count { try note(number) }
        }
    }

    /// The functions are the program's; where another one has made them they are made anew.
    private func keepFunctions(_ schema: String) throws {
        let known = try row("SELECT obj_description(to_regclass('\(schema).migration'), 'pg_class') AS text")
        guard known?["text"].text != PostgreSQLSchema.fingerprint, newerSchema == nil else { return }
        try underLock {
            for function in PostgreSQLSchema.functions { try executeScript(function) }
            try makeTriggers()
            try executeScript(
                """
                ALTER TABLE migration ADD COLUMN IF NOT EXISTS program text;
                ALTER TABLE migration ADD COLUMN IF NOT EXISTS additive boolean;
                COMMENT ON TABLE migration IS '\(PostgreSQLSchema.fingerprint)'
                """)
        }
    }

    private func underLock(_ body: () throws -> Void) throws {
        do {
            try begin("BEGIN; SELECT pg_advisory_xact_lock(hashtext('keeptouch.schema'))")
            try body()
            try commit()
        } catch {
            rollback()
            throw error
        }
    }

    /// What counts, from the version on that has a table for it; a table that was made anew has lost its triggers.
    private func makeTriggers() throws {
        guard try row("SELECT to_regclass('flow_count') IS NOT NULL AS there")?["there"].integer == 1 else { return }
        for statement in PostgreSQLCounting.statements { try executeScript(statement) }
    }

    private func note(_ number: Int) throws {
        let isAdditive = PostgreSQLSchema.isAdditive(Schema.migrations[number - 1])
        try executeScript(
            "INSERT INTO migration (number, program, additive) VALUES (\(number), '\(ProgramVersion.current)', \(isAdditive))"
        )
    }

    /// Carries out a migration that is written for SQLite.
    func migrate(_ sql: String) throws {
        /// The last numbers that tables gave which are made anew: none is given twice.
        var numbers: [String: Int64] = [:]
        for statement in PostgreSQLSchema.statements(ofMigration: sql) {
            if let dropped = statement.wholeMatch(of: /DROP TABLE (\w+)/) {
                numbers[String(dropped.1)] = try lastNumber(of: String(dropped.1))
            }
            try executeScript(statement)
            guard let renamed = statement.wholeMatch(of: /ALTER TABLE (\w+) RENAME TO (\w+)/) else { continue }
            let (former, table) = (String(renamed.1), String(renamed.2))
            try rename(whatBelongsTo: former, to: table)
            if let last = numbers[table] { _ = try row("SELECT setval('\(table)_id_seq', \(last)) AS last") }
        }
    }

    private func lastNumber(of table: String) throws -> Int64? {
        guard try row("SELECT to_regclass('\(table)_id_seq') IS NOT NULL AS there")?["there"].integer == 1 else {
            return nil
        }
        return try row("SELECT CASE WHEN is_called THEN last_value END AS last FROM \(table)_id_seq")?["last"].integer
    }

    /// Names that the server made of the table's: the next table of the former name makes them again.
    private func rename(whatBelongsTo former: String, to table: String) throws {
        if try row("SELECT to_regclass('\(former)_id_seq') IS NOT NULL AS there")?["there"].integer == 1 {
            try executeScript("ALTER SEQUENCE \(former)_id_seq RENAME TO \(table)_id_seq")
        }
        let names = try Statement(
            self, "SELECT conname FROM pg_constraint WHERE conrelid = to_regclass('\(table)') ORDER BY conname")
        var constraints: [String] = []
        while try names.step() { if let name = names.text(0) { constraints.append(name) } }
        for name in constraints where name.hasPrefix(former + "_") {
            try executeScript(
                "ALTER TABLE \(table) RENAME CONSTRAINT \"\(name)\" TO \"\(table)\(name.dropFirst(former.count))\"")
        }
    }

    /// The number of the last migration; nil where there are no tables of ours.
    private func version(_ schema: String) throws -> Int64? {
        let isThere = try row("SELECT to_regclass('\(schema).migration') IS NOT NULL AS there")?["there"].integer == 1
        return isThere ? try row("SELECT max(number) AS number FROM \(schema).migration")?["number"].integer : nil
    }

    private func expectServer() throws {
        let settings = try row(
            """
            SELECT CAST(current_setting('server_version_num') AS bigint) AS version,
                current_setting('server_encoding') AS encoding,
                current_setting('synchronous_commit') AS synchronous_commit, current_setting('fsync') AS fsync
            """)
        let version = settings?["version"].integer ?? 0
        guard version >= 150_000 else {
            throw StorageError("\(place) runs PostgreSQL \(version / 10_000); keeptouch needs 15 or later")
        }
        let encoding = settings?["encoding"].text ?? ""
        guard encoding == "UTF8" else {
            throw StorageError("the database of \(place) is in \(encoding); make one with createdb --encoding=UTF8")
        }
        for (name, bad) in [("synchronous_commit", ["off", "local"]), ("fsync", ["off"])] {
            let setting = settings?[name].text ?? ""
            if bad.contains(setting) {
                throw StorageError(
                    "\(place) has \(name) = \(setting): a touch that was sent could be forgotten and sent again; set it to on"
                )
            }
        }
    }
}
