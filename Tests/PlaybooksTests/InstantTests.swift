import Playbooks
import Testing

@Test(arguments: [
    ("2026-03-08T07:00:00Z", "2026-03-08T07:00:00Z"),
    ("2026-03-08T07:00Z", "2026-03-08T07:00:00Z"),
    ("2026-03-08 07:00:00.125z", "2026-03-08T07:00:00.125Z"),
    ("2026-03-08T07:00:00.123456789Z", "2026-03-08T07:00:00.123Z"),
    ("2026-03-08T07:00:00.5+05:30", "2026-03-08T01:30:00.500Z"),
    ("2026-03-08T07:00:00-0500", "2026-03-08T12:00:00Z"),
    ("2026-03-08T07:00:00+01", "2026-03-08T06:00:00Z"),
    ("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"),
])
func anInstantIsReadAndShownInUTC(text: String, shown: String) throws {
    #expect(try Instant.parse(text).get().description == shown)
}

@Test(arguments: [
    ("2026-03-08T09:00", "2026-03-08T13:00:00Z"),
    ("2026-03-08 02:30:00", "2026-03-08T07:00:00Z"),
    ("2026-11-01 01:30", "2026-11-01T05:30:00Z"),
    ("2026-07-01", "2026-07-01T04:00:00Z"),
    ("2026-07-01T00:00:00Z", "2026-07-01T00:00:00Z"),
])
func aTimeWithoutAnOffsetIsLocalInTheZone(text: String, shown: String) throws {
    let zone = try #require(Zone("America/New_York"))
    #expect(try Instant.parse(text, in: zone).get().description == shown)
}

@Test(arguments: [
    "", "2026-03-08", "2026-03-08T07:00:00", "2026-03-08T24:00:00Z", "2026-03-08T07:60:00Z", "2026-03-08T07:00:60Z",
    "2026-03-08T07:00:00.Z", "2026-03-08T07:00:00Z ", "2026-02-30T07:00:00Z", "2026-03-08T07Z", "yesterday",
    "2026-03-08T07:00:00+24:00", "2026-03-08T07:00:00+5", "2026-03-08T07:00:00+05:", "1772953200",
])
func aTextThatIsNoInstantIsRefused(text: String) {
    #expect(throws: TimeTextError.self) { try Instant.parse(text).get() }
}

@Test func anInstantIsShownOnAZonesClock() throws {
    let zone = try #require(Zone("Asia/Kathmandu"))
    #expect(try Instant.parse("2026-03-07T20:45:00Z").get().text(in: zone) == "2026-03-08 02:30")
}
