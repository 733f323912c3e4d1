import Playbooks
import Runner
import Storage
import Testing

/// A wait for a date follows the date, and a local hour follows the clock of the contact.
@Suite struct MovingDateTests {
    private static let renewal = TestWorkspace.playbook(
        "main", "when: seats > 0", steps: ["wait_till: renewal_at - 30d", "email: hello.md"])

    private func world(renewals: [Int]) async throws -> LivedWorkspace {
        let world = try LivedWorkspace(["main": Self.renewal], subject: "{{account.renewal_at}}")
        try world.test.addAccounts(renewals.count)
        for (index, day) in renewals.enumerated() { try move(world, index + 1, to: "\(day)") }
        try world.test.execute("UPDATE account SET a_seats = 1")
        try await world.run(noon(20_000))
        return world
    }

    private func move(_ world: LivedWorkspace, _ account: Int, to day: String) throws {
        try world.test.execute("UPDATE account SET a_renewal_at = \(day) WHERE id = \(account)")
    }

    /// The first of the moments of runs at or behind another, as it is told of a touch.
    private func first(_ moments: [Instant], from moment: Instant) throws -> String {
        let found = try #require(moments.first { $0 >= moment })
        return String(found.text(in: .utc).dropFirst(5))
    }

    /// Thirty days before each renewal: day 20,030 at first.
    @Test(arguments: [Int64(6), 24, 72])
    func theMessageGoesOutThirtyDaysBeforeTheDateAsItIsThen(hours: Int64) async throws {
        let moments = every(hours, from: noon(20_000), through: noon(20_060))
        let world = try await world(renewals: [20_060, 20_060, 20_060, 20_060, 20_060, 20_060, 20_060])
        for moment in moments.dropFirst() {
            if moment == noon(20_006) {
                // Later; earlier and still ahead; earlier than anybody knew; gone.
                try move(world, 2, to: "20075")
                try move(world, 3, to: "20050")
                try move(world, 4, to: "20034")
                try move(world, 5, to: "NULL")
                // To where it is due today.
                try move(world, 6, to: "20036")
                try move(world, 7, to: "20080")
            }
            if moment == noon(20_012) { try move(world, 7, to: "20055") }
            try await world.run(moment)
        }
        for (account, day) in [(1, 20_030), (2, 20_045), (3, 20_020), (6, 20_006), (7, 20_025)] {
            let expected = try first(moments, from: max(noon(day, hours: -12), noon(20_006)))
            #expect(try world.moments(of: "a\(account)") == [expected], "account \(account)")
        }
        for account in [4, 5] { #expect(try world.moments(of: "a\(account)") == [], "account \(account)") }
        #expect(
            try world.test.rows(
                "SELECT account_id, step, result FROM passage WHERE account_id IN (3, 4, 5) ORDER BY account_id, step")
                == [
                    "3|wait_till_1|met", "4|email_1|skipped", "4|wait_till_1|late", "5|email_1|skipped",
                    "5|wait_till_1|missing",
                ])
        // It says the date of the day on which it is sent.
        #expect(world.mails.contains { $0.hasPrefix("a3@example.com: November 23") }, "\(world.mails)")
    }

    /// Behind the wait for a Thursday the message waits for nine o'clock; by then the file of the night has moved the date.
    @Test(arguments: [20_045, 20_036, 20_010])
    func aMessageThatWaitsForItsWindowFollowsTheDate(moved: Int) async throws {
        let world = try LivedWorkspace(
            ["main": Self.renewal], more: "send_window: { days: mon-fri, hours: 09:00-17:00 }",
            subject: "{{account.renewal_at}}")
        try world.test.addAccounts(1)
        try move(world, 1, to: "20036")
        try world.test.execute("UPDATE account SET a_seats = 1")
        try await world.run([noon(20_000), noon(20_006, hours: -11)])
        #expect(try world.test.rows("SELECT state FROM touch") == ["pending"])
        try move(world, 1, to: "\(moved)")
        try await world.run(noon(20_006, hours: -6))
        try await world.run(every(6, from: noon(20_006, hours: -3), through: noon(20_020)))
        // Day 20,015 is a Saturday: the first window behind it opens on Monday.
        let expected = [20_045: ["10-21 09:00"], 20_036: ["10-10 09:00"], 20_010: []]
        #expect(try world.moments() == expected[moved])
        if moved == 20_010 {
            let rows = try world.test.rows("SELECT state, reason FROM touch")
            #expect(rows == ["expired|renewal_at - 30d has moved to 2024-09-14, which is over"])
        }
    }

    @Test func aMessageThatFollowedADateThatMovesBackGoesOutThen() async throws {
        let world = try LivedWorkspace(
            ["main": Self.renewal], more: "send_window: { days: mon-fri, hours: 09:00-17:00 }", subject: "Hello")
        try world.test.addAccounts(1)
        try move(world, 1, to: "20036")
        try world.test.execute("UPDATE account SET a_seats = 1")
        try await world.run([noon(20_000), noon(20_006, hours: -11)])
        try move(world, 1, to: "20060")
        try await world.run([noon(20_006, hours: -6), noon(20_007)])
        #expect(
            try world.test.rows("SELECT state, reason FROM touch") == [
                "pending|renewal_at - 30d has moved to 2024-11-03"
            ])
        try move(world, 1, to: "20041")
        try await world.run(every(3, from: noon(20_008), through: noon(20_040)))
        #expect(try world.moments() == ["10-15 09:00"])
    }

    @Test func aDateThatMovesThereAndBackIsAnsweredOnce() async throws {
        let world = try await world(renewals: [20_060])
        for day in 20_001...20_040 {
            if day == 20_010 { try move(world, 1, to: "20100") }
            if day == 20_020 { try move(world, 1, to: "20060") }
            // Too late to matter: it has gone out.
            if day == 20_033 { try move(world, 1, to: "20070") }
            try await world.run(noon(day))
        }
        #expect(try world.moments() == ["11-03 12:00"])
    }

    @Test func aDateThatComesAfterAllIsWaitedForByTheNextWait() async throws {
        let steps = ["wait_till: renewal_at - 30d", "email: hello.md", "wait_till: renewal_at - 7d", "email: hello.md"]
        let world = try LivedWorkspace(
            ["main": TestWorkspace.playbook("main", "when: seats > 0", steps: steps)], subject: "Hello")
        try world.test.addAccounts(1)
        try world.test.execute("UPDATE account SET a_seats = 1, a_renewal_at = 20060")
        try await world.run(noon(20_000))
        for day in 20_001...20_040 {
            if day == 20_010 { try move(world, 1, to: "20035") }
            if day == 20_020 { try move(world, 1, to: "20037") }
            try await world.run(noon(day))
        }
        // The first was over before anybody knew: the second is a week before the date of that day, 2024-11-10.
        #expect(try world.moments() == ["11-03 12:00"])
        #expect(try world.test.rows("SELECT step FROM touch") == ["email_2"])
    }

    // MARK: Clocks

    private func waiting(in zone: String) async throws -> LivedWorkspace {
        let world = try LivedWorkspace([
            "main": TestWorkspace.playbook(
                "main", "when: seats > 0", steps: ["wait_till: 10:00 local", "email: hello.md"])
        ])
        try world.test.addAccounts(1)
        try world.test.script("UPDATE account SET a_seats = 1; UPDATE contact SET timezone = '\(zone)'")
        try await world.run(noon(20_000))
        return world
    }

    /// Ten o'clock is at 01:00 UTC in Tokyo and at 08:00 UTC in Berlin.
    @Test(arguments: [("Asia/Tokyo", "Europe/Berlin", "10-05 08:00"), ("Europe/Berlin", "Asia/Tokyo", "10-05 01:00")])
    func aWaitForALocalHourFollowsTheContactsClock(from: String, to: String, sent: String) async throws {
        let world = try await waiting(in: from)
        try await world.run(every(1, from: noon(20_000, hours: 1), through: noon(20_000, hours: 6)))
        try world.test.execute("UPDATE contact SET timezone = '\(to)'")
        try await world.run(every(1, from: noon(20_000, hours: 7), through: noon(20_001, hours: 12)))
        #expect(try world.moments() == [sent])
    }

    @Test func anHourThatHasPassedOnTheNewClockIsOver() async throws {
        let world = try await waiting(in: "Europe/Berlin")
        try await world.run(every(1, from: noon(20_000, hours: 1), through: noon(20_000, hours: 15)))
        // 03:00 UTC: in Tokyo it is noon, two hours behind the time that was waited for.
        try world.test.execute("UPDATE contact SET timezone = 'Asia/Tokyo'")
        try await world.run(every(1, from: noon(20_000, hours: 16), through: noon(20_001, hours: 12)))
        #expect(try world.moments() == ["10-05 04:00"])
    }

    /// The occurrence begins in Auckland, at 21:00 UTC, six hours behind the first run; the others' touches wait for their own
    /// clocks.
    @Test(arguments: [
        ("Europe/Berlin", "America/New_York", "10-05 14:00"), ("Europe/Berlin", "Asia/Tokyo", "10-05 01:00"),
        ("America/New_York", "Europe/Berlin", "10-05 08:00"),
    ])
    func aCampaignOnLocalClocksFollowsTheContactUntilItsTouchIsClaimed(
        from: String, to: String, sent: String
    ) async throws {
        let world = try LivedWorkspace(["main": TestWorkspace.playbook("main", "at: daily at 10:00 local")])
        try world.test.addAccounts(2)
        try world.test.script(
            """
            UPDATE contact SET timezone = '\(from)' WHERE account_id = 1;
            UPDATE contact SET timezone = 'Pacific/Auckland' WHERE account_id = 2
            """)
        try await world.run(every(1, from: noon(20_000, hours: 3), through: noon(20_000, hours: 10)))
        #expect(try world.test.integer("SELECT count(*) FROM touch WHERE account_id = 1 AND state = 'pending'") == 1)
        try world.test.execute("UPDATE contact SET timezone = '\(to)' WHERE account_id = 1")
        try await world.run(every(1, from: noon(20_000, hours: 11), through: noon(20_001, hours: 3)))
        #expect(try world.moments(of: "a1") == [sent])
        #expect(try world.moments(of: "a2") == ["10-04 21:00"])
    }
}
