import Foundation
import Playbooks
import Testing

private struct Vectors: Decodable {
    struct Next: Decodable {
        var zone: String
        var cron: String
        var from: String
        var next: [String]
    }

    struct Count: Decodable {
        var zone: String
        var cron: String
        var local_day: String
        var runs: Int
    }

    struct Refused: Decodable {
        var cron: String
        var zone: String?
    }

    var next: [Next]
    var counts: [Count]
    var errors: [Refused]

    static func read() throws -> Vectors {
        let url = try #require(
            Bundle.module.url(forResource: "schedule", withExtension: "json", subdirectory: "Vectors"))
        return try JSONDecoder().decode(Vectors.self, from: Data(contentsOf: url))
    }
}

@Test func nextOccurrencesEqualTheVectors() throws {
    for vector in try Vectors.read().next {
        let schedule = try Schedule.parse(vector.cron).get()
        let zone = try #require(Zone(vector.zone))
        var last = try Instant.parse(vector.from).get()
        for expected in vector.next {
            last = try #require(schedule.next(after: last, in: zone), "\(vector.cron) in \(vector.zone)")
            #expect(last.description == expected, "\(vector.cron) in \(vector.zone)")
        }
    }
}

@Test func runsOfADayWithAClockChangeEqualTheVectors() throws {
    for vector in try Vectors.read().counts {
        let schedule = try Schedule.parse(vector.cron).get()
        let zone = try #require(Zone(vector.zone))
        let day = try Day.parse(vector.local_day).get()
        let (before, last) = (
            zone.start(of: day) - TimeSpan(milliseconds: 1), zone.start(of: day + 1) - TimeSpan(milliseconds: 1)
        )
        #expect(Array(schedule.occurrences(after: before, through: last, in: zone)).count == vector.runs)
    }
}

@Test func errorsOfTheVectorsAreRefused() throws {
    for vector in try Vectors.read().errors {
        if let zone = vector.zone {
            #expect(Zone(zone) == nil)
        } else {
            #expect(throws: TimeTextError.self, "\(vector.cron)") { try Schedule.parse(vector.cron).get() }
        }
    }
}

@Test(arguments: [
    ("every 15m", "*/15 * * * *"), ("every 2h", "0 */2 * * *"), ("hourly", "0 * * * *"),
    ("daily at 09:00", "0 9 * * *"), ("weekdays at 09:30", "30 9 * * 1-5"), ("weekly on tue at 10:00", "0 10 * * tue"),
    ("weekly on mon, thu at 7:05", "5 7 * * 1,4"), ("monthly on 1 at 10:00", "0 10 1 * *"),
    ("monthly on last at 10:00", "0 10 L * *"), ("Daily AT 09:00", "0 9 * * *"),
    ("0 9 * JAN-mar 7", "0 9 * 1,2,3 0"), ("0 9 * * fri-sun", "0 9 * * 0,5,6"), ("0-10/5 1 * * *", "0,5,10 1 * * *"),
])
func aPlainFormMeansItsCronExpression(text: String, cron: String) throws {
    let (schedule, expected) = (try Schedule.parse(text).get(), try Schedule.parse(cron).get())
    #expect(schedule.rule == expected.rule)
    #expect(schedule.text == text)
}

@Test func aSuffixMeansTheContactsOwnClock() throws {
    let schedule = try Schedule.parse("monthly on 1 at 10:00 local").get()
    #expect(schedule.isLocal)
    #expect(schedule.rule == (try Schedule.parse("monthly on 1 at 10:00").get().rule))
}

@Test func onceComesOnceEvenInsideAGap() throws {
    let zone = try #require(Zone("America/New_York"))
    let schedule = try Schedule.parse("once 2026-03-08 02:30").get()
    let before = try Instant.parse("2026-01-01T00:00:00Z").get()
    let at = try #require(schedule.next(after: before, in: zone))
    #expect(at.description == "2026-03-08T07:00:00Z")
    #expect(schedule.next(after: at, in: zone) == nil)
}

@Test func theLastDayOfTheMonthFollowsItsLength() throws {
    let zone = try #require(Zone("UTC"))
    let schedule = try Schedule.parse("monthly on last at 10:00").get()
    let days = try schedule.occurrences(
        after: Instant.parse("2028-01-01T00:00:00Z").get(), through: Instant.parse("2028-05-01T00:00:00Z").get(),
        in: zone)
    #expect(days.map { zone.day(of: $0).civil.day } == [31, 29, 31, 30])
}

@Test(arguments: [
    ("", "got nothing"), ("local", "got nothing"), ("soon", "expected a schedule such as"),
    ("* * * *", "expected five fields"), ("0 9 * * * *", "expected five fields"), ("60 * * * *", "minute from 0 to 59"),
    ("0 24 * * *", "hour from 0 to 23"), ("0 0 0 * *", "day of month from 1 to 31"),
    ("0 0 * 13 *", "month from 1 to 12"),
    ("0 0 * * 8", "weekday from 0 to 7"), ("0 0 * * mon-", "weekday from 0 to 7"), ("5-1 * * * *", "from low to high"),
    ("*/0 * * * *", "expected a step"), ("5/15 * * * *", "expected a step"), ("*/15/2 * * * *", "expected a step"),
    ("1,,2 * * * *", "minute from 0 to 59"), ("-5 * * * *", "expected a schedule"), ("0 0 30 2 *", "never fires"),
    ("0 0 31 4,6,9,11 *", "never fires"), ("every 7m", "divide an hour"), ("every 25h", "divide an hour"),
    ("every 0m", "divide an hour"), ("every", "divide an hour"), ("daily", "expected \"daily at 09:00\""),
    ("daily at 25:00", "expected a time"), ("daily at 24:00", "expected a time"), ("weekly on tue", "weekly on tue at"),
    ("weekly on at 10:00", "weekly on tue at"), ("weekly on tues at 10:00", "expected weekdays"),
    ("monthly on 32 at 10:00", "expected a day of the month"), ("monthly on 31 at 10:00", "monthly on last"),
    ("once 2026-02-30 09:00", "expected a date"), ("once 2026-12-01", "expected \"once"), ("hourly at 5", "alone"),
])
func aBadScheduleSaysWhatWasExpected(text: String, part: String) {
    guard case .failure(let error) = Schedule.parse(text) else {
        Issue.record("\(text) was read")
        return
    }
    #expect(error.message.contains(part))
}

@Test func theRarestScheduleStillEnds() throws {
    let zone = try #require(Zone("Europe/London"))
    // The weekday is written as a step, so both must hold: 29 February on a Saturday or Sunday.
    let schedule = try Schedule.parse("0 0 29 2 */6").get()
    let start = try Instant.parse("2072-03-01T00:00:00Z").get()
    let next = try #require(schedule.next(after: start, in: zone))
    #expect([Weekday.sunday, .saturday].contains(zone.day(of: next).weekday))
    #expect(schedule.next(after: Instant(milliseconds: .max / 4), in: zone) != nil)
}
