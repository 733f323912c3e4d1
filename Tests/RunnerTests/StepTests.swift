import Foundation
import Playbooks
import Runner
import Storage
import Testing

@Suite struct StepTests {
    private static let steps = ["email: hello.md", "wait: 2d", "in_app: hello.md"]

    private func workspace(
        _ endpoint: Endpoint, trigger: String = "when: plan == \"free\"", more: [String] = [],
        steps: [String] = Self.steps,
        message: String = "---\nsubject: Hello\n---\nHello {{account.key}}!\n"
    ) throws -> TestWorkspace {
        try TestWorkspace(
            playbooks: ["main": TestWorkspace.playbook("main", trigger, more: more, steps: steps)], message: message,
            files: [
                "channels/mail.yaml": TestWorkspace.channel("mail", "email", url: endpoint.url),
                "channels/app.yaml": TestWorkspace.channel("app", "in_app", url: endpoint.url),
            ])
    }

    @Test func waitsCountFromTheSettlementOfTheStepBefore() async throws {
        let endpoint = try Endpoint()
        let test = try workspace(endpoint)
        try test.addAccounts(1)
        try test.run(noon(20_000))
        #expect(try test.rows("SELECT step, begun, due_at, state FROM enrollment") == ["0|1|-|active"])
        // It goes out six hours later.
        try await test.drain(noon(20_000, hours: 6))
        #expect(try test.rows("SELECT step, due_at FROM enrollment") == ["0|\(noon(20_000, hours: 6).milliseconds)"])
        try test.run(noon(20_001))
        #expect(
            try test.rows("SELECT step, begun, due_at FROM enrollment") == [
                "1|1|\(noon(20_002, hours: 6).milliseconds)"
            ])
        try test.run(noon(20_002, hours: 5))
        #expect(try test.integer("SELECT count(*) FROM touch") == 1)
        try test.run(noon(20_002, hours: 6))
        #expect(
            try test.rows("SELECT step, state, due_at FROM touch WHERE id = 2") == [
                "in_app_1|pending|\(noon(20_002, hours: 6).milliseconds)"
            ])
        #expect(try test.rows("SELECT state FROM enrollment") == ["active"])
        try await test.drain(noon(20_002, hours: 6))
        try test.run(noon(20_002, hours: 7))
        #expect(
            try test.rows("SELECT state, end_reason, ended_at FROM enrollment") == [
                "ended|completed|\(noon(20_002, hours: 6).milliseconds)"
            ])
        #expect(endpoint.received.count == 2)
    }

    @Test func theGoalEndsAnEnrollmentAndGoesOnBeingWatched() throws {
        let test = try workspace(
            try Endpoint(), more: ["goal:", "  when: happened(signed)", "  within: 10d"], steps: ["wait: 5d"])
        try test.addAccounts(4)
        // Nothing before the enrollment counts.
        try test.addEvent("signed", of: "a4", at: noon(19_990))
        try test.run(noon(20_000))
        #expect(try test.rows("SELECT DISTINCT goal_until FROM enrollment") == ["\(noon(20_010).milliseconds)"])
        try test.addEvent("signed", of: "a1", at: noon(20_003))
        try test.run(noon(20_004))
        #expect(
            try test.rows("SELECT account_id, end_reason, goal_at FROM enrollment WHERE goal_at IS NOT NULL")
                == ["1|goal|\(noon(20_003).milliseconds)"])
        // Ended or not, within its window.
        try test.run(noon(20_005))
        #expect(
            try test.rows("SELECT account_id, end_reason FROM enrollment WHERE id > 1 ORDER BY id") == [
                "2|completed", "3|completed", "4|completed",
            ])
        try test.addEvent("signed", of: "a2", at: noon(20_009))
        try test.run(noon(20_010))
        try test.addEvent("signed", of: "a3", at: noon(20_010, hours: 1))
        try test.run(noon(20_011))
        #expect(
            try test.rows("SELECT account_id, kind, at FROM outcome ORDER BY id")
                == ["1|goal|\(noon(20_003).milliseconds)", "2|goal|\(noon(20_009).milliseconds)"])
        #expect(try test.integer("SELECT count(*) FROM enrollment WHERE goal_at IS NOT NULL") == 2)
    }

    @Test func eachExitHasItsReasonAndCancelsPendingTouches() throws {
        for (exit, change, reason) in [
            ("left_audience", "UPDATE account SET a_seats = 0 WHERE id = 1", "left_audience"),
            ("churned", "UPDATE account SET status = 'churned' WHERE id = 1", "churned"),
            ("no_match", "UPDATE account SET a_plan = 'pro' WHERE id = 1", "no_match"),
            ("seats > 9", "UPDATE account SET a_seats = 10 WHERE id = 1", "seats > 9"),
        ] {
            let text = TestWorkspace.playbook("main", more: ["exit:", "  - \(exit)"])
                .replacing("audience: everyone_active", with: "audience: seats > 0")
            let test = try TestWorkspace(playbooks: ["main": text])
            try test.addAccounts(2)
            try test.script("UPDATE account SET a_seats = 5")
            #expect(try test.run(noon(20_000)).made == 2)
            // Missing is not "left".
            try test.script("UPDATE account SET a_seats = NULL, a_plan = NULL")
            #expect(try test.run(noon(20_000, hours: 1)).ended == 0)
            try test.script("UPDATE account SET a_seats = 5, a_plan = 'free'")
            try test.script(change)
            #expect(try test.run(noon(20_000, hours: 2)).ended == 1)
            #expect(
                try test.rows("SELECT account_id, state, end_reason FROM enrollment ORDER BY id") == [
                    "1|ended|\(reason)", "2|active|-",
                ])
            #expect(
                try test.rows("SELECT account_id, state, reason FROM touch ORDER BY id") == [
                    "1|cancelled|the enrollment ended: \(reason)", "2|pending|-",
                ])
        }
    }

    @Test func theFirstExitInTheFileGivesTheReason() throws {
        let test = try TestWorkspace(playbooks: [
            "main": TestWorkspace.playbook("main", more: ["exit: [seats > 9, churned, left_audience]"])
        ])
        try test.addAccounts(1)
        try test.run(noon(20_000))
        try test.script("UPDATE account SET a_seats = 10, status = 'churned'")
        try test.run(noon(20_001))
        #expect(try test.rows("SELECT end_reason FROM enrollment") == ["seats > 9"])
    }

    @Test func anExitSeesNothingFromBeforeTheEnrollment() throws {
        let test = try TestWorkspace(playbooks: [
            "main": TestWorkspace.playbook("main", more: ["exit: [count(signed) >= 2]"], steps: ["wait: 30d"])
        ])
        try test.addAccounts(1)
        for _ in 1...3 { try test.addEvent("signed", of: "a1", at: noon(19_999)) }
        try test.run(noon(20_000))
        try test.addEvent("signed", of: "a1", at: noon(20_001))
        try test.run(noon(20_001))
        #expect(try test.rows("SELECT state FROM enrollment") == ["active"])
        try test.addEvent("signed", of: "a1", at: noon(20_002))
        try test.run(noon(20_002))
        #expect(try test.rows("SELECT state FROM enrollment") == ["ended"])
    }

    @Test func aRetiredPlaybookEndsItsEnrollmentsAndWatchesTheirGoals() throws {
        let test = try workspace(
            try Endpoint(), more: ["goal:", "  when: happened(signed)", "  within: 10d"])
        try test.addAccounts(2)
        try test.run(noon(20_000))
        try test.edit([
            "playbooks/main/playbook.yaml": test.texts["playbooks/main/playbook.yaml"]?.replacing(
                "state: live", with: "state: retired")
        ])
        let report = try test.run(noon(20_001))
        #expect(report.ended == 2 && report.playbooks.isEmpty)
        #expect(try test.rows("SELECT DISTINCT state, end_reason FROM enrollment") == ["ended|retired"])
        #expect(try test.states == ["cancelled": 2])
        try test.addEvent("signed", of: "a1", at: noon(20_002))
        try test.run(noon(20_003))
        #expect(try test.rows("SELECT account_id FROM outcome WHERE kind = 'goal'") == ["1"])
    }

    @Test func whereNobodyCanBeWrittenToTheStepIsOverAtOnce() throws {
        let test = try workspace(try Endpoint(), steps: ["in_app: hello.md", "email: hello.md", "wait: 1d"])
        try test.addAccounts(1)
        try test.script("UPDATE contact SET address = NULL, email = NULL")
        try test.run(noon(20_000))
        try test.script(
            "UPDATE touch SET state = 'sent', settled_at = 1; UPDATE enrollment SET due_at = \(noon(20_000).milliseconds)"
        )
        try test.run(noon(20_000, hours: 1))
        #expect(
            try test.rows("SELECT step, recipient, state, reason FROM touch WHERE id = 2")
                == ["email_1|nobody|suppressed|no contact that may be written to: its only contact has no address"])
        #expect(try test.rows("SELECT step, due_at FROM enrollment") == ["2|\(noon(20_001).milliseconds)"])
    }

    @Test func eachContactOfEveryoneGetsOneTouch() throws {
        let test = try TestWorkspace(playbooks: ["main": TestWorkspace.playbook("main", more: ["to: everyone"])])
        try test.addAccounts(1)
        try test.script(
            """
            INSERT INTO contact (account_id, key, email, address, role) VALUES (1, 'b', 'B@example.com', 'b@example.com', 'user'),
                (1, 'c', 'b@example.com', 'b@example.com', 'user'), (1, 'd', NULL, NULL, 'user');
            INSERT INTO contact (account_id, key, email, address, role, status)
                VALUES (1, 'e', 'e@example.com', 'e@example.com', 'user', 'left')
            """)
        try test.run(noon(20_000))
        #expect(
            try test.rows("SELECT recipient, contact_id FROM touch ORDER BY recipient") == [
                "a1@example.com|1", "b@example.com|2",
            ])
        // The step is done when all are settled.
        try test.store.write { connection in
            try connection.execute("UPDATE touch SET state = 'sent', settled_at = 1 WHERE id = 1")
            try Outbox(connection).moveOn(enrollment: 1, now: noon(20_000))
        }
        #expect(try test.rows("SELECT due_at FROM enrollment") == ["-"])
    }

    @Test func theFirstRoleThatHasSomebodyGetsIt() throws {
        let test = try TestWorkspace(playbooks: [
            "main": TestWorkspace.playbook("main", more: ["to: [billing, all owner]"])
        ])
        try test.addAccounts(2)
        try test.script(
            """
            INSERT INTO contact (account_id, key, email, address, role) VALUES (1, 'x', 'x@example.com', 'x@example.com', 'owner'),
                (1, 'y', 'y@example.com', 'y@example.com', 'billing'), (1, 'z', 'z@example.com', 'z@example.com', 'billing'),
                (2, 'w', 'w@example.com', 'w@example.com', 'owner')
            """)
        try test.run(noon(20_000))
        #expect(
            try test.rows("SELECT account_id, recipient FROM touch ORDER BY 1, 2")
                == ["1|y@example.com", "2|a2@example.com", "2|w@example.com"])
    }
}
