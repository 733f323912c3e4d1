import Decisions
import Foundation
import Playbooks
import Runner
import Storage
import Testing

/// A file of the night tells of a whole day at once: what is over by then is over, and nobody is told otherwise.
@Suite struct NightlyFileTests {
    private static let map = LivedWorkspace.dataMap.replacing(
        "  left: {}",
        with: "  left: {}\n  failed: { properties: { bill: text } }\n  paid: { properties: { bill: text } }")
    private static let until = ["goal:", "  when: happened(paid where bill == event.bill)", "  within: 10d"]

    private func world(
        _ playbook: String, more: String = "", map: String = NightlyFileTests.map, subject: String = "{{event.bill}}"
    ) async throws
        -> LivedWorkspace
    {
        let world = try LivedWorkspace(["main": playbook], more: more, map: map, subject: subject)
        try world.test.addAccounts(1)
        try await world.run(noon(20_000))
        return world
    }

    private func bill(more: [String] = until) -> String {
        TestWorkspace.playbook(
            "main", "on: failed", category: "service", more: ["per: event.bill"] + more,
            steps: ["email: hello.md", "wait: 3d", "email: hello.md"])
    }

    private func tell(_ world: LivedWorkspace, _ kind: String, _ bill: String, at moment: Instant) throws {
        try world.tell(kind, at: moment, "{\"bill\": \"\(bill)\"}")
    }

    /// The bill's number comes a night later, and is corrected the night after.
    @Test func anEventThatWasAnsweredIsNotAnsweredAgainUnderAnotherValue() async throws {
        let world = try await world(bill(more: ["reentry: always"]), subject: "A bill")
        let event = try world.tell("failed", at: noon(20_000, hours: 1))
        try await world.run(noon(20_001))
        for (day, bill) in [(20_002, "i1"), (20_008, "i22")] {
            try world.test.execute("UPDATE event SET properties = '{\"bill\": \"\(bill)\"}' WHERE id = \(event)")
            try world.test.execute(
                """
                INSERT INTO revised_event (event_id, at) VALUES (\(event), \(noon(day, hours: -1).milliseconds))
                ON CONFLICT (event_id) DO UPDATE SET at = excluded.at
                """)
            try await world.run(every(24, from: noon(day), through: noon(day, hours: 49)))
        }
        #expect(try world.test.integer("SELECT count(*) FROM enrollment") == 1)
    }

    @Test func whoHasPaidInTheSameFileIsNotTold() async throws {
        let world = try await world(bill())
        try tell(world, "failed", "a", at: noon(20_000, hours: 1))
        try tell(world, "paid", "a", at: noon(20_000, hours: 5))
        try await world.run(every(24, from: noon(20_001), through: noon(20_006)))
        #expect(world.mails == [])
        // It entered, as it would have at once, and its goal is as of the entry.
        #expect(
            try world.test.rows("SELECT arm, end_reason, goal_at FROM enrollment")
                == ["treated|goal|\(noon(20_001).milliseconds)"])
    }

    /// Days without a time of day: what stands behind it in the file came after it.
    @Test(arguments: [true, false])
    func ofOneMomentTheOrderOfTheFileCounts(isPaidBehind: Bool) async throws {
        let world = try await world(bill())
        for kind in isPaidBehind ? ["failed", "paid"] : ["paid", "failed"] {
            try tell(world, kind, "a", at: noon(20_000, hours: 12))
        }
        try await world.run([noon(20_001)])
        #expect(world.subjects == (isPaidBehind ? [] : ["a"]))
    }

    /// The survey tells of the answer at once, and of its score a night later.
    @Test(arguments: [("", 24, 1), ("2", 24, 1), ("9", 24, 1), ("", 80, 0)])
    func anEventThatIsToldOtherwiseLaterIsAnsweredOnce(before: String, hours: Int64, mails: Int) async throws {
        let world = try await world(
            TestWorkspace.playbook("main", "on: answered", more: ["if: event.score > 8"]), subject: "{{event.score}}")
        func load(_ score: String, at moment: Instant) throws {
            let file = world.test.folder.appendingPathComponent("answers.csv")
            let day = noon(20_000, hours: 1)
            try Data("id,account,event,at,score\nx1,a1,answered,\(day),\(score)\n".utf8).write(to: file)
            let importer = Importer(
                store: world.test.store, dataMap: world.test.workspace.dataMap,
                configuration: world.test.workspace.configuration)
            let report = try importer.run(.events, from: .file(file.path), now: moment)
            #expect(report.rejected == 0)
        }
        try load(before, at: noon(20_000, hours: 2))
        try await world.run(noon(20_000, hours: 3))
        try load("9", at: noon(20_000, hours: hours))
        try await world.run([hours, hours + 1, hours + 24].map { noon(20_000, hours: $0) })
        #expect(world.subjects == Array(repeating: "9", count: mails))
    }

    @Test func thePaymentOfAnotherBillEndsNothing() async throws {
        let world = try await world(bill())
        try tell(world, "failed", "a", at: noon(20_000, hours: 1))
        try tell(world, "paid", "b", at: noon(20_000, hours: 5))
        try await world.run([noon(20_001), noon(20_002)])
        try tell(world, "paid", "a", at: noon(20_002, hours: 1))
        try await world.run([noon(20_003), noon(20_006)])
        #expect(world.subjects == ["a"])
        #expect(try world.test.rows("SELECT end_reason FROM enrollment") == ["goal"])
    }

    @Test func whatWasPaidBeforeItFailedEndsNothing() async throws {
        let world = try await world(bill())
        try tell(world, "failed", "a", at: noon(20_000, hours: 5))
        try tell(world, "paid", "a", at: noon(20_000, hours: 4))
        try await world.run([noon(20_001), noon(20_002)])
        #expect(world.subjects == ["a"])
    }

    @Test func anExitThatHoldsByThenEndsItBeforeTheFirstStep() async throws {
        let world = try await world(bill(more: ["exit:", "  - happened(paid)"]))
        try tell(world, "failed", "a", at: noon(20_000, hours: 1))
        try tell(world, "paid", "b", at: noon(20_000, hours: 5))
        try await world.run([noon(20_001), noon(20_002)])
        #expect(world.mails == [])
    }

    /// The file ends at midnight, the run is at noon: what happened between comes with the next file.
    @Test func whatHappenedBeforeTheRunAndCameAfterItEndsAnEnrollmentToo() async throws {
        let world = try await world(
            TestWorkspace.playbook(
                "main", "when: seats > 0", more: ["goal: { when: happened(signed), within: 10d }"],
                steps: ["email: hello.md", "wait: 2d", "email: hello.md"]), subject: "Hello")
        try world.signs("old", at: noon(19_990))
        try world.test.execute("UPDATE account SET a_seats = 1")
        try await world.run(noon(20_001))
        try world.signs("early", at: noon(20_001, hours: -3))
        try await world.run([noon(20_002), noon(20_004)])
        #expect(world.mails.count == 1)
        #expect(try world.test.rows("SELECT end_reason FROM enrollment") == ["goal"])
    }

    @Test func anEventThatIsHeldIsOneThatThePlaybookStillAsksForWhenItIsReleased() async throws {
        let asks = { (condition: String) in
            TestWorkspace.playbook(
                "main", "on: answered", more: ["if: event.score > \(condition)", "max_age: 20d", "reentry: always"])
        }
        let world = try LivedWorkspace(
            ["main": asks("1")],
            more: "", subject: "{{event.score}}")
        try world.test.edit([
            "keeptouch.yaml": LivedWorkspace.configuration.replacing("first_run: go", with: "first_run: ask")
        ])
        try world.test.addAccounts(2)
        try await world.run(noon(20_000))
        try world.tell("answered", of: "a1", at: noon(20_000, hours: 1), "{\"score\": 3}")
        try world.tell("answered", of: "a2", at: noon(20_000, hours: 1), "{\"score\": 9}")
        let held = try await world.run(noon(20_001))
        #expect(held.playbooks.first?.verdicts[.held] == 2)
        try world.test.edit(["playbooks/main/playbook.yaml": asks("5")])
        let again = try await world.run(noon(20_002))
        #expect(again.playbooks.first?.ifReleased?[.enrolled] == 1)
        try world.test.release("main", at: noon(20_002, hours: 1))
        try await world.run([noon(20_003), noon(20_004)])
        #expect(world.subjects == ["9"])
    }

    @Test func aMetricThatOnlyMeasuresHoldsNobody() async throws {
        let world = try await world(
            TestWorkspace.playbook(
                "main", "on: failed", more: Self.until + ["also: [\"active_days(logins, 28d) >= 8\"]"]),
            map: Self.map.replacing("{ title: Logins }", with: "{ title: Logins, fresh_within: 36h }"))
        try tell(world, "failed", "a", at: noon(20_000, hours: 1))
        try await world.run(noon(20_001))
        #expect(world.subjects == ["a"])
    }

    @Test func touchesOfTheGlobalHoldoutAreGhosts() async throws {
        let world = try await world(
            TestWorkspace.playbook("main", "on: failed", steps: ["email: hello.md"]), more: "holdout: 50%")
        try world.test.addAccounts(20, from: 2)
        for number in 1...21 {
            try world.tell("failed", of: "a\(number)", at: noon(20_000, hours: 1), "{\"bill\": \"\(number)\"}")
        }
        try await world.run([noon(20_001), noon(20_002)])
        let held = try world.test.integer("SELECT count(*) FROM enrollment WHERE arm = 'global_holdout'")
        #expect(held > 3 && held < 18)
        #expect(try world.test.states == ["ghost": held, "sent": 21 - held])
    }

    @Test func whoHasBeenErasedHearsNothingOnAnyChannel() async throws {
        let world = try await world(TestWorkspace.playbook("main", "on: failed", steps: ["in_app: hello.md"]))
        try world.test.execute(
            "INSERT INTO suppression (address, category, reason, at) VALUES ('a1@example.com', '', 'erased', 0)")
        try tell(world, "failed", "a", at: noon(20_000, hours: 1))
        try await world.run([noon(20_001), noon(20_002)])
        #expect(try world.test.integer("SELECT count(*) FROM touch") == 0)
    }

    @Test func aTightenedAudienceCountsForWhatIsHeld() async throws {
        let playbook = { (audience: String) in
            TestWorkspace.playbook("main", "on: signed", more: ["max_age: 20d"]).replacing(
                "audience: everyone_active", with: "audience: \(audience)")
        }
        let world = try LivedWorkspace(["main": playbook("status == \"active\"")], subject: "{{event.deal}}")
        try world.test.edit([
            "keeptouch.yaml": LivedWorkspace.configuration.replacing("first_run: go", with: "first_run: ask")
        ])
        try world.test.addAccounts(2)
        try world.test.execute("UPDATE account SET a_seats = id")
        try await world.run(noon(20_000))
        for number in 1...2 { try world.signs("\(number)", "a\(number)", at: noon(20_000, hours: 1)) }
        try await world.run(noon(20_001))
        try world.test.edit(["playbooks/main/playbook.yaml": playbook("seats > 1")])
        try world.test.release("main", at: noon(20_001, hours: 1))
        try await world.run([noon(20_002), noon(20_003)])
        #expect(world.subjects == ["2"])
    }

    /// Requested and withdrawn on Monday, requested again on Thursday: Monday gave nothing to rest from.
    @Test func whatWasOverBeforeItsFirstStepIsNoReasonToRest() async throws {
        let world = try await world(bill(more: Self.until + ["reentry: after 30d"]))
        try tell(world, "failed", "a", at: noon(20_000, hours: 1))
        try tell(world, "paid", "a", at: noon(20_000, hours: 5))
        try await world.run(noon(20_001))
        try tell(world, "failed", "b", at: noon(20_003, hours: 1))
        try await world.run(noon(20_004))
        #expect(world.subjects == ["b"])
    }

    /// Of an enrollment that began before the column was there, what came late counts as it did then.
    @Test func anOlderEnrollmentKnowsNothingOfLateEvents() async throws {
        let world = try await world(
            TestWorkspace.playbook(
                "main", "when: seats > 0", more: ["goal: { when: happened(signed), within: 10d }"],
                steps: ["email: hello.md", "wait: 2d", "email: hello.md"]), subject: "Hello")
        try world.test.execute("UPDATE account SET a_seats = 1")
        try await world.run(noon(20_001))
        try world.test.execute("UPDATE enrollment SET known_event = NULL")
        try world.signs("early", at: noon(20_001, hours: -3))
        try await world.run([noon(20_002), noon(20_004)])
        #expect(world.mails.count == 2)
    }

    @Test func anExplanationCountsFromTheEventToo() async throws {
        let world = try await world(bill())
        try tell(world, "failed", "a", at: noon(20_000, hours: 1))
        try tell(world, "paid", "a", at: noon(20_000, hours: 5))
        try await world.run(noon(20_001))
        let workspace = world.test.workspace
        let term = try #require(workspace.playbook("main")?.goal?.condition)
        let explanation = try world.test.store.read { connection in
            let context = try EvaluationContext(
                connection, workspace: workspace, now: noon(20_001), figures: .neutral)
            return try AccountFacts(connection, context, account: 1).explain(term, enrollment: 1)
        }
        #expect(explanation?.value == .boolean(true))
    }
}
