import Playbooks
import Runner
import Storage
import Testing

/// The decisions alone, without a database.
@Suite struct SafetyRulesTests {
    private let safety = Safety(Configuration.Safety())

    @Test func aJumpIsThreeTimesTheUsualAndFiftyMore() {
        func hold(_ fresh: Int, _ recent: [Int]) -> String? {
            safety.hold(
                .when, Safety.Counts(fresh: fresh, matched: fresh, audience: 100_000, recent: recent),
                wasReleased: true, isLetThrough: false)
        }
        #expect(hold(60, [10]) == nil)
        #expect(hold(61, [10]) == "jump: 61 accounts match anew; usual are 10, and 60 is the most")
        #expect(hold(300, [100, 90, 110]) == nil)
        #expect(hold(301, [100, 90, 110]) != nil)
    }

    @Test func aFifthOfTheAudienceIsTheMost() {
        func hold(_ fresh: Int) -> String? {
            safety.hold(
                .when, Safety.Counts(fresh: fresh, matched: fresh, audience: 1_000, recent: []), wasReleased: true,
                isLetThrough: false)
        }
        #expect(hold(200) == nil)
        #expect(hold(201) == "max_share: 201 of 1000 accounts of the audience match anew (20 %, more than 20 %)")
    }

    @Test func aColumnThatWasEmptiedIsTold() {
        func hold(_ nulls: Int) -> String? { safety.hold([.init(attribute: "plan", accounts: 1_000, nulls: nulls)]) }
        #expect(hold(50) == nil)
        #expect(hold(51) == "max_nulls: plan is newly empty for 51 of 1000 accounts (5.1 %, more than 5 %)")
        // One account of few is no column.
        #expect(safety.hold([.init(attribute: "plan", accounts: 3, nulls: 1)]) == nil)
    }

    @Test func aDayOnWhichManyFallIsAnOutage() throws {
        func hold(_ fallen: Int, before: Int, of steady: Int = 500) throws -> String? {
            let day = try Day.parse("2026-03-10").get()
            return safety.hold([
                .init(
                    metric: "logins", day: day,
                    counts: DailyFall(steady: steady, fallen: fallen, steadyBefore: steady, fallenBefore: before))
            ])
        }
        #expect(try hold(100, before: 50) == nil)
        #expect(
            try hold(101, before: 50)
                == """
                max_fall: logins fell on 2026-03-10 for 101 of 500 steady accounts at once (20 %; a week before 10 %, \
                and 10 % more is the most)
                """)
        // Where many fall every day, it is no news.
        #expect(try hold(200, before: 190) == nil)
        #expect(try hold(40, before: 0, of: 49) == nil)
    }

    @Test func aCanaryGoesInThreeParts() {
        let now = Instant(milliseconds: 1_000_000_000)
        #expect(Canary.admit(nil, entering: 100, now: now) == .init(most: 100, canary: nil))
        let first = Canary.admit(nil, entering: 1_000, now: now)
        #expect(first == .init(most: 10, canary: Canary(stage: .few, since: now)))
        let early = Canary.admit(first.canary, entering: 990, now: now + .minutes(29))
        #expect(early == .init(most: 0, canary: first.canary))
        let second = Canary.admit(first.canary, entering: 990, now: now + .minutes(30))
        #expect(second == .init(most: 99, canary: Canary(stage: .tenth, since: now + .minutes(30))))
        let third = Canary.admit(second.canary, entering: 891, now: now + .minutes(60))
        #expect(third == .init(most: 891, canary: Canary(stage: .all, since: now + .minutes(60))))
        #expect(Canary.admit(third.canary, entering: 5_000, now: now + .days(9)).most == 5_000)
        // What has become small meanwhile needs no second part.
        #expect(Canary.admit(first.canary, entering: 60, now: now + .minutes(30)).most == 60)
    }

    @Test func failuresOfTheLastFiftyTouchesCount() {
        var breaker = Breaker()
        for _ in 0..<100 { breaker.note(failed: true, playbook: "old") }
        for _ in 0..<45 { breaker.note(failed: false, playbook: "a") }
        #expect(breaker.reason(most: 0.1) == nil)
        breaker.note(failed: true, playbook: "a")
        #expect(breaker.reason(most: 0.1) == nil)
        #expect(breaker.failing == 2)
        for _ in 0..<5 { breaker.note(failed: true, playbook: "a") }
        #expect(
            breaker.reason(most: 0.1)
                == "max_failed: 6 of its last 50 touches failed (12 %, more than 10 %); keeptouch touches says why")
        #expect(breaker.failing == 1)
        var young = Breaker()
        for _ in 0..<9 { young.note(failed: true, playbook: "a") }
        #expect(young.reason(most: 0.1) == nil)
    }

    @Test func bouncesAndComplaintsHaveTheirOwnFigures() {
        func pause(_ bounced: Int, _ complained: Int, of touches: Int) -> String? {
            safety.pause(
                .init(
                    bounceable: min(200, touches), bounced: bounced, complainable: touches, complained: complained))
        }
        #expect(pause(10, 0, of: 1_000) == nil)
        #expect(pause(11, 0, of: 1_000) == "max_bounced: 11 of its last 200 touches bounced (5.5 %, more than 5 %)")
        #expect(pause(2, 0, of: 10) == nil)
        #expect(pause(0, 1, of: 500) == nil)
        #expect(pause(0, 2, of: 2_000) == nil)
        #expect(
            pause(0, 3, of: 2_000)
                == "max_complained: 3 of its last 2000 touches led to a complaint (0.2 %, more than 0.1 %)")
    }

    @Test func aLongSleepWithSomethingOverdueIsTold() {
        let now = Instant(milliseconds: 1_000_000_000_000)
        func asleep(_ hours: Int64?, gap: Int64? = nil, touches: Int = 0, steps: Int = 0) -> String? {
            safety.asleep(
                lastAlive: hours.map { now - .hours($0) }, usualGap: gap.map { .hours($0) }, touches: touches,
                steps: steps, now: now)
        }
        #expect(asleep(6, touches: 5) == nil)
        #expect(asleep(30) == nil)
        #expect(asleep(nil, touches: 5) == nil)
        #expect(
            asleep(30, touches: 5)
                == "asleep: nothing has run for 30 hours, and 5 touches are overdue; they may be out of date (where runs are as far apart as that: safety: { asleep: 36h })"
        )
        // Runs once a day, of which one was left out; runs every minute; nobody knows.
        #expect(asleep(24, gap: 24, touches: 5, steps: 5) == nil)
        #expect(asleep(49, gap: 24, touches: 5) != nil)
        #expect(asleep(7, gap: 0, steps: 1)?.contains("and 1 step is overdue") == true)
        #expect(asleep(47, steps: 1) == nil)
        #expect(asleep(49, touches: 2, steps: 1)?.contains("2 touches and 1 step are overdue") == true)
        var rules = Configuration.Safety()
        rules.asleep = nil
        #expect(Safety(rules).asleep(lastAlive: now - .hours(99), usualGap: nil, touches: 5, steps: 5, now: now) == nil)
    }

    @Test func aClockThatJumpsIsNoticed() {
        func reading(_ wall: Int64, _ boot: Int64, _ id: String = "a") -> ClockReading {
            ClockReading(wall: Instant(milliseconds: wall * 1_000), sinceBoot: .seconds(boot), boot: id)
        }
        var guarding = ClockGuard(last: nil)
        #expect(guarding.check(reading(1_000, 10)) == nil)
        // Sleep is no jump: both clocks go on.
        #expect(guarding.check(reading(91_000, 90_010)) == nil)
        #expect(guarding.check(reading(91_160, 90_110)) == nil)
        #expect(
            guarding.check(reading(91_321, 90_210))
                == "clock: the machine's clock jumped 61 s ahead, to 1970-01-02T01:22:01Z; see that it is right")
        // It stays a jump until the clock is back.
        #expect(guarding.check(reading(91_322, 90_211)) != nil)
        #expect(
            guarding.check(reading(5_000, 90_212))?.hasPrefix("clock: the machine's clock jumped 86262 s back") == true)
        #expect(guarding.check(reading(91_263, 90_213)) == nil)
        // After a start of the machine there is nothing to compare with.
        #expect(guarding.check(reading(900_000, 5, "b")) == nil)
        #expect(ClockReading(text: reading(5, 7).text) == reading(5, 7))
        #expect(ClockReading(text: "nonsense") == nil)
    }

    @Test func noRuleHoldsNothing() throws {
        let none = Safety(Configuration.Safety.none)
        let counts = Safety.Counts(fresh: 1_000, matched: 1_000, audience: 1_000, recent: [0, 0, 0])
        #expect(none.hold(.when, counts, wasReleased: false, isLetThrough: false) == nil)
        #expect(none.hold([.init(attribute: "plan", accounts: 10, nulls: 10)]) == nil)
        #expect(none.pause(.init(bounceable: 10, bounced: 10, complainable: 10, complained: 10)) == nil)
    }
}
