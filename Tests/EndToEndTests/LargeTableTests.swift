import Foundation
import Testing

/// No page and no command that people use daily walks through all rows of a large table.
@Suite struct LargeTableTests {
    private static let large = [
        "touch", "enrollment", "event", "outcome", "history", "standing", "attempt", "decision",
    ]

    /// By the beginning of the statement, why it may.
    private static let exceptions = [
        "SELECT playbook_id, version_id, arm, state,": "counted once for all pages, at most a twentieth of the time",
        "SELECT playbook_id, version_id, variant, step, count(*)": "counted once for all pages, as above",
        "SELECT playbook_id, step, state, count(*)": "counted once for all pages, as above",
        "SELECT t.playbook_id, t.step, o.kind,": "counted once for all pages, as above",
        "SELECT playbook_id, verdict, count(DISTINCT account_id)": "counted once for all pages, as above",
        "SELECT p.id, p.name, p.state, coalesce(e.active, 0)": "`status` counts every touch and enrollment once",
        "SELECT p.name, v.source, e.variant, e.step,": "`status` counts those that are under way once",
        "SELECT state, count(*) AS count FROM touch": "`status` counts every touch once",
        "SELECT count(*) FROM event": "`status` says how many there are",
        "SELECT k.name, n.at, n.received_at FROM event_kind": "looks at the last 5,000 events only",
    ]

    @Test func noPageAndNoDailyCommandScansALargeTable() async throws {
        let endpoint = try Endpoint()
        let scratch = try Scratch(small: "email", port: endpoint.port)
        try scratch.write("keeptouch.yaml", try scratch.text("keeptouch.yaml") + DashboardClient.configuration)
        try scratch.importAccounts(3)
        #expect(try scratch.keeptouch("users", "add", "ada", "--role", "admin").code == 0)
        #expect(try scratch.keeptouch("run").code == 0)
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
            #expect(answer.code == 200, "\(path): \(answer.text.suffix(400))")
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

    private static let pages = [
        "/", "/playbooks", "/playbooks/hello", "/playbooks/hello/accounts",
        "/playbooks/hello/accounts?all=yes&goal=yes",
        "/playbooks/hello/accounts?all=yes&step=email_1",
        "/playbooks/hello/accounts?all=yes&end=completed&arm=held_out",
        "/playbooks/hello/accounts?all=yes&step=wait_1&result=met", "/playbooks/hello/accounts?days=30",
        "/playbooks/hello/messages?account=a1", "/playbooks/hello/versions", "/playbooks/hello/whom", "/experiments",
        "/accounts", "/accounts/a1", "/accounts/a1?before=1800000000000-3", "/accounts?stage=x",
        "/accounts?churned=yes",
        "/accounts?stage=x&churned=no", "/accounts?q=acc", "/touches", "/touches?state=rejected",
        "/touches?state=unknown",
        "/touches?state=open&playbook=hello", "/touches?playbook=hello", "/touches?of=owner%40a1.example",
        "/touches?of=Account+1", "/touches?channel=carrier", "/touches?from=2026-01-01&to=2026-02-01",
        "/touches?ended_from=2026-01-01&ended_to=2026-02-01", "/touches?outcome=delivered", "/touches/1",
        "/frames/touch/1", "/channels", "/channels/carrier", "/feeds", "/cycles", "/cycles/1", "/files", "/audit",
        "/people", "/me", "/find?q=hello", "/find?q=owner%40a1.example", "/pause?scope=all",
    ]
}
