import Foundation
import Testing

/// Holidays and blackouts, as operators meet them.
@Suite struct CalendarTests {
    private func workspace(_ more: String = "", playbook: (String) -> String = { $0 }) throws -> (Scratch, Endpoint) {
        let endpoint = try Endpoint()
        let scratch = try Scratch(small: "email", port: endpoint.port)
        let settings = try scratch.text("keeptouch.yaml")
        try scratch.write(
            "keeptouch.yaml",
            settings + "send_window: { days: mon-fri, hours: 09:00-17:00, except: [us] }\n" + more)
        try scratch.write(
            "calendars/us.yaml",
            "calendar: us\nfor: { plan: pro }\nfile: us.ics\ndays: { 01-01: New Year's Day }\n")
        try scratch.write(
            "calendars/us.ics",
            """
            BEGIN:VCALENDAR
            BEGIN:VEVENT
            DTSTART;VALUE=DATE:20201225
            RRULE:FREQ=YEARLY
            SUMMARY:Christmas Day
            END:VEVENT
            END:VCALENDAR

            """)
        try scratch.write("playbooks/hello/playbook.yaml", playbook(try scratch.text("playbooks/hello/playbook.yaml")))
        #expect(try scratch.keeptouch("init", ".", "--simulation").code == 0)
        // a1 keeps the holidays, in New York; a2 has another plan and none.
        try scratch.write(
            "accounts.csv",
            "key,name,created_at,plan,seats,timezone,contact_email\na1,One,2025-03-02,pro,3,America/New_York,o@a1.example\n"
                + "a2,Two,2025-03-02,free,3,America/New_York,o@a2.example\n")
        #expect(try scratch.keeptouch("import", "accounts", "accounts.csv", "--now", "2026-12-24T20:00Z").code == 0)
        return (scratch, endpoint)
    }

    @Test func aTouchWaitsForTheDayAfterTheHolidayOfItsAccount() throws {
        let (scratch, endpoint) = try workspace()
        let planned = try scratch.keeptouch("plan", "--who", "--now", "2026-12-24T23:00Z")
        let why = "holiday: Christmas Day; window opens 2026-12-28 09:00 America/New_York"
        #expect(planned.output.contains("the first touch waits: \(why)"), "\(planned)")
        #expect(try scratch.keeptouch("run", "--now", "2026-12-24T23:00Z").code == 0)
        let touches = try scratch.keeptouch("touches", "--account", "a1")
        #expect(touches.output.contains("pending") && touches.output.contains(why), "\(touches)")
        let explained = try scratch.keeptouch("explain", "a1", "--now", "2026-12-24T23:00Z")
        #expect(explained.output.contains(why), "\(explained)")
        // Friday is a working day for whoever does not keep them.
        #expect(try scratch.keeptouch("run", "--now", "2026-12-25T15:00Z").code == 0)
        #expect(try scratch.states() == ["pending": 1, "sent": 1])
        #expect(try scratch.keeptouch("run", "--now", "2026-12-28T13:59Z").code == 0)
        #expect(try scratch.states() == ["pending": 1, "sent": 1])
        #expect(try scratch.keeptouch("run", "--now", "2026-12-28T14:00Z").code == 0)
        #expect(try scratch.states() == ["sent": 2])
        withExtendedLifetime(endpoint) {}
    }

    @Test func aBlackoutDeclaredLaterHoldsWhatWaitsAndExpiryCounts() throws {
        let (scratch, endpoint) = try workspace { $0 + "expires: 4d\n" }
        #expect(try scratch.keeptouch("run", "--now", "2026-12-24T23:00Z").code == 0)
        let settings = try scratch.text("keeptouch.yaml")
        try scratch.write("keeptouch.yaml", settings + "blackout: [2026-12-25 to 2026-12-30, us]\n")
        #expect(try scratch.keeptouch("check").code == 0)
        #expect(try scratch.keeptouch("run", "--now", "2026-12-25T15:00Z").code == 0)
        #expect(try scratch.states() == ["pending": 2])
        let touches = try scratch.keeptouch("touches").output
        #expect(touches.contains("blackout: 2026-12-25 to 2026-12-30; window opens 2026-12-31 09:00"), "\(touches)")
        #expect(try scratch.keeptouch("run", "--now", "2026-12-29T02:00Z").code == 0)
        #expect(try scratch.states() == ["expired": 2])
        let ended = try scratch.keeptouch("touches").output
        #expect(ended.contains("waited too long: blackout: 2026-12-25 to 2026-12-30"), "\(ended)")
        withExtendedLifetime(endpoint) {}
    }

    @Test func aPlaybookHasAWindowOfItsOwnAndTestsKeepIt() throws {
        let (scratch, endpoint) = try workspace { text in
            text
                + """
                send_window: { days: mon-fri, except: [launch] }
                tests:
                  - name: the week of the launch is quiet
                    account: { seats: 3 }
                    expect: [match, nothing sent]
                    then:
                      - after: 2d
                        expect: sent hello.md

                """
        }
        // Tests begin on a Monday, the twelfth of January 2026.
        try scratch.write("calendars/launch.yaml", "calendar: launch\ndays: { 2026-01-12 to 2026-01-13: Launch }\n")
        let tested = try scratch.keeptouch("test")
        #expect(tested.code == 0, "\(tested)")
        try scratch.write("calendars/launch.yaml", "calendar: launch\ndays: { 2026-02-02: Launch }\n")
        #expect(try scratch.keeptouch("test").output.contains("expected: nothing sent"))
        withExtendedLifetime(endpoint) {}
    }
}
