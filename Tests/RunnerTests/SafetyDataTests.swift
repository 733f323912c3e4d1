import Playbooks
import Runner
import Storage
import Testing

/// Emptied columns and outages.
@Suite struct SafetyDataTests {
    private static let steps = ["wait: 1d"]

    @Test func anEmptiedColumnHoldsUntilItIsReleased() throws {
        let test = try TestWorkspace(playbooks: [
            "main": TestWorkspace.playbook(
                "main", "when: not (seats > 5)", more: ["reentry: always"], steps: Self.steps),
            "other": TestWorkspace.playbook("other", steps: Self.steps),
        ])
        try test.addAccounts(100)
        try test.script("UPDATE account SET a_seats = CASE WHEN id <= 2 THEN 1 ELSE 9 END")
        #expect(try test.run(noon(20_000)).entered == 102)
        // New accounts have no value, and that is no news; nor are five of a hundred.
        try test.addAccounts(20, plan: "pro", from: 101)
        try test.script("UPDATE account SET a_seats = NULL WHERE id BETWEEN 96 AND 100")
        #expect(try test.run(noon(20_001)).playbooks.allSatisfy { $0.heldBecause == nil })
        // The next match compares with this one: nine of 120 are more than a twentieth.
        try test.script("UPDATE account SET a_seats = NULL WHERE id BETWEEN 80 AND 88")
        let reason = "max_nulls: seats is newly empty for 9 of 120 accounts (7.5 %, more than 5 %)"
        let held = try test.run(noon(20_002)).playbooks
        #expect(held.map(\.heldBecause) == [reason, nil])
        #expect(try test.run(noon(20_003)).playbooks[0].heldBecause == reason)
        try test.release("main", at: noon(20_003))
        #expect(try test.run(noon(20_003, hours: 1)).playbooks[0].heldBecause == nil)
        #expect(try test.run(noon(20_004)).playbooks[0].heldBecause == nil)
    }

    /// Accounts that log in five times a day up to a day, and what the last day brought for some of them.
    private func workspace(accounts: Int, last: Int) throws -> TestWorkspace {
        let test = try TestWorkspace(playbooks: [
            "main": TestWorkspace.playbook("main", "when: sum(logins, 1d) == 0 and seats > 0", steps: Self.steps)
        ])
        try test.addAccounts(accounts)
        try test.script("UPDATE account SET a_seats = CASE WHEN id <= 3 THEN 1 ELSE 0 END")
        try logIn(test, days: (last - 27)...last, missing: [])
        return test
    }

    private func logIn(_ test: TestWorkspace, days: ClosedRange<Int>, missing: Set<Int64>) throws {
        try test.script("INSERT INTO metric (id, name) VALUES (1, 'logins') ON CONFLICT DO NOTHING")
        let accounts = try test.rows("SELECT id FROM account").compactMap { Int64($0) }
        var series = SeriesWriter()
        for day in days {
            for account in accounts where !missing.contains(account) {
                series.add(metric: 1, account: account, day: day, value: 5)
            }
        }
        try series.flush(to: test.store)
    }

    @Test func aDayOnWhichManyFallHoldsUntilItIsReleased() throws {
        let test = try workspace(accounts: 100, last: 19_999)
        try test.run(noon(20_000))
        // Three stay away, as on any day: they match.
        try logIn(test, days: 20_000...20_000, missing: [1, 2, 3])
        #expect(try test.run(noon(20_001)).entered == 3)
        try logIn(test, days: 20_001...20_001, missing: Set(1...20))
        let reason = """
            max_fall: logins fell on 2024-10-05 for 20 of 100 steady accounts at once (20 %; a week before 0 %, \
            and 10 % more is the most)
            """
        let held = try test.run(noon(20_002)).playbooks[0]
        #expect(held.heldBecause == reason)
        try test.release("main", at: noon(20_002))
        // The release lets this day pass, in every cycle that reads it.
        #expect(try test.run(noon(20_002, hours: 1)).playbooks[0].heldBecause == nil)
        #expect(try test.run(noon(20_002, hours: 2)).playbooks[0].heldBecause == nil)
        try logIn(test, days: 20_002...20_002, missing: Set(1...30))
        #expect(
            try test.run(noon(20_003)).playbooks[0].heldBecause?.hasPrefix("max_fall: logins fell on 2024-10-06")
                == true)
    }

    /// Sixty fall in each of seven nights, as in a week of holidays, and come back.
    @Test func aHoldForAFallEndsWithADayThatLooksAsOthersDo() throws {
        let test = try workspace(accounts: 200, last: 19_999)
        try test.run(noon(20_000))
        var held: [Int] = []
        for day in 20_000...20_020 {
            let isHoliday = (20_003...20_009).contains(day)
            try logIn(test, days: day...day, missing: isHoliday ? Set(1...60) : [])
            let report = try test.run(noon(day + 1))
            if report.playbooks[0].heldBecause != nil { held.append(day) }
        }
        #expect(held == Array(20_003...20_009))
        #expect(try test.rows("SELECT held_at, held_because FROM playbook") == ["-|-"])
        // Whoever matches then enters.
        try logIn(test, days: 20_021...20_021, missing: [2])
        #expect(try test.run(noon(20_022)).entered == 1)
    }

    /// What a release is asked for otherwise stays held, whatever the metric does.
    @Test func aHoldForAnotherReasonWaitsForARelease() throws {
        let test = try workspace(accounts: 100, last: 19_999)
        try test.run(noon(20_000))
        try test.execute("UPDATE playbook SET held_at = 1, held_because = 'jump: 200 accounts match anew; usual are 3'")
        try logIn(test, days: 20_000...20_000, missing: [1])
        #expect(try test.run(noon(20_001)).playbooks[0].heldBecause?.hasPrefix("jump: ") == true)
    }
}
