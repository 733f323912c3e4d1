import Basics
import Decisions
import Foundation
import Playbooks
import Runner
import Storage
import Testing

/// Random workspaces with random data over several days: the promises hold at every step.
@Suite struct SimulationTests {
    @Test(arguments: 1...10)
    func theBooksBalanceAndThePlanIsWhatRuns(seed: UInt64) async throws {
        let simulation = try Simulation(seed: seed)
        for _ in 0..<8 { try await simulation.step { try check(simulation.test, $0) } }
        #expect(try simulation.test.integer("SELECT count(*) FROM touch") > 0)
    }

    @Test(arguments: [UInt64(21), 22, 23])
    func theSameFilesDataAndClockGiveTheSameDecisions(seed: UInt64) async throws {
        // A refused touch makes room under the caps when its answer comes, which the clock of decisions does not tell.
        let one = try Simulation(seed: seed, refuses: false)
        let other = try Simulation(seed: seed, refuses: false)
        for _ in 0..<6 {
            try await one.step { _ in }
            try await other.step { _ in }
        }
        let dump = try one.test.dump()
        let again = try other.test.dump()
        #expect(again == dump, "\(Set(dump).symmetricDifference(again).sorted().prefix(6))")
        #expect(dump.count > 100)
    }

    /// What a cycle did, with the counts before it.
    private func check(_ test: TestWorkspace, _ cycle: Simulation.Cycle) throws {
        var planned = cycle.planned
        planned.touches = cycle.ran.touches
        #expect(try JSONText.encode(planned) == JSONText.encode(cycle.ran))
        for playbook in cycle.ran.playbooks {
            #expect(playbook.verdicts.values.reduce(0, +) == playbook.matched)
        }
        #expect(cycle.touchesAfter == cycle.touchesBefore + cycle.ran.made)
        #expect(cycle.enrollmentsAfter == cycle.enrollmentsBefore + cycle.ran.entered)
        // Each touch has one of the twelve states, and the ledger adds up.
        let states = try test.states
        #expect(Set(states.keys).isSubset(of: TouchState.allCases.map(\.rawValue)))
        #expect(try states.values.reduce(0, +) == test.integer("SELECT count(*) FROM touch"))
        #expect(try test.integer("SELECT count(*) FROM decision WHERE reason = ''") == 0)
        #expect(try test.integer("SELECT count(*) FROM standing WHERE reason = ''") == 0)
        #expect(
            try test.integer(
                "SELECT count(*) FROM standing WHERE verdict IN ('enrolled', 'holdout', 'global_holdout') AND enrollment_id IS NULL"
            )
                == 0)
        // Nobody stands still without a touch, a wait or an end.
        #expect(
            try test.integer(
                """
                SELECT count(*) FROM enrollment AS e WHERE state = 'active' AND due_at IS NULL AND NOT EXISTS (
                    SELECT 1 FROM touch AS t WHERE t.enrollment_id = e.id AND t.settled_at IS NULL)
                """) == 0)
        #expect(
            try test.integer(
                """
                SELECT count(*) FROM touch AS t JOIN enrollment AS e ON e.id = t.enrollment_id
                WHERE t.ghost <> CASE e.arm WHEN 'treated' THEN 0 ELSE 1 END OR (t.ghost = 1 AND t.attempts > 0)
                """) == 0)
        for (count, days) in [(1, 1), (3, 7)] {
            #expect(
                try test.integer(
                    """
                    SELECT count(*) FROM touch AS t WHERE t.state IN ('sent', 'unknown') AND t.kind = 'email'
                        AND t.category <> 'service' AND \(count) < (SELECT count(*) FROM touch AS o
                            WHERE o.recipient = t.recipient AND o.kind = 'email' AND o.category <> 'service'
                            AND o.state IN ('sent', 'unknown') AND o.claimed_at <= t.claimed_at
                            AND o.claimed_at > t.claimed_at - \(days) * 86400000)
                    """) == 0)
        }
    }
}

/// A workspace made from a seed, whose data change from day to day.
private final class Simulation {
    struct Cycle {
        var planned: CycleReport
        var ran: CycleReport
        var touchesBefore = 0
        var touchesAfter = 0
        var enrollmentsBefore = 0
        var enrollmentsAfter = 0
    }

    let test: TestWorkspace
    private let endpoint: Endpoint
    private var random: SeededRandom
    private var now = noon(20_000)

    /// - Parameter refuses: whether the endpoint refuses some recipients for good.
    init(seed: UInt64, refuses: Bool = true) throws {
        random = SeededRandom(seed)
        // What becomes of a touch hangs on its recipient alone, so that the order of arrival does not matter.
        endpoint = try Endpoint { received in
            switch received.to?.utf8.reduce(0, { ($0 &* 31 &+ Int($1)) & 0xffff }) ?? 0 {
            case let hash where hash % 11 == 0: .answer(500)
            case let hash where hash % 11 == 1 && refuses: .answer(422)
            default: .answer(202)
            }
        }
        let triggers = [
            "when: plan == \"free\"", "when: seats > 4", "on: signed", "on: signed\nif: seats > 2",
            "at: daily at 12:00",
            "at: weekly on mon at 10:00 local",
        ]
        let steps = [
            ["email: hello.md"], ["email: hello.md", "wait: 1d", "in_app: hello.md"],
            ["in_app: hello.md", "wait: 2d", "email: hello.md"],
            ["email: seats.md", "wait: 12h", "email: hello.md"],
        ]
        var playbooks: [String: String] = [:]
        var files = [
            "channels/mail.yaml": TestWorkspace.channel("mail", "email", url: endpoint.url),
            "channels/app.yaml": TestWorkspace.channel("app", "in_app", url: endpoint.url),
        ]
        for index in 0..<5 {
            let trigger = triggers[random.next(triggers.count)]
            var more = ["priority: \(random.next(100))", "reentry: \(["never", "always", "after 2d"][random.next(3)])"]
            if random.next(4) == 0 { more.append("exclusive: true") }
            if random.next(2) == 0 { more.append("variants: { a: 1, b: 2 }") }
            if random.next(2) == 0 { more += ["goal:", "  when: count(signed) > 1", "  within: 4d"] }
            if trigger.hasPrefix("when"), random.next(3) == 0 { more += ["exit: [goal, no_match, churned]"] }
            if random.next(3) == 0 { more.append("to: everyone") }
            let name = "p\(index)"
            let isService = random.next(5) == 0
            playbooks[name] = TestWorkspace.playbook(
                name, trigger, category: isService ? "service" : "education",
                holdout: isService ? "0%" : "\(random.next(3) * 20)%", more: more,
                steps: steps[random.next(steps.count)])
            files["playbooks/\(name)/seats.md"] = "---\nsubject: Seats\n---\n{{account.seats}}\n"
        }
        test = try TestWorkspace(
            playbooks: playbooks,
            configuration: TestWorkspace.configuration
                + "\ncaps: [ 1 per 1d, 3 per 7d ]\nholdout: 10%\nsend_window: { days: mon-fri, hours: 06:00-20:00 }\n",
            files: files)
        try test.addAccounts(40)
        for account in 1...40 {
            let zones = ["'Europe/Berlin'", "'America/New_York'", "'Asia/Tokyo'", "NULL"]
            try test.script(
                """
                UPDATE account SET a_seats = \(random.next(6) == 0 ? "NULL" : "\(random.next(8))"),
                    a_plan = '\(random.next(2) == 0 ? "free" : "pro")', timezone = \(zones[random.next(4)]) WHERE id = \(account)
                """)
            if random.next(3) == 0 {
                try test.script(
                    """
                    INSERT INTO contact (account_id, key, email, address, role)
                    VALUES (\(account), 'b', 'shared\(random.next(5))@example.com', 'shared\(random.next(5))@example.com', 'user')
                    """)
            }
        }
        try test.script("UPDATE contact SET email = address")
    }

    /// Some hours later: the data change, a cycle runs, and touches go out.
    func step(_ check: (Cycle) throws -> Void) async throws {
        now = now + .hours(Int64([6, 12, 24, 30][random.next(4)]))
        for _ in 0..<10 {
            let account = 1 + random.next(40)
            switch random.next(9) {
            case 0: try test.script("UPDATE account SET a_plan = 'free' WHERE id = \(account)")
            case 1: try test.script("UPDATE account SET a_plan = 'pro' WHERE id = \(account)")
            case 2: try test.script("UPDATE account SET a_seats = \(random.next(9)) WHERE id = \(account)")
            case 3:
                try test.script("UPDATE contact SET status = 'left' WHERE account_id = \(account) AND key = 'owner'")
            case 4: try test.script("UPDATE contact SET status = 'active' WHERE account_id = \(account)")
            case 5:
                let isChurned = random.next(2) == 0
                try test.script(
                    "UPDATE account SET status = '\(isChurned ? "churned" : "active")' WHERE id = \(account)")
            case 6:
                try test.script(
                    "INSERT INTO suppression VALUES ('a\(account)@example.com', 'education', 'unsubscribed', 1) ON CONFLICT DO NOTHING"
                )
            default: try test.addEvent("signed", of: "a\(account)", at: now - .hours(Int64(random.next(60))))
            }
        }
        switch random.next(6) {
        case 0: try test.store.write { try Pauses.set("playbook:p1", reason: "test", at: now, $0) }
        case 1: try test.store.write { _ = try Pauses.clear("playbook:p1", $0) }
        case 2: try test.script("UPDATE playbook SET held_at = NULL, held_because = NULL, let_through = 1")
        default: break
        }
        let planned = try test.cycle.plan(now: now)
        let before = try counts()
        let ran = try test.run(now)
        let after = try counts()
        try await test.drain(now)
        try check(
            Cycle(
                planned: planned, ran: ran, touchesBefore: before.touches, touchesAfter: after.touches,
                enrollmentsBefore: before.enrollments, enrollmentsAfter: after.enrollments))
    }

    private func counts() throws -> (touches: Int, enrollments: Int) {
        (try test.integer("SELECT count(*) FROM touch"), try test.integer("SELECT count(*) FROM enrollment"))
    }
}
