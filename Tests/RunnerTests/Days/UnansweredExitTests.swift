import Decisions
import Playbooks
import Storage
import Testing

/// Exits that ask for data that are late, or that nobody believes: whoever should perhaps have left gets nothing meanwhile.
@Suite struct UnansweredExitTests {
    private static let steps = ["email: hello.md", "wait: 2d", "email: hello.md"]

    /// Sixty accounts of the plan `pro` who have had the first of two messages.
    private func world(_ more: [String], map: String = LivedWorkspace.dataMap) async throws -> LivedWorkspace {
        let world = try LivedWorkspace(
            ["main": TestWorkspace.playbook("main", "when: seats > 3", more: more, steps: Self.steps)], map: map)
        try world.test.edit([
            "keeptouch.yaml": LivedWorkspace.configuration.replacing("max_shift: 100%", with: "max_shift: 50%")
        ])
        try world.test.addAccounts(60)
        try world.test.execute("UPDATE account SET a_seats = 5, a_plan = 'pro'")
        try world.test.execute("INSERT INTO metric (id, name) VALUES (1, 'logins')")
        return world
    }

    @Test(arguments: [
        ["exit: [plan == \"free\"]"], ["exit: [goal]", "goal:", "  when: plan == \"free\"", "  within: 20d"],
    ])
    func aPlanThatTurnedOverForEverybodyLetsMessagesWait(exit: [String]) async throws {
        let world = try await world(exit)
        try await world.run([noon(20_000), noon(20_001)])
        try world.test.execute("UPDATE account SET a_plan = 'free'")
        try await world.run([noon(20_002), noon(20_003)])
        #expect(world.mails.count == 60)
        try world.test.execute("UPDATE account SET a_plan = 'pro' WHERE id <> 7")
        try await world.run(noon(20_004))
        #expect(world.mails.count == 119)
        #expect(
            try world.test.rows("SELECT account_id FROM touch WHERE step = 'email_2' AND state = 'sent'").count == 59)
    }

    @Test func whoIsReleasedLeavesWithoutTheMessage() async throws {
        let world = try await world(["exit: [plan == \"free\"]"])
        try await world.run([noon(20_000), noon(20_001)])
        try world.test.execute("UPDATE account SET a_plan = 'free'")
        try await world.run(noon(20_002))
        try world.test.release("main", at: noon(20_002, hours: 1))
        try await world.run(noon(20_002, hours: 2))
        #expect(world.mails.count == 60)
        #expect(try world.test.integer("SELECT count(*) FROM enrollment WHERE state = 'active'") == 0)
    }

    /// A touch that waits for its window when the feed stops.
    @Test(arguments: [false, true])
    func aLateFeedLetsMessagesWait(hasCome: Bool) async throws {
        let late = LivedWorkspace.dataMap.replacing(
            "logins: { title: Logins }", with: "logins: { title: Logins, fresh_within: 36h }")
        let world = try await world(["exit: [\"sum(logins, 1d) > 0\"]"], map: late)
        func logIn(_ days: ClosedRange<Int>, _ count: Double) throws {
            var series = SeriesWriter()
            for day in days {
                for account in 1...60 { series.add(metric: 1, account: Int64(account), day: day, value: count) }
            }
            try series.flush(to: world.test.store)
        }
        try logIn(19_990...19_999, 0)
        try await world.run(noon(20_000))
        #expect(world.mails.count == 60)
        try await world.run([noon(20_002), noon(20_003)])
        #expect(world.mails.count == 60)
        try logIn(20_000...20_002, hasCome ? 3 : 0)
        try await world.run(noon(20_003, hours: 1))
        #expect(world.mails.count == (hasCome ? 60 : 120))
    }

    /// Made before the feed stopped, and due behind that.
    @Test func aMessageThatWaitsForItsWindowIsKeptBack() async throws {
        let world = try await world(["exit: [plan == \"free\"]", "send_window: { hours: 14:00-15:00 }"])
        try await world.run([noon(20_000), noon(20_000, hours: 2), noon(20_002, hours: 3)])
        #expect(world.mails.count == 60)
        #expect(try world.test.integer("SELECT count(*) FROM touch WHERE state = 'pending'") == 60)
        try world.test.execute("UPDATE account SET a_plan = 'free'")
        try await world.run(noon(20_003, hours: 2))
        #expect(world.mails.count == 60)
        let reasons = try world.test.rows("SELECT DISTINCT reason FROM touch WHERE state = 'pending'")
        #expect(reasons.count == 1 && reasons[0].hasPrefix("an exit cannot be answered: "), "\(reasons)")
        try world.test.execute("UPDATE account SET a_plan = 'pro' WHERE id <> 7")
        try await world.run([noon(20_003, hours: 2) + .minutes(20)])
        #expect(world.mails.count == 119)
    }
}
