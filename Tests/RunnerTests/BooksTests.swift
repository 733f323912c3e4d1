import Decisions
import Foundation
import Playbooks
import Runner
import Storage
import Testing

@Suite struct BooksTests {
    @Test func booksThatDoNotAddUpSayWhere() {
        var books = Books()
        books.matched = ["main": 3]
        books.verdicts = ["main": [.enrolled: 2, .holdout: 1]]
        (books.admitted, books.begun, books.touches, books.owned, books.distinct) = (3, 3, 2, 2, 2)
        #expect(books.errors.isEmpty)
        books.verdicts = ["main": [.enrolled: 2]]
        (books.begun, books.owned, books.distinct) = (2, 1, 1)
        #expect(
            books.errors == [
                "main: 3 accounts matched, but 2 have a verdict",
                "3 accounts are admitted, but 2 enrollments begin",
                "2 touches are planned, but 1 belong to an enrollment",
                "2 touches are planned, but only 1 are distinct",
            ])
    }

    @Test func anUnbalancedPlanThrowsAndChangesNothing() throws {
        let test = try TestWorkspace(playbooks: [
            "main": TestWorkspace.playbook("main", "on: signed"), "other": TestWorkspace.playbook("other"),
        ])
        try test.addAccounts(3)
        try test.run(noon(20_000))
        try test.addEvent("signed", of: "a1", at: noon(20_001))
        try test.addAccounts(1, from: 4)
        // A match that stands for an account that is not there: it matches, and nobody can give it a verdict.
        try test.script(
            "INSERT INTO standing VALUES ((SELECT id FROM playbook WHERE name = 'main'), 999, '77', 77, 1, NULL, 'held', 'x', NULL, 0)"
        )
        let before = try test.dump()
        let error = #expect(throws: UnbalancedBooks.self) { try test.run(noon(20_001)) }
        #expect(error?.errors == ["main: 2 accounts matched, but 1 have a verdict"])
        #expect(throws: UnbalancedBooks.self) { try test.cycle.plan(now: noon(20_001)) }
        #expect(try test.dump() == before)
        try test.script("DELETE FROM standing WHERE account_id = 999")
        #expect(try test.run(noon(20_001)).entered == 2)
    }

    @Test func aCycleThatWasKilledIsTakenUpAgain() throws {
        let test = try TestWorkspace(playbooks: [
            "main": TestWorkspace.playbook("main", more: ["variants: { a: 1, b: 1 }"]),
            "news": TestWorkspace.playbook("news", "at: daily at 12:00", holdout: "20%"),
        ])
        try test.run(noon(20_000, hours: -1))
        try test.addAccounts(2_500)
        // It dies in the middle of each playbook in turn, between two slices.
        for playbook in ["main", "news"] {
            try test.store.session { connection in
                try connection.executeScript(
                    """
                    CREATE TEMP TRIGGER dies BEFORE INSERT ON main.touch WHEN NEW.account_id = 2400
                        AND NEW.playbook_id = (SELECT id FROM main.playbook WHERE name = '\(playbook)')
                    BEGIN SELECT RAISE(ABORT, 'killed'); END
                    """)
            }
            let error = #expect(throws: StorageError.self) {
                try test.run(noon(20_000, hours: playbook == "main" ? 0 : 1))
            }
            #expect(error.map { "\($0)" }?.contains("killed") == true, "\(error.map { "\($0)" } ?? "")")
            try test.store.session { try $0.executeScript("DROP TRIGGER temp.dies") }
            let begun = try test.integer("SELECT count(*) FROM enrollment")
            #expect(begun > 0 && begun < 5_000)
            #expect(try test.rows("SELECT state FROM cycle ORDER BY id DESC LIMIT 1") == ["applying"])
        }
        let report = try test.run(noon(20_000, hours: 2))
        #expect(report.balanced)
        // Everybody is enrolled once, with one touch.
        #expect(try test.integer("SELECT count(*) FROM enrollment") == 5_000)
        #expect(try test.integer("SELECT count(DISTINCT enrollment_id) FROM touch") == 5_000)
        #expect(try test.integer("SELECT count(*) FROM touch") == 5_000)
        #expect(try test.rows("SELECT state FROM cycle ORDER BY id") == ["done", "interrupted", "interrupted", "done"])
        #expect(try test.rows("SELECT state, matched FROM occurrence") == ["done|2500"])
        #expect(try test.run(noon(20_000, hours: 3)).entered == 0)
    }
}

extension TestWorkspace {
    /// Everything that cycles and workers decide, as text, without process time.
    func dump() throws -> [String] {
        let tables = [
            "standing": "*", "decision": "*", "experiment": "*", "assignment": "*", "enrollment": "*", "tally": "*",
            "occurrence": "*", "outcome": "*", "suppression": "*", "pause": "*", "playbook": "*",
            "cycle": "id, now, state, summary", "attempt": "touch_id, number, result, detail",
            "touch": """
            id, enrollment_id, account_id, playbook_id, version_id, step, variant, contact_id, recipient, kind, channel,
            category, message, ghost, state, priority, due_at, not_before, expires_at, reason, variables, message_hash,
            body_hash, fence, attempts, ambiguous, error, claimed_at, settled_at
            """,
        ]
        return try tables.keys.sorted().flatMap { table in
            try rows("SELECT '\(table)', \(tables[table] ?? "*") FROM \(table)").sorted()
        }
    }
}
