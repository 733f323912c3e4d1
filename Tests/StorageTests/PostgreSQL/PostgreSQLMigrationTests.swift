import Foundation
import Reliability
import Testing

@testable import Storage

/// Schemas on a server that an older or a newer program made.
@Suite struct PostgreSQLMigrationTests {
    private static let newest = Schema.migrations.count
    private let server: TestPostgreSQL
    private let address: PostgreSQLAddress

    init() throws {
        server = try TestPostgreSQL.shared.get()
        address = try PostgreSQLAddress(server.address())
    }

    private func open(_ mode: Store.Mode = .readWrite, _ address: PostgreSQLAddress? = nil) throws -> Store {
        try Store(address ?? self.address, filesAt: "", mode: mode)
    }

    /// Makes the schema as the first program that knew servers left it at a version: with one row that says which.
    private func make(_ version: Int) throws -> PostgreSQLDriver {
        let driver = try PostgreSQLDriver(address, canWrite: true)
        try driver.executeScript("CREATE SCHEMA \(address.schema)")
        for statement in try PostgreSQLSchema.functions + PostgreSQLSchema.statements(of: version) {
            try driver.executeScript(statement)
        }
        try driver.executeScript(
            """
            CREATE TABLE migration (number bigint PRIMARY KEY, at timestamptz NOT NULL DEFAULT now());
            INSERT INTO migration (number) VALUES (\(version))
            """)
        return driver
    }

    /// Columns, constraints, indexes and numbers of a schema, each as the server describes it.
    private func description(_ address: PostgreSQLAddress) throws -> [String] {
        let schema = address.schema
        return try server.ask(
            """
            SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' '
                || coalesce(collation_name, '') || ' ' || coalesce(column_default, '') || ' ' || is_identity
            FROM information_schema.columns WHERE table_schema = '\(schema)' AND table_name <> 'migration'
            UNION ALL SELECT r.relname || ': ' || c.conname || ' ' || pg_get_constraintdef(c.oid)
            FROM pg_constraint AS c JOIN pg_class AS r ON r.oid = c.conrelid
            WHERE c.connamespace = '\(schema)'::regnamespace AND r.relname <> 'migration'
            UNION ALL SELECT replace(indexdef, '\(schema).', '') FROM pg_indexes
            WHERE schemaname = '\(schema)' AND tablename <> 'migration'
            UNION ALL SELECT r.relname || ' ' || t.tgname FROM pg_trigger AS t JOIN pg_class AS r ON r.oid = t.tgrelid
            WHERE r.relnamespace = '\(schema)'::regnamespace AND NOT t.tgisinternal
            UNION ALL SELECT sequencename FROM pg_sequences WHERE schemaname = '\(schema)' ORDER BY 1
            """
        ).split(separator: "\n").map(String.init)
    }

    @Test(arguments: PostgreSQLDriver.firstVersion...newest)
    func aSchemaOfAnyVersionBecomesTheOneThatIsMadeAnew(version: Int) throws {
        let driver = try make(version)
        try driver.executeScript(
            """
            INSERT INTO meta (key, value) VALUES ('workspace', 'small');
            INSERT INTO account (id, key, created_at, mrr) VALUES (7, 'a', 0, 4900);
            INSERT INTO exclusion (account_id, playbook, kind, since, reason) VALUES (7, 'hello', 'excluded', 5, 'asked');
            INSERT INTO channel_state (channel, state, reason, since) VALUES ('mail', 'open', 'it answers nothing', 3);
            INSERT INTO occurrence (playbook_id, at, state) VALUES (1, 2, 'held')
            """)
        let store = try open()
        let fresh = try PostgreSQLAddress(server.address())
        _ = try open(.readWrite, fresh)
        #expect(try description(address) == description(fresh))
        try store.read { connection in
            #expect(try connection.integer("SELECT max(number) FROM migration") == Int64(Self.newest))
            #expect(try connection.integer("SELECT count(*) FROM migration") == Int64(Self.newest - version + 1))
            #expect(try connection.integer("SELECT mrr FROM account WHERE key = 'a'") == 4900)
            let exclusion = try connection.first("SELECT account_id, kind, reason FROM exclusion")
            #expect(exclusion?.values == [.integer(7), .text("excluded"), .text("asked")])
            #expect(try connection.first("SELECT reason FROM channel_state")?[0].text == "it answers nothing")
            #expect(try connection.integer("SELECT count(*) FROM occurrence") == 1)
        }
        // The next opening finds nothing to do.
        #expect(try open(.readOnly).newerSchema == nil)
    }

    @Test func twoProgramsThatBringItUpToDateAtOnceDoItOnce() async throws {
        _ = try make(Self.newest - 2)
        let counts = try await withThrowingTaskGroup(of: Int64.self) { group in
            for _ in 0..<4 {
                group.addTask { try open().read { try $0.integer("SELECT count(*) FROM migration") } }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(counts == Array(repeating: 3, count: 4))
    }

    @Test func aMigrationThatFailsChangesNothing() throws {
        let version = try #require(Schema.migrations.firstIndex(of: Schema.unusableChannels))
        let driver = try make(version)
        try driver.executeScript("CREATE TABLE channel_state_with_unusable (channel text)")
        #expect(throws: StorageError.self) { try open() }
        #expect(try server.ask("SELECT max(number) FROM \(address.schema).migration") == "\(version)")
        try driver.executeScript("DROP TABLE channel_state_with_unusable")
        _ = try open()
    }

    @Test func whoOnlyReadsAnOlderOneIsToldWhatBringsItUpToDate() throws {
        _ = try make(Self.newest - 1)
        let error = #expect(throws: StorageError.self) { try open(.readOnly) }
        #expect(error?.message.contains("keeptouch pause all brings it up to date") == true)
    }

    @Test(arguments: [true, false])
    func aNewerOneIsWorkedWithAsLongAsItOnlyHasMore(isAdditive: Bool) throws {
        _ = try open()
        try server.ask(
            """
            INSERT INTO \(address.schema).migration (number, program, additive)
            VALUES (\(Self.newest + 1), '9.9.9', true), (\(Self.newest + 2), '9.9.9', \(isAdditive))
            """)
        if isAdditive {
            #expect(try open().newerSchema == Int64(Self.newest + 2))
            #expect(try open(.readOnly).newerSchema == Int64(Self.newest + 2))
        } else {
            for mode in [Store.Mode.readWrite, .readOnly] {
                let error = #expect(throws: StorageError.self) { try open(mode) }
                #expect(error?.message.contains("was written by a newer keeptouch") == true)
            }
        }
    }

    @Test(
        arguments: [
            ("CREATE TABLE a (id INTEGER PRIMARY KEY) STRICT; CREATE INDEX b ON a (id);", true),
            ("-- DROP TABLE a;\nALTER TABLE a ADD COLUMN b TEXT;", true),
            ("ALTER TABLE a ADD COLUMN b INTEGER NOT NULL DEFAULT 0 CHECK (b IN (0, 1));", true),
            ("ALTER TABLE a ADD COLUMN b INTEGER NOT NULL;", false), ("CREATE UNIQUE INDEX b ON a (id);", false),
            ("ALTER TABLE a ADD COLUMN b TEXT; UPDATE a SET b = c;", false), ("DROP TABLE a;", false),
        ])
    func aMigrationThatOnlyAddsIsKnownByItsText(sql: String, isAdditive: Bool) {
        #expect(PostgreSQLSchema.isAdditive(sql) == isAdditive)
    }

    @Test func numbersOfATableThatIsMadeAnewAreNotGivenTwice() throws {
        _ = try make(Self.newest)
        let driver = try PostgreSQLDriver(address, canWrite: true)
        try driver.executeScript(
            """
            CREATE TABLE numbered (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, name text);
            INSERT INTO numbered (name) VALUES ('a'), ('b'), ('c');
            DELETE FROM numbered WHERE name = 'c'
            """)
        try driver.migrate(
            """
            CREATE TABLE numbered_anew (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT) STRICT;
            INSERT INTO numbered_anew (id, name) SELECT id, name FROM numbered;
            DELETE FROM sqlite_sequence WHERE name = 'numbered_anew';
            DROP TABLE numbered;
            ALTER TABLE numbered_anew RENAME TO numbered;
            """)
        #expect(try driver.row("INSERT INTO numbered (name) VALUES ('d') RETURNING id")?["id"].integer == 4)
    }
}
