import Decisions
import Playbooks
import Storage
import Testing

/// 2026-03-02, a Monday.
private let monday = Day(number: 20_514)

private func report(_ offset: Int, _ accounts: Int64, closed: Bool = false) -> CompleteDays.Report {
    CompleteDays.Report(day: monday + offset, accounts: accounts, isClosed: closed)
}

/// Ten weeks of 100 accounts on working days and 10 at weekends, up to the Sunday before `monday`.
private let past = (1...70).map { report(-$0, (monday - $0).weekday.rawValue > 5 ? 10 : 100) }

@Test func aDayIsCompleteWhenHalfOfTheUsualAccountsReported() {
    #expect(CompleteDays.last(of: past + [report(0, 50)], until: monday) == monday)
    #expect(CompleteDays.last(of: past + [report(0, 49)], until: monday) == monday - 1)
}

@Test func aWeekendIsComparedWithWeekends() {
    #expect(CompleteDays.last(of: past.filter { $0.day < monday - 1 } + [report(-1, 6)], until: monday) == monday - 1)
    #expect(CompleteDays.last(of: past.filter { $0.day < monday - 1 } + [report(-1, 4)], until: monday) == monday - 2)
}

@Test func aClosedDayIsCompleteWhateverItHolds() {
    #expect(CompleteDays.last(of: past + [report(0, 0, closed: true)], until: monday) == monday)
}

@Test func noDayAfterYesterdayCounts() {
    #expect(CompleteDays.last(of: past + [report(0, 100), report(1, 100)], until: monday - 1) == monday - 1)
    #expect(CompleteDays.last(of: [report(1, 100)], until: monday) == nil)
    #expect(CompleteDays.last(of: [], until: monday) == nil)
}

@Test func theFirstDaysAreComparedWithTheDaysBefore() {
    #expect(CompleteDays.last(of: [report(0, 3)], until: monday) == monday)
    #expect(CompleteDays.last(of: [report(-1, 100), report(0, 40)], until: monday) == monday - 1)
    #expect(CompleteDays.last(of: [report(-2, 100), report(-1, 100), report(0, 60)], until: monday) == monday)
}

@Test func onlyTheLastEightOfAWeekdayCount() {
    // 20 accounts for the last 8 Mondays, 1,000 before that.
    let mondays = (1...16).map { report(-7 * $0, $0 <= 8 ? 20 : 1_000) }
    #expect(CompleteDays.last(of: mondays + [report(0, 11)], until: monday) == monday)
    #expect(CompleteDays.last(of: mondays + [report(0, 9)], until: monday) == monday - 7)
}

@Test func daysWithoutDataAreNoUsualDays() {
    let quiet = [report(-7, 0, closed: true), report(-14, 100), report(-21, 100)]
    #expect(CompleteDays.last(of: quiet + [report(0, 40)], until: monday) == monday - 7)
    #expect(CompleteDays.last(of: quiet + [report(0, 50)], until: monday) == monday)
}

@Test func theLastCompleteDaysAreReadFromTheDatabase() throws {
    let store = try Scratch().store(accounts: 100, metrics: ["logins", "reports", "silent"])
    var writer = SeriesWriter()
    for account in 1...100 {
        for day in (monday - 20).number...monday.number {
            writer.add(metric: 1, account: Int64(account), day: day, value: 1)
            if day < monday.number || account <= 40 {
                writer.add(metric: 2, account: Int64(account), day: day, value: 0)
            }
        }
    }
    try writer.flush(to: store)
    let days = try store.read { try CompleteDays.load(until: monday, $0) }
    #expect(days == ["logins": monday, "reports": monday - 1])
    try store.write { try SeriesWriter.close(metric: 2, day: monday.number, on: $0) }
    #expect(try store.read { try CompleteDays.load(until: monday, $0) }["reports"] == monday)
    #expect(try store.read { try CompleteDays.load(until: monday - 3, $0) }["reports"] == monday - 3)
}

@Test func aMetricIsStaleOnceItsLastDayEndedTooLongAgo() throws {
    let zone = try #require(Zone("America/Chicago"))
    let metric = Metric("logins", freshWithin: .hours(36))
    let end = zone.start(of: monday + 1)
    #expect(CompleteDays.staleness(of: metric, last: monday, now: end + .hours(36), in: zone) == nil)
    #expect(
        CompleteDays.staleness(of: metric, last: monday, now: end + .hours(37), in: zone)
            == "the last complete day of logins is 2026-03-02, which ended 37h ago (fresh_within 36h)")
    #expect(CompleteDays.staleness(of: metric, last: nil, now: end, in: zone)?.contains("no complete day yet") == true)
    #expect(CompleteDays.staleness(of: Metric("logins"), last: nil, now: end, in: zone) == nil)
}
