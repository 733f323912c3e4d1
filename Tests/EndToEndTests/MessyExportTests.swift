import Foundation
import Playbooks
import Reliability
import Testing

/// Exports as people have them become a workspace whose plan names accounts that can be written to, by two commands.
@Suite struct MessyExportTests {
    private struct Failure: CustomStringConvertible {
        var seed: UInt64
        var what: String
        var description: String { "seed \(seed): \(what)" }
    }

    @Test func nineOfTenExportsBecomeAWorkspaceWithoutAnEdit() throws {
        let rounds = Rounds.count(12, long: 200)
        let first = ProcessInfo.processInfo.environment["KEEPTOUCH_SEED"].flatMap { UInt64($0) } ?? 1
        var failures: [Failure] = []
        var silent: [Failure] = []
        for seed in first..<(first + UInt64(rounds)) {
            guard let (what, remedy) = try outcome(seed) else { continue }
            failures.append(Failure(seed: seed, what: what))
            if !remedy { silent.append(Failure(seed: seed, what: what)) }
        }
        #expect(failures.count * 10 <= rounds, "\(failures.map(\.description).joined(separator: "\n"))")
        #expect(
            silent.isEmpty, "these end without the line to write:\n\(silent.map(\.description).joined(separator: "\n"))"
        )
        Rounds.tell(rounds, "\(rounds - failures.count) of \(rounds) exports became a workspace without an edit")
    }

    /// Nil when everything is as it should be; else what is not, and whether the program said what to write.
    private func outcome(_ seed: UInt64) throws -> (String, Bool)? {
        let scratch = try Scratch()
        let zone = try #require(Zone("UTC"))
        let today = zone.day(of: Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000)))
        let size = 150 + Int(seed % 5) * (ProcessInfo.processInfo.environment["KEEPTOUCH_LONG"] == nil ? 30 : 700)
        let export = MessyExport(seed: seed, accounts: size, today: today)
        for file in export.files { try file.data.write(to: scratch.folder.appendingPathComponent(file.name)) }
        let made = try Program.run(["init", "mine", "--from"] + export.files.map(\.name), in: scratch.folder)
        let story = export.story.joined(separator: "; ")
        guard made.code == 0 else { return ("init: \(made.complaints) (\(story))", Self.saysWhatToWrite(made)) }
        let check = try scratch.keeptouch("check", "-w", "mine")
        guard check.code == 0 else { return ("check: \(check.complaints) (\(story))", false) }
        let imported = try scratch.keeptouch("import", "all", "-w", "mine")
        guard imported.code == 0 else {
            return ("import: \(imported.complaints.suffix(900)) (\(story))", Self.saysWhatToWrite(made, imported))
        }
        guard let wrong = try difference(export, scratch) else {
            let plan = try scratch.keeptouch("plan", "--who", "--format", "json", "-w", "mine")
            let reached =
                plan.output.components(separatedBy: "\"if_released\" : \"enrolled\"").count - 1
                + plan.output.components(separatedBy: "\"if_released\":\"enrolled\"").count - 1
            if reached > 0 { return nil }
            return (
                "no account is reachable: \(plan.output.prefix(300)) \(plan.complaints.prefix(300)) (\(story))", false
            )
        }
        // Said, but wrong: nobody must find out later.
        return ("\(wrong) (\(story))\n\(try scratch.text("mine/data.yaml").prefix(2_000))", false)
    }

    /// What the database holds otherwise than the export says.
    private func difference(_ export: MessyExport, _ scratch: Scratch) throws -> String? {
        let database = try Database(
            path: scratch.folder.appendingPathComponent("mine/keeptouch.db").path, isReadOnly: true)
        func number(_ sql: String) throws -> Int { try database.rows(sql).first?.first.flatMap { Int($0) } ?? 0 }
        for (what, sql, expected) in [
            ("accounts", "SELECT count(*) FROM account", export.accounts),
            ("churned", "SELECT count(*) FROM account WHERE status = 'churned'", export.churned),
            ("revenue", "SELECT coalesce(sum(mrr), 0) FROM account", export.revenue),
            ("addresses", "SELECT count(*) FROM contact WHERE address IS NOT NULL", export.addresses),
            (
                "unsubscribed", "SELECT count(*) FROM suppression WHERE reason = 'unsubscribed'",
                export.unsubscribed + export.listed.unsubscribed
            ),
            (
                "hard bounces", "SELECT count(*) FROM suppression WHERE reason = 'hard bounce'", export.listed.bounced
            ),
            (
                "complaints", "SELECT count(*) FROM suppression WHERE reason = 'complaint'", export.listed.complained
            ),
            ("suppressed in all", "SELECT count(*) FROM suppression", export.suppressed),
            (
                "days of creation that are another month's",
                "SELECT count(*) FROM account WHERE CAST(strftime('%d', created_at / 1000, 'unixepoch') AS INTEGER) > 12",
                export.late
            ),
            (
                "days of creation",
                "SELECT count(*) FROM account WHERE created_at < \((Date().timeIntervalSince1970 - 86_400 * 80) * 1_000)",
                export.accounts
            ),
        ] {
            let found = try number(sql)
            if found != expected { return "\(what): \(found), not \(expected)" }
        }
        if try number(
            "SELECT count(*) FROM event WHERE kind_id = (SELECT id FROM event_kind WHERE name = 'nps_response')") == 0
        {
            return "no answer came in"
        }
        return nil
    }

    private static func saysWhatToWrite(_ outcomes: Program.Outcome...) -> Bool {
        outcomes.contains { outcome in
            let text = outcome.output + outcome.complaints
            return ["add to data.yaml: ", "--map ", "iconv ", "name it: attributes: { key:", "name it in data.yaml"]
                .contains {
                    text.contains($0)
                }
        }
    }
}
