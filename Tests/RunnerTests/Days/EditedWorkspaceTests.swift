import Decisions
import Playbooks
import Runner
import Storage
import Testing

/// Files that are edited between two runs, and runs that are not as far apart as the clock says.
@Suite struct EditedWorkspaceTests {
    private func zone(_ name: String) -> String {
        LivedWorkspace.configuration.replacing("timezone: UTC", with: "timezone: \(name)")
    }

    /// Ten in Berlin is eight in UTC, ten in New York two in the afternoon; day 20,000 is October 4.
    @Test(arguments: [("Europe/Berlin", "America/New_York"), ("America/New_York", "Europe/Berlin")])
    func anEditedTimeZoneGivesEachDayOneMessage(before: String, after: String) async throws {
        let world = try LivedWorkspace(["main": TestWorkspace.playbook("main", "at: daily at 10:00")])
        try world.test.edit(["keeptouch.yaml": zone(before)])
        try world.test.addAccounts(1)
        try await world.run(every(1, from: noon(20_000, hours: 6), through: noon(20_002, hours: 8)))
        try world.test.edit(["keeptouch.yaml": zone(after)])
        try await world.run(every(1, from: noon(20_002, hours: 9), through: noon(20_004, hours: 8)))
        #expect(try world.moments().map { $0.prefix(5) } == ["10-05", "10-06", "10-07", "10-08"])
        let hours = ["Europe/Berlin": "08:00", "America/New_York": "14:00"]
        #expect(try world.moments().map { String($0.suffix(5)) } == [before, before, after, after].map { hours[$0] })
    }

    /// The day's message has gone; the later hour begins on the next day.
    @Test(arguments: [("daily at 10:00", "daily at 14:00", 2), ("daily at 10:00", "every 2h", 15)])
    func anEditedHourGivesNoDayTwoMessages(before: String, after: String, mails: Int) async throws {
        let world = try LivedWorkspace(["main": TestWorkspace.playbook("main", "at: \(before)")])
        try world.test.addAccounts(1)
        try await world.run(every(1, from: noon(20_000), through: noon(20_001)))
        #expect(world.mails.count == 1)
        try world.test.edit(["playbooks/main/playbook.yaml": TestWorkspace.playbook("main", "at: \(after)")])
        try await world.run(every(1, from: noon(20_001), through: noon(20_002, hours: 4)))
        let moments = try world.moments()
        #expect(world.mails.count == mails, "\(moments)")
    }

    @Test func anEditedTimeZoneGivesASingleDateOnce() async throws {
        let world = try LivedWorkspace(["main": TestWorkspace.playbook("main", "at: once 2024-10-05 10:00")])
        try world.test.edit(["keeptouch.yaml": zone("Europe/Berlin")])
        try world.test.addAccounts(1)
        try await world.run([noon(20_000), noon(20_001, hours: -3)])
        try world.test.edit(["keeptouch.yaml": zone("America/New_York")])
        try await world.run([noon(20_001), noon(20_001, hours: 3), noon(20_002)])
        #expect(try world.moments() == ["10-05 09:00"])
    }

    @Test func whatWaitsLeavesByTheChannelThatTookThePlaceOfItsOwn() async throws {
        let world = try LivedWorkspace(
            ["main": TestWorkspace.playbook("main", "on: signed")],
            more: "send_window: { days: mon-sun, hours: 09:00-17:00 }")
        try world.test.addAccounts(1)
        try await world.run(noon(20_000))
        try world.signs("x", at: noon(20_000, hours: 6))
        try await world.run(noon(20_000, hours: 7))
        #expect(world.mails.isEmpty)
        let configuration = LivedWorkspace.configuration.replacing("email: mail", with: "email: post")
        try world.test.edit([
            "keeptouch.yaml": configuration, "channels/mail.yaml": nil,
            "channels/post.yaml": TestWorkspace.channel("post", "email", url: world.endpoint.url),
        ])
        try await world.run([noon(20_001), noon(20_002)])
        #expect(world.mails.count == 1)
        #expect(try world.test.rows("SELECT channel, state FROM touch") == ["post|sent"])
    }

    /// Who is in it goes on with the message of before, and nobody comes in until the file is mended.
    @Test(arguments: ["Hello <b>you</b>.", "| a | b |\n|---|---|\n| 1 | 2 |", "Read [this] (https://a.example)"])
    func aMessageWithAnErrorIsNotSent(body: String) async throws {
        let world = try LivedWorkspace([
            "main": TestWorkspace.playbook("main", steps: ["wait: 1d", "email: hello.md"])
        ])
        let path = "playbooks/main/hello.md"
        try world.test.edit([path: "---\nsubject: Of before\n---\nHello.\n"])
        try world.test.addAccounts(1)
        try await world.run(noon(20_000))
        try world.test.edit([path: "---\nsubject: With an error\n---\n\(body)\n"], withErrors: true)
        try world.test.addAccounts(1, from: 2)
        try await world.run([noon(20_001, hours: 1), noon(20_002, hours: 2)])
        #expect(world.subjects == ["Of before"])
        try world.test.edit([path: "---\nsubject: Mended\n---\nHello.\n"])
        try await world.run([noon(20_003), noon(20_004, hours: 1)])
        #expect(world.subjects == ["Of before", "Mended"])
    }

    /// A run at six in the morning never comes while a window from nine to five is open.
    @Test func whatNoRunSentInItsWindowSaysSo() async throws {
        let world = try LivedWorkspace(
            ["main": TestWorkspace.playbook("main", more: ["expires: 2d"])],
            more: "send_window: { days: mon-sun, hours: 09:00-17:00 }")
        try world.test.addAccounts(1)
        try await world.run(every(24, from: noon(20_000, hours: -6), through: noon(20_003)))
        #expect(world.mails.isEmpty)
        let reason =
            "waited too long: window opens 2024-10-05 09:00 UTC; neither serve nor a run sent it while the window was open"
        let touches = try world.test.rows("SELECT state, reason FROM touch")
        #expect(touches == ["expired|\(reason)"], "\(touches)")
    }

    /// A run begins some seconds earlier than the day before.
    @Test func aDailyRunThatIsSecondsEarlyIsNotADayLate() async throws {
        let world = try LivedWorkspace(
            [
                "main": TestWorkspace.playbook(
                    "main", "on: signed", steps: ["email: hello.md", "wait: 1d", "email: hello.md"])
            ],
            more: "caps: [1 per 1d]")
        try world.test.addAccounts(1)
        try await world.run(noon(20_000))
        try world.signs("x", at: noon(20_001) - .hours(1))
        let early = TimeSpan.seconds(20)
        try await world.run([noon(20_001) + .seconds(40), noon(20_002) + early, noon(20_003)])
        #expect(try world.moments() == ["10-05 12:00", "10-06 12:00"])
    }

    /// Ten days before and three days before a date that has moved into the past.
    @Test func aSecondDateThatIsPastIsLeftOutBehindAFirstThatCameTooLate() async throws {
        let world = try LivedWorkspace([
            "main": TestWorkspace.playbook(
                "main", "when: seats > 0",
                steps: [
                    "wait_till: renewal_at - 10d", "email: hello.md", "wait_till: renewal_at - 3d", "email: hello.md",
                ])
        ])
        try world.test.addAccounts(1)
        try world.test.execute("UPDATE account SET a_seats = 1, a_renewal_at = 20040")
        try await world.run((0...8).map { noon(20_000 + $0) })
        // Three days before it were five days ago.
        try world.test.execute("UPDATE account SET a_renewal_at = 20007")
        try await world.run((9...15).map { noon(20_000 + $0) })
        #expect(world.mails.isEmpty)
    }

    @Test func theFirstMatchIsComparedWithTheFirstLook() async throws {
        let world = try LivedWorkspace(["main": TestWorkspace.playbook("main", "when: seats < 5 or seats is missing")])
        try world.test.edit([
            "keeptouch.yaml": LivedWorkspace.configuration.replacing("max_nulls: 100%", with: "max_nulls: 5%")
        ])
        try world.test.addAccounts(100)
        try world.test.execute("UPDATE account SET a_seats = 9")
        try await world.run(noon(20_000))
        try world.test.execute("UPDATE account SET a_seats = NULL WHERE id <= 30")
        let report = try await world.run(noon(20_001))
        #expect(report.playbooks[0].heldBecause?.hasPrefix("max_nulls: seats is newly empty for 30 of 100") == true)
        #expect(world.mails.isEmpty)
    }

    @Test func aReleaseWhoseMatchIsGoneLetsNoOtherThrough() async throws {
        let world = try LivedWorkspace(["main": TestWorkspace.playbook("main", "when: seats < 2")])
        try world.test.edit([
            "keeptouch.yaml": LivedWorkspace.configuration.replacing("first_run: go", with: "first_run: ask")
        ])
        try world.test.addAccounts(20)
        try world.test.execute("UPDATE account SET a_seats = CASE WHEN id = 1 THEN 1 ELSE 9 END")
        try await world.run(noon(20_000))
        try world.test.release("main", at: noon(20_000, hours: 1))
        try world.test.execute("UPDATE account SET a_seats = 9")
        try await world.run([noon(20_001), noon(20_002)])
        try world.test.execute("UPDATE account SET a_seats = 1")
        try await world.run(noon(20_003))
        #expect(world.mails.isEmpty)
    }

    /// Its moment on the new clock has passed, and nobody has had it.
    @Test func aSingleDateThatHasNotComeOnTheOldClockIsNotLost() async throws {
        let world = try LivedWorkspace(["main": TestWorkspace.playbook("main", "at: once 2024-10-05 10:00")])
        try world.test.edit(["keeptouch.yaml": zone("America/New_York")])
        try world.test.addAccounts(1)
        try await world.run([noon(20_000), noon(20_001, hours: -3)])
        try world.test.edit(["keeptouch.yaml": zone("Europe/Berlin")])
        try await world.run([noon(20_001), noon(20_001, hours: 3), noon(20_002)])
        #expect(try world.moments() == ["10-05 12:00"])
    }

    /// In Berlin the clocks go forward on March 30, 2025, which is day 20,177: nine there is the ninth hour, and not the
    /// eighth since midnight.
    @Test func theClockCountsAndNotTheHoursSinceMidnight() async throws {
        let world = try LivedWorkspace(["main": TestWorkspace.playbook("main", "at: daily at 09:00")])
        try world.test.edit(["keeptouch.yaml": zone("Europe/Berlin")])
        try world.test.addAccounts(1)
        try await world.run(every(1, from: noon(20_177, hours: -11), through: noon(20_177, hours: -4)))
        try world.test.edit(["keeptouch.yaml": zone("America/New_York")])
        try await world.run(every(1, from: noon(20_177, hours: -3), through: noon(20_178, hours: 6)))
        #expect(try world.moments() == ["03-30 07:00", "03-31 13:00"])
    }

    /// Earlier versions of the program wrote down no zone.
    @Test func aScheduleWithoutItsZoneLearnsItBeforeTheNextEdit() async throws {
        let world = try LivedWorkspace(["main": TestWorkspace.playbook("main", "at: daily at 10:00")])
        try world.test.edit(["keeptouch.yaml": zone("Europe/Berlin")])
        try world.test.addAccounts(1)
        try await world.run([noon(20_000), noon(20_001)])
        try world.test.execute("UPDATE playbook SET schedule = 'daily at 10:00'")
        try await world.run(noon(20_001, hours: 1))
        try world.test.edit(["keeptouch.yaml": zone("America/New_York")])
        try await world.run(every(1, from: noon(20_001, hours: 2), through: noon(20_002, hours: 6)))
        #expect(try world.moments() == ["10-05 12:00", "10-06 14:00"])
    }

    @Test func aHeldCampaignGoesOutAfterItsReleaseThoughTheZoneWasEdited() async throws {
        let asks = { (zone: String) in
            LivedWorkspace.configuration.replacing("first_run: go", with: "first_run: ask")
                .replacing("timezone: UTC", with: "timezone: \(zone)")
        }
        let world = try LivedWorkspace([
            "main": TestWorkspace.playbook("main", "at: once 2024-10-05 10:00", more: ["misfire: run"])
        ])
        try world.test.edit(["keeptouch.yaml": asks("Europe/Berlin")])
        try world.test.addAccounts(1)
        try await world.run([noon(20_000), noon(20_001)])
        #expect(world.mails.isEmpty)
        try world.test.edit(["keeptouch.yaml": asks("America/New_York")])
        try await world.run(noon(20_001, hours: 1))
        try world.test.release("main", at: noon(20_001, hours: 2))
        try await world.run([noon(20_001, hours: 3), noon(20_002)])
        #expect(world.mails.count == 1)
    }

    /// Two enrollments that are seven days apart by the cron, and a little less by the clock.
    @Test func aRestOfDaysIsOverForARunThatIsSecondsEarly() async throws {
        let world = try LivedWorkspace([
            "main": TestWorkspace.playbook("main", "at: weekly on sat at 11:00", more: ["reentry: after 7d"])
        ])
        try world.test.addAccounts(1)
        try await world.run([
            noon(20_000), noon(20_001) + .seconds(40), noon(20_008) + .seconds(20), noon(20_009),
        ])
        #expect(try world.moments() == ["10-05 12:00", "10-12 12:00"])
    }

    /// Cycles of `serve`, which write down only what is news.
    @Test func aServedReleaseWhoseEventIsGoneLetsNoOtherThrough() async throws {
        let world = try LivedWorkspace(["main": TestWorkspace.playbook("main", "on: signed", more: ["max_age: 9d"])])
        try world.test.edit([
            "keeptouch.yaml": LivedWorkspace.configuration.replacing("first_run: go", with: "first_run: ask")
        ])
        try world.test.addAccounts(20)
        try await world.run(noon(20_000))
        try world.signs("x", at: noon(20_000, hours: 1))
        _ = try world.test.cycle.run(now: noon(20_001), matching: .due)
        #expect(try world.test.integer("SELECT count(*) FROM standing WHERE verdict = 'held'") == 1)
        try world.test.release("main", at: noon(20_001, hours: 1))
        try world.test.execute("UPDATE account SET status = 'churned', churned_at = 1 WHERE key = 'a1'")
        _ = try world.test.cycle.run(now: noon(20_001, hours: 2), matching: .due)
        for number in 2...20 { try world.signs("y", "a\(number)", at: noon(20_001, hours: 3)) }
        _ = try world.test.cycle.run(now: noon(20_001, hours: 4), matching: .due)
        #expect(try world.test.integer("SELECT count(*) FROM enrollment") == 0)
    }

    @Test func aReleaseBeforeTheFirstEventIsKept() async throws {
        let world = try LivedWorkspace(["main": TestWorkspace.playbook("main", "on: signed")])
        try world.test.edit([
            "keeptouch.yaml": LivedWorkspace.configuration.replacing("first_run: go", with: "first_run: ask")
        ])
        try world.test.addAccounts(1)
        try await world.run(noon(20_000))
        try world.test.release("main", at: noon(20_000, hours: 1))
        try await world.run([noon(20_001), noon(20_002)])
        try world.signs("x", at: noon(20_002, hours: 1))
        try await world.run(noon(20_003))
        #expect(world.mails.count == 1)
    }

    /// A category gets another name: whoever left it has left it.
    @Test func whoLeftACategoryHasLeftItUnderItsNewName() async throws {
        let world = try LivedWorkspace(["main": TestWorkspace.playbook("main", "on: signed", category: "education")])
        try world.test.addAccounts(2)
        try await world.run(noon(20_000))
        try world.test.execute(
            "INSERT INTO suppression (address, category, reason, at) VALUES ('a1@example.com', 'education', 'unsubscribed', 0)"
        )
        func rename(was: String) throws {
            let (playbook, configuration) = (
                TestWorkspace.playbook("main", "on: signed", category: "tips"), LivedWorkspace.configuration
            )
            #expect(configuration.contains("education:"))
            try world.test.edit([
                "playbooks/main/playbook.yaml": playbook,
                "keeptouch.yaml": configuration.replacing(
                    "categories: { education: Tips }", with: "categories: { tips: { title: Tips\(was) }, news: News }"),
            ])
        }
        for (day, was) in [(20_001, ""), (20_002, ", was: [education]")] {
            try rename(was: was)
            for account in ["a1", "a2"] { try world.signs("\(day)", account, at: noon(day, hours: -1)) }
            try await world.run([noon(day), noon(day, hours: 1)])
        }
        #expect(try Set(world.test.rows("SELECT recipient FROM touch WHERE state = 'sent'")) == ["a2@example.com"])
        #expect(try world.test.rows("SELECT category FROM suppression") == ["tips"])
        let reasons = try world.test.rows("SELECT DISTINCT reason FROM standing WHERE verdict = 'unreachable'")
        #expect(reasons.contains { $0.contains("unsubscribed from tips") }, "\(reasons)")
    }
}
