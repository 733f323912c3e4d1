import Playbooks
import Storage
import Testing

@testable import Runner

// Steps are counted in debug builds alone.
#if DEBUG
    /// What sending costs does not grow with what waits; without a clock, by the instructions of SQLite's machine.
    @Suite struct WaitingTouchesTests {
        private static let now = noon(20_000, hours: 1)
        /// So many wait beside; whoever looked at each of them would take several steps for it.
        private static let many = 3_000

        /// Ten touches that go, and an account with as many others as asked for, which are changed before anybody looks.
        private func workspace(_ url: String, others: Int, _ change: String) throws -> TestWorkspace {
            let test = try TestWorkspace.mailing(to: url, accounts: 11)
            try test.script(
                """
                WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < \(others))
                INSERT INTO touch (enrollment_id, account_id, playbook_id, version_id, step, recipient, kind, channel,
                    category, message, ghost, state, priority, due_at, not_before, expires_at, variables, frozen_at)
                SELECT enrollment_id, account_id, playbook_id, version_id, step || n.i, recipient, kind, channel, category,
                    message, ghost, state, priority, due_at, not_before, expires_at + 864000000, variables, frozen_at
                FROM touch, n WHERE account_id = 11 AND \(others) > 1;
                UPDATE touch SET \(change) WHERE account_id = 11
                """)
            return test
        }

        /// How the others wait, by what is changed in their rows.
        private static let waits = [
            "waiting = 1, not_before = not_before + 86400000",
            "waiting = 1, not_before = not_before + 86400000, due_at = due_at + id, priority = 90",
            "waiting = 1, not_before = not_before + 86400000, retry_at = 1",
            "waiting = 1, channel = 'app', kind = 'in_app', not_before = not_before + 86400000",
            "waiting = 0, attempts = 1, first_attempt_at = 1, retry_at = "
                + "\((Clocks.system.processNow() + .minutes(30)).milliseconds)",
        ]

        /// Steps before the first touch goes, and from then on.
        private func steps(others: Int, _ change: String) async throws -> (before: Int, after: Int) {
            let endpoint = try Endpoint()
            let test = try workspace(endpoint.url, others: others, change)
            let worker = test.worker()
            let before = try test.store.countSteps { try worker.begin(now: Self.now) }
            let after = try test.store.countSteps {
                repeat { try worker.turn(now: Self.now) } while worker.isBusy || worker.canClaim
                #expect(try worker.nextMove(now: Self.now) != nil)
            }
            await worker.close()
            #expect(try test.states == ["sent": 10, "pending": others])
            return (before, after)
        }

        @Test(arguments: Self.waits) func sendingPassesByNoTouchThatWaits(change: String) async throws {
            let alone = try await steps(others: 1, change)
            let beside = try await steps(others: Self.many, change)
            #expect(alone.before > 100 && alone.after > 1_000)
            // Those that are tried again are asked for their exits, too.
            if !change.contains("attempts = 1") {
                #expect(beside.before < alone.before + Self.many, "\(beside) beside \(Self.many), \(alone) alone")
            }
            #expect(beside.after < alone.after + Self.many, "\(beside) beside \(Self.many), \(alone) alone")
        }

        /// Ten touches to check before anything goes, among as many active enrollments as asked for.
        private func exitSteps(enrollments: Int) async throws -> Int {
            let endpoint = try Endpoint()
            let exits = ["exit:", "  - seats > 5", "  - churned"]
            let test = try TestWorkspace(
                playbooks: [
                    "main": TestWorkspace.playbook("main", more: exits),
                    "other": TestWorkspace.playbook(
                        "other", "when: plan == \"pro\"", more: exits, steps: ["wait: 30d"]),
                ], files: ["channels/mail.yaml": TestWorkspace.channel("mail", "email", url: endpoint.url)])
            // The ten stand in blocks that are full of others.
            try test.addAccounts(10)
            try test.addAccounts(enrollments, plan: "pro", from: 11)
            try test.run(noon(20_000))
            try test.script("UPDATE account SET a_seats = 6 WHERE id = 3 OR id > 15")
            #expect(try test.integer("SELECT count(*) FROM enrollment WHERE state = 'active'") == 10 + enrollments)
            let worker = test.worker()
            let steps = try test.store.countSteps { try worker.begin(now: Self.now) }
            await worker.close()
            #expect(try test.states == ["pending": 9, "cancelled": 1])
            return steps
        }

        @Test func theExitCheckPassesByEnrollmentsWithoutAnOpenTouch() async throws {
            let alone = try await exitSteps(enrollments: 1)
            let beside = try await exitSteps(enrollments: 2_000)
            #expect(beside < alone + 2_000, "\(alone) steps alone, \(beside) beside 2,000 enrollments")
        }

        @Test func whatOpensIsAskedForItsExitsBeforeItGoes() async throws {
            let endpoint = try Endpoint()
            let test = try TestWorkspace(
                playbooks: ["main": TestWorkspace.playbook("main", more: ["exit:", "  - seats > 5"])],
                files: ["channels/mail.yaml": TestWorkspace.channel("mail", "email", url: endpoint.url)])
            try test.addAccounts(2)
            try test.run(noon(20_000))
            let opening = noon(20_000, hours: 3)
            try test.script(
                """
                UPDATE touch SET waiting = 1, not_before = \(opening.milliseconds);
                UPDATE account SET a_seats = 6 WHERE id = 1
                """)
            let worker = test.worker()
            try worker.begin(now: Self.now)
            try worker.turn(now: Self.now)
            #expect(try worker.nextMove(now: Self.now) == opening)
            // Nobody has written since the last check, and no minute has passed by the process's clock.
            try worker.restart(now: opening)
            while worker.canClaim || worker.isBusy { try worker.turn(now: opening) }
            await worker.close()
            #expect(endpoint.recipients == ["a2@example.com"])
            #expect(try test.states == ["cancelled": 1, "sent": 1])
        }
    }
#endif
