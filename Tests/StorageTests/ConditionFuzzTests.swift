import Foundation
import Playbooks
import Reliability
import Storage
import Testing

/// Whatever condition is accepted, SQLite takes it, in time.
@Suite struct ConditionFuzzTests {
    @Test func whatConditionIsAcceptedBecomesSQLThatRuns() throws {
        let scratch = try Scratch()
        let store = try scratch.store()
        try ConditionWorld(accounts: 3, seed: 1).write(to: store)
        try store.guardedRead(for: .seconds(600)) { connection in
            let compiler = ConditionSQL(try ConditionWorld.context(connection))
            var accepted = 0
            let words = [
                " and ", " or ", "not ", " in [", "(", ")", " where ", " > ", "vip", "seats", "14d", "'", "--",
            ]
            let findings = Fuzzer(ConditionSQLTests.signals + ConditionSQLTests.conditions, words: words).run { bytes in
                let text = String(decoding: bytes, as: UTF8.self)
                let source = SourceText(name: "when", text: text, position: Position(file: "p.yaml"))
                guard let term = ConditionParser(ConditionWorld.scope).condition(source).0 else { return nil }
                accepted += 1
                let query = compiler.matching(term)
                _ = try connection.query(
                    "SELECT a.id FROM \(query.from) WHERE \(query.expressions[0])", query.arguments)
                return nil
            }
            #expect(findings.failures.isEmpty, "\(findings.failures)")
            #expect(accepted > 50)
            Rounds.tell(findings.inputs, "\(accepted) accepted, \(findings.figures)")
        }
    }

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
