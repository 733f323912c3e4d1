import Foundation
import Playbooks
import Testing

@Test(arguments: [
    "America/New_York", "US/Pacific", "UTC", "Etc/UTC", "Asia/Calcutta", "Asia/Kolkata", "Europe/Kyiv", "EST",
])
func aZoneIsKnownByItsNameOrAnAliasAndKeepsIt(name: String) {
    #expect(Zone(name)?.name == name)
}

@Test(arguments: ["", "Mars/Olympus", "GMT+5", "+05:00", "PST", "IST", "america/new_york", "A/../B", " UTC", "local"])
func aNameThatIsNoZoneIsRefused(name: String) {
    #expect(Zone(name) == nil)
}

@Test func offsetsEqualThoseOfTheSystem() throws {
    var random = SeededRandom(seed: 11)
    for name in ["America/New_York", "Europe/Dublin", "Africa/Casablanca", "Australia/Lord_Howe", "Pacific/Apia"] {
        let (zone, system) = (try #require(Zone(name)), try #require(TimeZone(identifier: name)))
        for _ in 0..<500 {
            let second = Int64.random(in: -2_000_000_000...6_000_000_000, using: &random)
            let expected = system.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second)))
            #expect(zone.offset(at: Instant(milliseconds: second * 1_000)) == Int64(expected) * 1_000)
        }
    }
}

@Test(arguments: [
    ("America/Santiago", "2026-09-06", "2026-09-06T04:00:00Z"),  // clocks skip midnight
    ("America/New_York", "2026-11-01", "2026-11-01T04:00:00Z"),
    ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"),  // no such day: the start of the next one
    ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z"),
])
func aDayStartsAtItsFirstInstant(name: String, day: String, start: String) throws {
    let zone = try #require(Zone(name))
    #expect(try zone.start(of: Day.parse(day).get()).description == start)
}

@Test func everyInstantLiesInItsDay() throws {
    var random = SeededRandom(seed: 12)
    for name in ["America/New_York", "America/Santiago", "Australia/Lord_Howe", "Asia/Kathmandu", "Asia/Beirut"] {
        let zone = try #require(Zone(name))
        for _ in 0..<500 {
            let instant = Instant(milliseconds: Int64.random(in: 0...4_000_000_000_000, using: &random))
            let day = zone.day(of: instant)
            #expect(zone.start(of: day) <= instant && instant < zone.start(of: day + 1))
        }
    }
}
