import Playbooks
import Reliability
import Testing

@testable import Storage

/// The counts that pages and `status` show are what the rows say, whatever was written.
@Suite struct FlowCountTests {
    private let scratch: Scratch
    private let store: Store

    init() throws {
        scratch = try Scratch()
        store = try scratch.store(accounts: 5)
        try store.write { connection in
            try connection.executeScript(
                """
                INSERT INTO playbook (id, name, state) VALUES (1, 'one', 'live'), (2, 'two', 'draft');
                INSERT INTO event_kind (id, name) VALUES (1, 'login');
                """)
        }
    }

    private func differences() throws -> [String] {
        try store.read { try FlowRecount($0).differences().map(\.description) }
    }

    private struct Undone: Error {}

    /// One change of rows of any table that is counted, as cycles, sending, imports and people make them.
    private static func change(_ random: inout SeededGenerator, _ connection: Connection) throws {
        func pick(_ count: Int64) -> Int64 { Int64.random(in: 1...count, using: &random) }
        func word(_ words: [String]) -> SQLValue { .text(words.randomElement(using: &random) ?? "") }
        let arguments: [String: SQLValue] = [
            "id": .integer(pick(12)), "other": .integer(pick(12)), "playbook": .integer(pick(2)),
            "account": .integer(pick(5)), "version": .integer(pick(2)), "at": .integer(pick(4) * 40_000_000),
            "step": word(["email_1", "email_2"]), "variant": Bool.random(using: &random) ? .null : .text("b"),
            "arm": word(["treated", "holdout"]), "end": word(["goal", "churned", ""]),
            "state": word(["pending", "claimed", "sending", "held"]), "kind": word(["clicked", "delivered"]),
            "settled": word(["sent", "capped", "ghost"]), "verdict": word(["cooling", "unreachable", "enrolled"]),
            "status": word(["active", "churned"]), "stage": word(["new", "old"]), "key": .text("k\(pick(3))"),
            "result": word(["met", "timed_out"]), "mrr": Bool.random(using: &random) ? .null : .integer(pick(900)),
        ]
        _ = try connection.execute(try #require(Self.statements.randomElement(using: &random)), arguments)
    }

    private static let statements = [
        """
        INSERT INTO enrollment (account_id, playbook_id, version_id, match_key, experiment_id, arm, variant, entered_at,
            exclusive, state, ended_at)
        VALUES (:account, :playbook, :version, '', 1, :arm, :variant, :at + :id, 0, 'ended', 5) ON CONFLICT DO NOTHING
        """,
        """
        INSERT INTO enrollment (account_id, playbook_id, version_id, match_key, experiment_id, arm, variant, entered_at,
            exclusive)
        VALUES (:account, :playbook, :version, '', 1, :arm, :variant, :at + :other, 0) ON CONFLICT DO NOTHING
        """,
        "UPDATE enrollment SET step = :other WHERE id = :id",
        """
        UPDATE enrollment SET state = 'ended', ended_at = :at, end_reason = :end WHERE account_id = :account
        """,
        "UPDATE enrollment SET goal_at = CASE WHEN goal_at IS NULL THEN CAST(:at AS bigint) END WHERE id = :id",
        """
        INSERT INTO touch (enrollment_id, account_id, playbook_id, version_id, step, recipient, kind, channel, category,
            message, ghost, state, priority, due_at, not_before, expires_at, variables)
        VALUES (:id, :account, :playbook, :version, :step, 'r' || :other, 'email', 'c', 'k', 'm.md', 0, :state, 0, 0, 0, 0,
            '{}')
        ON CONFLICT DO NOTHING
        """,
        "UPDATE touch SET state = :state, settled_at = NULL WHERE playbook_id = :playbook",
        "UPDATE touch SET state = :settled, settled_at = :at WHERE id <= :id",
        "UPDATE touch SET fence = fence + 1 WHERE id = :id",
        // What was heard of a touch goes with it or before it; nothing deletes one alone.
        "DELETE FROM touch WHERE id = :id AND NOT EXISTS (SELECT 1 FROM outcome WHERE touch_id = :id)",
        """
        INSERT INTO outcome (account_id, touch_id, kind, at, dedup) SELECT account_id, id, :kind, :at, :key FROM touch
        WHERE id = :id ON CONFLICT DO NOTHING
        """,
        "UPDATE outcome SET kind = 'machine_clicked' WHERE touch_id = :id AND kind = 'clicked'",
        "DELETE FROM outcome WHERE touch_id = :id AND dedup = :key",
        """
        INSERT INTO passage (account_id, enrollment_id, step, result, at) SELECT account_id, id, :step, :result, :at
        FROM enrollment WHERE id = :id ON CONFLICT DO NOTHING
        """,
        """
        INSERT INTO standing (playbook_id, account_id, match_key, since, verdict, reason)
        VALUES (:playbook, :account, :key, :at, :verdict, '')
        ON CONFLICT (playbook_id, account_id, match_key) DO UPDATE SET verdict = excluded.verdict, false_since = NULL
        """,
        "UPDATE standing SET false_since = :at WHERE account_id = :account AND match_key = :key",
        "DELETE FROM standing WHERE playbook_id = :playbook AND match_key = :key",
        """
        INSERT INTO assignment (experiment_id, account_id, arm, at) VALUES (:version, :account, :arm, :at)
        ON CONFLICT DO NOTHING
        """,
        "UPDATE account SET status = :status, mrr = :mrr WHERE id = :account",
        "UPDATE account SET journey = 'j', stage = :stage, stage_since = :at WHERE id = :account",
        "INSERT INTO account (key, created_at, status) VALUES ('n' || :at || :id, :at, :status) ON CONFLICT DO NOTHING",
        "INSERT INTO contact (account_id, key) VALUES (:account, :key) ON CONFLICT DO NOTHING",
        "UPDATE contact SET name = :key WHERE account_id = :account", "DELETE FROM contact WHERE account_id = :account",
        """
        INSERT INTO event (account_id, kind_id, at, received_at, dedup) VALUES (:account, 1, :at, :at, :key)
        ON CONFLICT DO NOTHING
        """,
        "DELETE FROM event WHERE account_id = :account AND dedup = :key",
        """
        INSERT INTO suppression (address, category, reason, at) VALUES (:key, :stage, 'r', 0) ON CONFLICT DO NOTHING
        """,
        "UPDATE suppression SET reason = :verdict WHERE address = :key",
        "DELETE FROM suppression WHERE address = :key",
    ]

    @Test func theyAreWhatTheRowsSayAfterEveryTransactionAndEveryOneThatWasUndone() throws {
        var random = SeededGenerator(seed: 14)
        let rounds = Rounds.count(300, long: 20_000)
        var counted: Set<String> = []
        for round in 1...rounds {
            try? store.write { connection in
                for _ in 0..<Int.random(in: 1...8, using: &random) {
                    guard Int.random(in: 0..<4, using: &random) == 0 else {
                        try Self.change(&random, connection)
                        continue
                    }
                    try? connection.savepoint {
                        try Self.change(&random, connection)
                        if Bool.random(using: &random) { throw Undone() }
                    }
                }
                if Int.random(in: 0..<5, using: &random) == 0 { throw Undone() }
            }
            let found = try differences()
            counted.formUnion(try store.rows("SELECT DISTINCT what FROM flow_count"))
            guard found.isEmpty else {
                Issue.record("round \(round): \(found)")
                return
            }
        }
        // And everything was counted.
        #expect(counted == Set(FlowKey.What.allCases.map(\.rawValue)))
        #expect(try store.rows("SELECT count(*) FROM flow_count WHERE count = 0") == ["0"])
    }

    @Test func aColumnThatIsDroppedMovesNoneOfThose() throws {
        try store.write { connection in
            try connection.executeScript("ALTER TABLE account ADD COLUMN a_first TEXT")
        }
        guard store.server == nil else { return }
        // As another process does it, and as this one does it in the middle of a transaction.
        let other = try scratch.store()
        try other.write { connection in
            try connection.executeScript("ALTER TABLE account DROP COLUMN stage_imported")
        }
        try store.write { connection in
            try connection.executeScript("UPDATE account SET status = 'churned', mrr = 5, stage_since = 7 WHERE id = 1")
        }
        #expect(try differences() == [])
        try store.write { connection in
            try connection.executeScript("ALTER TABLE account DROP COLUMN locale")
            try connection.executeScript("UPDATE account SET status = 'active', mrr = 7, stage_since = 9 WHERE id = 1")
        }
        #expect(try differences() == [])
    }

    @Test func whatSomebodyElseHasWrittenIsSaidAndMended() throws {
        guard store.server == nil else { return }
        try store.write { connection in
            try connection.executeScript(
                """
                INSERT INTO enrollment (account_id, playbook_id, version_id, match_key, experiment_id, arm, entered_at, exclusive)
                VALUES (1, 1, 1, '', 1, 'treated', 0, 0)
                """)
        }
        _ = try scratch.shell("UPDATE enrollment SET step = 3; INSERT INTO contact (account_id, key) VALUES (1, 'x')")
        #expect(
            try differences() == [
                "contact: 0 kept, 1 found", "here one version 1: 1 kept, 0 found",
                "here one version 1 at 3: 0 kept, 1 found",
            ])
        try store.write { try FlowRecount($0).mend() }
        #expect(try differences() == [])
    }

    @Test func aDatabaseOfTheVersionBeforeIsCountedWhenItIsOpened() throws {
        guard store.server == nil else { return }
        var random = SeededGenerator(seed: 7)
        try store.write { connection in for _ in 0..<300 { try Self.change(&random, connection) } }
        let version = try #require(Schema.migrations.firstIndex(of: Schema.flowCounts))
        let before = scratch.path("before.db")
        // Reading and writing a file that is made.
        let driver = try SQLiteDriver(path: before, flags: 6, busyTimeout: 0)
        try driver.migrate(to: version)
        let old = Connection(driver)
        try old.executeScript("ATTACH DATABASE '\(scratch.database)' AS newer")
        let tables = try old.query(
            "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        for table in tables.compactMap({ $0["name"].text }) {
            let columns = try old.query("SELECT name FROM pragma_table_info('\(table)')").compactMap { $0["name"].text }
            let names = columns.map { "\"\($0)\"" }.joined(separator: ", ")
            try old.executeScript(
                "INSERT OR REPLACE INTO main.\(table) (\(names)) SELECT \(names) FROM newer.\(table)")
        }
        old.close()
        let opened = try Store(path: before, mode: .readWrite)
        #expect(try opened.read { try FlowRecount($0).differences().map(\.description) } == [])
        #expect(try opened.rows("SELECT count FROM flow_count WHERE what = 'account' AND value = 'active'") != [])
    }

    @Test func aNameThatIsForgottenStandsInNoCount() throws {
        try store.write { connection in
            try connection.executeScript(
                """
                INSERT INTO enrollment (account_id, playbook_id, version_id, match_key, experiment_id, arm, entered_at,
                    exclusive, state, ended_at, end_reason)
                VALUES (1, 1, 1, '', 1, 'treated', 0, 0, 'ended', 5, 'Zoe asked')
                """)
        }
        #expect(try store.rows("SELECT value, count FROM flow_count WHERE what = 'ended'") == ["Zoe asked|1"])
        try store.write { try $0.executeScript("UPDATE enrollment SET end_reason = 'erased'") }
        #expect(try store.rows("SELECT value, count FROM flow_count WHERE what = 'ended'") == ["erased|1"])
    }
}
