import Decisions
import Foundation
import Playbooks
import Runner
import Storage
import Testing

@Suite struct CampaignTests {
    @Test func anOccurrenceEnrollsTheWholeAudienceOnce() throws {
        let test = try TestWorkspace(playbooks: [
            "main": TestWorkspace.playbook("main", "at: daily at 12:00", steps: ["wait: 1h"])
        ])
        try test.addAccounts(3)
        // A new schedule never fires for what has passed.
        #expect(try test.run(noon(20_000, hours: 1)).entered == 0)
        #expect(try test.run(noon(20_001, hours: -1)).entered == 0)
        #expect(try test.run(noon(20_001)).entered == 3)
        #expect(try test.run(noon(20_001, hours: 1)).playbooks[0].matched == 0)
        #expect(try test.run(noon(20_002, hours: 5)).entered == 3)
        #expect(
            try test.rows("SELECT DISTINCT match_key FROM standing") == [
                "2024-10-05T12:00:00Z", "2024-10-06T12:00:00Z",
            ])
        #expect(
            try test.rows("SELECT at, state, matched FROM occurrence ORDER BY at")
                == [20_001, 20_002].map { "\(noon($0).milliseconds)|done|3" })
    }

    @Test(arguments: [("", 1), ("once_per: person", 1), ("once_per: account", 3)])
    func aPersonInThreeAccountsGetsACampaignOnce(option: String, touches: Int) throws {
        let test = try TestWorkspace(playbooks: [
            "main": TestWorkspace.playbook("main", "at: daily at 12:00", more: option.isEmpty ? [] : [option])
        ])
        try test.addAccounts(4)
        try test.script("UPDATE contact SET address = 'agency@x.example' WHERE account_id < 4")
        try test.run(noon(20_000, hours: -1))
        #expect(try test.run(noon(20_000)).playbooks[0].verdicts[.already, default: 0] == 3 - touches)
        // As long as nothing has left, another account may have to stand in.
        #expect(try test.run(noon(20_000, hours: 1)).playbooks[0].matched == 3 - touches)
        try test.script("UPDATE touch SET state = 'sent', settled_at = 1")
        try test.run(noon(20_000, hours: 2))
        #expect(try test.run(noon(20_000, hours: 3)).playbooks[0].matched == 0)
        #expect(try test.integer("SELECT count(*) FROM decision WHERE verdict = 'already'") == 3 - touches)
        #expect(try test.integer("SELECT count(*) FROM touch WHERE recipient = 'agency@x.example'") == touches)
        #expect(try test.integer("SELECT count(*) FROM touch") == touches + 1)
        let reasons = try test.rows("SELECT DISTINCT reason FROM standing WHERE verdict = 'already'")
        let key = try #require(try test.rows("SELECT key FROM account WHERE id = 1").first)
        #expect(
            reasons == (touches == 3 ? [] : ["agency@x.example gets it for the account \(key); once_per: person"]))
    }

    @Test func whoHasOtherContactsIsNotLeftOutBecauseOfOne() throws {
        let test = try TestWorkspace(playbooks: [
            "main": TestWorkspace.playbook("main", "at: daily at 12:00", more: ["to: everyone"])
        ])
        try test.addAccounts(2)
        try test.script(
            """
            UPDATE contact SET address = 'agency@x.example';
            INSERT INTO contact (account_id, key, email, address) VALUES (2, 'other', 'o@x.example', 'o@x.example')
            """)
        try test.run(noon(20_000, hours: -1))
        #expect(try test.run(noon(20_000)).entered == 2)
        #expect(
            try test.rows("SELECT account_id, recipient FROM touch ORDER BY id")
                == ["1|agency@x.example", "2|o@x.example"])
    }

    @Test func aHoldoutsPersonIsNotWrittenToForAnotherAccount() throws {
        let test = try TestWorkspace(playbooks: [
            "main": TestWorkspace.playbook("main", "at: daily at 12:00", holdout: "100%")
        ])
        try test.addAccounts(2)
        try test.script("UPDATE contact SET address = 'agency@x.example'")
        try test.run(noon(20_000, hours: -1))
        let verdicts = try test.run(noon(20_000)).playbooks[0].verdicts
        #expect((verdicts[.holdout, default: 0], verdicts[.already, default: 0]) == (1, 1))
        let reason = try #require(try test.rows("SELECT reason FROM standing WHERE verdict = 'already'").first)
        #expect(reason.hasPrefix("agency@x.example counts for the account a1, which is held out"))
    }

    /// The window opens on Monday; on Sunday the first account of the person leaves.
    @Test(arguments: [
        "UPDATE account SET status = 'churned', churned_at = 1 WHERE key = 'a1'",
        "UPDATE contact SET status = 'left' WHERE account_id = 1",
    ])
    func anotherAccountOfThePersonStandsInForOneThatFallsOut(change: String) async throws {
        let world = try LivedWorkspace(
            ["main": TestWorkspace.playbook("main", "at: weekly on sat at 10:00")],
            more: "send_window: { days: mon-fri, hours: \"09:00-17:00\" }")
        try world.test.addAccounts(2)
        try world.test.execute("UPDATE contact SET email = 'p@example.com', address = 'p@example.com'")
        try await world.run([noon(20_000), noon(20_001), noon(20_002)])
        #expect(try world.test.rows("SELECT verdict FROM standing ORDER BY account_id") == ["enrolled", "already"])
        try world.test.execute(change)
        try await world.run([noon(20_002, hours: 2), noon(20_003, hours: -2), noon(20_003), noon(20_004)])
        #expect(world.mails.count == 1)
        #expect(try world.test.rows("SELECT state FROM touch ORDER BY account_id").last == "sent")
    }

    @Test func anAccountThatHasLeftTakesNoCampaignFromAnotherOfThePerson() async throws {
        let world = try LivedWorkspace([
            "main": TestWorkspace.playbook("main", "at: daily at 12:00").replacing(
                "audience: everyone_active\n", with: "")
        ])
        try world.test.addAccounts(2)
        try world.test.execute("UPDATE contact SET email = 'p@example.com', address = 'p@example.com'")
        try world.test.execute("UPDATE account SET status = 'churned', churned_at = 1 WHERE key = 'a1'")
        try await world.run([noon(20_000), noon(20_001)])
        #expect(world.mails.count == 1)
    }

    @Test func aMissedOccurrenceRunsOnceWithinSixHours() throws {
        let test = try TestWorkspace(playbooks: [
            "main": TestWorkspace.playbook("main", "at: daily at 12:00", steps: ["wait: 1h"])
        ])
        try test.addAccounts(1)
        try test.run(noon(20_000, hours: 1))
        #expect(try test.run(noon(20_001, hours: 6)).entered == 1)
        let late = Instant(milliseconds: noon(20_002, hours: 6).milliseconds + 1)
        #expect(try test.run(late).entered == 0)
        // After a week of silence: those that were missed are named, and today's runs.
        #expect(try test.run(noon(20_010)).entered == 1)
        #expect(
            try test.rows("SELECT at, state FROM occurrence ORDER BY at")
                == ["\(noon(20_001).milliseconds)|done"] + (20_002...20_009).map { "\(noon($0).milliseconds)|missed" }
                + ["\(noon(20_010).milliseconds)|done"])
        let (missed, count) = try test.store.read {
            (try StatusQuery($0).missed().map { $0.at.text(in: Zone.utc) }, try StatusQuery($0).missedCount())
        }
        #expect(missed.first == "2024-10-13 12:00" && missed.count == 5 && count == 8)
        // Two months later the first stands for those before the last days.
        #expect(try test.run(noon(20_070)).entered == 1)
        #expect(try test.integer("SELECT count(*) FROM occurrence WHERE state = 'missed'") == 8 + 1 + 2)
    }

    @Test func aHundredMissedMinutesAreOneRun() throws {
        for matching in [Cycle.Matching.all, .due] {
            let test = try TestWorkspace(playbooks: [
                "main": TestWorkspace.playbook("main", "at: \"* * * * *\"", steps: ["wait: 1m"])
            ])
            try test.addAccounts(1)
            try test.cycle.run(now: noon(20_000), matching: matching)
            let late = noon(20_000) + .minutes(101)
            #expect(try test.cycle.run(now: late, matching: matching).entered == 1)
            #expect(try test.cycle.run(now: late + .seconds(1), matching: matching).entered == 0)
            #expect(try test.rows("SELECT at, state FROM occurrence") == ["\(late.milliseconds)|done"])
        }
    }

    @Test(arguments: [
        // Minutes late, and whether it runs: by default up to 6 h, however late, up to 15 minutes.
        ("default", 360, true), ("default", 361, false), ("run", 5 * 1_440, true), ("skip", 15, true),
        ("skip", 16, false),
    ])
    func misfireSaysWhatBecomesOfAMissedOccurrence(misfire: String, late: Int64, runs: Bool) throws {
        let test = try TestWorkspace(playbooks: [
            "main": TestWorkspace.playbook(
                "main", "at: monthly on 6 at 12:00", more: ["misfire: \(misfire)"], steps: ["wait: 1h"])
        ])
        try test.addAccounts(1)
        // Day 20,002 is 6 October 2024.
        try test.cycle.run(now: noon(20_000), matching: .due)
        let report = try test.cycle.run(now: noon(20_002) + .minutes(late), matching: .due)
        #expect(report.entered == (runs ? 1 : 0))
        #expect(
            try test.rows("SELECT at, state FROM occurrence")
                == ["\(noon(20_002).milliseconds)|\(runs ? "done" : "missed")"])
    }

    @Test func anOccurrenceThatAPausePassedOverSaysSo() async throws {
        let world = try LivedWorkspace(["main": TestWorkspace.playbook("main", "at: daily at 12:00")])
        try world.test.addAccounts(1)
        try await world.run(noon(20_000, hours: -1))
        try world.pause("playbook:main", at: noon(20_000, hours: -1))
        try await world.run(noon(20_000, hours: 1))
        try world.resume("playbook:main")
        try await world.run(noon(20_001, hours: 1))
        #expect(
            try world.test.rows("SELECT state, reason FROM occurrence ORDER BY at") == [
                "missed|paused: test", "done|-",
            ])
    }

    @Test func anEditedScheduleNeverFires() throws {
        let test = try TestWorkspace(playbooks: ["main": TestWorkspace.playbook("main", "at: daily at 12:00")])
        try test.addAccounts(1)
        try test.run(noon(20_000, hours: -3))
        try test.edit(["playbooks/main/playbook.yaml": TestWorkspace.playbook("main", "at: daily at 10:00")])
        #expect(try test.run(noon(20_000)).entered == 0)
        #expect(try test.run(noon(20_001, hours: -2)).entered == 1)
    }

    @Test func aLocalOccurrenceGoesOutOnEachContactsClock() throws {
        let test = try TestWorkspace(playbooks: [
            "main": TestWorkspace.playbook("main", "at: weekly on tue at 10:00 local")
        ])
        try test.addAccounts(5)
        try test.script(
            """
            UPDATE contact SET timezone = 'Pacific/Auckland' WHERE account_id = 1;
            UPDATE account SET timezone = 'Europe/Berlin' WHERE id = 2;
            UPDATE contact SET timezone = 'America/New_York' WHERE account_id = 3;
            UPDATE contact SET timezone = 'No/Where' WHERE account_id = 4;
            """)
        // Tuesday is 2024-10-08, day 20004; Auckland shows 10:00 on Monday at 21:00 UTC.
        let monday = noon(20_003)
        let planned = try test.run(monday)
        #expect(planned.entered == 0)
        #expect(planned.playbooks[0].nextAt == Instant(milliseconds: monday.milliseconds + 9 * 3_600_000))
        // What is stored, and what status shows, is the time on the wall.
        let shown = try test.store.read {
            try StatusQuery($0).playbooks(now: noon(20_000)).compactMap { $0.nextAt?.text(in: Zone.utc) }
        }
        #expect(shown == ["2024-10-08 10:00 local"])
        #expect(try test.rows("SELECT next_at FROM playbook") == ["\(noon(20_004, hours: -2).milliseconds)"])
        #expect(try test.run(noon(20_003, hours: 8)).entered == 0)
        #expect(try test.run(noon(20_003, hours: 9)).entered == 5)
        let due = try test.rows(
            "SELECT account_id, (not_before - \(noon(20_004, hours: -12).milliseconds)) / 3600000.0 FROM touch ORDER BY account_id"
        )
        #expect(due == ["1|-3.0", "2|8.0", "3|14.0", "4|10.0", "5|10.0"])
        #expect(try test.rows("SELECT DISTINCT match_key FROM standing") == ["2024-10-08T10:00:00Z local"])
        #expect(try test.run(noon(20_004)).playbooks[0].matched == 0)
        // Nothing of the first has gone: the next one takes its place where its hour has come, and waits elsewhere.
        let next = try test.run(noon(20_010, hours: 9)).playbooks[0].verdicts
        #expect((next[.enrolled], next[.already]) == (1, 4))
        #expect(try test.integer("SELECT count(*) FROM touch WHERE state = 'pending'") == 5)
        #expect(
            try test.rows("SELECT account_id, state, reason FROM touch WHERE state <> 'pending'")
                == ["1|cancelled|the enrollment ended: the next occurrence has come"])
        #expect(try test.run(noon(20_011, hours: 1)).playbooks[0].verdicts[.enrolled] == 3)
        #expect(try test.run(noon(20_011, hours: 2)).playbooks[0].verdicts[.enrolled] == 1)
        #expect(try test.integer("SELECT count(*) FROM touch WHERE state = 'pending'") == 5)
    }

    /// Chicago's 10:00 is 15:00 UTC, Tokyo's 01:00.
    @Test func whoComesBeforeTheHourOfTheirOwnClockIsWrittenTo() throws {
        let test = try TestWorkspace(playbooks: [
            "main": TestWorkspace.playbook("main", "at: weekly on tue at 10:00 local")
        ])
        try test.addAccounts(2)
        try test.script(
            """
            UPDATE contact SET timezone = 'Asia/Tokyo' WHERE account_id = 1;
            UPDATE contact SET timezone = 'America/Chicago' WHERE account_id = 2;
            """)
        try test.run(noon(20_003))
        let first = try test.run(noon(20_004, hours: -11))
        #expect(first.entered == 2)
        #expect(first.playbooks[0].nextAt == noon(20_004, hours: -2))
        try test.addAccounts(1, from: 3)
        try test.script("UPDATE contact SET timezone = 'America/Chicago' WHERE account_id = 3")
        // UTC's own hour, and Chicago's: those who have it already are not asked again.
        let second = try test.run(noon(20_004, hours: -2))
        #expect((second.entered, second.playbooks[0].matched) == (1, 1))
        try test.addAccounts(1, from: 4)
        try test.script("UPDATE contact SET timezone = 'Asia/Tokyo' WHERE account_id = 4")
        let third = try test.run(noon(20_004, hours: 3))
        #expect(third.entered == 0)
        #expect(third.playbooks[0].verdicts[.tooOld] == 1)
        #expect(
            try test.rows("SELECT reason FROM standing WHERE account_id = 4") == [
                "missed: the clock in Asia/Tokyo showed 2024-10-08 10:00 14 hours ago; 6h are the most (misfire)"
            ])
        #expect(try test.run(noon(20_004, hours: 4)).playbooks[0].matched == 0)
        #expect(try test.run(noon(20_011, hours: -11)).playbooks[0].matched == 4)
        // What the next one is compared with is the largest look.
        #expect(try test.rows("SELECT state, matched FROM occurrence ORDER BY at") == ["done|2", "done|4"])
    }

    /// One `run` a day: where the next day has begun on the first clock, the others still get that of theirs.
    @Test(arguments: [Int64(-11), 3]) func aDailyRunReachesEveryClockThatIsInTime(hour: Int64) async throws {
        let world = try LivedWorkspace(["main": TestWorkspace.playbook("main", "at: daily at 09:00 local")])
        try world.test.addAccounts(4)
        let zones = ["Asia/Tokyo", "Europe/Berlin", "America/Chicago", "Pacific/Honolulu"]
        for (index, zone) in zones.enumerated() {
            try world.test.execute("UPDATE contact SET timezone = '\(zone)' WHERE account_id = \(index + 1)")
        }
        try await world.run((0...7).map { noon(20_000 + $0, hours: hour) })
        let sent = try world.test.rows(
            "SELECT account_id, count(*) FROM touch WHERE state = 'sent' GROUP BY account_id ORDER BY account_id")
        let missed = try world.test.rows(
            "SELECT account_id, count(*) FROM standing WHERE verdict = 'too_old' GROUP BY account_id ORDER BY account_id"
        )
        // At 01:00 UTC Tokyo has its hour, and the first day's is still to come elsewhere; at 15:00 it is over in Tokyo and
        // Berlin, and on the first day in Chicago.
        #expect(sent == (hour < 0 ? ["1|7", "2|7", "3|7", "4|7"] : ["3|7", "4|7"]), "\(sent) \(missed)")
        #expect(missed == (hour < 0 ? ["1|1"] : ["1|8", "2|8", "3|1"]), "\(missed)")
    }

    /// Goes live, or is edited to local clocks, at 08:00 UTC: 10:00 is over in Tokyo and to come in Chicago.
    @Test(arguments: ["draft", "edited"]) func aCampaignThatBeginsInTheMorningIsForWhoseHourIsToCome(from: String)
        throws
    {
        let local = TestWorkspace.playbook("main", "at: daily at 10:00 local")
        let before =
            from == "draft"
            ? local.replacing("state: live", with: "state: draft")
            : TestWorkspace.playbook("main", "at: daily at 06:00")
        let test = try TestWorkspace(playbooks: ["main": before])
        try test.addAccounts(3)
        try test.script(
            """
            UPDATE contact SET timezone = 'Asia/Tokyo' WHERE account_id = 1;
            UPDATE contact SET timezone = 'America/Chicago' WHERE account_id = 2;
            UPDATE contact SET timezone = 'Europe/Berlin' WHERE account_id = 3;
            """)
        try test.run(noon(20_000, hours: -5))
        try test.edit(["playbooks/main/playbook.yaml": local])
        let first = try test.run(noon(20_000, hours: -4)).playbooks[0]
        // Berlin's clock shows 10:00 at this moment.
        #expect((first.verdicts[.enrolled], first.verdicts[.tooOld]) == (1, 2))
        #expect(first.nextAt == noon(20_000, hours: -2))
        #expect(
            try test.rows("SELECT reason FROM standing WHERE account_id = 1") == [
                "the clock in Asia/Tokyo showed 2024-10-04 10:00 before this schedule began"
            ])
        // Who comes later is asked in the same way.
        try test.addAccounts(2, from: 4)
        try test.script(
            """
            UPDATE contact SET timezone = 'Asia/Tokyo' WHERE account_id = 4;
            UPDATE contact SET timezone = 'America/Chicago' WHERE account_id = 5
            """)
        let second = try test.run(noon(20_000, hours: -2)).playbooks[0]
        #expect((second.verdicts[.enrolled], second.verdicts[.tooOld]) == (1, 1))
        #expect(
            try test.rows("SELECT account_id FROM touch ORDER BY account_id") == ["2", "5"])
    }

    @Test func aCampaignThatWrotePartOfTheDayDoesNotBeginTheDayAgainOnLocalClocks() throws {
        let test = try TestWorkspace(playbooks: ["main": TestWorkspace.playbook("main", "at: daily at 06:00")])
        try test.addAccounts(1)
        try test.script("UPDATE contact SET timezone = 'America/Chicago'")
        try test.run(noon(20_000, hours: -7))
        #expect(try test.run(noon(20_000, hours: -6)).entered == 1)
        try test.edit(["playbooks/main/playbook.yaml": TestWorkspace.playbook("main", "at: daily at 10:00 local")])
        let edited = try test.run(noon(20_000, hours: -4)).playbooks[0]
        #expect(edited.matched == 0)
        #expect(edited.nextAt == noon(20_001, hours: -2))
    }

    @Test func whoMovesToAZoneWhereTheHourIsLongOverGetsNothing() throws {
        let test = try TestWorkspace(playbooks: [
            "main": TestWorkspace.playbook("main", "at: weekly on tue at 10:00 local")
        ])
        try test.addAccounts(2)
        try test.script("UPDATE contact SET timezone = 'America/Chicago'")
        try test.run(noon(20_003))
        #expect(try test.run(noon(20_004, hours: -2)).entered == 2)
        try test.script("UPDATE contact SET timezone = 'Australia/Sydney' WHERE account_id = 2")
        try test.run(noon(20_004))
        let touches = try test.rows("SELECT state, CASE state WHEN 'expired' THEN reason END FROM touch ORDER BY id")
        #expect(
            touches == [
                "pending|-",
                "expired|missed: its contact is in Australia/Sydney now, where the hour was over 13 hours ago",
            ])
    }

    @Test func aLocalOccurrenceIsLateOnlyAfterTheLastClock() throws {
        let test = try TestWorkspace(playbooks: [
            "main": TestWorkspace.playbook("main", "at: daily at 10:00 local", steps: ["wait: 1h"])
        ])
        try test.addAccounts(2)
        try test.script("UPDATE contact SET timezone = 'Asia/Tokyo' WHERE account_id = 1")
        try test.run(noon(20_000))
        // Tokyo shows 10:00 of day 20001 at 01:00 UTC; a daily run at 08:00 is not late for UTC.
        #expect(try test.run(noon(20_001, hours: -4)).entered == 2)
        #expect(try test.integer("SELECT count(*) FROM occurrence WHERE state = 'missed'") == 0)
        // At 16:01 it is, for everybody.
        #expect(try test.run(Instant(milliseconds: noon(20_002, hours: 4).milliseconds + 60_000)).entered == 0)
        #expect(try test.integer("SELECT count(*) FROM occurrence WHERE state = 'missed'") == 1)
    }

    @Test func aHeldOccurrenceKeepsItsTurnUntilItIsTooLate() throws {
        let configuration = TestWorkspace.configuration.replacing("first_run: go", with: "first_run: ask")
        for (hours, misfire, entered, state) in [
            (Int64(5), "default", 2, "done"), (40, "default", 2, "done"), (49, "default", 0, "missed"),
            (49, "run", 2, "done"), (1, "skip", 0, "missed"),
        ] {
            let test = try TestWorkspace(
                playbooks: [
                    "main": TestWorkspace.playbook("main", "at: weekly on fri at 12:00", more: ["misfire: \(misfire)"])
                ], configuration: configuration)
            try test.addAccounts(2)
            try test.run(noon(20_000, hours: -1))
            let held = try test.run(noon(20_000)).playbooks[0]
            #expect(held.verdicts[.held] == 2)
            #expect(held.warnings.contains { $0.contains("keeps its turn until") })
            #expect(try test.rows("SELECT state FROM occurrence") == ["held"])
            try test.release("main", at: noon(20_000))
            #expect(try test.run(noon(20_000, hours: hours)).entered == entered, "\(hours) \(misfire)")
            #expect(try test.rows("SELECT state FROM occurrence") == [state])
            // Whom it would have reached is told.
            let dropped = try test.store.read { try StatusQuery($0).dropped(since: noon(20_000)) }
            #expect(dropped.map(\.count) == (entered == 0 ? [2] : []))
            #expect(dropped.allSatisfy { $0.reason.hasPrefix("held until its time was over: first run") })
        }
    }
}
