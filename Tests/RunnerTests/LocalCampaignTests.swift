import Decisions
import Foundation
import Playbooks
import Runner
import Storage
import Testing

/// Campaigns at an hour of each contact's own clock.
@Suite struct LocalCampaignTests {
    @Test func aLocalOccurrenceGoesOutOnEachContactsClock() throws {
        let test = try TestWorkspace(playbooks: [
            "main": TestWorkspace.playbook("main", "at: weekly on tue at 10:00 local", more: ["misfire: run"])
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

    /// Made at 09:05 for Los Angeles, whose 09:00 is at 16:00; then nothing runs for so many hours.
    @Test(arguments: [("default", Int64(9), 1), ("default", 24, 1), ("default", 90, 0), ("skip", 9, 0), ("run", 90, 1)])
    func aMessageMadeBeforeItsHourIsNotSentLongBehindIt(misfire: String, hours: Int64, sent: Int) async throws {
        let world = try LivedWorkspace([
            "main": TestWorkspace.playbook(
                "main", "at: weekly on tue at 09:00 local", more: ["misfire: \(misfire)"])
        ])
        try world.test.addAccounts(1)
        try world.test.execute("UPDATE contact SET timezone = 'America/Los_Angeles'")
        let made = noon(20_004, hours: -3) + .minutes(5)
        try await world.run([noon(20_003), made])
        #expect(try world.test.integer("SELECT count(*) FROM touch WHERE state = 'pending'") == 1)
        try await world.run(made + .hours(hours))
        #expect(world.mails.count == sent)
        let reasons = try world.test.rows("SELECT reason FROM touch WHERE state = 'expired'")
        #expect(
            reasons
                == (sent == 1
                    ? [] : ["missed: nothing ran from 2024-10-08 16:00 UTC, its hour, until now"]),
            "\(reasons)")
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
}
