import Decisions
import Playbooks
import Runner
import Storage
import Testing

@Suite struct StandingTests {
    private static let always = TestWorkspace.playbook("main", more: ["reentry: always"], steps: ["wait: 1d"])

    @Test func aMatchStartsAnewOnlyAfterSevenDaysOfNotMatching() throws {
        let test = try TestWorkspace(playbooks: ["main": Self.always])
        try test.addAccounts(1)
        try test.run(noon(20_000))
        // It stands for long: nobody is enrolled daily for one trouble.
        for day in 20_001...20_005 { #expect(try test.run(noon(day)).entered == 0) }
        // Six days off are not enough.
        try test.script("UPDATE account SET a_plan = 'pro'")
        for day in 20_006...20_011 { try test.run(noon(day)) }
        try test.script("UPDATE account SET a_plan = 'free'")
        #expect(try test.run(noon(20_012)).playbooks[0].verdicts[.already] == 1)
        #expect(try test.rows("SELECT since, false_since FROM standing") == ["\(noon(20_000).milliseconds)|-"])
        // Missing is not "false": it does not end the match.
        try test.script("UPDATE account SET a_plan = NULL")
        for day in 20_013...20_025 { try test.run(noon(day)) }
        #expect(try test.integer("SELECT count(*) FROM standing WHERE false_since IS NULL") == 1)
        // Seven are.
        try test.script("UPDATE account SET a_plan = 'pro'")
        for day in 20_026...20_033 { try test.run(noon(day)) }
        #expect(try test.integer("SELECT count(*) FROM standing") == 0)
        try test.script("UPDATE account SET a_plan = 'free'")
        #expect(try test.run(noon(20_034)).entered == 1)
    }

    @Test func whoWasHeldKeepsTheTurn() throws {
        let test = try TestWorkspace(
            playbooks: ["main": Self.always],
            configuration: TestWorkspace.configuration.replacing("first_run: go", with: "first_run: ask"))
        try test.addAccounts(3)
        let first = try test.run(noon(20_000))
        #expect(first.playbooks[0].verdicts[.held] == 3)
        #expect(
            first.playbooks[0].heldBecause
                == "first run: 3 accounts match; look at them with plan --who, then release it")
        #expect(try test.run(noon(20_001)).playbooks[0].verdicts[.held] == 3)
        #expect(try test.integer("SELECT count(*) FROM decision") == 3)
        try test.release("main", at: noon(20_001))
        #expect(try test.cycle.plan(now: noon(20_002)).playbooks[0].verdicts[.enrolled] == 3)
        #expect(try test.run(noon(20_002)).playbooks[0].verdicts[.enrolled] == 3)
        #expect(try test.integer("SELECT let_through FROM playbook") == 0)
    }

    @Test func aHeldCycleEndsNoMatch() throws {
        let test = try TestWorkspace(playbooks: ["main": Self.always])
        try test.addAccounts(1)
        try test.run(noon(20_000))
        try test.script(
            "UPDATE account SET a_plan = 'pro'; UPDATE playbook SET held_at = 1, held_because = 'looks wrong'")
        for day in 20_001...20_010 { try test.run(noon(day)) }
        #expect(try test.rows("SELECT false_since FROM standing") == ["-"])
    }

    /// A workspace whose playbook reads a metric that must be fresh within 36 hours.
    private func metricWorkspace(_ trigger: String) throws -> TestWorkspace {
        try TestWorkspace(
            playbooks: [
                "main": TestWorkspace.playbook("main", trigger, more: ["reentry: always"], steps: ["wait: 1d"])
            ],
            files: [
                "data.yaml": TestWorkspace.dataMap.replacing(
                    "logins: { title: Logins }", with: "logins: { title: Logins, fresh_within: 36h }")
            ])
    }

    private func close(_ day: Int, _ test: TestWorkspace) throws {
        try test.script(
            """
            INSERT INTO metric (name) VALUES ('logins') ON CONFLICT DO NOTHING;
            INSERT INTO metric_day (metric_id, day, accounts, closed) VALUES (1, \(day), 100, 1)
            """)
    }

    @Test func aStaleCycleNeitherStartsNorEndsAMatch() throws {
        let test = try metricWorkspace("when: plan == \"free\" and sum(logins, 7d) == 0")
        try test.addAccounts(80)
        try close(19_999, test)
        try test.script("UPDATE account SET a_plan = 'pro' WHERE id > 1")
        #expect(try test.run(noon(20_000)).entered == 1)
        // The feed stops, and the accounts change: 79 match, one does not any more.
        try test.script("UPDATE account SET a_plan = CASE id WHEN 1 THEN 'pro' ELSE 'free' END")
        let late = try test.run(noon(20_002))
        #expect(late.playbooks[0].heldBecause?.contains("the last complete day of logins is 2024-10-03") == true)
        #expect(late.playbooks[0].verdicts[.held] == 79)
        #expect(try test.rows("SELECT account_id, verdict, false_since FROM standing") == ["1|enrolled|-"])
        // When it comes back, the rule on sudden jumps still sees 79 new matches.
        try close(20_002, test)
        let back = try test.run(noon(20_003))
        #expect(back.playbooks[0].fresh == 79)
        #expect(back.playbooks[0].heldBecause?.hasPrefix("jump: 79 accounts match anew") == true)
    }

    @Test func anEventThatCameWhileTheFeedWasLateIsLookedAtLater() throws {
        let test = try metricWorkspace("on: signed\nif: sum(logins, 7d) == 0")
        try test.addAccounts(1)
        try close(19_999, test)
        try test.run(noon(20_000))
        try test.addEvent("signed", of: "a1", at: noon(20_001))
        // This one lies ahead when it arrives, and its moment comes while the feed is late.
        try test.addEvent("signed", of: "a1", at: noon(20_002))
        try test.run(noon(20_001, hours: 13))
        try test.run(noon(20_002, hours: 1))
        #expect(try test.integer("SELECT count(*) FROM standing") == 0)
        try close(20_001, test)
        let back = try test.run(noon(20_002, hours: 2))
        #expect(back.playbooks[0].verdicts.filter { $0.value > 0 } == [.enrolled: 1, .already: 1])
    }

    @Test func exitsThatReadNoLateMetricGoOn() throws {
        let test = try TestWorkspace(
            playbooks: [
                "main": TestWorkspace.playbook(
                    "main", more: ["exit:", "  - churned", "  - sum(logins, 1d) > 5"], steps: ["wait: 30d"])
            ],
            files: [
                "data.yaml": TestWorkspace.dataMap.replacing(
                    "logins: { title: Logins }", with: "logins: { title: Logins, fresh_within: 36h }")
            ])
        try test.addAccounts(2)
        try close(19_999, test)
        #expect(try test.run(noon(20_000)).entered == 2)
        try test.script("UPDATE account SET status = 'churned' WHERE id = 1")
        try test.run(noon(20_009))
        #expect(try test.rows("SELECT account_id, end_reason FROM enrollment ORDER BY id") == ["1|churned", "2|-"])
    }

    @Test func aReleaseDoesNotHoldTheNextCycleOfTheDay() throws {
        for trigger in ["when: plan == \"free\"", "on: signed"] {
            let test = try TestWorkspace(playbooks: ["main": TestWorkspace.playbook("main", trigger)])
            try test.addAccounts(200, plan: "pro")
            // A day as usual: one new match.
            try test.run(noon(19_998))
            func match(_ accounts: ClosedRange<Int>, at: Instant) throws {
                try test.script(
                    "UPDATE account SET a_plan = 'free' WHERE id BETWEEN \(accounts.lowerBound) AND \(accounts.upperBound)"
                )
                for account in accounts { try test.addEvent("signed", of: "a\(account)", at: at) }
            }
            try match(1...1, at: noon(19_999))
            #expect(try test.run(noon(19_999)).entered == 1)
            // A hundred and twenty at once are held, released, let through.
            try match(2...121, at: noon(20_000, hours: -2))
            #expect(try test.run(noon(20_000, hours: -2)).playbooks[0].heldBecause?.hasPrefix("jump: 12") == true)
            try test.release("main", at: noon(20_000))
            #expect(try test.run(noon(20_000, hours: -1)).entered == 120)
            // Later that day, one more is nothing unusual.
            try match(122...122, at: noon(20_000))
            let later = try test.run(noon(20_000))
            #expect(later.playbooks[0].heldBecause == nil, "\(trigger)")
            #expect(later.entered == 1)
        }
    }

    @Test func manyCyclesADayAreComparedAsDays() throws {
        for trigger in ["when: plan == \"free\"", "on: signed"] {
            let test = try TestWorkspace(playbooks: ["main": TestWorkspace.playbook("main", trigger)])
            try test.addAccounts(200, plan: "pro")
            var next = 1
            func match(_ count: Int, day: Int, hour: Int64) throws -> String? {
                try test.script("UPDATE account SET a_plan = 'free' WHERE id BETWEEN \(next) AND \(next + count - 1)")
                for account in next..<(next + count) {
                    try test.addEvent("signed", of: "a\(account)", at: noon(day, hours: hour))
                }
                next += count
                return try test.run(noon(day, hours: hour)).playbooks[0].heldBecause
            }
            try test.run(noon(19_990, hours: -1))
            #expect(try match(16, day: 19_990, hour: 0) == nil)
            // Two an hour are sixteen a day, and so many are usual at any hour.
            for hour in Int64(0)..<8 { #expect(try match(2, day: 19_991, hour: hour) == nil) }
            // Ten an hour are more than usual, though no single cycle is.
            let holds = try (Int64(0)..<8).map { try match(10, day: 19_993, hour: $0) }
            #expect(holds.firstIndex { $0 != nil } == 6, "\(trigger)")
            #expect(holds[6]?.hasPrefix("jump: 70 accounts match anew; usual are 1") == true)
        }
    }

    @Test func anAccountWithManyEventsIsOneOfTheAudience() throws {
        let test = try TestWorkspace(
            playbooks: ["main": TestWorkspace.playbook("main", "on: signed", steps: ["wait: 1h"])],
            configuration: TestWorkspace.configuration.replacing("max_share: 100%", with: "max_share: 20%"))
        try test.addAccounts(10)
        try test.run(noon(20_000))
        for hour in Int64(1)...5 {
            for account in ["a1", "a2"] {
                for _ in 1...3 { try test.addEvent("signed", of: account, at: noon(20_000, hours: hour)) }
            }
            #expect(try test.run(noon(20_000, hours: hour)).playbooks[0].heldBecause == nil)
        }
        try test.addEvent("signed", of: "a3", at: noon(20_000, hours: 6))
        #expect(
            try test.run(noon(20_000, hours: 6)).playbooks[0].heldBecause
                == "max_share: 3 of 10 accounts of the audience match anew (30 %, more than 20 %)")
    }

    @Test func anAccountThatMatchesAnewAllDayIsOneOfTheAudience() throws {
        let test = try TestWorkspace(
            playbooks: ["main": TestWorkspace.playbook("main", "when: seats < 5\nrearm: 1h", steps: ["wait: 1h"])],
            configuration: TestWorkspace.configuration.replacing("max_share: 100%", with: "max_share: 20%")
                .replacing("daily at 06:00", with: "hourly"))
        try test.addAccounts(10)
        try test.run(noon(20_000))
        for hour in Int64(1)...8 {
            try test.script("UPDATE account SET a_seats = \(hour % 2 == 1 ? 1 : 9) WHERE id = 1")
            #expect(try test.run(noon(20_000, hours: hour)).playbooks[0].heldBecause == nil, "after \(hour) h")
        }
        #expect(try test.integer("SELECT sum(fresh) FROM tally") == 4)
    }

    @Test func aReleasedCampaignIsNoLowMark() throws {
        let test = try TestWorkspace(
            playbooks: ["main": TestWorkspace.playbook("main", "at: daily at 12:00")],
            configuration: TestWorkspace.configuration.replacing("first_run: go", with: "first_run: ask"))
        try test.addAccounts(100)
        try test.run(noon(19_999))
        #expect(try test.run(noon(20_000)).playbooks[0].verdicts[.held] == 100)
        try test.release("main", at: noon(20_000))
        #expect(try test.run(noon(20_000, hours: 1)).entered == 100)
        #expect(try test.rows("SELECT state, matched FROM occurrence") == ["done|100"])
        try test.run(noon(20_000, hours: 2))
        #expect(try test.run(noon(20_001)).playbooks[0].heldBecause == nil)
    }

    @Test func aPausedPlaybookKeepsItsEvents() throws {
        let test = try TestWorkspace(playbooks: ["main": TestWorkspace.playbook("main", "on: signed")])
        try test.addAccounts(2)
        try test.run(noon(20_000))
        try test.store.write { try Pauses.set("playbook:main", reason: "test", at: noon(20_000), $0) }
        try test.addEvent("signed", of: "a1", at: noon(20_000, hours: 1))
        try test.addEvent("signed", of: "a2", at: noon(20_002))
        #expect(try test.run(noon(20_001)).playbooks.isEmpty)
        try test.store.write { _ = try Pauses.clear("playbook:main", $0) }
        // Nothing bursts after a pause: what has become too old does not enter.
        let back = try test.run(noon(20_003))
        #expect(back.playbooks[0].verdicts[.tooOld] == 1 && back.playbooks[0].verdicts[.enrolled] == 1)
    }

    /// Its turn is kept until it is back.
    @Test func whoHasLeftDoesNotUseUpTheMatch() async throws {
        let world = try LivedWorkspace(["main": TestWorkspace.playbook("main", "when: seats > 1")])
        let text = TestWorkspace.playbook("main", "when: seats > 1").replacing("audience: everyone_active\n", with: "")
        try world.test.edit(["playbooks/main/playbook.yaml": text])
        try world.test.addAccounts(1)
        try world.test.execute("UPDATE account SET a_seats = 5, status = 'churned', churned_at = 1")
        try await world.run([noon(20_000), noon(20_001)])
        #expect(world.mails.isEmpty)
        #expect(
            try world.test.rows("SELECT verdict, reason FROM standing")
                == ["blocked|it has churned, which is an exit of the playbook"])
        try world.test.execute("UPDATE account SET status = 'active', churned_at = NULL")
        try await world.run(noon(20_002))
        #expect(world.mails.count == 1)
    }
}
