import Decisions
import Measure
import Playbooks
import Runner
import Storage
import Testing

/// Stages are entered when what brings an account there happened, not when somebody looked.
struct StagePastTests {
    private static let journey = """
        journey: free
        for: everyone_active and plan == "free"
        stages:
          joined:
            expect: 7d
          tried:
            enter: happened(signed)
            expect: 5d
          used:
            enter: active_days(logins, 7d) >= 3
          loved:
            enter: count(signed) >= 3
          grown:
            enter: seats >= 3
        """

    private static func world(
        _ journey: String = StagePastTests.journey, playbooks: [String: String] = [:], data: String? = nil
    ) throws -> TestWorkspace {
        var files = ["journeys/free.yaml": journey]
        if let data { files["data.yaml"] = data }
        let test = try TestWorkspace(playbooks: playbooks, files: files)
        try test.addAccounts(1)
        return test
    }

    private static func entries(_ test: TestWorkspace, of account: Int = 1) throws -> [String] {
        try test.rows(
            "SELECT stage, at / 86400000, how FROM stage_entry WHERE account_id = \(account) ORDER BY at, stage")
    }

    private static func bring(
        _ test: TestWorkspace, logins days: ClosedRange<Int>, account: String = "a1", now: Instant
    ) throws {
        _ = try Importer(
            store: test.store, dataMap: test.workspace.dataMap, configuration: test.workspace.configuration
        ).run(
            .metrics,
            from: .rows(
                columns: ["account", "metric", "day", "value"],
                rows: days.map { [account, "logins", "\(Day(number: $0))", "2"] }),
            now: now)
    }

    @Test func whatCameBeforeTheFirstLookIsDatedByItsEventsAndDays() throws {
        let test = try Self.world()
        try test.addEvent("signed", of: "a1", at: noon(19_910), isHistory: true)
        try test.addEvent("signed", of: "a1", at: noon(19_960), isHistory: true)
        try test.addEvent("signed", of: "a1", at: noon(19_970), isHistory: true)
        // The feed is older than the account, and the third day is over when the 19933rd begins.
        try Self.bring(test, logins: 19_899...19_899, now: noon(20_000))
        try Self.bring(test, logins: 19_930...19_940, now: noon(20_000))
        try test.run(noon(20_000))
        #expect(
            try Self.entries(test) == [
                "joined|19900|entered", "tried|19910|entered", "used|19933|entered", "loved|19970|entered",
            ])
        #expect(try test.rows("SELECT stage, stage_since / 86400000 FROM account") == ["loved|19970"])
    }

    @Test func aStageThatWasReachedLongAgoCountsThoughItsConditionNoLongerHolds() throws {
        let test = try Self.world()
        try Self.bring(test, logins: 19_899...19_899, now: noon(20_000))
        try Self.bring(test, logins: 19_930...19_940, now: noon(20_000))
        try test.run(noon(20_000))
        #expect(
            try Self.entries(test) == ["joined|19900|entered", "tried|19933|skipped", "used|19933|entered"])
    }

    /// A feed of usage is younger than the accounts: on its third day all of them seem to come into the stage at once.
    @Test(arguments: [true, false])
    func whatWasSoBeforeAMetricBeganHasNoDate(isSeenDaily: Bool) throws {
        let test = try Self.world(Self.journey.replacing("    expect: 7d", with: "    expect: 90d"))
        try test.addAccounts(2, from: 2)
        // The second came when the feed was there already; the third began to use it later than the feed can hide.
        try test.execute("UPDATE account SET created_at = \(noon(19_935).milliseconds) WHERE key = 'a2'")
        for (account, days) in [("a1", 19_930...19_940), ("a2", 19_936...19_946), ("a3", 19_950...19_955)] {
            try Self.bring(test, logins: days, account: account, now: noon(19_960))
        }
        if isSeenDaily { for day in 19_931...19_940 { try test.run(noon(day)) } }
        try test.run(noon(19_960))
        func used(_ account: Int) throws -> [String] {
            try Self.entries(test, of: account).filter { $0.hasPrefix("used") }
        }
        #expect(try used(1) == ["used|19933|found"])
        #expect(try used(2) == ["used|19939|entered"])
        #expect(try used(3) == ["used|19953|entered"])
        // What was found counts in no time, and is said to.
        let report = try test.store.read {
            try JourneyReport.report($0, workspace: test.workspace, asOf: noon(19_960))
        }
        #expect(report.text(width: 1_000).contains("2 entries have no date (tried 1, used 1)"), "\(report.text())")
    }

    @Test func whatHasNoDateIsFoundAndLeavesTheRestItsDates() throws {
        let test = try Self.world()
        try test.addEvent("signed", of: "a1", at: noon(19_910))
        try test.execute("UPDATE account SET a_seats = 5")
        try test.run(noon(20_000))
        #expect(
            try Self.entries(test) == [
                "joined|19900|entered", "tried|19910|entered", "grown|20000|found", "loved|20000|found",
                "used|20000|found",
            ])
    }

    @Test func twoStagesBetweenTwoCyclesHaveTwoMoments() throws {
        let test = try Self.world()
        try test.run(noon(20_000))
        try test.addEvent("signed", of: "a1", at: noon(20_000, hours: 2))
        try test.addEvent("signed", of: "a1", at: noon(20_000, hours: 5))
        try test.addEvent("signed", of: "a1", at: noon(20_000, hours: 22))
        let report = try test.run(noon(20_002))
        #expect(report.journeys.first?.entered == ["loved": 1])
        #expect(
            try test.rows(
                "SELECT stage, at / 3600000 - 24 * 20000, how FROM stage_entry WHERE stage <> 'joined' ORDER BY at, stage"
            )
                == ["tried|14|entered", "loved|34|entered", "used|34|skipped"])
    }

    /// Events of three days, told by a file of the seventh: three days are how long it took.
    @Test func theReportCountsTheDaysOfTheEventsAndNotOfTheFiles() throws {
        let test = try Self.world()
        try test.addAccounts(29, from: 2)
        try test.run(noon(19_900))
        for account in 1...30 {
            try test.addEvent("signed", of: "a\(account)", at: noon(19_903))
            if account % 2 == 0 {
                try test.addEvent("signed", of: "a\(account)", at: noon(19_905))
                try test.addEvent("signed", of: "a\(account)", at: noon(19_905, hours: 1))
            }
        }
        try test.run(noon(19_907))
        try test.run(noon(19_940))
        let report = try test.store.read {
            try JourneyReport.report($0, workspace: test.workspace, asOf: noon(19_940))
        }
        let rows = try #require(report.table(named: "Steps of free")).rows.map { $0.map(\.text) }
        #expect(rows[0][0] == "joined → tried" && rows[0][7] == "4", "\(rows)")
    }

    @Test func anEventThatComesLateMovesTheEntryBackAndTriggersNothingTwice() throws {
        let playbooks = [
            "came": TestWorkspace.playbook("came", "when: in_stage(tried)"),
            "new": TestWorkspace.playbook("new", "when: in_stage(tried) and time_in_stage() < 2d"),
        ]
        let test = try Self.world(playbooks: playbooks)
        try test.run(noon(20_000))
        try test.addEvent("signed", of: "a1", at: noon(20_010))
        #expect(try test.run(noon(20_011)).playbooks.map { $0.verdicts[.enrolled] } == [1, 1])
        #expect(try Self.entries(test) == ["joined|19900|entered", "tried|20010|entered"])
        try test.addEvent("signed", of: "a1", at: noon(20_003))
        let report = try test.run(noon(20_012))
        #expect(try Self.entries(test) == ["joined|19900|entered", "tried|20003|entered"])
        #expect(try test.rows("SELECT stage, stage_since / 86400000 FROM account") == ["tried|20003"])
        #expect(report.playbooks.map { $0.verdicts[.enrolled] } == [0, 0])
        #expect(report.journeys.first?.entered == [:])
        #expect(try test.integer("SELECT count(*) FROM enrollment") == 2)
        // What is known stays where it is.
        try test.run(noon(20_013))
        #expect(try Self.entries(test) == ["joined|19900|entered", "tried|20003|entered"])
    }

    @Test func anEntryOfLongAgoIsNoNewEntry() throws {
        let playbook = TestWorkspace.playbook("new", "when: in_stage(tried) and time_in_stage() < 2d")
        let test = try Self.world(playbooks: ["new": playbook])
        try test.run(noon(20_000))
        try test.addEvent("signed", of: "a1", at: noon(19_950), isHistory: true)
        #expect(try test.run(noon(20_001)).playbooks[0].matched == 0)
        #expect(try Self.entries(test) == ["joined|19900|entered", "tried|19950|entered"])
    }

    @Test func whatWasFoundGetsItsDateWhenHistoryComes() throws {
        let journey = Self.journey.replacing("count(signed) >= 3", with: "count(signed) >= 3 or seats > 2")
        let test = try Self.world(journey)
        try test.execute("UPDATE account SET a_seats = 5")
        try test.run(noon(20_000))
        try test.addEvent("signed", of: "a1", at: noon(19_950), isHistory: true)
        try test.run(noon(20_001))
        #expect(try Self.entries(test).contains("tried|19950|entered"))
        #expect(try Self.entries(test).contains("loved|20000|found"))
    }

    @Test(arguments: ["happened(signed)", "happened(signed) and status == \"active\""])
    func whoLeftBeforeAnybodyLookedHasItsWayToo(enter: String) throws {
        let test = try Self.world(Self.journey.replacing("happened(signed)", with: enter))
        try test.addAccounts(2, from: 2)
        try test.addEvent("signed", of: "a2", at: noon(19_910))
        try test.addEvent("signed", of: "a3", at: noon(19_960))
        try test.execute(
            "UPDATE account SET status = 'churned', churned_at = \(noon(19_950).milliseconds) WHERE key <> 'a1'")
        try test.run(noon(20_000))
        #expect(try Self.entries(test, of: 2) == ["joined|19900|entered", "tried|19910|entered"])
        // What is told of the time after that does not count.
        #expect(try Self.entries(test, of: 3) == ["joined|19900|entered"])
        #expect(try test.run(noon(20_001)).journeys.first?.entered == [:])
    }

    @Test func datesOfTheDataAreMomentsOnceTheyAreOver() throws {
        let data = TestWorkspace.dataMap.replacing(
            "  seats:", with: "  live_on: { type: date }\n  ends_on: { type: date }\n  seats:")
        let journey = """
            journey: free
            for: everyone_active
            stages:
              joined: {}
              live:
                enter: live_on is present
              settled:
                enter: days_since(live_on) >= 30
              ending:
                enter: days_until(ends_on) < 30
            """
        let test = try Self.world(journey, data: data)
        try test.execute("UPDATE account SET a_live_on = 19920, a_ends_on = 20010")
        try test.run(noon(20_000))
        #expect(
            try Self.entries(test) == [
                "joined|19900|entered", "live|19920|entered", "settled|19950|entered", "ending|20000|found",
            ])
    }

    @Test func backtestsBeginWithTheStagesThatTheEventsTellOf() throws {
        let playbook = TestWorkspace.playbook("p", "when: in_stage(tried) and time_in_stage() > 40d")
        let journey = """
            journey: free
            for: everyone_active
            stages:
              joined: {}
              tried:
                enter: happened(signed)
            """
        let test = try Self.world(journey, playbooks: ["p": playbook])
        try test.addEvent("signed", of: "a1", at: noon(19_910), isHistory: true)
        try test.run(noon(20_000))
        let found = try #require(test.workspace.playbook("p"))
        let backtest = try Backtest(
            found, in: test.workspace, from: Day(number: 19_930), to: Day(number: 19_980), isWithAll: false)
        let report = try backtest.run(on: test.store)
        #expect(report.days.filter { $0.matched > 0 }.map(\.day.number) == [19_951])
    }

    /// The departure is told a night before the events of the time before it, or in the same night.
    @Test(arguments: [true, false]) func whoHasLeftHasItsWayUpToThen(isToldBefore: Bool) throws {
        let test = try Self.world()
        try test.run(noon(19_901))
        func leave() throws {
            let left = noon(19_903).milliseconds
            try test.execute("UPDATE account SET status = 'churned', churned_at = \(left)")
        }
        if isToldBefore {
            try leave()
            try test.run(noon(19_904))
        }
        for hours in [1, 30, 60] { try test.addEvent("signed", of: "a1", at: noon(19_901, hours: Int64(hours))) }
        // What has no date may be of the time behind.
        try test.execute("UPDATE account SET a_seats = 5")
        try leave()
        try test.run(noon(19_905))
        #expect(try Self.entries(test) == ["joined|19900|entered", "tried|19901|entered"])
        #expect(try test.rows("SELECT journey, stage FROM account") == ["free|tried"])
        // It is looked at no more, and in no stage for too long.
        try test.run(noon(19_990))
        #expect(try Self.entries(test).count == 2)
        let place = try test.store.read {
            let context = try EvaluationContext($0, workspace: test.workspace, now: noon(19_990), figures: .neutral)
            return try StageCensus($0, context).place(of: 1)
        }
        #expect(place?.key.stage == "tried" && place?.isStuck == false)
    }
}
