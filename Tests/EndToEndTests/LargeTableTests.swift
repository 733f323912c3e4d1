import Foundation
import Testing

/// No page and no command that people use daily walks through all rows of a large table.
@Suite struct LargeTableTests {
    private static let large = [
        "touch", "enrollment", "event", "outcome", "history", "standing", "attempt", "decision", "passage",
        "assignment",
        "suppression", "account", "contact",
    ]

    /// By the beginning of the statement, why it may.
    private static let exceptions = [
        "SELECT address, category, reason, at FROM suppression": "`suppress` lists them all",
        "SELECT seen_at FROM account ORDER BY id LIMIT 1": "is the first row",
        "SELECT k.name, n.at, n.received_at FROM event_kind": "looks at the last 5,000 events only",
    ]

    private func workspace(sendingTo endpoint: Endpoint) throws -> Scratch {
        let scratch = try Scratch(withDashboardSendingTo: endpoint)
        try scratch.importAccounts(3)
        try scratch.addUsers(["ada": "admin"])
        #expect(try scratch.keeptouch("run").code == 0)
        return scratch
    }

    @Test func noPageAndNoDailyCommandScansALargeTable() async throws {
        let endpoint = try Endpoint()
        let scratch = try workspace(sendingTo: endpoint)
        let file = scratch.folder.appendingPathComponent("statements").path
        let environment = ["KEEPTOUCH_SQL_LOG": file]
        for command in [
            "status", "status --dropped", "touches", "touches --state rejected", "touches --state unknown",
            "touches --playbook hello", "touches --account a1", "explain a1", "explain owner@a1.example",
            "accounts --in hello", "accounts --in hello --state all", "preview hello --account a1", "suppress",
            "users", "resolve 1 drop",
        ] {
            let outcome = try Program.run(
                command.split(separator: " ").map(String.init), in: scratch.folder, environment: environment)
            // A sent touch leaves nothing to settle.
            #expect(outcome.code == (command.hasPrefix("resolve") ? 1 : 0), "\(command): \(outcome)")
        }
        let client = try DashboardClient(scratch, command: "dashboard", environment: environment)
        for path in Self.pages {
            let answer = try await client.get(path)
            // No journey has the stage: the page looks for it and says so.
            #expect(answer.code == (path.contains("stage=x") ? 400 : 200), "\(path): \(answer.text.suffix(400))")
        }
        client.serving.end()
        let text = try String(contentsOfFile: file, encoding: .utf8)
        let statements = try text.split(separator: "\n").map {
            try JSONDecoder().decode([String: String].self, from: Data($0.utf8))["sql"] ?? ""
        }
        #expect(Set(statements).count > 100)
        let database = try Database(path: scratch.database, isReadOnly: true)
        for statement in Set(statements) where statement.hasPrefix("SELECT") || statement.hasPrefix("UPDATE") {
            let words = statement.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
            guard !Self.exceptions.keys.contains(where: words.hasPrefix) else { continue }
            // What needs a temporary table of the connection cannot be asked here.
            guard let plan = try? database.rows("EXPLAIN QUERY PLAN " + statement) else { continue }
            for step in plan.compactMap(\.last) where step.hasPrefix("SCAN ") {
                let name = step.split(separator: " ")[1]
                #expect(!Self.isLarge(String(name), in: words), "\(step): \(words)")
            }
        }
    }

    /// Whether the name stands for a large table in a statement, by itself or as its other name there.
    private static func isLarge(_ name: String, in words: String) -> Bool {
        large.contains(name)
            || large.contains { words.contains(" \($0) AS \(name) ") || words.hasSuffix(" \($0) AS \(name)") }
    }

    /// With 100,000 touches no page walks over more rows than it shows, whatever the planner thinks of the tables by then.
    @Test func noPageDoesMoreWorkThanItsLimit() async throws {
        let endpoint = try Endpoint()
        let scratch = try workspace(sendingTo: endpoint)
        try scratch.execute(Self.hundredThousand)
        #expect(try scratch.keeptouch("doctor", "--recount").output.contains("mended"))
        let file = scratch.folder.appendingPathComponent("statements").path
        let client = try DashboardClient(scratch, command: "dashboard", environment: ["KEEPTOUCH_SQL_LOG": file])
        for path in Self.pages where !path.contains("whom") {
            let answer = try await client.get(path)
            // No journey has the stage: the page looks for it and says so.
            #expect(answer.code == (path.contains("stage=x") ? 400 : 200), "\(path): \(answer.text.suffix(400))")
            // With 30 kB of style and script.
            #expect(answer.text.utf8.count < 70_000, "\(path) weighs \(answer.text.utf8.count)")
        }
        client.serving.end()
        struct Work: Decodable { var sql: String, steps: Int, scanned: Int }
        let lines = try String(contentsOfFile: file + ".steps", encoding: .utf8).split(separator: "\n")
        let work = try lines.map { try JSONDecoder().decode(Work.self, from: Data($0.utf8)) }
        #expect(work.count > 100)
        for item in work {
            let words = item.sql.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
            let isCount = Self.exceptions.keys.contains(where: words.hasPrefix)
            #expect(isCount || item.scanned < 3_000, "walks over \(item.scanned) rows: \(words)")
            // A list looks at the newest 100,000 touches of a playbook, and at 300,000 of all.
            #expect(isCount || item.steps < 4_000_000, "takes \(item.steps) steps: \(words)")
        }
    }

    private static let hundredThousand = """
        CREATE TEMP TABLE n AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) SELECT i FROM n;
        INSERT INTO account (id, key, name, created_at, mrr) SELECT 100 + i, 'n' || i, 'Name ' || i, 1700000000000, 5000
            FROM n WHERE i <= 20000;
        INSERT INTO contact (account_id, key, email, address, name)
            SELECT 100 + i, 'owner', 'o' || i || '@n.example', 'o' || i || '@n.example', 'Owner ' || i FROM n WHERE i <= 20000;
        INSERT INTO event (account_id, kind_id, at, received_at, dedup)
            SELECT 101 + i % 20000, 1, 1700000000000 + i, 1700000000000 + i, 'n' || i FROM n;
        INSERT INTO enrollment (id, account_id, playbook_id, version_id, match_key, experiment_id, arm, entered_at, state, step,
            begun, ended_at, end_reason, exclusive)
            SELECT 1000 + i, 101 + i % 20000, 1, 1, '', 1, 'treated', 1700000000000 + i, 'ended', 0, 1, 1700000000000 + i, '', 0 FROM n;
        INSERT INTO touch (id, enrollment_id, account_id, playbook_id, version_id, step, recipient, kind, channel, category,
            message, ghost, state, priority, due_at, not_before, expires_at, variables, claimed_at, settled_at)
            SELECT 1000 + i, 1000 + i, 101 + i % 20000, 1, 1, 'email_1', 'o' || (1 + i % 20000) || '@n.example', 'email', 'carrier',
                'education', 'hello.md', 0, 'sent', 0, 1700000000000 + i, 0, 0, '{}', 1700000000000 + i, 1700000000000 + i FROM n;
        INSERT INTO outcome (account_id, enrollment_id, touch_id, kind, at, dedup)
            SELECT 101 + i % 20000, 1000 + i, 1000 + i, 'opened', 1700000000000 + i, 'n' || i FROM n;
        INSERT INTO attempt (touch_id, number, began_at, ended_at, result)
            SELECT 1000 + i, 1, 1700000000000 + i, 1700000000000 + i, 'accepted' FROM n;
        INSERT INTO decision (account_id, playbook_id, match_key, at, cycle_id, verdict, reason)
            SELECT 101 + i % 20000, 1, 'n' || i, 1700000000000 + i, 1, 'enrolled', '' FROM n;
        -- And one account of which there is a hundred thousand of everything.
        INSERT INTO event (account_id, kind_id, at, received_at, dedup)
            SELECT 1, 1, 1700000000000 + i, 1700000000000 + i, 'one' || i FROM n;
        INSERT INTO enrollment (id, account_id, playbook_id, version_id, match_key, experiment_id, arm, entered_at, state, step,
            begun, ended_at, end_reason, exclusive)
            SELECT 200000 + i, 1, 1, 1, '', 1, 'treated', 1600000000000 + i, 'ended', 0, 1, 1600000000000 + i, '', 0 FROM n
            WHERE i <= 10000;
        INSERT INTO touch (id, enrollment_id, account_id, playbook_id, version_id, step, recipient, kind, channel, category,
            message, ghost, state, priority, due_at, not_before, expires_at, variables, claimed_at, settled_at)
            SELECT 200000 + i, 200001 + i % 10000, 1, 1, 1, 'email_' || (i / 10000), 'owner@a1.example', 'email', 'carrier', 'education', 'hello.md', 0,
                'sent', 0, 1700000000000 + i, 0, 0, '{}', 1700000000000 + i, 1700000000000 + i FROM n;
        INSERT INTO decision (account_id, playbook_id, match_key, at, cycle_id, verdict, reason)
            SELECT 1, 1, 'one' || i, 1700000000000 + i, 1, 'enrolled', '' FROM n;
        DROP TABLE n;
        ANALYZE;
        """

    private static let pages = [
        "/", "/playbooks", "/playbooks/hello", "/playbooks/hello/accounts",
        "/playbooks/hello/accounts?all=yes&goal=yes",
        "/playbooks/hello/accounts?all=yes&step=email_1",
        "/playbooks/hello/accounts?all=yes&end=completed&arm=held_out",
        "/playbooks/hello/accounts?all=yes&step=wait_1&result=met", "/playbooks/hello/accounts?days=30",
        "/playbooks/hello/accounts.csv", "/playbooks/hello/messages?account=a1", "/playbooks/hello/versions",
        "/playbooks/hello/whom", "/experiments",
        "/accounts", "/accounts/a1", "/accounts/a1?before=1800000000000-3", "/accounts?stage=x",
        "/accounts?churned=yes",
        "/accounts?stage=x&churned=no", "/accounts?q=acc", "/touches", "/touches?state=rejected",
        "/touches?state=unknown",
        "/touches?state=open&playbook=hello", "/touches?playbook=hello", "/touches?of=owner%40a1.example",
        "/touches?channel=carrier&state=pending&due=yes", "/try?file=playbooks/hello/playbook.yaml",
        "/touches?of=Account+1", "/touches?channel=carrier", "/touches?from=2026-01-01&to=2026-02-01",
        "/touches?ended_from=2026-01-01&ended_to=2026-02-01", "/touches?outcome=delivered", "/touches/1",
        "/frames/touch/1", "/channels", "/channels/carrier", "/feeds", "/cycles", "/cycles/1", "/files", "/audit",
        "/people", "/me", "/find?q=hello", "/find?q=owner%40a1.example", "/pause?scope=all",
    ]
}
