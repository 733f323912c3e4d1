import Foundation
import Playbooks
import Testing

@Test(arguments: [
    ("1970-01-01", 0, Weekday.thursday), ("1969-12-31", -1, .wednesday), ("2000-02-29", 11_016, .tuesday),
    ("2026-03-31", 20_543, .tuesday), ("0001-01-01", -719_162, .monday), ("9999-12-31", 2_932_896, .friday),
])
func aDateIsADayNumberAndBack(text: String, number: Int, weekday: Weekday) throws {
    let day = try Day.parse(text).get()
    #expect(day.number == number)
    #expect(day.description == text)
    #expect(day.weekday == weekday)
}

@Test func everyDayOfFourHundredYearsFollowsTheOneBefore() {
    var expected = CivilDate(year: 1_850, month: 1, day: 1)
    let first = Day(year: 1_850, month: 1, day: 1)?.number ?? 0
    for number in first..<first + 146_097 {
        let date = Day(number: number).civil
        guard date == expected, Day(year: date.year, month: date.month, day: date.day)?.number == number else {
            Issue.record("day \(number) is \(date), expected \(expected)")
            return
        }
        expected.day += 1
        if expected.day > CivilDate.length(ofMonth: expected.month, year: expected.year) {
            expected = CivilDate(
                year: expected.month == 12 ? expected.year + 1 : expected.year, month: expected.month % 12 + 1, day: 1)
        }
    }
    #expect(expected == CivilDate(year: 2_250, month: 1, day: 1))
}

@Test(arguments: [
    "", "2026-02-29", "2026-13-01", "2026-00-10", "2026-01-32", "2026-1-1", "26-01-01", "2026-01-01 ", "2026/01/01",
    "0000-01-01", "2026-01-0１",
])
func aTextThatIsNoDateIsRefused(text: String) {
    #expect(throws: TimeTextError.self) { try Day.parse(text).get() }
}

@Test func weekdaysAreReadShortAndLong() {
    #expect(Weekday("Tue") == .tuesday)
    #expect(Weekday("sunday") == .sunday)
    #expect(Weekday("tues") == nil)
    #expect(Weekday.wednesday.shortName == "wed")
}
