import Storage
import Testing

@Suite struct GuardedReadTests {
    @Test func planningCannotChangeTheDatabaseAndEnds() throws {
        let store = try Scratch().store(accounts: 3)
        try store.guardedRead(for: .seconds(600)) { connection in
            for sql in [
                "DELETE FROM account", "UPDATE account SET name = 'x'", "DROP TABLE account",
                "ATTACH ':memory:' AS other",
                "INSERT INTO metric (name) VALUES ('x')", "CREATE TABLE other (x)", "PRAGMA writable_schema = ON",
            ] {
                #expect(throws: StorageError.self, "\(sql)") { try connection.executeScript(sql) }
            }
            try connection.executeScript("CREATE TEMP TABLE scratch (x); INSERT INTO scratch VALUES (1)")
        }
        #expect(throws: StorageError.self) {
            try store.guardedRead(for: .milliseconds(50)) { connection in
                try connection.query(
                    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n")
            }
        }
        // Afterwards it writes as before.
        try store.write { _ = try $0.execute("UPDATE account SET name = 'x'") }
    }
}
