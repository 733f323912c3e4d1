import Decisions
import Playbooks
import Runner
import Storage
import Testing

/// What is over by now is over before anything is asked about it: whoever runs rarely loses nothing.
///
/// Day 20,000 is Friday, October 4, 2024.
@Suite struct DailyRunTests {
    @Test(arguments: ["daily at 12:00", "daily at 08:30"])
    func aDailyCampaignGoesOutOnEveryDay(schedule: String) async throws {
        let world = try LivedWorkspace(["main": TestWorkspace.playbook("main", "at: \(schedule)")])
        try world.test.addAccounts(2)
        try await world.run((0...6).map { noon(20_000 + $0) })
        let days = (5...10).map { "10-\($0 < 10 ? "0" : "")\($0) 12:00" }
        #expect(try world.moments(of: "a1") == days)
        #expect(try world.moments(of: "a2") == days)
    }

    @Test func weeklyAndMonthlyCampaignsGoOutWithNoRunBetweenThem() async throws {
        let world = try LivedWorkspace([
            "week": TestWorkspace.playbook("week", "at: weekly on tue at 12:00"),
            "month": TestWorkspace.playbook("month", "at: monthly on 1 at 12:00"),
        ])
        try world.test.addAccounts(1)
        try await world.run(noon(20_000))
        // Five Tuesdays, and the first days of four months: 2024-11-01 is day 20,028.
        try await world.run([20_004, 20_011, 20_018, 20_025, 20_028, 20_032, 20_058, 20_089, 20_120].map { noon($0) })
        #expect(
            try world.moments("week") == ["10-08 12:00", "10-15 12:00", "10-22 12:00", "10-29 12:00", "11-05 12:00"])
        #expect(try world.moments("month") == ["11-01 12:00", "12-01 12:00", "01-01 12:00", "02-01 12:00"])
    }

    @Test(arguments: [Int64(1), 24])
    func everyDaysEventIsAnswered(hours: Int64) async throws {
        let world = try LivedWorkspace(
            ["main": TestWorkspace.playbook("main", "on: signed")], subject: "{{event.deal}}")
        try world.test.addAccounts(1)
        try await world.run(noon(20_000))
        for day in 1...6 {
            try world.signs("day \(day)", at: noon(20_000 + day) - .minutes(10))
            try await world.run(every(hours, from: noon(20_000 + day), through: noon(20_000 + day, hours: 23)))
        }
        #expect(world.subjects == (1...6).map { "day \($0)" })
        #expect(try world.moments().allSatisfy { $0.hasSuffix("12:00") })
        #expect(try world.test.rows("SELECT DISTINCT verdict FROM standing") == ["enrolled"])
    }

    @Test func anEventOfEachMonthIsAnsweredByTheRunOfTheMonth() async throws {
        let world = try LivedWorkspace(["main": TestWorkspace.playbook("main", "on: signed")])
        try world.test.addAccounts(1)
        try await world.run(noon(20_000))
        for month in 1...4 {
            try world.signs("\(month)", at: noon(20_000 + 30 * month, hours: -20))
            try await world.run(noon(20_000 + 30 * month))
        }
        #expect(try world.moments().count == 4)
    }

    /// Enrollments that the run's own sending brings behind their last step have ended, and have not moved on.
    @Test func whatARunEndsByItsSendingIsToldAsEnded() async throws {
        let world = try LivedWorkspace(["main": TestWorkspace.playbook("main", "at: daily at 12:00")])
        try world.test.addAccounts(3)
        let first = try await world.run(noon(20_000))
        #expect(first.entered == 0 && first.ended == 0)
        let second = try await world.run(noon(20_001))
        #expect(second.entered == 3 && second.moved == 0 && second.ended == 3)
    }

    /// One has left, one has no address any more, and of one there was never any: three that end unsent.
    @Test func whatEndsUnsentIsCountedWhoeverEndsIt() async throws {
        let world = try LivedWorkspace([
            "main": TestWorkspace.playbook(
                "main", "when: seats > 3", more: ["exit: [seats > 9]", "send_window: { hours: 14:00-15:00 }"]),
            "late": TestWorkspace.playbook("late", "when: seats > 3", steps: ["wait: 1h", "email: hello.md"]),
        ])
        try world.test.addAccounts(4)
        try world.test.execute("UPDATE account SET a_seats = 5")
        #expect(try await world.run(noon(20_000)).unsent.isEmpty)
        try world.test.execute("UPDATE account SET a_seats = 10 WHERE id = 1")
        try world.test.execute("UPDATE contact SET email = NULL, address = NULL WHERE account_id = 2")
        let report = try await world.run(noon(20_000, hours: 2))
        #expect(report.unsent == [.cancelled: 1, .suppressed: 2])
        #expect(
            try world.test.rows(
                "SELECT account_id, state FROM touch WHERE state NOT IN ('sent', 'pending') ORDER BY account_id, id")
                == ["1|cancelled", "2|suppressed", "2|suppressed"])
    }

    /// The wait was over at ten; the run at noon sees that before it looks at the new event.
    @Test func aWaitThatIsOverDoesNotKeepTheNextEventOut() async throws {
        let world = try LivedWorkspace([
            "main": TestWorkspace.playbook("main", "on: signed", steps: ["email: hello.md", "wait: 22h"])
        ])
        try world.test.addAccounts(1)
        try await world.run(noon(20_000))
        for day in 20_001...20_005 {
            try world.signs("\(day)", at: noon(day, hours: -1))
            try await world.run(noon(day))
        }
        #expect(try world.moments().count == 5)
        #expect(
            try world.test.rows(
                "SELECT DISTINCT (ended_at - entered_at) / 3600000 FROM enrollment WHERE state = 'ended'")
                == ["22"])
    }

    @Test(arguments: [("email: hello.md", 0), ("wait: 20h", 0), ("wait: 30h", 1)])
    func anExclusivePlaybookFreesTheAccountInTheCycleInWhichItIsThrough(step: String, later: Int) async throws {
        let world = try LivedWorkspace([
            "save": TestWorkspace.playbook(
                "save", "on: left", more: ["exclusive: true", "priority: 90"], steps: [step]),
            "main": TestWorkspace.playbook("main", "when: seats > 3"),
            "answer": TestWorkspace.playbook("answer", "on: signed"),
        ])
        try world.test.addAccounts(1)
        try await world.run(noon(20_000))
        try world.tell("left", at: noon(20_001, hours: -1))
        try await world.run(noon(20_001))
        #expect(try world.test.rows("SELECT match_key <> '' FROM enrollment") == ["1"])
        try world.test.execute("UPDATE account SET a_seats = 5")
        try world.signs("x", at: noon(20_002, hours: -1))
        try await world.run((20_002...20_005).map { noon($0) })
        let day = "10-0\(6 + later) 12:00"
        #expect(try world.moments("main") == [day])
        #expect(try world.moments("answer") == [day])
    }

    /// Its only message leaves with the run, which ends it; a day later the account may no longer match.
    @Test func anExclusivePlaybookThatEndsByTheRunsOwnSendingFreesTheAccountInIt() async throws {
        let world = try LivedWorkspace([
            "save": TestWorkspace.playbook("save", "on: left", more: ["exclusive: true", "priority: 90"]),
            "main": TestWorkspace.playbook("main", "when: seats > 3"),
        ])
        try world.test.addAccounts(1)
        try await world.run(noon(20_000))
        try world.tell("left", at: noon(20_001, hours: -1))
        try world.test.execute("UPDATE account SET a_seats = 5")
        try await world.run(noon(20_001))
        #expect(try world.sent == ["a1 main 10-05 12:00", "a1 save 10-05 12:00"])
        try await world.run(noon(20_002))
        #expect(world.mails.count == 2)
    }

    /// Who is admitted to an exclusive playbook in a cycle is taken for those that come behind it in that cycle.
    @Test func anExclusivePlaybookThatBeginsAnewTakesTheAccountAtOnce() async throws {
        let world = try LivedWorkspace([
            "save": TestWorkspace.playbook("save", "on: left", more: ["exclusive: true"], steps: ["wait: 20h"]),
            "main": TestWorkspace.playbook("main", "on: signed", more: ["max_age: 3d"]),
        ])
        try world.test.addAccounts(1)
        try await world.run(noon(20_000))
        for day in 20_001...20_002 {
            try world.tell("left", at: noon(day, hours: -1))
            try world.signs("\(day)", at: noon(day, hours: -1))
            try await world.run(noon(day))
        }
        #expect(try world.sent.isEmpty)
        try await world.run([noon(20_003), noon(20_004)])
        #expect(try world.moments() == ["10-07 12:00", "10-07 12:00"])
    }

    @Test func reentryCountsFromWhenTheLastOneWasThrough() async throws {
        let world = try LivedWorkspace([
            "main": TestWorkspace.playbook("main", "on: signed", more: ["reentry: after 3d from the last end"]),
            "long": TestWorkspace.playbook(
                "long", "on: signed", more: ["reentry: after 3d from the last end"],
                steps: ["email: hello.md", "wait: 20h"]),
        ])
        try world.test.addAccounts(1)
        try await world.run(noon(20_000))
        for day in 20_001...20_009 {
            if [20_001, 20_004, 20_008].contains(day) { try world.signs("\(day)", at: noon(day, hours: -1)) }
            try await world.run(noon(day))
        }
        // Three days after the touch of the 5th. The longer one was through 20 hours later: its events wait for a day.
        #expect(try world.moments("main") == ["10-05 12:00", "10-08 12:00", "10-12 12:00"])
        #expect(try world.moments("long") == ["10-05 12:00", "10-09 12:00", "10-13 12:00"])
    }

    @Test(arguments: [Int64(6), 24])
    func aConditionThatBeginsAnewEntersOnTheFirstDay(hours: Int64) async throws {
        let world = try LivedWorkspace([
            "main": TestWorkspace.playbook(
                "main", "when: seats > 3", more: ["reentry: always", "rearm: 1d"],
                steps: ["email: hello.md", "wait: 70h"])
        ])
        try world.test.addAccounts(1)
        for (day, seats) in [(20_000, 5), (20_001, 1), (20_003, 5), (20_004, 1), (20_006, 5), (20_007, 1)] {
            try world.test.execute("UPDATE account SET a_seats = \(seats)")
            let next = [20_000: 1, 20_001: 2, 20_003: 1, 20_004: 2, 20_006: 1, 20_007: 2][day] ?? 1
            try await world.run(every(hours, from: noon(day), through: noon(day + next) - .hours(1)))
        }
        #expect(try world.moments() == ["10-04 12:00", "10-07 12:00", "10-10 12:00"])
    }
}
