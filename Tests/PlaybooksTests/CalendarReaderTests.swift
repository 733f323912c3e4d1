import Playbooks
import Testing

/// Days on which windows stay closed.
@Suite struct CalendarReaderTests {
    private static let configuration = """
        workspace: w
        timezone: UTC
        channels: { in_app: inbox }
        categories: { tips: Tips }
        send_window: { days: mon-fri, hours: 09:00-17:00, except: [holidays] }

        """

    private func read(_ files: [String: String]) -> (Workspace?, [String]) {
        var all = [
            "keeptouch.yaml": Self.configuration,
            "data.yaml": "attributes:\n  country: { type: text }\n  seats: number\n",
        ]
        all.merge(files) { $1 }
        let (workspace, diagnostics) = WorkspaceReader.read(all)
        return (workspace, diagnostics.map(\.description))
    }

    private func days(_ ics: [String]) -> ([String: String], [String]) {
        let event = ["BEGIN:VCALENDAR", "BEGIN:VEVENT"] + ics + ["END:VEVENT", "END:VCALENDAR"]
        let (workspace, complaints) = read([
            "calendars/holidays.yaml": "calendar: holidays\nfile: h.ics\ndays: { 2020-02-02: One }\n",
            "calendars/h.ics": event.joined(separator: "\r\n") + "\r\n",
        ])
        var days: [String: String] = [:]
        for (day, name) in workspace?.calendars["holidays"]?.days ?? [:] where name != "One" { days["\(day)"] = name }
        return (days, complaints)
    }

    @Test func daysAreWrittenAsDatesYearlyOnesAndStretches() throws {
        let (workspace, complaints) = read([
            "calendars/holidays.yaml": """
            calendar: holidays
            for: { country: [US, CA] }
            days:
              2026-11-26: Thanksgiving
              12-25: Christmas Day
              02-29:
              2026-12-29 to 2027-01-02: Between the years

            """
        ])
        #expect(complaints == [])
        let calendar = try #require(workspace?.calendars["holidays"])
        let day = { (text: String) in calendar.days[try Day.parse(text).get()] }
        #expect(try day("2026-11-26") == "Thanksgiving")
        #expect(try day("2031-12-25") == "Christmas Day" && day("1999-12-25") == "Christmas Day")
        #expect(try day("2028-02-29") == "02-29" && day("2027-02-28") == nil)
        #expect(try day("2027-01-01") == "Between the years" && day("2027-01-03") == nil)
        #expect(calendar.serves { $0 == "country" ? "CA" : nil })
        #expect(!calendar.serves { _ in nil })
        #expect(workspace?.configuration.sendWindow?.except == ["holidays"])
    }

    @Test func aCalendarFileIsReadByItsWholeDays() {
        let (one, complaints) = days([
            "DTSTART;VALUE=DATE:20261225", "DTEND;VALUE=DATE:20261227", "SUMMARY:Christmas\\, and the",
            "  day after", "BEGIN:VALARM", "TRIGGER;VALUE=DATE-TIME:20261224T000000Z", "SUMMARY:Reminder", "END:VALARM",
        ])
        #expect(complaints == [])
        #expect(one == ["2026-12-25": "Christmas, and the day after", "2026-12-26": "Christmas, and the day after"])
        #expect(days(["DTSTART:20260101", "DURATION:P1W"]).0.count == 7)
        #expect(days(["DTSTART:20260101", "STATUS:CANCELLED"]).0.isEmpty)
        let timed = days(["DTSTART:20260101T090000Z", "SUMMARY:Stand-up"])
        #expect(timed.0.isEmpty)
        #expect(
            timed.1.first?.contains("calendars/h.ics:3:1: warning: \"20260101T090000Z\" is a time of a day") == true)
    }

    @Test func yearlyRulesAreReadAndOthersRefusedByTheirLine() {
        let fourth = days([
            "DTSTART;VALUE=DATE:20241128", "SUMMARY:Thanksgiving", "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;COUNT=3",
        ])
        #expect(fourth.0.keys.sorted() == ["2024-11-28", "2025-11-27", "2026-11-26"])
        let last = days([
            "DTSTART;VALUE=DATE:20250526", "RRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO;UNTIL=20270101", "EXDATE:20260525",
        ])
        #expect(last.0.keys.sorted() == ["2025-05-26"])
        #expect(days(["DTSTART;VALUE=DATE:20260704", "RRULE:FREQ=YEARLY"]).0.count == 75)
        for rule in [
            "RRULE:FREQ=WEEKLY", "RRULE:FREQ=YEARLY;INTERVAL=2", "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2",
            "RRULE:FREQ=YEARLY;BYMONTH=1,2", "RRULE:FREQ=YEARLY;BYWEEKNO=3", "RRULE:", "RRULE:;=;",
        ] {
            let (days, complaints) = days(["DTSTART;VALUE=DATE:20260101", "SUMMARY:x", rule])
            #expect(days.isEmpty)
            #expect(
                complaints.contains { $0.hasPrefix("calendars/h.ics:5:1: error: of recurring rules only") }, "\(rule)")
        }
        #expect(
            days(["DTSTART:20260101", "RDATE:20260105"]).1.contains {
                $0.contains("h.ics:4:1: error: RDATE is not read")
            })
        #expect(
            days(["DTSTART:tomorrow"]).1.contains { $0.contains("h.ics:3:1: error: expected a day such as 20261225") })
        #expect(days(["DTSTART:20260101", "DTEND:20300101"]).1.contains { $0.contains("1 to 366 days") })
    }

    @Test func aFileOfFiftyYearsIsRead() {
        let events = (1990...2040).flatMap { year in
            (1...12).flatMap { month in
                [
                    "BEGIN:VEVENT", "UID:\(year)-\(month)@example.com",
                    "DTSTART;VALUE=DATE:\(year * 10_000 + month * 100 + 4)", "SUMMARY:Day of month \(month)",
                    "DESCRIPTION:" + String(repeating: "Nobody reads this\\, and it is long. ", count: 20),
                    "END:VEVENT",
                ]
            }
        }
        let (workspace, complaints) = read([
            "calendars/holidays.yaml": "calendar: holidays\nfile: h.ics\n",
            "calendars/h.ics": (["BEGIN:VCALENDAR"] + events + ["END:VCALENDAR"]).joined(separator: "\n"),
        ])
        #expect(complaints == [])
        #expect(workspace?.calendars["holidays"]?.days.count == 51 * 12)
    }

    @Test func mistakesAreToldAtTheirPlaces() {
        let (workspace, complaints) = read([
            "calendars/a.yaml": """
            calendar: a
            days:
              2026-13-01: No
              soon: No
              2026-12-24 to 2020-01-01: No
            file: gone.ics
            """, "calendars/b.yaml": "calendar: b\nfor: { contry: US }\ndays: { 12-25: x }\n",
            "calendars/c.yaml": "calendar: c\nfor: { seats: 3, country: x }\ndays: { 12-25: x }\n",
            "calendars/d.yaml": "calendar: d\n",
            "calendars/e.yaml": "calendar: e\nfile: none.ics\n", "calendars/none.ics": "Dear all,\nno calendar.\n",
            "keeptouch.yaml": Self.configuration + "blackout: [2026-99-01, nowhere, a]\n",
        ])
        #expect(workspace == nil)
        for expected in [
            "calendars/a.yaml:3:3: error: \"days\": expected a day such as 2026-12-25",
            "calendars/a.yaml:4:3: error: \"days\": expected a day such as",
            "calendars/a.yaml:5:3: error: \"days\": expected days in their order, at most a year",
            "calendars/a.yaml:6:7: error: there is no file calendars/gone.ics",
            "calendars/b.yaml:2:8: error: unknown attribute \"contry\"; did you mean \"country\"?",
            "calendars/c.yaml:2:1: error: \"for\" takes one attribute",
            "calendars/d.yaml:1:1: error: the calendar has no day",
            "calendars/e.yaml:2:7: error: calendars/none.ics has no event of a whole day",
            "keeptouch.yaml:5:60: error: there is no calendar \"holidays\"; make calendars/holidays.yaml",
            "keeptouch.yaml:6:12: error: \"blackout\": expected a day such as 2026-12-25",
            "keeptouch.yaml:6:24: error: there is no calendar \"nowhere\"",
            "keeptouch.yaml:6:33: error: the calendar \"a\" has an error of its own",
        ] {
            #expect(
                complaints.contains { $0.hasPrefix(expected) }, "\(expected)\n\(complaints.joined(separator: "\n"))")
        }
        let typed = read(["calendars/holidays.yaml": "calendar: holidays\nfor: { seats: 3 }\ndays: { 12-25: x }\n"])
        #expect(typed.0 == nil && typed.1.contains { $0.contains("holidays.yaml:2:8: error: \"seats\" is a number") })
    }

    @Test func aWindowThatNeverOpensIsAnError() {
        let mondays = (0..<60).map { "  \(Day(number: 20_458 + 7 * $0)): Monday" }.joined(separator: "\n")
        let (workspace, complaints) = read([
            "keeptouch.yaml": Self.configuration.replacing("days: mon-fri", with: "days: mon"),
            "calendars/holidays.yaml": "calendar: holidays\ndays:\n\(mondays)\n",
        ])
        #expect(workspace == nil)
        #expect(
            complaints.contains {
                $0.hasPrefix("keeptouch.yaml:5:1: error: nothing can go out for 420 days from 2026-01-05")
            }, "\(complaints)")
        let stretch = read([
            "keeptouch.yaml": Self.configuration + "blackout: [2026-01-01 to 2026-06-01]\n",
            "calendars/holidays.yaml": "calendar: holidays\ndays: { 12-25: x }\n",
        ])
        #expect(stretch.1.contains { $0.contains("nothing can go out for 1") }, "\(stretch.1)")
    }

    @Test func aWindowOpensBehindTheDaysThatAreClosed() throws {
        let (workspace, complaints) = read([
            "keeptouch.yaml": Self.configuration + "blackout: [2026-12-28]\n",
            "calendars/holidays.yaml": "calendar: holidays\ndays: { 12-25: Christmas Day }\n",
        ])
        #expect(complaints == [])
        let times = SendTimes(try #require(workspace))
        let zone = try #require(Zone("America/New_York"))
        func opening(_ from: String, _ kind: Channel.Kind = .email, category: String = "tips") throws -> String {
            let opening = times.opening(
                kind, category: category, own: nil, from: try Instant.parse(from).get(), in: zone
            ) { _ in nil }
            return opening.reason(in: zone)
        }
        // Friday is Christmas, Monday dark; only a campaign of tips waits for both.
        #expect(
            try opening("2026-12-24T22:00Z")
                == "holiday: Christmas Day; window opens 2026-12-29 09:00 America/New_York")
        #expect(
            try opening("2026-12-24T22:00Z", category: "service")
                == "holiday: Christmas Day; window opens 2026-12-28 09:00 America/New_York")
        #expect(
            try opening("2026-12-28T15:00Z", .inApp)
                == "blackout: 2026-12-28; window opens 2026-12-29 00:00 America/New_York")
        #expect(try opening("2026-12-25T15:00Z", .inApp) == "window opens 2026-12-25 10:00 America/New_York")
        #expect(try opening("2026-12-23T15:00Z") == "window opens 2026-12-23 10:00 America/New_York")
    }
}
