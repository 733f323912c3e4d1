import Foundation
import Reliability
import Testing

@testable import Storage

extension String {
    /// Its bytes as a field of a file has them.
    fileprivate func withUTF8Cell(_ body: (Cell) -> Void) {
        var text = self
        text.withUTF8 { body($0) }
    }
}

/// A store on a real PostgreSQL server.
@Suite struct PostgreSQLStoreTests {
    private let address: PostgreSQLAddress

    init() throws {
        address = try PostgreSQLAddress(TestPostgreSQL.shared.get().address())
    }

    private func store(_ mode: Store.Mode = .readWrite) throws -> Store { try Store(address, filesAt: "", mode: mode) }

    @Test func bothEnginesHaveTheSameTablesWithTheSameColumns() throws {
        let sqlite = try Store(path: "", mode: .memory).read { connection in
            try connection.query(
                """
                SELECT m.name || '.' || c.name AS name FROM sqlite_schema AS m, pragma_table_info(m.name) AS c
                WHERE m.type = 'table' AND substr(m.name, 1, 7) <> 'sqlite_'
                """
            ).compactMap { $0["name"].text }
        }
        let postgresql = try store().read { connection in
            try connection.query(
                """
                SELECT CAST(table_name AS text) || '.' || CAST(column_name AS text) AS name FROM information_schema.columns
                WHERE table_schema = :schema AND table_name <> 'migration'
                """, ["schema": .text(address.schema)]
            ).compactMap { $0["name"].text }
        }
        #expect(sqlite.count > 300)
        #expect(sqlite.sorted() == postgresql.sorted())
    }

    @Test func anIndexOfSQLiteIsThereToo() throws {
        func names(_ store: Store, _ sql: String) throws -> Set<String> {
            Set(try store.read { try $0.query(sql) }.compactMap { $0["name"].text })
        }
        let sqlite = try names(
            Store(path: "", mode: .memory), "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL")
        let postgresql = try names(
            store(), "SELECT CAST(indexname AS text) AS name FROM pg_indexes WHERE schemaname = '\(address.schema)'")
        #expect(sqlite.count > 30)
        #expect(sqlite.isSubset(of: postgresql))
    }

    @Test func valuesComeBackAsTheyWere() throws {
        let row = try store().read { connection in
            try connection.first(
                """
                SELECT CAST(:i AS bigint) AS i, CAST(:r AS double precision) AS r, CAST(:t AS text) AS t,
                    CAST(:b AS bytea) AS b, CAST(:n AS bigint) AS n, CAST(:e AS text) AS e, 1 = 1 AS y, 1 > 2 AS f
                """,
                [
                    "i": .integer(.min), "r": .real(-0.1), "t": .text("ä'\"\n"), "b": .blob([0, 255, 7]), "n": .null,
                    "e": .text(""),
                ])
        }
        #expect(
            row?.values == [
                .integer(.min), .real(-0.1), .text("ä'\"\n"), .blob([0, 255, 7]), .null, .text(""), .integer(1),
                .integer(0),
            ])
    }

    @Test(arguments: [0, 1, -1, 9_999, 10_000, 123_456_789_012, -40_000, 1_000_000_000_000_000_000] as [Int64])
    func aSumOfIntegersIsAnInteger(value: Int64) throws {
        let sum = try store().read { try $0.first("SELECT sum(CAST(:v AS bigint)) AS s", ["v": .integer(value)]) }
        #expect(sum?["s"] == .integer(value))
    }

    @Test func rowsAreReadWhileOtherStatementsRun() throws {
        let store = try store()
        let found: [Int64] = try store.write { connection in
            var found: [Int64] = []
            try connection.forEach("SELECT CAST(n AS bigint) AS n FROM generate_series(1, 5000) AS g (n)") { row in
                let n = row.integer("n")
                found.append(n)
                if n <= 3 {
                    try connection.execute("INSERT INTO metric (name) VALUES (:name)", ["name": .text("m\(n)")])
                    #expect(try connection.integer("SELECT count(*) FROM metric") == n)
                }
            }
            return found
        }
        #expect(found == Array(1...5_000))
    }

    @Test func aWriteThatThrowsLeavesNothing() throws {
        struct Stop: Error {}
        let store = try store()
        #expect(throws: Stop.self) {
            try store.write { connection in
                try connection.execute("INSERT INTO metric (name) VALUES ('logins')")
                throw Stop()
            }
        }
        #expect(try store.read { try $0.integer("SELECT count(*) FROM metric") } == 0)
        let changed = try store.write { try $0.execute("INSERT INTO metric (name) VALUES ('a'), ('b')") }
        #expect(changed == 2)
    }

    @Test func aMistakeInATextIsToldWithTheText() throws {
        let error = #expect(throws: StorageError.self) {
            try store().read { try $0.query("SELECT nothing FROM metric") }
        }
        #expect(error?.state == "42703")
        #expect(error?.sql == "SELECT nothing FROM metric")
    }

    @Test func whoOnlyReadsIsToldThatThereIsNothingYet() throws {
        let error = #expect(throws: StorageError.self) { try store(.readOnly) }
        #expect(error?.message.contains("run keeptouch import first") == true)
    }

    @Test func aServerThatIsNotThereIsToldWithoutThePassword() throws {
        let address = try PostgreSQLAddress("postgresql://ada:hush@127.0.0.1:9/books")
        let error = #expect(throws: StorageError.self) { try Store(address, filesAt: "", mode: .readWrite) }
        #expect(error?.message.contains("postgresql://127.0.0.1:9/books: the server cannot be reached") == true)
        #expect(error?.message.contains("hush") == false)
    }

    @Test func oneRunnerHasTheDatabaseUntilItEnds() throws {
        let store = try store()
        do {
            let lock = try RunnerLock(of: store)
            let error = #expect(throws: StorageError.self) { try RunnerLock(of: self.store()) }
            #expect(error?.message.contains("is already running the playbooks of") == true)
            withExtendedLifetime(lock) {}
        }
        _ = try RunnerLock(of: self.store())
    }

    @Test func aServerThatMayForgetIsRefused() throws {
        let url = try TestPostgreSQL.shared.get().address() + "&options=-csynchronous_commit%3Doff"
        let error = #expect(throws: StorageError.self) {
            try Store(PostgreSQLAddress(url), filesAt: "", mode: .readWrite)
        }
        #expect(error?.message.contains("synchronous_commit = off") == true)
    }

    @Test func numbersGoOnBehindThoseOfALostTime() throws {
        let id = try store().write { connection in
            try LostSends(connection).moveNumbersOn(by: 1_000, behind: 70)
            return try connection.integer("INSERT INTO account (key, created_at) VALUES ('a', 0) RETURNING id")
        }
        #expect(id > 1_000)
    }

    @Test func stagedRowsAreReadAsTheyAreNow() throws {
        let rows = StagedRows("import_event", [.integer("account_id"), .text("key")])
        try store().session { connection in
            try StagedRowsTable.create(rows, on: connection)
            for number in 1...3 {
                rows.add(.integer(Int64(number)))
                "k\(number)".withUTF8Cell { rows.add(.text($0)) }
                rows.endRow()
            }
            let sql = "SELECT coalesce(sum(account_id), 0) AS s, count(key) AS n FROM import_event WHERE row >= 0"
            #expect(try connection.first(sql)?.values == [.integer(6), .integer(3)])
            rows[0, 0] = .integer(10)
            rows.markUnchanged(1)
            #expect(try connection.first(sql)?.values == [.integer(13), .integer(2)])
            rows.window = 0..<1
            #expect(try connection.first(sql)?.values == [.integer(10), .integer(1)])
            StagedRowsTable.drop(rows, on: connection)
        }
    }

    @Test func manyTextsStayPrepared() throws {
        let total: Int64 = try store().read { connection in
            let kept = try connection.prepare("SELECT CAST(:n AS bigint)")
            var total: Int64 = 0
            for number in 0..<600 {
                total += try connection.integer("SELECT \(number)")
                kept.bind(0, Int64(1))
                #expect(try kept.step())
                total += kept.integer(0)
                kept.reset()
            }
            return total
        }
        #expect(total == 600 * 599 / 2 + 600)
    }
}
