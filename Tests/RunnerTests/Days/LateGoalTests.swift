import Playbooks
import Runner
import Storage
import Testing

/// A goal counts by when it happened, whenever it was learned.
@Suite struct LateGoalTests {
    private static let entered = noon(20_000)
    /// The end of the goal's window.
    private static let end = noon(20_002)

    private func world(
        _ goal: String = "happened(signed)", more: [String] = [], accounts: Int = 3,
        steps: [String] = ["email: hello.md"],
        logins: String = "{ title: Logins }"
    ) async throws -> LivedWorkspace {
        let world = try LivedWorkspace(
            [
                "main": TestWorkspace.playbook(
                    "main", "when: seats > 0", more: ["goal:", "  when: \(goal)", "  within: 2d"] + more, steps: steps)
            ], map: LivedWorkspace.dataMap.replacing("{ title: Logins }", with: logins))
        try world.test.addAccounts(accounts)
        try world.test.execute("UPDATE account SET a_seats = 1")
        try await world.run(Self.entered)
        return world
    }

    private func goals(_ world: LivedWorkspace) throws -> [String] {
        try world.test.rows("SELECT account_id, goal_at FROM enrollment WHERE goal_at IS NOT NULL ORDER BY account_id")
    }

    /// - Parameters:
    ///   - late: how many hours behind the end of the window the program learned of it.
    ///   - hours: between two runs.
    @Test(arguments: [1, 20, 40], [Int64(1), 24])
    func anEventWithinTheWindowCountsThoughItIsLearnedLater(late: Int64, hours: Int64) async throws {
        let world = try await world()
        let known = Self.end + .hours(late)
        let happened = Self.end - .hours(3)
        for moment in every(hours, from: Self.entered + .hours(hours), through: noon(20_007)) {
            if moment >= known, try world.test.integer("SELECT count(*) FROM event") == 0 {
                try world.tell("signed", of: "a1", at: happened, known: known)
                // Within its own clock's window no more, though nobody has looked since.
                try world.tell("signed", of: "a2", at: Self.end + .minutes(1), known: known)
            }
            try await world.run(moment)
        }
        #expect(try goals(world) == ["1|\(happened.milliseconds)"])
        #expect(
            try world.test.rows("SELECT account_id, at FROM outcome WHERE kind = 'goal'")
                == ["1|\(happened.milliseconds)"])
    }

    /// A run a day sees what happened since the run before, also where the window ended meanwhile.
    @Test func theRunBehindTheEndOfTheWindowSeesWhatWasInsideIt() async throws {
        let world = try await world()
        let inside = Self.end - .minutes(1)
        try world.tell("signed", of: "a1", at: inside)
        try world.tell("signed", of: "a2", at: Self.end + .seconds(1))
        try world.tell("signed", of: "a3", at: Self.end)
        try await world.run(noon(20_002, hours: 20))
        // Within is within, its last moment too.
        #expect(try goals(world) == ["1|\(inside.milliseconds)", "3|\(Self.end.milliseconds)"])
    }

    /// The first of several events is the goal, also when the later one was known before.
    @Test func theMomentIsThatOfTheEventAndNotOfTheRun() async throws {
        let world = try await world(accounts: 2)
        let first = Self.entered + .hours(5)
        for account in ["a1", "a2"] {
            try world.tell("signed", of: account, at: first + .hours(2))
            try world.tell("signed", of: account, at: first)
        }
        try await world.run(noon(20_001))
        #expect(try goals(world) == ["1|\(first.milliseconds)", "2|\(first.milliseconds)"])
    }

    /// Nobody knew of it when the account entered: it counts as of the entry. Of older events everybody knows.
    @Test func whatHappenedInTheTwoDaysBeforeTheEntryAndIsLearnedBehindItIsAGoal() async throws {
        let world = try await world()
        try world.tell("signed", of: "a1", at: Self.entered - .minutes(1), known: noon(20_001))
        try world.tell("signed", of: "a2", at: Self.entered - .hours(49), known: noon(20_001))
        try await world.run([noon(20_001), noon(20_003)])
        #expect(try goals(world) == ["1|\(Self.entered.milliseconds)"])
    }

    @Test func whatWasKnownAtTheEntryIsNoGoal() async throws {
        let world = try LivedWorkspace([
            "main": TestWorkspace.playbook(
                "main", "when: seats > 0", more: ["goal: { when: happened(signed), within: 2d }"])
        ])
        try world.test.addAccounts(1)
        try world.test.execute("UPDATE account SET a_seats = 1")
        try world.tell("signed", of: "a1", at: Self.entered - .minutes(1))
        try await world.run([Self.entered, noon(20_001), noon(20_003)])
        #expect(try goals(world) == [])
    }

    @Test(arguments: [Int64(1), 24])
    func afterTwoDaysTheWindowIsClosedForLateData(hours: Int64) async throws {
        let world = try await world()
        try await world.run(every(hours, from: noon(20_001), through: noon(20_004)))
        try world.tell("signed", of: "a1", at: Self.end - .hours(1), known: Self.end + .hours(49))
        try await world.run(every(hours, from: noon(20_004, hours: hours), through: noon(20_007)))
        #expect(try goals(world) == [])
    }

    @Test func theGoalEndsAnActiveEnrollmentInTheCycleThatLearnsIt() async throws {
        let world = try await world(steps: ["wait: 10d", "email: hello.md"])
        let happened = Self.end - .hours(10)
        try await world.run([noon(20_001), noon(20_002), noon(20_003, hours: -4)])
        try world.tell("signed", of: "a1", at: happened, known: noon(20_003, hours: -3))
        try await world.run(noon(20_003))
        #expect(
            try world.test.rows("SELECT account_id, end_reason FROM enrollment WHERE state = 'ended'") == ["1|goal"])
        #expect(try goals(world) == ["1|\(happened.milliseconds)"])
        try await world.run(noon(20_010))
        #expect(try world.sent.map { $0.prefix(2) } == ["a2", "a3"])
    }

    @Test(arguments: [Int64(1), 24])
    func secondaryGoalsCountByWhenTheyHappened(hours: Int64) async throws {
        let world = try await world("seats > 90", more: ["also: [signed, answered]"])
        let happened = Self.end - .hours(2)
        try await world.run(every(hours, from: noon(20_001), through: noon(20_003)))
        try world.tell("signed", of: "a1", at: happened, known: noon(20_003))
        try world.tell("answered", of: "a1", at: Self.end + .hours(1), known: noon(20_003))
        try world.tell("answered", of: "a2", at: happened, known: noon(20_003))
        try await world.run(every(hours, from: noon(20_003, hours: hours), through: noon(20_005)))
        #expect(
            try world.test.rows("SELECT account_id, kind, at FROM outcome ORDER BY account_id")
                == ["1|also:signed|\(happened.milliseconds)", "2|also:answered|\(happened.milliseconds)"])
    }

    // MARK: Metrics

    private func log(_ world: LivedWorkspace, _ account: Int64, day: Int, _ value: Double) throws {
        try world.test.execute("INSERT INTO metric (id, name) VALUES (1, 'logins') ON CONFLICT DO NOTHING")
        var series = SeriesWriter()
        // All report, so that the day is complete.
        for other in 1...Int64(3) {
            series.add(metric: 1, account: other, day: day, value: other == account ? value : 0)
        }
        try series.flush(to: world.test.store)
    }

    /// The window ends at noon of day 20,002; of whole days only 20,001 lies within it.
    @Test(arguments: [Int64(1), 24])
    func aMetricsDayThatComesLateCounts(hours: Int64) async throws {
        let world = try await world("sum(logins, 1d) > 0")
        for day in 19_990...19_999 { try log(world, 1, day: day, 0) }
        for moment in every(hours, from: noon(20_000, hours: hours), through: noon(20_006)) {
            // Each day comes in the middle of the one after the next.
            if moment == noon(20_002) { try log(world, 3, day: 20_000, 9) }
            if moment == noon(20_003) { try log(world, 1, day: 20_001, 5) }
            if moment == noon(20_004) { try log(world, 2, day: 20_002, 5) }
            try await world.run(moment)
        }
        #expect(try goals(world).map { $0.prefix(2) } == ["1|"])
        // The day was over at midnight: from then on it was so.
        let at = try world.test.integer("SELECT goal_at FROM enrollment WHERE account_id = 1")
        #expect(at >= Int(noon(20_002, hours: -12).milliseconds) && at <= Int(Self.end.milliseconds))
    }

    /// How long data may be late, the metric says itself.
    @Test(arguments: [("24h", 30, false), ("4d", 70, true), ("4d", 100, false)])
    func aMetricIsWaitedForAsLongAsItMayBeLate(freshWithin: String, late: Int64, counts: Bool) async throws {
        let world = try await world("sum(logins, 1d) > 0", logins: "{ title: Logins, fresh_within: \(freshWithin) }")
        for day in 19_990...20_000 { try log(world, 2, day: day, 0) }
        let known = Self.end + .hours(late)
        for moment in every(2, from: noon(20_000, hours: 2), through: noon(20_007)) {
            if moment == known {
                try log(world, 1, day: 20_001, 5)
                // The days up to yesterday come with it, so that nothing is late any more.
                let yesterday = Int((moment.milliseconds) / 86_400_000) - 1
                for day in stride(from: 20_002, through: yesterday, by: 1) { try log(world, 2, day: day, 0) }
            }
            try await world.run(moment)
        }
        #expect(try goals(world).map { $0.prefix(2) } == (counts ? ["1|"] : []))
    }
}
