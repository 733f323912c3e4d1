import Decisions
import Playbooks
import Testing

/// Days, zones, windows and what lies before an enrollment.
@Suite struct EvaluatorTimeTests {
    private let last = SmallWorld.lastDay

    private func moment(_ day: Int, _ hour: Int) -> Double {
        Double(SmallWorld.zone.instant(of: Day(number: day), minute: hour * 60).milliseconds)
    }

    @Test func aDayIsThatOfTheWorkspacesCalendar() throws {
        var block = SmallWorld.block(3)
        // Eleven at night in Chicago is the next day in UTC.
        block.attributes["created_at"] = .numbers([moment(20_520, 23), moment(20_521, 0), .nan])
        #expect(
            try SmallWorld.values("created_at == 2026-03-08", block) == [.boolean(true), .boolean(false), .missing])
        #expect(try SmallWorld.values("created_at > 2026-03-08", block).last == .missing)
        var context = SmallWorld.context
        context.zone = .utc
        #expect(
            try SmallWorld.values("created_at == 2026-03-09", block, context)
                == [.boolean(true), .boolean(true), .missing])
    }

    @Test func leapDaysComeAgainOnTheTwentyEighth() throws {
        var block = SmallWorld.block(3)
        let leap = try #require(Day(year: 2024, month: 2, day: 29)?.number)
        block.attributes["renewal_at"] = .numbers([Double(leap), 20_532, 20_531])
        let days = try [(2027, 2, 28), (2026, 3, 20), (2027, 3, 19)].map { year, month, day in
            Value.date(try #require(Day(year: year, month: month, day: day)))
        }
        #expect(try SmallWorld.values("anniversary(renewal_at)", block) == days)
    }

    @Test func aChangeOfClocksInTheMiddleOfAWindowLeavesItsDaysWhole() throws {
        var block = SmallWorld.block(2)
        // The day of the change, and the one before, which it came into the world at eleven at night.
        block.attributes["created_at"] = .numbers([0, moment(20_519, 23)])
        var daily = Block.DailyValues()
        daily.days = [20_519, 20_520, 20_521]
        daily.values = [2, 2, 4, .nan, 6, 6]
        block.metrics["logins"] = daily
        let days = last - 20_519 + 1
        #expect(try SmallWorld.values("sum(logins, \(days)d)", block) == [.number(12), .number(8)])
        #expect(try SmallWorld.values("avg(logins, \(days)d)", block) == [.number(12.0 / 13), .number(8.0 / 13)])
        #expect(try SmallWorld.values("min(logins, 13d)", block) == [.number(0), .number(0)])
        #expect(
            try SmallWorld.values("idle(logins)", block)
                == [Value](
                    repeating: .duration(SmallWorld.now - SmallWorld.zone.start(of: Day(number: 20_522))), count: 2))
    }

    @Test func anAccountThatBeganInsideTheWindowHasFewerDays() throws {
        var block = SmallWorld.block(4)
        block.attributes["created_at"] = .numbers([moment(last - 1, 9), moment(last + 1, 9), 0, 0])
        block.attributes["churned_at"] = .numbers([.nan, .nan, moment(last - 5, 9), moment(last - 40, 9)])
        var daily = Block.DailyValues()
        daily.days = [last - 6, last]
        daily.values = [.nan, .nan, 8, .nan, 4, .nan, .nan, .nan]
        block.metrics["logins"] = daily
        block.metrics["score"] = daily
        #expect(
            try SmallWorld.values("avg(logins, 7d)", block) == [.number(2), .missing, .number(4), .missing])
        #expect(
            try SmallWorld.values("sum(logins, 7d)", block) == [.number(4), .missing, .number(8), .missing])
        #expect(
            try SmallWorld.values("avg(score, 7d)", block) == [.number(4), .missing, .number(8), .missing])
        #expect(
            try SmallWorld.values("active_days(logins, 7d)", block) == [.number(1), .missing, .number(1), .missing])
        #expect(try SmallWorld.values("drop(logins, 2d, 5d)", block).first == .missing)
    }

    @Test func aMetricWithoutACompleteDayIsMissing() throws {
        var context = SmallWorld.context
        context.lastCompleteDay["logins"] = nil
        for text in ["sum(logins, 7d)", "idle(logins)", "usage_drop(logins)", "drop(logins, 7d, 7d)"] {
            #expect(try SmallWorld.values(text, SmallWorld.block(), context) == [.missing])
        }
    }

    @Test func historyBeginsWithTheAccount() throws {
        var block = SmallWorld.block(3)
        let day = 86_400_000.0
        let now = Double(SmallWorld.now.milliseconds)
        block.attributes["created_at"] = .numbers([now - 90 * day, now - 10 * day, now - 90 * day])
        block.attributes["health"] = .numbers([8, 8, 5])
        var changes = Block.Changes(starts: [0, 2, 2, 3])
        changes.at = [20, 2, 5].map { SmallWorld.now.milliseconds - Int64($0 * day) }
        changes.previous = .numbers([2, 4, 0])
        changes.value = .numbers([4, 8, 5])
        block.history["health"] = changes
        #expect(try SmallWorld.values("was(health, 30d)", block) == [.number(2), .missing, .number(0)])
        #expect(try SmallWorld.values("was(health, 5d)", block) == [.number(4), .number(8), .number(5)])
        #expect(try SmallWorld.values("change(health, 30d)", block) == [.number(6), .missing, .number(5)])
        // From nothing nothing can fall.
        #expect(try SmallWorld.values("fall(health, 30d)", block) == [.number(-3), .missing, .missing])
    }

    @Test func nothingBeforeTheEnrollmentCounts() throws {
        var block = SmallWorld.block(2)
        let day: Int64 = 86_400_000
        var events = Block.Events(starts: [0, 0, 3])
        events.ids = [1, 2, 3]
        events.at = [10, 5, 1].map { SmallWorld.now.milliseconds - $0 * day }
        events.properties["amount"] = .numbers([0.1, 0.2, .nan])
        events.properties["paid"] = .numbers([1, 0, 1])
        block.events["invoice"] = events
        var daily = Block.DailyValues()
        daily.days = [last - 2]
        daily.values = [1, 1]
        block.metrics["logins"] = daily
        #expect(try SmallWorld.values("sum(invoice.amount)", block) == [.number(0), .number(0.3)])
        var subject = Subject(account: 1, since: SmallWorld.now - .days(6))
        subject.entry = ["base": .number(2)]
        subject.event = TriggeringEvent(id: 1, at: SmallWorld.now, properties: ["paid": .boolean(true)])
        #expect(try SmallWorld.value("count(invoice)", block, subject) == .number(2))
        #expect(try SmallWorld.value("count(invoice, 3d)", block, subject) == .number(1))
        #expect(try SmallWorld.value("count(invoice where paid)", block, subject) == .number(1))
        #expect(try SmallWorld.value("ever(invoice where amount < 0.15)", block, subject) == .boolean(true))
        #expect(try SmallWorld.value("sum(logins, 3d)", block, subject) == .number(1))
        #expect(try SmallWorld.value("sum(logins, 7d)", block, subject) == .missing)
        #expect(try SmallWorld.value("idle(logins) > 1d", block, subject) == .boolean(true))
        subject.since = SmallWorld.now - .days(1)
        #expect(try SmallWorld.value("idle(logins)", block, subject) == .missing)
    }
}
