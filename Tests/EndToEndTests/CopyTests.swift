import Foundation
import Reliability
import Testing

/// `keeptouch copy`: the database in another place, and the work that goes on there.
@Suite struct CopyTests {
    private let url: String

    init() throws {
        url = try TestPostgreSQL.shared.get().address()
    }

    @Test func whatWaitsIsSentOnceFromTheNewPlaceAndNotFromTheOld() throws {
        let endpoint = try Endpoint()
        let scratch = try Scratch(small: "email", port: endpoint.port)
        try scratch.importAccounts(12)
        #expect(try scratch.keeptouch("pause", "channel:carrier").code == 0)
        let held = try scratch.keeptouch("run")
        #expect(held.code < 2 && endpoint.count == 0, "\(held)")
        let copy = try scratch.keeptouch("copy", "--from", "keeptouch.db", "--to", url, "--format", "csv")
        #expect(copy.code == 0, "\(copy)")
        #expect(copy.output.contains("\ntouch,12,"), "\(copy)")
        for command in [["run"], ["resume", "all"]] {
            let old = try Program.run(command, in: scratch.folder)
            #expect(old.code == 1 && (old.output + old.complaints).contains("it was copied to"), "\(old)")
        }
        try scratch.replace("database: keeptouch.db", with: "database: \(url)", in: "keeptouch.yaml")
        #expect(try scratch.keeptouch("resume", "channel:carrier").code == 0)
        let run = try scratch.keeptouch("run", "--format", "json")
        #expect(run.code == 0, "\(run)")
        #expect(endpoint.waits(forRequests: 12))
        #expect(try scratch.keeptouch("status").output.contains("it is not certain") == false)
        let back = try scratch.keeptouch("copy", "--from", url, "--to", "back.db")
        #expect(back.code == 0, "\(back)")
        try scratch.replace("database: \(url)", with: "database: back.db", in: "keeptouch.yaml")
        let again = try scratch.keeptouch("run")
        #expect(again.code == 0, "\(again)")
        let requests = try endpoint.stop()
        #expect(requests.count == 12 && Set(requests.map(\.touch)).count == 12)
        // A back-up of the new place is noticed as one of the old would have been.
        #expect(
            try Database(path: scratch.folder.appendingPathComponent("back.db").path).rows("PRAGMA integrity_check")
                == [["ok"]])
        #expect(try scratch.text("back.db.sent").split(separator: "\n").filter { $0.count == 33 }.count == 13)
    }

    @Test func theSampleGoesToAServerAndBackRowByRow() throws {
        let parent = try Scratch()
        let sample = try parent.keeptouch("sample", "acme", "--accounts", "300", "--seed", "7")
        #expect(sample.code == 0, "\(sample)")
        let folder = parent.folder.appendingPathComponent("acme")
        func keeptouch(_ words: String) throws -> Program.Outcome {
            try Program.run(words.split(separator: " ").map(String.init), in: folder)
        }
        let now = "2026-03-31T11:15Z"
        for kind in ["accounts", "contacts", "metrics", "events"] {
            let history = kind == "events" ? " --history" : ""
            let outcome = try keeptouch("import \(kind) data/\(kind).csv\(history) --now \(now)")
            #expect(outcome.code == 0, "\(outcome)")
        }
        _ = try keeptouch("run --now \(now)")
        for playbook in ["win-back-usage", "stalled-onboarding"] { _ = try keeptouch("release \(playbook)") }
        #expect(try keeptouch("run --now 2026-03-31T11:16Z").code < 2)
        func rows(_ name: String) throws -> [String: [[String]]] {
            let database = try Database(path: folder.appendingPathComponent(name).path, isReadOnly: true)
            let names = try database.rows(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('sqlite_stat1', 'sqlite_stat4')")
            return try Dictionary(
                uniqueKeysWithValues: names.map { name in
                    let columns = try database.rows("SELECT name FROM pragma_table_info('\(name[0])') ORDER BY name")
                        .map { "quote(\"\($0[0])\")" }.joined(separator: ", ")
                    let condition = name[0] == "meta" ? "WHERE key <> 'instance'" : ""
                    let rows = try database.rows("SELECT \(columns) FROM \(name[0]) \(condition)")
                    return (name[0], rows.sorted { $0.lexicographicallyPrecedes($1) })
                })
        }
        let looks = ["status", "report attrition", "doctor", "plan"]
        let before = try rows("keeptouch.db")
        let told = try looks.map { try keeptouch($0).output }
        let copied = try keeptouch("copy --from keeptouch.db --to \(url)")
        #expect(copied.code == 0, "\(copied)")
        let settings = folder.appendingPathComponent("keeptouch.yaml")
        let text = try String(contentsOf: settings, encoding: .utf8)
        func point(to place: String) throws {
            let line = try #require(text.firstMatch(of: /database: .*/)).output
            try Data(text.replacing(line, with: "database: \(place)").utf8).write(to: settings)
        }
        /// Without what is said of a file alone.
        func comparable(_ text: String) -> [Substring] {
            text.split(separator: "\n").filter { line in
                !["SQLite ", "PostgreSQL ", "database ", "journal ", "disk "].contains { line.hasPrefix($0) }
            }
        }
        try point(to: url)
        for (look, former) in zip(looks, told) {
            let outcome = try keeptouch(look)
            #expect(comparable(outcome.output) == comparable(former), "\(look): \(outcome)")
        }
        let back = try keeptouch("copy --from \(url) --to back.db")
        #expect(back.code == 0, "\(back)")
        try point(to: "back.db")
        for (look, former) in zip(looks, told) {
            #expect(try comparable(keeptouch(look).output) == comparable(former), "\(look)")
        }
        let after = try rows("back.db")
        #expect(before.count > 50 && before["event"]?.isEmpty == false && before["touch"]?.isEmpty == false)
        for (table, rows) in before { #expect(after[table] == rows, "\(table) differs") }
        // What it printed of each table is the same both ways, but for who it is.
        func sums(_ outcome: Program.Outcome) -> [Substring] {
            outcome.output.split(separator: "\n").filter { !$0.hasPrefix("meta ") }
        }
        #expect(sums(copied) == sums(back))
    }

    @Test func oneThatIsKilledGoesOnAndNobodyUsesHalfOfIt() throws {
        let scratch = try Scratch(small: "email")
        try scratch.importAccounts(3_000)
        let schema = try #require(url.split(separator: "=").last)
        let copy = try RunningProgram(["copy", "--from", "keeptouch.db", "--to", url], in: scratch.folder)
        let server = try TestPostgreSQL.shared.get()
        // Its own rows are the signal that it is in the middle.
        while (try? server.ask("SELECT count(*) > 0 FROM \(schema).account")) != "t", !copy.hasEnded {}
        copy.signal(SIGKILL)
        #expect(copy.wait().code == 128 + SIGKILL)
        #expect(try scratch.keeptouch("status").output.contains("paused") == false)
        try scratch.replace("database: keeptouch.db", with: "database: \(url)", in: "keeptouch.yaml")
        for command in ["status", "run", "doctor"] {
            let half = try scratch.keeptouch(command)
            #expect(half.code == 1 && (half.output + half.complaints).contains("has not come to its end"), "\(half)")
        }
        let again = try scratch.keeptouch("copy", "--from", "keeptouch.db", "--to", url)
        #expect(again.code == 0, "\(again)")
        #expect(try scratch.keeptouch("accounts", "--limit", "1").code == 0)
    }

    @Test func whatAKilledRunHasLeftInTheJournalArrivesOnceUnderItsKey() throws {
        let endpoint = try Endpoint(["--delay", "10"])
        let scratch = try Scratch(
            small: "email", port: endpoint.port,
            channelLines: ["limits: { in_flight: 64 }", "idempotency: { header: Idempotency-Key, lifetime: 24h }"])
        try scratch.importAccounts(600)
        let program = try RunningProgram(["run"], in: scratch.folder)
        #expect(endpoint.waits(forRequests: 150))
        program.signal(SIGKILL)
        program.wait()
        let copy = try scratch.keeptouch("copy", "--from", "keeptouch.db", "--to", url)
        #expect(copy.code == 0, "\(copy)")
        try scratch.replace("database: keeptouch.db", with: "database: \(url)", in: "keeptouch.yaml")
        let run = try scratch.keeptouch("run", "--format", "json")
        #expect(run.code == 0, "\(run)")
        #expect(try (run.object()["touches"] as? [String: Int])?["sent"] == 600, "\(run)")
        let byTouch = Dictionary(grouping: try endpoint.stop(), by: \.touch)
        #expect(byTouch.count == 600)
        for (touch, repeats) in byTouch {
            #expect(Set(repeats.map(\.key)).count == 1 && Set(repeats.map(\.body)).count == 1, "touch \(touch)")
        }
    }

    @Test func whatIsNotFitIsToldBeforeAnythingIsMade() throws {
        let scratch = try Scratch(small: "email")
        try scratch.importAccounts(1)
        func complaint(_ from: String, _ to: String) throws -> String {
            let outcome = try scratch.keeptouch("copy", "--from", from, "--to", to)
            #expect(outcome.code != 0, "\(outcome)")
            return outcome.complaints
        }
        #expect(try complaint("nothing.db", "to.db").contains("there is no database at"))
        #expect(try complaint("keeptouch.db", "keeptouch.db").contains("are the same database"))
        #expect(try complaint("keeptouch.db", "env:BOOKS").contains("the environment variable BOOKS is not set"))
        let password = try complaint("keeptouch.db", "postgresql://ada:hush@127.0.0.1:9/books")
        #expect(password.contains("--to holds a password") && !password.contains("hush"))
        #expect(try complaint("keeptouch.db", "postgresql://127.0.0.1:9/books").contains("cannot be reached"))
        #expect(!FileManager.default.fileExists(atPath: scratch.folder.appendingPathComponent("to.db").path))
        try scratch.execute("PRAGMA user_version = 40")
        #expect(try complaint("keeptouch.db", "to.db").contains("was written by an older keeptouch"))
        #expect(try scratch.number("PRAGMA user_version") == 40)
    }
}
