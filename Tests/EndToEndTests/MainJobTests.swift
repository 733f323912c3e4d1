import Foundation
import Testing

/// From simulated data to touches that arrive, day after day, as a newcomer would do it.
@Suite struct MainJobTests {
    /// A simulated workspace with its history imported; its copies are cheap.
    private static let prepared: Result<Scratch, any Error> = Result {
        let scratch = try Scratch()
        atexit { _ = try? FileManager.default.removeItem(at: MainJobTests.prepared.get().folder) }
        let made = try Program.run(["sample", "acme", "--accounts", "200", "--seed", "7"], in: scratch.folder)
        #expect(made.code == 0, "\(made)")
        let folder = scratch.folder.appendingPathComponent("acme")
        for (kind, flags) in [("accounts", []), ("contacts", []), ("metrics", []), ("events", ["--history"])] {
            let outcome = try Program.run(["import", kind, "data/\(kind).csv"] + flags, in: folder)
            #expect(outcome.code == 0 && outcome.complaints.isEmpty, "\(kind): \(outcome)")
        }
        return scratch
    }

    /// A copy of the simulated workspace that sends to a port.
    private func workspace(port: Int = 9) throws -> Scratch {
        let scratch = try Scratch()
        let source = try Self.prepared.get().folder.appendingPathComponent("acme")
        for name in try FileManager.default.contentsOfDirectory(atPath: source.path) {
            try FileManager.default.copyItem(
                at: source.appendingPathComponent(name), to: scratch.folder.appendingPathComponent(name))
        }
        for name in ["sink-email", "sink-in-app"] {
            try scratch.replace("127.0.0.1:8787", with: "127.0.0.1:\(port)", in: "channels/\(name).yaml")
        }
        return scratch
    }

    private func plan(_ scratch: Scratch, _ now: String) throws -> Report {
        try Report(scratch.keeptouch("plan", "--now", now, "--format", "json"))
    }

    private func run(_ scratch: Scratch, _ now: String) throws -> Report {
        try Report(scratch.keeptouch("run", "--now", now, "--format", "json"))
    }

    /// Every row of every table, so that a change anywhere shows.
    private func contents(_ scratch: Scratch) throws -> [String: [[String]]] {
        let tables = try scratch.query(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
        return try Dictionary(
            uniqueKeysWithValues: tables.map { row in
                (row[0], try scratch.query("SELECT * FROM \"\(row[0])\" ORDER BY 1, 2"))
            })
    }

    @Test func theSampleIsInOrder() throws {
        let scratch = try workspace()
        let outcome = try scratch.keeptouch("check")
        #expect(outcome.code == 0)
        #expect(outcome.output == "19 playbooks (4 live), 3 channels: 0 errors, 0 warnings\n")
    }

    @Test func importingTheSameFilesAgainChangesNothing() throws {
        let scratch = try workspace()
        let before = try contents(scratch)
        for (kind, flags) in [("accounts", []), ("contacts", []), ("metrics", []), ("events", ["--history"])] {
            let outcome = try Program.run(["import", kind, "data/\(kind).csv"] + flags, in: scratch.folder)
            #expect(outcome.code == 0, "\(outcome)")
            #expect(!outcome.output.contains("new"), "\(outcome.output)")
        }
        let after = try contents(scratch)
        for (table, rows) in before { #expect(after[table] == rows, "\(table)") }
    }

    @Test func aPlanChangesNothing() throws {
        let scratch = try workspace()
        let before = try contents(scratch)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: scratch.database))
        let outcome = try scratch.keeptouch("plan", "--now", "2026-03-31T16:30:00Z")
        #expect(outcome.code == 1, "held playbooks are findings")
        #expect(outcome.output.contains("win-back-usage is held: first run"))
        #expect(try Data(contentsOf: URL(fileURLWithPath: scratch.database)) == bytes)
        #expect(try contents(scratch) == before)
    }

    @Test func theFirstRunAsksAndAReleaseLetsItGo() throws {
        let endpoint = try Endpoint()
        let scratch = try workspace(port: endpoint.port)
        let held = try scratch.keeptouch("run", "--now", "2026-03-31T16:30:00Z", "--format", "json")
        #expect(held.code == 1)
        let report = try Report(held)
        let playbook = try #require(report.playbooks["win-back-usage"])
        #expect(playbook.verdicts["held"] == playbook.matched && playbook.matched > 0)
        #expect(playbook.heldBecause?.contains("first run") == true)
        #expect(report.touches?.values.reduce(0, +) == 0)

        let released = try scratch.keeptouch("release", "win-back-usage")
        #expect(released.code == 0 && released.output.contains("win-back-usage is released"))
        let again = try run(scratch, "2026-03-31T16:31:00Z").playbooks["win-back-usage"]
        #expect(again?.verdicts["held"] == 0 && again?.heldBecause == nil)
        #expect(again?.verdicts["enrolled", default: 0] ?? 0 > 0)
        #expect(
            try scratch.keeptouch("release", "win-back-usage").complaints.contains("\"win-back-usage\" is not held"))
        _ = try endpoint.stop()
    }

    @Test func daysPassAndEveryPlanIsWhatTheRunThenDoes() throws {
        let endpoint = try Endpoint()
        let scratch = try workspace(port: endpoint.port)
        try scratch.replace("first_run: ask", with: "first_run: go", in: "keeptouch.yaml")
        var enrolled = 0
        for day in 31...38 {
            let date = day == 31 ? "2026-03-31" : "2026-04-0\(day - 31)"
            if day > 31 {
                let yesterday = day == 32 ? "2026-03-31" : "2026-04-0\(day - 32)"
                for kind in ["accounts", "contacts", "metrics", "events"] {
                    let outcome = try scratch.keeptouch(
                        "import", kind, "data/\(yesterday)/\(kind).csv", "--now", "\(date)T11:00:00Z")
                    #expect(outcome.code == 0, "\(outcome)")
                }
            }
            for time in ["11:15:00Z", "17:30:00Z"] {
                let now = "\(date)T\(time)"
                let (planned, done) = (try plan(scratch, now), try run(scratch, now))
                #expect(planned.now == now && done.now == now)
                #expect(planned.playbooks == done.playbooks, "at \(now)")
                // What follows at once on what was sent comes on top.
                #expect(planned.made <= done.made, "at \(now)")
                enrolled += done.playbooks.values.map { $0.verdicts["enrolled", default: 0] }.reduce(0, +)
                let total = done.touches?.values.reduce(0, +)
                #expect(try total == scratch.number("SELECT count(*) FROM touch"))
            }
        }
        #expect(try enrolled == scratch.number("SELECT count(*) FROM enrollment WHERE arm = 'treated'"))
        // Waits have passed: there are touches of later steps, and they are younger than those before them.
        let later = try scratch.number(
            """
            SELECT count(*) FROM touch AS t JOIN touch AS first ON first.enrollment_id = t.enrollment_id
            WHERE t.step = 'in_app_1' AND first.step = 'email_1' AND t.claimed_at > first.claimed_at + 2 * 86400000
            """)
        #expect(later > 0)

        let requests = try endpoint.stop()
        let sent = try scratch.query("SELECT id FROM touch WHERE state = 'sent' ORDER BY id").compactMap {
            Int64($0[0])
        }
        #expect(requests.map(\.touch).sorted() == sent, "every touch that was sent is one request, and no other is")
        #expect(sent.count > 10)

        let status = try scratch.keeptouch("status")
        #expect(status.code == 0)
        #expect(status.output.contains("last cycle: 2026-04-07 12:30 America/Chicago"))
        #expect(status.output.contains("\(sent.count) sent"))
        let ledger = try scratch.keeptouch("touches", "--state", "sent", "--limit", "1000", "--format", "csv")
        #expect(ledger.output.split(separator: "\r\n").count == sent.count + 1)
        let objects = try JSONSerialization.jsonObject(
            with: Data(
                scratch.keeptouch("touches", "--state", "sent", "--limit", "1000", "--format", "json").output.utf8))
        #expect((objects as? [[String: String]])?.count == sent.count)
    }

    @Test func explainAnswersForThoseWhoMatchedAndThoseWhoDidNot() throws {
        let scratch = try workspace()
        try scratch.replace("first_run: ask", with: "first_run: go", in: "keeptouch.yaml")
        let now = "2026-03-31T11:15:00Z"
        _ = try run(scratch, now)
        let matched = try scratch.query(
            """
            SELECT a.key FROM enrollment AS e JOIN account AS a ON a.id = e.account_id
            JOIN playbook AS p ON p.id = e.playbook_id WHERE p.name = 'win-back-usage'
            """)[0][0]
        let met = try scratch.keeptouch("explain", matched, "--playbook", "win-back-usage")
        #expect(met.code == 0, "\(met)")
        #expect(met.output.contains("usage_drop(logins)") && met.output.contains("→ met"))
        #expect(met.output.contains("verdict: "))

        let other = try scratch.query(
            "SELECT key FROM account WHERE id NOT IN (SELECT account_id FROM standing) AND status = 'active'")[0][0]
        let unmet = try scratch.keeptouch("explain", other, "--playbook", "win-back-usage")
        #expect(unmet.code == 0, "\(unmet)")
        #expect(unmet.output.contains("→ not met") || unmet.output.contains("→ missing"))
        #expect(unmet.output.contains("verdict: none"))

        let unknown = try scratch.keeptouch("explain", "nobody")
        #expect(unknown.code == 1)
        #expect(unknown.complaints.hasPrefix("keeptouch: error: there is no account \"nobody\""))
    }

    @Test func previewShowsTheMessageAndRecordsNothing() throws {
        let endpoint = try Endpoint()
        let scratch = try workspace(port: endpoint.port)
        let account = try scratch.query(
            """
            SELECT a.key FROM account AS a JOIN contact AS c ON c.account_id = a.id
            WHERE c.role = 'owner' AND c.status = 'active' AND c.email <> '' ORDER BY a.id
            """)[0][0]
        let before = try contents(scratch)
        let shown = try scratch.keeptouch("preview", "win-back-usage", "--account", account)
        #expect(shown.code == 0, "\(shown)")
        #expect(shown.output.contains("Subject: ") && shown.output.contains("Unsubscribe: https://touch.acme.example/"))
        #expect(!shown.output.contains("{{"))
        let sent = try scratch.keeptouch(
            "preview", "win-back-usage", "email_2", "--account", account, "--send-to", "me@acme.example")
        #expect(sent.code == 0, "\(sent)")
        #expect(sent.output.contains("\n\nPOST http://127.0.0.1:\(endpoint.port)/"))
        #expect(sent.output.contains("HTTP 202: taken"))
        #expect(try contents(scratch) == before)
        let requests = try endpoint.stop()
        #expect(requests.count == 1 && requests.first?.body.contains("me@acme.example") == true)
    }
}
