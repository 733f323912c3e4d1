import Playbooks
import Testing

private let office = SendWindow(weekdays: [1, 2, 3, 4, 5], start: 9 * 60, end: 17 * 60)

@Test func aWindowIsReadFromDaysAndHours() throws {
    #expect(try SendWindow.parse(days: "mon-fri", hours: "09:00-17:00").get() == office)
    #expect(try SendWindow.parse(days: "sat-mon, wed", hours: nil).get().weekdays == [6, 7, 1, 3])
    #expect(
        try SendWindow.parse(days: nil, hours: "8:00 - 24:00").get()
            == SendWindow(weekdays: Set(1...7), start: 480, end: 1_440))
    #expect(try SendWindow.parse(days: nil, hours: nil).get() == .always)
}

@Test(arguments: [
    ("mon-fri", "17:00-09:00"), ("mon-fri", "09:00"), ("mon-fri", "9-17"), ("mon-fri", "09:00-09:00"),
    ("mon-fri", "09:00-24:01"), ("weekdays", "09:00-17:00"), ("", "09:00-17:00"), ("mon-", "09:00-17:00"),
    ("mon,,tue", "09:00-17:00"), ("mon-tue-wed", "09:00-17:00"),
])
func aWindowThatMakesNoSenseIsRefused(days: String, hours: String) {
    #expect(throws: TimeTextError.self) { try SendWindow.parse(days: days, hours: hours).get() }
}

@Test(arguments: [
    ("America/New_York", "2026-03-06T13:59:59Z", "2026-03-06T14:00:00Z"),
    ("America/New_York", "2026-03-06T14:00:00Z", "2026-03-06T14:00:00Z"),
    ("America/New_York", "2026-03-06T21:59:59Z", "2026-03-06T21:59:59Z"),
    ("America/New_York", "2026-03-06T22:00:00Z", "2026-03-09T13:00:00Z"),  // over the weekend and the clock change
    ("Asia/Kathmandu", "2026-03-08T12:00:00Z", "2026-03-09T03:15:00Z"),
    ("Pacific/Apia", "2011-12-30T09:00:00Z", "2012-01-01T19:00:00Z"),  // Thursday, then Saturday; 09:00 on Monday
])
func theNextInstantInTheWindowIsOnTheContactsClock(zone: String, from: String, next: String) throws {
    let zone = try #require(Zone(zone))
    let from = try Instant.parse(from).get()
    #expect(office.next(atOrAfter: from, in: zone).description == next)
    #expect(try office.contains(Instant.parse(next).get(), in: zone))
}

@Test func aWindowInsideAGapIsPassedOver() throws {
    let zone = try #require(Zone("America/New_York"))
    let night = SendWindow(weekdays: Set(1...7), start: 130, end: 150)
    let from = try Instant.parse("2026-03-08T05:00:00Z").get()
    #expect(night.next(atOrAfter: from, in: zone).description == "2026-03-09T06:10:00Z")
}

@Test func theNextInstantIsTheFirstThatTheWindowContains() throws {
    var random = SeededRandom(seed: 13)
    let zones = try ["America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"].map { try #require(Zone($0)) }
    for _ in 0..<500 {
        let start = Int.random(in: 0..<1_440, using: &random)
        let window = SendWindow(
            weekdays: Set(
                (1...7).filter { _ in Bool.random(using: &random) } + [Int.random(in: 1...7, using: &random)]),
            start: start, end: Int.random(in: start + 1...1_440, using: &random))
        let zone = zones[Int.random(in: 0..<3, using: &random)]
        let from = Instant(milliseconds: Int64.random(in: 25_000_000...30_000_000, using: &random) * 60_000)
        let next = window.next(atOrAfter: from, in: zone)
        #expect(next >= from && window.contains(next, in: zone))
        if next > from { #expect(!window.contains(next - TimeSpan(milliseconds: 1), in: zone)) }
        for _ in 0..<20 where next > from {
            let between = Instant(milliseconds: Int64.random(in: from.milliseconds..<next.milliseconds, using: &random))
            #expect(!window.contains(between, in: zone))
        }
    }
}
